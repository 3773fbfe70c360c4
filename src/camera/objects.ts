// What detectors and the tracker say, as facts: boxes in fractions of the picture, scores 0..1.
import type { Box } from '../lib/box.js'

/** One finding in one picture. */
export interface Detection {
  readonly label: string
  readonly score: number
  readonly box: Box
}

/** The same thing over several pictures. */
export interface Track {
  /** Unique in the camera until it restarts. */
  readonly id: number
  readonly label: string
  /** The best so far. */
  readonly score: number
  readonly box: Box
  /** Ids of the object zones that it stands in. */
  readonly zones: readonly string[]
  /** Wall ms. */
  readonly since: number
  readonly moving: boolean
}
