// What the numbers of models mean, with numbers made by hand: one box, in one known cell.
import { describe, expect, it } from 'vitest'
import { coco } from '../../../src/vision/detectors/coco.js'
import type { Tensor, Wanted } from '../../../src/vision/detectors/detector.js'
import { parseLabels } from '../../../src/vision/detectors/onnx.js'
import { decodeAs, guessFormat, type ModelFormat } from '../../../src/vision/detectors/own-formats.js'
import { picodet } from '../../../src/vision/detectors/picodet.js'
import { yunet } from '../../../src/vision/detectors/yunet.js'

const tensor = (...dims: number[]) => ({ data: new Float32Array(dims.reduce((a, b) => a * b, 1)), dims })
const wanted = (width: number, height: number, least = 0.5, only?: string): Wanted => ({
  width,
  height,
  least: (label) => (only === undefined || label === only ? least : Number.POSITIVE_INFINITY),
})
const pixels = (x: number, y: number, width: number, height: number, of: Wanted) => ({
  x: expect.closeTo(x / of.width, 5),
  y: expect.closeTo(y / of.height, 5),
  width: expect.closeTo(width / of.width, 5),
  height: expect.closeTo(height / of.height, 5),
})

describe('PicoDet', () => {
  const outputs = [...[1600, 400, 100, 25].map((cells) => tensor(1, cells, 80))]
  const sides = [1600, 400, 100, 25].map((cells) => tensor(1, cells, 32))
  // Stride 16, column 5, row 3: the centre is (88, 56). The sides are 1, 2, 1 and 3 bins long.
  const cell = 3 * 20 + 5
  for (const [side, bin] of [1, 2, 1, 3].entries())
    sides[1]?.data.fill(60, (cell * 4 + side) * 8 + bin, (cell * 4 + side) * 8 + bin + 1)
  outputs[1]?.data.fill(0.8, cell * 80 + 15, cell * 80 + 16)
  const all = [...outputs, ...sides]

  it('gives label, score and the sides from the centre of the cell', () => {
    const of = wanted(320, 320)
    expect(picodet.decode(all, of)).toEqual([
      { label: 'cat', score: expect.closeTo(0.8), box: pixels(88 - 16, 56 - 32, 32, 80, of) },
    ])
  })

  it('gives only what is wanted and sure enough', () => {
    expect(picodet.decode(all, wanted(320, 320, 0.5, 'person'))).toEqual([])
    expect(picodet.decode(all, wanted(320, 320, 0.81))).toEqual([])
    expect(picodet.decode(all, wanted(320, 320, 0.79, 'cat'))).toHaveLength(1)
  })

  it('takes the mean of two bins that are as likely', () => {
    const twoBins = sides.map(({ data, dims }) => ({ data: Float32Array.from(data), dims }))
    twoBins[1]?.data.fill(60, cell * 32 + 3, cell * 32 + 4)
    const of = wanted(320, 320)
    expect(picodet.decode([...outputs, ...twoBins], of)[0]?.box).toEqual(pixels(88 - 32, 24, 48, 80, of))
  })

  it('says which model is wrong', () => {
    expect(() => picodet.decode(outputs, wanted(320, 320))).toThrow('PicoDet: the model has fewer than eight outputs')
  })
})

describe('YuNet', () => {
  const [width, height] = [320, 192]
  const cellsOf = (stride: number): number => (width / stride) * (height / stride)
  const outputs = [1, 1, 4].flatMap((size) => [8, 16, 32].map((stride) => tensor(1, cellsOf(stride), size)))
  // Stride 32, column 4, row 2.
  const cell = 2 * 10 + 4
  outputs[2]?.data.fill(0.9, cell, cell + 1)
  outputs[5]?.data.fill(0.4, cell, cell + 1)
  outputs[8]?.data.set([0.5, 0.25, Math.log(2), 0], cell * 4)

  it('gives the geometric mean as score and the box around the centre', () => {
    const of = wanted(width, height)
    expect(yunet.decode(outputs, of)).toEqual([
      { label: 'face', score: expect.closeTo(0.6), box: pixels(4.5 * 32 - 32, 2.25 * 32 - 16, 64, 32, of) },
    ])
    expect(yunet.decode(outputs, wanted(width, height, 0.61))).toEqual([])
  })
})

describe('own models', () => {
  const of = wanted(100, 200)
  const labels = ['cat', 'dog', 'cow']
  const dog = { label: 'dog', score: expect.closeTo(0.72), box: pixels(10, 20, 30, 40, of) }
  const rows = (count: number, at: number, row: number[]): Tensor => {
    const made = tensor(1, count, row.length)
    made.data.set(row, at * row.length)
    return made
  }
  const columns = (count: number, at: number, column: number[]): Tensor => {
    const made = tensor(1, column.length, count)
    for (const [row, value] of column.entries()) made.data[row * count + at] = value
    return made
  }
  const ssd = (boxes: number[], numbers: number[], scores: number[]): Tensor[] => [
    { data: boxes, dims: [1, boxes.length / 4, 4] },
    { data: numbers, dims: [1, numbers.length] },
    { data: scores, dims: [1, scores.length] },
  ]
  const cases: [ModelFormat, string, Tensor[]][] = [
    ['yolo5', 'rows with objectness', [rows(9, 4, [25, 40, 30, 40, 0.9, 0.1, 0.8, 0])]],
    ['yolo8', 'columns without objectness', [columns(50, 7, [25, 40, 30, 40, 0.1, 0.72, 0])]],
    ['yolo10', 'corners, score, label number', [rows(9, 2, [10, 20, 40, 60, 0.72, 1])]],
    ['ssd', 'fractions, y first', ssd([0.1, 0.1, 0.3, 0.4, 0, 0, 0, 0], [2, 0], [0.72, 0])],
    ['ssd', 'pixels, x first', ssd([10, 20, 40, 60, 0, 0, 0, 0], [2, 0], [0.72, 0])],
  ]
  it.each(cases)('%s: %s', (format, _name, outputs) => {
    expect(decodeAs(format, outputs, labels, of)).toEqual([dog])
    expect(guessFormat(outputs, labels.length)).toBe(format)
    expect(decodeAs('auto', outputs, labels, of)).toEqual([dog])
    expect(decodeAs(format, outputs, labels, wanted(100, 200, 0.5, 'cow'))).toEqual([])
    expect(decodeAs(format, outputs, labels, wanted(100, 200, 0.73))).toEqual([])
  })

  it('yolox: offsets in the cells of three strides', () => {
    const of = wanted(64, 64)
    // After the 64 cells of stride 8: stride 16, column 1, row 2.
    const outputs = [rows(64 + 16 + 4, 64 + 9, [0.5, 0.25, Math.log(2), 0, 0.9, 0.1, 0.8, 0])]
    expect(decodeAs('yolox', outputs, labels, of)).toEqual([{ ...dog, box: pixels(24 - 16, 36 - 8, 32, 16, of) }])
  })

  it('says when the labels do not fit', () => {
    expect(() => decodeAs('auto', [tensor(1, 84, 8400)], labels, of)).toThrow(
      "the model's output of 84 x 8400 fits no format with 3 labels: is the labels file the model's own?",
    )
    expect(() => decodeAs('ssd', [tensor(1, 3, 5)], labels, of)).toThrow('not the boxes, label numbers and scores')
  })

  it('labels are lines; an empty one keeps its place', () => {
    expect(parseLabels('cat\r\n\n cow \n\n')).toEqual(['cat', '', 'cow'])
    expect(new Set(coco).size).toBe(80)
  })
})
