// Cuts what ffmpeg writes on a pipe into pictures: coded ones (SMJPEG: each with its time and size) and raw ones (PPM:
// each with its size). Copies each byte once, to the place where it stays.
import { Failure } from '../lib/failure.js'
import type { RgbImage } from '../lib/frame.js'

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

// SMJPEG: a file header that ends with "HEND", then per picture "vidD", milliseconds and size (both 32 bit).
const FILE_HEAD_MOST = 64 * 1024
const FILE_HEAD_END = 'HEND'
const PICTURE_HEAD = 12
const PICTURE_MOST = 64 * 1024 * 1024

/** `place` gives the room for a picture of that size; `done` hears that it is full, with its time in milliseconds. */
export const createSmjpegReader = <Draft extends { readonly picture: Uint8Array }>(
  place: (bytes: number) => Draft,
  done: (draft: Draft, ptsMs: number) => void,
): PipeReader => {
  let begun = false
  return createReader((head) => {
    const start = begun ? 0 : head.indexOf(FILE_HEAD_END) + FILE_HEAD_END.length
    if (!begun && start < FILE_HEAD_END.length) return head.length > FILE_HEAD_MOST ? strange() : undefined
    if (head.length < start + PICTURE_HEAD) return undefined
    begun = true
    const bytes = head.readUInt32BE(start + 8)
    if (head.toString('latin1', start, start + 4) !== 'vidD' || bytes === 0 || bytes > PICTURE_MOST) strange()
    const ptsMs = head.readInt32BE(start + 4)
    const draft = place(bytes)
    return { headBytes: start + PICTURE_HEAD, body: draft.picture, done: () => done(draft, ptsMs) }
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

/** Reads the times that ffmpeg prints for raw pictures, in ticks of its time base. */
export const createStampReader = (onTicks: (ticks: number) => void): PipeReader => {
  let partial = ''
  return (chunk) => {
    const lines = (partial + chunk.toString('latin1')).split('\n')
    partial = lines.pop() ?? ''
    for (const line of lines) {
      const ticks = /^frame:\d+\s+pts:(-?\d+)/.exec(line)?.[1]
      if (ticks !== undefined) onTicks(Number(ticks))
    }
  }
}
