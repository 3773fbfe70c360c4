// A small raw picture to look at. Shape: yuv420p, `width * height` bytes of luma (full first plane, row after row),
// then the two chroma planes. Valid only during the look: eyes copy what they keep.

export interface Frame {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
  /** Monotonic milliseconds at which the camera saw it: the clock of the ring's fragments. */
  readonly mono: number
  /** The stream's own clock, seconds. */
  readonly pts: number
}

/** Looks at frames and says what it sees; keeps only its own memory. */
export interface Eye<Seen> {
  look(frame: Frame): Seen
  /** A seam in the source, or a known change of light: what it learnt is no longer true. */
  forget(): void
}
