// A small raw picture. Shape: `width * height` bytes of luma, row after row; where whoever gives it says yuv420p, the two
// chroma planes follow. `data` is valid during the call that hands it over: whoever keeps pixels copies them.

export interface Frame {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
  /** Monotonic milliseconds at which the camera saw it: the clock of the ring's fragments. */
  readonly mono: number
  /** The stream's own clock, seconds. */
  readonly pts: number
}

/** A picture to draw into and to encode: red, green, blue, row after row. */
export interface RgbImage {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
  readonly channels: 3
}

/**
 * A picture to draw into and to encode, as JPEG keeps it (ffmpeg's yuvj420p): a plane of luma, then blue and red
 * difference at half the width and height, rounded up; BT.601, full range.
 */
export interface YuvImage {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
  readonly channels: 'yuvj420p'
}

export type Image = RgbImage | YuvImage

/** Samples of colour along a side of a picture whose colours are at half its size. */
export const halfSide = (side: number): number => (side + 1) >> 1

/** Of a yuv420p or yuvj420p picture, with all of its planes. */
export const yuvBytes = (width: number, height: number): number =>
  width * height + 2 * halfSide(width) * halfSide(height)
