// Raw pictures and their times, from the two pipes of one ffmpeg: joined in order, into memory that is used again.
import { Failure } from '../lib/failure.js'
import type { Image } from '../lib/frame.js'
import { TICKS } from './ffmpeg-args.js'
import { createStampReader, type PipeReader } from './mjpeg-read.js'

export interface PictureReader {
  readonly readImages: PipeReader
  readonly readStamps: PipeReader
  /** It is not needed any more: its memory may be filled with another one. */
  giveBack(image: Image): void
}

export interface PictureReaderDeps<Kind extends Image> {
  /** What cuts the pictures' pipe: see mjpeg-read.ts. */
  readonly cut: (room: (bytes: number) => Uint8Array, done: (image: Kind) => void) => PipeReader
  /** Pictures whose memory waits at most. */
  readonly spares: number
  /** In order; `pts` is the stream's time in seconds. */
  onImage(image: Kind, pts: number): void
  /** The stream has another size or format from now on, which ffmpeg converts to the first ones. */
  onChange?(): void
}

/** A time is printed before its picture is written: more pictures waiting mean that times no longer come. */
const MOST_WAITING = 8

export const createPictureReader = <Kind extends Image>(deps: PictureReaderDeps<Kind>): PictureReader => {
  const images: Kind[] = []
  const stamps: number[] = []
  const free: Uint8Array[] = []
  let before = -1
  const join = (): void => {
    for (;;) {
      const [image] = images
      const [pts] = stamps
      if (!image || pts === undefined) return
      images.shift()
      stamps.shift()
      deps.onImage(image, pts)
    }
  }
  const room = (bytes: number): Uint8Array => {
    const data = free.pop()
    return data?.length === bytes ? data : Buffer.allocUnsafeSlow(bytes)
  }
  return {
    readImages: deps.cut(room, (image) => {
      images.push(image)
      join()
      if (images.length > MOST_WAITING) throw new Failure('unavailable', 'ffmpeg gives pictures without their times')
    }),
    readStamps: createStampReader((ticks, number) => {
      if (number < before) deps.onChange?.()
      before = number
      stamps.push(ticks / TICKS)
      join()
    }),
    giveBack: ({ data }) => {
      if (free.length < deps.spares) free.push(data)
    },
  }
}
