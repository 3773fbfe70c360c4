// One run of one variant's ffmpeg: pictures out of its pipes, parts to `onPart`. Starting it again is mjpeg.ts' matter.
import type { MjpegPart, MjpegVariant } from '../camera/ports.js'
import type { CameraState } from '../camera/state.js'
import type { Clock } from '../lib/clock.js'
import { Failure } from '../lib/failure.js'
import type { RgbImage } from '../lib/frame.js'
import { createLatest } from '../lib/latest.js'
import { describeEnd, startChild } from '../lib/process.js'
import { openWidePipe } from '../lib/wide-pipe.js'
import { encodeJpegFor } from './jpeg.js'
import { IMAGES_FD, isDrawn, planMjpeg, STAMPS_FD } from './mjpeg-args.js'
import { draftPart, finishPart } from './mjpeg-part.js'
import { createSmjpegReader, type PipeReader } from './mjpeg-read.js'
import { createRgbReader, type RgbReader } from './rgb-reader.js'
import { createStreamTime } from './stream-time.js'

export interface MjpegRun {
  readonly name: string
  readonly url: string
  readonly variant: MjpegVariant
  /** See MjpegPlan. */
  readonly quick: boolean
  readonly clock: Clock
  state(): CameraState
  /** Draws into the picture of a drawn variant; `at` is the wall time at which the camera saw it. */
  draw(image: RgbImage, at: number): void
  /** The number of the next picture. One that was left out has a number too, so that a viewer can tell. */
  nextId(): number
  onPart(part: MjpegPart): void
}

/** Without a picture for this long the stream is dead, whatever its process says. */
const SILENCE = 10_000
const WATCH_EVERY = 1000
/** The first pipe beyond stderr, and how many there are. */
const FIRST_FD = 3
const PIPES = 2

/** Returns when the quality setting changed (the next run has it) or `signal` aborts; throws when the stream broke. */
export const runMjpeg = async (run: MjpegRun, signal: AbortSignal): Promise<void> => {
  const { name, clock } = run
  const { quality } = run.state().settings.jpeg
  const over = new AbortController()
  const time = createStreamTime()
  let newest = clock.now().mono
  const register = (pts: number): { id: number; at: number } => {
    newest = clock.now().mono
    return { id: run.nextId(), at: clock.toWall(time.seen(pts, newest)) }
  }
  const guard =
    (read: PipeReader): PipeReader =>
    (chunk) => {
      if (over.signal.aborted) return
      try {
        read(chunk)
      } catch (error) {
        stop(error)
      }
    }
  const done = (draft: ReturnType<typeof draftPart>, ptsMs: number): void => {
    const { id, at } = register(ptsMs / 1000)
    run.onPart(finishPart(draft, id, at, run.state().light))
  }
  const drawn = isDrawn(run.variant) ? drawAll(run, quality, register, over.signal) : undefined
  using pictures = await openWidePipe(guard(drawn ? drawn.readImages : createSmjpegReader(draftPart, done)))
  const { far } = pictures
  const pipes = drawn ? { pipes: PIPES, sockets: { [IMAGES_FD - FIRST_FD]: far } } : { stdoutTo: far }
  const child = startChild({ name, ...pipes, ...planMjpeg({ ...run, quality }) })
  far.destroy()
  let problem: unknown
  const stop = (why?: unknown): void => {
    problem ??= why
    over.abort()
    void child.stop()
  }
  const onAbort = (): void => stop()
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) stop()
  if (drawn) {
    child.stdout.resume()
    child.pipe(STAMPS_FD - FIRST_FD).on('data', guard(drawn.readStamps))
    drawn.drawing.catch((error: unknown) => over.signal.aborted || stop(error))
  }
  const watch = clock.every(WATCH_EVERY, () => {
    if (clock.now().mono - newest > SILENCE) stop(new Failure('unavailable', `${name}: no picture for 10 s`))
    if (run.state().settings.jpeg.quality !== quality) stop()
  })
  try {
    const end = await child.exited
    if (problem) throw problem
    if (!over.signal.aborted) throw new Failure('unavailable', describeEnd(name, end))
  } finally {
    over.abort()
    watch[Symbol.dispose]()
    signal.removeEventListener('abort', onAbort)
  }
}

interface Timed {
  readonly image: RgbImage
  readonly id: number
  readonly at: number
}

/** One is filled, one drawn, one encoded. */
const MOST_SPARES = 3

/** Joins raw pictures with their times; always draws the newest, while the one before is encoded. */
const drawAll = (
  run: MjpegRun,
  quality: number,
  register: (pts: number) => { id: number; at: number },
  signal: AbortSignal,
): Pick<RgbReader, 'readImages' | 'readStamps'> & { readonly drawing: Promise<void> } => {
  const latest = createLatest<Timed>()
  const reader = createRgbReader(MOST_SPARES, (image, pts) => latest.put({ image, ...register(pts) }))
  const send = async ({ image, id, at }: Timed, before: Promise<void>): Promise<void> => {
    const draft = (jpeg: Buffer): ReturnType<typeof draftPart> => {
      const made = draftPart(jpeg.length)
      made.picture.set(jpeg)
      return made
    }
    const [made] = await Promise.all([encodeJpegFor(image, quality, draft), before])
    reader.giveBack(image)
    if (signal.aborted) return
    run.onPart(finishPart(made, id, at, run.state().light))
  }
  const draw = async (): Promise<void> => {
    let sending = Promise.resolve()
    while (!signal.aborted) {
      const timed = await latest.take(signal)
      run.draw(timed.image, timed.at)
      const before = sending
      sending = send(timed, before)
      // What goes wrong with it is heard at the next picture.
      sending.catch(() => {})
      await before
    }
  }
  return { ...reader, drawing: draw() }
}
