// The small frames of a whole file, as a tap gives them of a stream, but as fast as they can be decoded.
import { resolve } from 'node:path'
import { Failure } from '../lib/failure.js'
import type { Frame } from '../lib/frame.js'
import { describeEnd, startChild } from '../lib/process.js'
import { FRAMES_FD, TIMES_FD, tapArgs } from './ffmpeg-args.js'
import { createFrameReader } from './frames.js'

export interface ReadFrames {
  readonly file: string
  readonly frames: { readonly width: number; readonly fps: number }
  readonly signal: AbortSignal
  /** `mono` is milliseconds from the first frame. */
  onFrame(frame: Frame): void
}

const GRACE_MS = 500

/** Resolves at the file's end, or when the signal aborts; a Failure where the file is no video. */
export const readFrames = async ({ file, frames, signal, onFrame }: ReadFrames): Promise<void> => {
  if (signal.aborted) return
  let problem: unknown
  let first: number | undefined
  const url = `file:${resolve(file)}`
  const child = startChild({
    name: `reading ${file}`,
    command: 'ffmpeg',
    args: tapArgs({ url, fragments: false, frames, sound: 'none', probe: 'thorough' }),
    pipes: Math.max(FRAMES_FD, TIMES_FD) - 2,
  })
  const reader = createFrameReader((data, width, height, pts) => {
    first ??= pts
    onFrame({ data, width, height, pts, mono: (pts - first) * 1000 })
  })
  const hear = (pipe: NodeJS.ReadableStream, use: (chunk: Buffer) => void): void => {
    pipe.on('data', (chunk: Buffer) => {
      if (problem !== undefined || signal.aborted) return
      try {
        use(chunk)
      } catch (error) {
        problem = error
        void child.stop(GRACE_MS)
      }
    })
  }
  child.stdout.resume()
  hear(child.pipe(FRAMES_FD - 3), reader.writePictures)
  hear(child.pipe(TIMES_FD - 3), reader.writeTimes)
  const onAbort = (): void => void child.stop(GRACE_MS)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    const end = await child.exited
    if (signal.aborted) return
    if (problem !== undefined) throw problem
    if (first !== undefined) return
    const why = end.tail.find((line) => /\[(error|fatal)\]/.test(line) && line.includes(url))
    const reason = why ? why.slice(why.indexOf(url) + url.length + 2) : describeEnd('ffmpeg', end)
    throw new Failure('unavailable', `${file} can't be read as video: ${reason}`)
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
