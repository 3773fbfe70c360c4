// What every eye is: it looks at frames and says what it sees.
import type { Frame } from '../lib/frame.js'

/** Keeps only its own memory. */
export interface Eye<Seen> {
  look(frame: Frame): Seen
  /** A seam in the source, or a known change of light: what it learnt is no longer true. */
  forget(): void
}
