// The small frames of a whole file, as a tap gives them of a stream, but as fast as they can be decoded; with large
// pictures beside them, if wanted, as fast as they are taken.
import { resolve } from 'node:path'
import { Failure } from '../lib/failure.js'
import type { Frame } from '../lib/frame.js'
import { describeEnd, startChild } from '../lib/process.js'
import { DETAIL_FD, DETAIL_TIMES_FD, FRAMES_FD, TIMES_FD, tapArgs } from './ffmpeg-args.js'
import { createFrameReader } from './frames.js'

export interface ReadFrames {
  readonly file: string
  readonly frames: { readonly width: number; readonly fps: number }
  readonly signal: AbortSignal
  /** `mono` is milliseconds from the first frame. */
  onFrame(frame: Frame): void
  /** Each frame comes large (yuv420p), too, right after it; reading waits for the promise. */
  readonly detail?: { readonly width: number; onDetail(frame: Frame): Promise<void> }
}

const GRACE_MS = 500

/** Resolves at the file's end, or when the signal aborts; a Failure where the file is no video. */
export const readFrames = async ({ file, frames, signal, onFrame, detail }: ReadFrames): Promise<void> => {
  if (signal.aborted) return
  let problem: unknown
  let first: number | undefined
  const url = `file:${resolve(file)}`
  const all = detail ? { width: detail.width, every: 1 } : null
  const child = startChild({
    name: `reading ${file}`,
    command: 'ffmpeg',
    args: tapArgs({ url, fragments: false, frames, detail: all, sound: 'none', probe: 'thorough' }),
    pipes: (detail ? DETAIL_TIMES_FD : Math.max(FRAMES_FD, TIMES_FD)) - 2,
  })
  let largePipe: NodeJS.ReadableStream | undefined
  const giveUp = (error: unknown): void => {
    problem ??= error
    stop()
  }
  // A pipe that nobody reads would keep the child from ending.
  const stop = (): void => {
    largePipe?.resume()
    void child.stop(GRACE_MS)
  }
  const wait = (on: boolean): void => void (on && !signal.aborted ? largePipe?.pause() : largePipe?.resume())
  const pairs = detail && pairUp({ onFrame, onDetail: detail.onDetail, wait, giveUp })
  const reader = createFrameReader((data, width, height, pts) => {
    first ??= pts
    const frame = { data, width, height, pts, mono: (pts - first) * 1000 }
    if (pairs) pairs.frame(frame)
    else onFrame(frame)
  })
  const hear = (pipe: NodeJS.ReadableStream, use: (chunk: Buffer) => void): void => {
    pipe.on('data', (chunk: Buffer) => {
      if (problem !== undefined || signal.aborted) return
      try {
        use(chunk)
      } catch (error) {
        giveUp(error)
      }
    })
  }
  child.stdout.resume()
  hear(child.pipe(FRAMES_FD - 3), reader.writePictures)
  hear(child.pipe(TIMES_FD - 3), reader.writeTimes)
  if (pairs) {
    const large = createFrameReader(
      (data, width, height, pts) => pairs.large({ data, width, height, pts, mono: 0 }),
      'yuv420p',
    )
    largePipe = child.pipe(DETAIL_FD - 3)
    hear(largePipe, large.writePictures)
    hear(child.pipe(DETAIL_TIMES_FD - 3), large.writeTimes)
  }
  signal.addEventListener('abort', stop, { once: true })
  try {
    const end = await child.exited
    await pairs?.end()
    if (signal.aborted) return
    if (problem !== undefined) throw problem
    if (first !== undefined) return
    const why = end.tail.find((line) => /\[(error|fatal)\]/.test(line) && line.includes(url))
    const reason = why ? why.slice(why.indexOf(url) + url.length + 2) : describeEnd('ffmpeg', end)
    throw new Failure('unavailable', `${file} can't be read as video: ${reason}`)
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

interface Pairing extends Pick<ReadFrames, 'onFrame'> {
  onDetail(frame: Frame): Promise<void>
  /** No more large pictures for now; or again. */
  wait(on: boolean): void
  giveUp(error: unknown): void
}

/** So many large pictures may wait. */
const AHEAD = 3

/** Frames and large pictures come on two pipes: here they are in the order of their times again. */
const pairUp = ({ onFrame, onDetail, wait, giveUp }: Pairing) => {
  const frames: Frame[] = []
  const larges: Frame[] = []
  let ended = false
  let running: Promise<void> | undefined
  const copy = (frame: Frame): Frame => ({ ...frame, data: Uint8Array.from(frame.data) })

  const drain = async (): Promise<void> => {
    for (let large = larges[0]; large; large = larges[0]) {
      // Its frame has not come yet.
      if (!ended && !frames.some(({ pts }) => pts >= large.pts)) return
      let mono = 0
      while (frames[0] && frames[0].pts <= large.pts) {
        const frame = frames.shift() as Frame
        mono = frame.mono
        onFrame(frame)
      }
      larges.shift()
      await onDetail({ ...large, mono })
      if (larges.length < AHEAD) wait(false)
    }
    if (ended) for (const frame of frames.splice(0)) onFrame(frame)
  }
  const run = (): void => {
    running ??= drain()
      .catch(giveUp)
      .finally(() => {
        running = undefined
      })
  }
  return {
    frame: (frame: Frame): void => {
      frames.push(copy(frame))
      run()
    },
    large: (frame: Frame): void => {
      larges.push(copy(frame))
      if (larges.length >= AHEAD) wait(true)
      run()
    },
    end: async (): Promise<void> => {
      await running
      ended = true
      run()
      await running
    },
  }
}
