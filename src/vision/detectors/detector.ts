// What a kind of detector is: the model file it needs, the labels it knows, the picture it wants and what its numbers
// mean. Data and pure functions only: running a model is the engine's, in its child process.
import type { Detection } from '../../camera/objects.js'

/** A model in the catalogue: fetched by `nightjar models pull`, looked for by its name in the models' folder. */
export interface ModelFile {
  readonly name: string
  readonly url: string
  readonly sha256: string
  readonly bytes: number
  readonly licence: string
  /** What it is, for a person. */
  readonly what: string
  /** Pulled when no name is given. */
  readonly recommended: boolean
}

/** The picture a model wants, as one tensor. Value of a channel: `(0..255 - mean) / std`. */
export interface ModelInput {
  /** Pixels, where the model leaves them free. With `step` their product counts, and the shape follows the picture. */
  readonly width: number
  readonly height: number
  /** A model with free height and width takes multiples of this; null: exactly width x height. */
  readonly step: number | null
  readonly order: 'rgb' | 'bgr'
  readonly mean: readonly [number, number, number]
  readonly std: readonly [number, number, number]
  /** Whether the picture keeps its shape, with grey around; else it is stretched. */
  readonly keepShape: boolean
}

export interface Tensor {
  readonly data: ArrayLike<number>
  readonly dims: readonly number[]
}

/** What to look for in a model's numbers. */
export interface Wanted {
  /** The least score of a label; Infinity for one nobody wants. */
  least(label: string): number
  /** The model's input in pixels, as it was for this look. */
  readonly width: number
  readonly height: number
}

export interface Detector {
  readonly kind: string
  /** The name for sentences: "PicoDet". */
  readonly name: string
  readonly labels: readonly string[]
  /** Any one of them will do, the first is preferred; empty: needs none. */
  readonly files: readonly ModelFile[]
  /** The least score where nobody says another. */
  readonly score: number
}

/** A detector that is a model in the ONNX format. */
export interface ModelDetector extends Detector {
  readonly input: ModelInput
  /** Boxes in fractions of the model's input, not thinned out yet. Outputs are in the model's order. */
  readonly decode: (outputs: readonly Tensor[], wanted: Wanted) => Detection[]
}

export const defineDetector = <T extends Detector>(detector: T): T => detector
