// What the outputs of other people's networks mean: the YOLO family as Ultralytics and others export it, YOLOX, and SSD
// as TensorFlow and torchvision export it. Each decode gives boxes in fractions of the model's input.
import type { Detection } from '../../camera/objects.js'
import type { Tensor, Wanted } from './detector.js'

export const modelFormats = ['auto', 'yolo5', 'yolo8', 'yolo10', 'yolox', 'ssd'] as const
/**
 * yolo5 (also v3, v7): rows of cx, cy, w, h, objectness, a score per label. yolo8 (also v9, v11): the same without
 * objectness, one column per box. yolo10 (also end-to-end exports): rows of x1, y1, x2, y2, score, label number.
 * yolox: as yolo5, still relative to its grid. ssd: boxes, label numbers and scores as separate outputs.
 */
export type ModelFormat = (typeof modelFormats)[number]
type Known = Exclude<ModelFormat, 'auto'>

type Decode = (outputs: readonly Tensor[], labels: readonly string[], wanted: Wanted) => Detection[]

interface Corners {
  readonly x1: number
  readonly y1: number
  readonly x2: number
  readonly y2: number
}

/** Pixels of the input, unless all of them are fractions already. */
const boxOf = ({ x1, y1, x2, y2 }: Corners, width: number, height: number) => ({
  x: x1 / width,
  y: y1 / height,
  width: (x2 - x1) / width,
  height: (y2 - y1) / height,
})

const around = (cx: number, cy: number, w: number, h: number): Corners => ({
  x1: cx - w / 2,
  y1: cy - h / 2,
  x2: cx + w / 2,
  y2: cy + h / 2,
})

const first = (outputs: readonly Tensor[]): Tensor => {
  const [output] = outputs
  if (!output) throw new Error('the model has no output')
  return output
}

/** The labels somebody wants, with the least score of each. */
const wantedOf = (labels: readonly string[], { least }: Wanted) =>
  labels.flatMap((label, index) => (least(label) <= 1 ? [{ label, index, enough: least(label) }] : []))

const lastDims = ({ dims }: Tensor): readonly [number, number] => [dims.at(-2) ?? 0, dims.at(-1) ?? 0]

const yolo5: Decode = (outputs, labels, wanted) => {
  const output = first(outputs)
  const { data } = output
  const [rows, width] = lastDims(output)
  const picked = wantedOf(labels, wanted)
  const found: Detection[] = []
  for (let at = 0; at < rows * width; at += width) {
    const objectness = data[at + 4] as number
    for (const { label, index, enough } of picked) {
      const score = objectness * (data[at + 5 + index] ?? 0)
      if (score < enough) continue
      const [cx, cy, w, h] = [data[at], data[at + 1], data[at + 2], data[at + 3]] as [number, number, number, number]
      found.push({ label, score, box: boxOf(around(cx, cy, w, h), wanted.width, wanted.height) })
    }
  }
  return found
}

const yolo8: Decode = (outputs, labels, wanted) => {
  const output = first(outputs)
  const { data } = output
  const [rows, count] = lastDims(output)
  const found: Detection[] = []
  for (const { label, index, enough } of wantedOf(labels, wanted)) {
    if (4 + index >= rows) continue
    for (let at = 0; at < count; at++) {
      const score = data[(4 + index) * count + at] as number
      if (score < enough) continue
      const [cx, cy, w, h] = [0, 1, 2, 3].map((row) => data[row * count + at]) as [number, number, number, number]
      found.push({ label, score, box: boxOf(around(cx, cy, w, h), wanted.width, wanted.height) })
    }
  }
  return found
}

const yolo10: Decode = (outputs, labels, wanted) => {
  const output = first(outputs)
  const { data } = output
  const [rows, width] = lastDims(output)
  const found: Detection[] = []
  for (let at = 0; at < rows * width; at += width) {
    const [x1, y1, x2, y2, score, number] = Array.from({ length: 6 }, (_, i) => data[at + i]) as [
      ...[number, number, number, number],
      ...[number, number],
    ]
    const label = labels[Math.round(number)]
    if (label === undefined || score < wanted.least(label)) continue
    found.push({ label, score, box: boxOf({ x1, y1, x2, y2 }, wanted.width, wanted.height) })
  }
  return found
}

const YOLOX_STRIDES = [8, 16, 32]

const yolox: Decode = (outputs, labels, wanted) => {
  const output = first(outputs)
  const { data } = output
  const [, width] = lastDims(output)
  const picked = wantedOf(labels, wanted)
  const found: Detection[] = []
  let at = 0
  for (const stride of YOLOX_STRIDES) {
    const across = Math.floor(wanted.width / stride)
    const cells = across * Math.floor(wanted.height / stride)
    for (let cell = 0; cell < cells && at < data.length; cell++, at += width) {
      for (const { label, index, enough } of picked) {
        const score = (data[at + 4] as number) * (data[at + 5 + index] ?? 0)
        if (score < enough) continue
        const cx = ((data[at] as number) + (cell % across)) * stride
        const cy = ((data[at + 1] as number) + Math.floor(cell / across)) * stride
        const [w, h] = [2, 3].map((side) => Math.exp(data[at + side] as number) * stride) as [number, number]
        found.push({ label, score, box: boxOf(around(cx, cy, w, h), wanted.width, wanted.height) })
      }
    }
  }
  return found
}

/** The boxes are the output of four columns; of the others, scores are 0..1 and label numbers are whole. */
const ssdParts = (outputs: readonly Tensor[]) => {
  const boxes = outputs.find(({ dims }) => dims.length >= 2 && dims.at(-1) === 4)
  const count = boxes ? boxes.data.length / 4 : 0
  const lists = outputs.filter((output) => output !== boxes && output.data.length === count)
  const isWhole = ({ data }: Tensor): boolean => Array.from(data).every((value) => Number.isInteger(Number(value)))
  const isScore = ({ data }: Tensor): boolean => Array.from(data).every((value) => value >= 0 && value <= 1)
  const numbers = lists.find((list) => isWhole(list) && !isScore(list)) ?? lists.find(isWhole)
  const scores = lists.find((list) => list !== numbers && isScore(list))
  if (!boxes || (count > 0 && (!numbers || !scores))) {
    throw new Error('the outputs of the model are not the boxes, label numbers and scores of an SSD')
  }
  return { boxes, numbers, scores, count }
}

/** TensorFlow gives y1, x1, y2, x2 as fractions, torchvision x1, y1, x2, y2 as pixels; both count labels from 1. */
const ssd: Decode = (outputs, labels, wanted) => {
  const { boxes, numbers, scores, count } = ssdParts(outputs)
  const pixels = Array.from(boxes.data).some((value) => value > 2)
  const found: Detection[] = []
  for (let at = 0; at < count; at++) {
    const label = labels[Number(numbers?.data[at]) - 1]
    const score = scores?.data[at] ?? 0
    if (label === undefined || score < wanted.least(label)) continue
    const [a, b, c, d] = [0, 1, 2, 3].map((side) => boxes.data[at * 4 + side]) as [number, number, number, number]
    const corners = pixels ? { x1: a, y1: b, x2: c, y2: d } : { x1: b, y1: a, x2: d, y2: c }
    found.push({ label, score, box: boxOf(corners, pixels ? wanted.width : 1, pixels ? wanted.height : 1) })
  }
  return found
}

const decodes: Readonly<Record<Known, Decode>> = { yolo5, yolo8, yolo10, yolox, ssd }

/** What the shapes of the outputs say. YOLOX looks like yolo5: it must be named. */
export const guessFormat = (outputs: readonly Tensor[], labels: number): Known => {
  if (outputs.length >= 3) return 'ssd'
  const [rows, width] = lastDims(first(outputs))
  if (rows === labels + 4) return 'yolo8'
  if (width === labels + 5) return 'yolo5'
  if (width === 6) return 'yolo10'
  throw new Error(
    `the model's output of ${rows} x ${width} fits no format with ${labels} labels: is the labels file the model's own?`,
  )
}

export const decodeAs = (
  format: ModelFormat,
  outputs: readonly Tensor[],
  labels: readonly string[],
  wanted: Wanted,
): Detection[] => decodes[format === 'auto' ? guessFormat(outputs, labels.length) : format](outputs, labels, wanted)
