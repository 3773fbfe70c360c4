// Cuts what ffmpeg writes on a pipe into raw pictures: RGB (PPM: each with its size) and YUV (Y4M: all of one size).
// Copies each byte once, to the place where it stays.
import { Failure } from '../lib/failure.js'
import { type RgbImage, type YuvImage, yuvBytes } from '../lib/frame.js'
import { printTimes } from './ffmpeg-args.js'

/** Hears each chunk of a pipe. */
export type PipeReader = (chunk: Buffer) => void

interface Found {
  readonly headBytes: number
  /** Where the picture's bytes go, and who hears that all are there. */
  readonly body: Uint8Array
  done(): void
}

/** `find` reads a picture's head, and gives nothing while more bytes of it must come. */
const createReader = (find: (head: Buffer) => Found | undefined): PipeReader => {
  let head: Buffer = Buffer.alloc(0)
  let found: Found | undefined
  let filled = 0
  return (chunk) => {
    let rest = chunk
    while (rest.length > 0) {
      if (found) {
        const copied = rest.copy(found.body, filled)
        filled += copied
        rest = rest.subarray(copied)
      } else {
        const all = head.length > 0 ? Buffer.concat([head, rest]) : rest
        found = find(all)
        if (!found) {
          // The chunk may be a buffer that is used again.
          head = Buffer.from(all)
          return
        }
        filled = 0
        rest = all.subarray(found.headBytes)
        head = Buffer.alloc(0)
      }
      if (filled < found.body.length) continue
      const { done } = found
      found = undefined
      done()
    }
  }
}

const strange = (): never => {
  throw new Failure('unavailable', 'ffmpeg wrote something that is no picture')
}

// Y4M: a line that says the size, then per picture a line that begins with "FRAME".
const Y4M_HEAD = /^(?:YUV4MPEG2 W(\d+) H(\d+) (?:[^\n]* )?C420(?:jpeg|mpeg2|paldv)\b[^\n]*\n)?FRAME[^\n]*\n/
const Y4M_HEAD_MOST = 512
const SIDE_MOST = 16_384

/** Whatever the pipe says, the pictures are full range: whoever starts ffmpeg sees to it. */
export const createY4mReader = (room: (bytes: number) => Uint8Array, done: (image: YuvImage) => void): PipeReader => {
  let [width, height] = [0, 0]
  return createReader((head) => {
    const found = Y4M_HEAD.exec(head.toString('latin1', 0, Y4M_HEAD_MOST))
    if (!found) return head.length >= Y4M_HEAD_MOST ? strange() : undefined
    if (found[1]) [width, height] = [Number(found[1]), Number(found[2])]
    if (width === 0 || height === 0 || width > SIDE_MOST || height > SIDE_MOST) strange()
    const data = room(yuvBytes(width, height))
    const image = { data, width, height, channels: 'yuvj420p' } as const
    return { headBytes: found[0].length, body: data, done: () => done(image) }
  })
}

const PPM_HEAD = /^P6\s+(\d+)\s+(\d+)\s+255\s/
const PPM_HEAD_MOST = 64

/** `room` gives as many bytes as asked for; `done` hears each raw picture in it. */
export const createPpmReader = (room: (bytes: number) => Uint8Array, done: (image: RgbImage) => void): PipeReader =>
  createReader((head) => {
    const found = PPM_HEAD.exec(head.toString('latin1', 0, PPM_HEAD_MOST))
    if (!found) return head.length >= PPM_HEAD_MOST ? strange() : undefined
    const [width, height] = [Number(found[1]), Number(found[2])]
    const data = room(width * height * 3)
    return { headBytes: found[0].length, body: data, done: () => done({ data, width, height, channels: 3 }) }
  })

/** Each picture's time on the pipe behind stderr. */
export const STAMPS = printTimes(3)

/**
 * Reads the times that ffmpeg prints for raw pictures, in ticks of its time base, with their numbers: these begin again
 * where the stream's size or format changed.
 */
export const createStampReader = (onTicks: (ticks: number, number: number) => void): PipeReader => {
  let partial = ''
  return (chunk) => {
    const lines = (partial + chunk.toString('latin1')).split('\n')
    partial = lines.pop() ?? ''
    for (const line of lines) {
      const found = /^frame:(\d+)\s+pts:(-?\d+)/.exec(line)
      if (found) onTicks(Number(found[2]), Number(found[1]))
    }
  }
}
