// The user's own model: a detector made of options. The file says its input's size and type itself; the options say
// what its values and outputs mean (own-formats.ts).
import { range, type Slice } from '../../lib/slice.js'
import { coco } from './coco.js'
import { defineDetector, type ModelDetector, type ModelInput } from './detector.js'
import { decodeAs, type ModelFormat, modelFormats } from './own-formats.js'

export const valueRanges = ['0..1', '0..255', '-1..1', 'imagenet'] as const

export interface OwnModel {
  /** The file; null: there is none. */
  readonly path: string | null
  /** A file with one label a line, in the model's order; null: the 80 of COCO. */
  readonly labels_path: string | null
  readonly format: ModelFormat
  readonly values: (typeof valueRanges)[number]
  readonly order: ModelInput['order']
  /** Pixels of both sides, for a model that leaves them free. */
  readonly size: number
  readonly keep_shape: boolean
  readonly score: number
}

/** The options, for the configuration. */
export const ownModelSlice = {
  path: { doc: 'Your own model, an ONNX file', format: 'String', default: null, nullable: true },
  labels_path: {
    doc: 'Its labels, one a line; without it the 80 of COCO',
    format: 'String',
    default: null,
    nullable: true,
  },
  format: {
    doc: 'What its outputs mean: yolo5 (also v3, v7), yolo8 (also v9, v11), yolo10 (also exports with NMS), yolox, ssd; auto looks at their shapes',
    format: modelFormats,
    default: 'auto',
  },
  values: { doc: 'The values it wants', format: valueRanges, default: '0..1' },
  order: { doc: 'The order of its colours', format: ['rgb', 'bgr'], default: 'rgb' },
  size: { doc: 'Its size, if the file leaves it free', format: range(32, 2048, true), default: 640, unit: 'pixels' },
  keep_shape: {
    doc: 'Whether it sees the picture in its shape, with grey around it',
    format: 'Boolean',
    default: true,
  },
  score: { doc: 'The least score', format: range(0.05, 1), default: 0.4, unit: '0–1' },
} as const satisfies Slice

type Three = readonly [number, number, number]
const VALUES: Readonly<Record<OwnModel['values'], readonly [mean: Three, std: Three]>> = {
  '0..1': [
    [0, 0, 0],
    [255, 255, 255],
  ],
  '0..255': [
    [0, 0, 0],
    [1, 1, 1],
  ],
  '-1..1': [
    [127.5, 127.5, 127.5],
    [127.5, 127.5, 127.5],
  ],
  imagenet: [
    [123.675, 116.28, 103.53],
    [58.395, 57.12, 57.375],
  ],
}

/** `text`: the labels file. */
export const parseLabels = (text: string): readonly string[] => {
  const lines = text.split(/\r?\n/).map((line) => line.trim())
  while (lines.at(-1) === '') lines.pop()
  return lines
}

export const defineOwnModel = (
  { format, values, order, size, keep_shape, score }: OwnModel,
  labels: readonly string[] = coco,
): ModelDetector => {
  const [mean, std] = VALUES[values]
  return defineDetector({
    kind: 'onnx',
    name: 'your own model',
    labels,
    files: [],
    score,
    input: { width: size, height: size, step: null, order, mean, std, keepShape: keep_shape },
    decode: (outputs, wanted) => decodeAs(format, outputs, labels, wanted),
  })
}
