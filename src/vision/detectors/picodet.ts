// PicoDet-S 320 (PaddleDetection, Yu et al. 2021): 80 COCO labels from one small network. Eight outputs: for each of
// four strides the scores of all labels, then for each the four sides as distributions over 8 bins (generalized focal
// loss, Li et al. 2020): the expectation times the stride is the distance from the cell's centre.
import type { Detection } from '../../camera/objects.js'
import { coco } from './coco.js'
import { defineDetector, type ModelDetector, type Tensor, type Wanted } from './detector.js'

const STRIDES = [8, 16, 32, 64]
const BINS = 8
/** PaddleDetection's own preprocessing, in the order of the channels as the model was exported. */
const MEAN = [103.53, 116.28, 123.675] as const
const STD = [57.375, 57.12, 58.395] as const

/** The expectation of a softmax over `BINS` numbers from `at` on. */
const expectation = (numbers: ArrayLike<number>, at: number): number => {
  let highest = Number.NEGATIVE_INFINITY
  for (let bin = 0; bin < BINS; bin++) highest = Math.max(highest, numbers[at + bin] as number)
  let sum = 0
  let weighted = 0
  for (let bin = 0; bin < BINS; bin++) {
    const share = Math.exp((numbers[at + bin] as number) - highest)
    sum += share
    weighted += share * bin
  }
  return weighted / sum
}

const decode = (outputs: readonly Tensor[], { least, width, height }: Wanted): Detection[] => {
  const wanted = coco.flatMap((label, index) => {
    const score = least(label)
    return score <= 1 ? [{ label, index, score }] : []
  })
  const found: Detection[] = []
  for (const [level, stride] of STRIDES.entries()) {
    const scores = outputs[level]
    const sides = outputs[level + STRIDES.length]
    if (!scores || !sides) throw new Error('PicoDet: the model has fewer than eight outputs')
    const across = Math.ceil(width / stride)
    const cells = across * Math.ceil(height / stride)
    for (let cell = 0; cell < cells; cell++) {
      for (const { label, index, score: enough } of wanted) {
        const score = scores.data[cell * coco.length + index] as number
        if (score < enough) continue
        const [left, top, right, bottom] = [0, 1, 2, 3].map(
          (side) => stride * expectation(sides.data, (cell * 4 + side) * BINS),
        ) as [number, number, number, number]
        const x = ((cell % across) + 0.5) * stride - left
        const y = (Math.floor(cell / across) + 0.5) * stride - top
        const box = { x: x / width, y: y / height, width: (left + right) / width, height: (top + bottom) / height }
        found.push({ label, score, box })
      }
    }
  }
  return found
}

export const picodet: ModelDetector = defineDetector({
  kind: 'picodet',
  name: 'PicoDet',
  labels: coco,
  files: [
    {
      name: 'picodet_s_320_coco.onnx',
      url: 'https://raw.githubusercontent.com/hpc203/picodet-onnxruntime/dfe4d6cd0a18cd4126ee381e81df8a0b1e6ad97b/coco/picodet_s_320_coco.onnx',
      sha256: 'd7852a1508b36bfc2739770ad52ff28bf81e219dc5c15dd7868d5ebdf007b6c8',
      bytes: 4_040_569,
      licence: 'Apache-2.0 (PaddleDetection)',
      what: '80 kinds of objects: people, vehicles, animals, things',
      recommended: true,
    },
  ],
  score: 0.45,
  input: { width: 320, height: 320, step: null, order: 'rgb', mean: MEAN, std: STD, keepShape: false },
  decode,
})
