// Reads pictures from a y4m pipe into one reused buffer and joins each with its time from the side pipe. The two pipes
// race; a picture waits for its time, never the other way round.
import { Failure } from '../lib/failure.js'
import { TICKS } from './ffmpeg-args.js'

export interface FrameReader {
  /** Both throw a Failure when the bytes make no sense; chunks are copied where they are kept. */
  writePictures(chunk: Buffer): void
  writeTimes(chunk: Buffer): void
}

/** `data` is valid during the call. `pts` in seconds. */
export type OnPicture = (data: Uint8Array, width: number, height: number, pts: number) => void

const MAX_LINE = 256
const MAX_SIDE = 8192
/** A time is printed before its picture is written: more than this waiting means that times no longer come. */
const MAX_WAITING = 4 * 1024 * 1024
const NEWLINE = 10

/** What a picture is made of: its luma alone, or all of yuv420p. */
const PLANES = { luma: / Cmono\b/, yuv420p: / C420/ } as const

export const createFrameReader = (onPicture: OnPicture, planes: keyof typeof PLANES = 'luma'): FrameReader => {
  let width = 0
  let height = 0
  let picture = Buffer.alloc(0)
  /** -1: in a line of text (the header, or the mark before a picture). */
  let filled = -1
  let line = ''
  const times: number[] = []
  let partialTime = ''
  const waiting: Buffer[] = []
  let waitingBytes = 0

  const readLine = (text: string): void => {
    if (width > 0) {
      if (!text.startsWith('FRAME')) throw new Failure('unavailable', 'the pictures of ffmpeg are out of step')
      filled = 0
      return
    }
    width = Number(/^YUV4MPEG2 .*\bW(\d+)/.exec(text)?.[1] ?? 0)
    height = Number(/^YUV4MPEG2 .*\bH(\d+)/.exec(text)?.[1] ?? 0)
    if (width < 2 || height < 2 || width > MAX_SIDE || height > MAX_SIDE)
      throw new Failure('unavailable', `ffmpeg gives pictures of ${width}x${height}`)
    if (!PLANES[planes].test(text)) throw new Failure('unavailable', `ffmpeg gives pictures that are not ${planes}`)
    const chroma = planes === 'luma' ? 0 : 2 * Math.ceil(width / 2) * Math.ceil(height / 2)
    picture = Buffer.alloc(width * height + chroma)
  }

  /** How many bytes were used: fewer than all when a picture waits for its time. */
  const read = (chunk: Buffer): number => {
    let at = 0
    while (true) {
      if (filled === picture.length && picture.length > 0) {
        const ticks = times.shift()
        if (ticks === undefined) return at
        filled = -1
        onPicture(picture, width, height, ticks / TICKS)
      }
      if (at >= chunk.length) return at
      if (filled >= 0) {
        const took = chunk.copy(picture, filled, at)
        filled += took
        at += took
        continue
      }
      const end = chunk.indexOf(NEWLINE, at)
      line += chunk.toString('latin1', at, end < 0 ? chunk.length : end)
      if (line.length > MAX_LINE) throw new Failure('unavailable', 'ffmpeg gives no pictures but something else')
      if (end < 0) return chunk.length
      at = end + 1
      const text = line
      line = ''
      readLine(text)
    }
  }

  /** Keeps what was not used: the chunk is its reader's. */
  const hold = (chunk: Buffer, used: number): void => {
    if (used === chunk.length) return
    waiting.push(Buffer.from(chunk.subarray(used)))
    waitingBytes += chunk.length - used
  }
  const readAll = (): void => {
    while (true) {
      const chunk = waiting.shift() ?? Buffer.alloc(0)
      const used = read(chunk)
      waitingBytes -= used
      if (used < chunk.length) return void waiting.unshift(chunk.subarray(used))
      if (waiting.length === 0) return
    }
  }

  return {
    writePictures: (chunk) => {
      if (waiting.length === 0) hold(chunk, read(chunk))
      else hold(chunk, 0)
      if (waitingBytes > MAX_WAITING) throw new Failure('unavailable', 'ffmpeg gives pictures without their times')
      readAll()
    },
    writeTimes: (chunk) => {
      const lines = (partialTime + chunk.toString('latin1')).split('\n')
      partialTime = lines.pop() ?? ''
      for (const text of lines) {
        const ticks = /^frame:\d+\s+pts:(-?\d+)/.exec(text)?.[1]
        if (ticks !== undefined) times.push(Number(ticks))
      }
      readAll()
    },
  }
}
