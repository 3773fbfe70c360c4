// Raw RGB pictures and their times, from the two pipes of one ffmpeg: joined in order, into memory that is used again.
import type { RgbImage } from '../lib/frame.js'
import { TICKS } from './ffmpeg-args.js'
import { createPpmReader, createStampReader, type PipeReader } from './mjpeg-read.js'

export interface RgbReader {
  readonly readImages: PipeReader
  readonly readStamps: PipeReader
  /** It is not needed any more: its memory may be filled with another one. */
  giveBack(image: RgbImage): void
}

/** `spares`: pictures whose memory waits at most. `onImage`: in order; `pts` is the stream's time in seconds. */
export const createRgbReader = (spares: number, onImage: (image: RgbImage, pts: number) => void): RgbReader => {
  const images: RgbImage[] = []
  const stamps: number[] = []
  const free: Uint8Array[] = []
  const join = (): void => {
    for (;;) {
      const [image] = images
      const [pts] = stamps
      if (!image || pts === undefined) return
      images.shift()
      stamps.shift()
      onImage(image, pts)
    }
  }
  const room = (bytes: number): Uint8Array => {
    const data = free.pop()
    return data?.length === bytes ? data : Buffer.allocUnsafeSlow(bytes)
  }
  return {
    readImages: createPpmReader(room, (image) => {
      images.push(image)
      join()
    }),
    readStamps: createStampReader((ticks) => {
      stamps.push(ticks / TICKS)
      join()
    }),
    giveBack: ({ data }) => {
      if (free.length < spares) free.push(data)
    },
  }
}
