// One run of one variant's ffmpeg: pictures out of its pipes, parts to `onPart`. Starting it again is mjpeg.ts' matter.
import type { MjpegPart, MjpegVariant } from '../camera/ports.js'
import type { CameraState } from '../camera/state.js'
import type { Clock } from '../lib/clock.js'
import { Failure } from '../lib/failure.js'
import type { RgbImage } from '../lib/frame.js'
import { createLatest } from '../lib/latest.js'
import { describeEnd, startChild } from '../lib/process.js'
import { encodeJpeg } from './jpeg.js'
import { planMjpeg, TICKS } from './mjpeg-args.js'
import { draftPart, finishPart } from './mjpeg-part.js'
import { createPpmReader, createSmjpegReader, createStampReader, type PipeReader } from './mjpeg-read.js'
import { createStreamTime } from './stream-time.js'

export interface MjpegRun {
  readonly name: string
  readonly url: string
  readonly variant: MjpegVariant
  /** See MjpegPlan. */
  readonly quick: boolean
  readonly clock: Clock
  state(): CameraState
  /** Draws into the picture; `at` is the wall time at which the camera saw it. */
  draw(image: RgbImage, at: number): void
  /** The number of the next picture. One that was left out has a number too, so that a viewer can tell. */
  nextId(): number
  onPart(part: MjpegPart): void
}

/** Without a picture for this long the stream is dead, whatever its process says. */
const SILENCE = 10_000
const WATCH_EVERY = 1000

/** Returns when the quality setting changed (the next run has it) or `signal` aborts; throws when the stream broke. */
export const runMjpeg = async (run: MjpegRun, signal: AbortSignal): Promise<void> => {
  const { name, clock } = run
  const { quality } = run.state().settings.jpeg
  const child = startChild({ name, pipes: run.variant.annotated ? 1 : 0, ...planMjpeg({ ...run, quality }) })
  const over = new AbortController()
  let problem: unknown
  const stop = (why?: unknown): void => {
    problem ??= why
    over.abort()
    void child.stop()
  }
  const onAbort = (): void => stop()
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) stop()

  const time = createStreamTime()
  let newest = clock.now().mono
  const register = (pts: number): { id: number; at: number } => {
    newest = clock.now().mono
    return { id: run.nextId(), at: clock.toWall(time.seen(pts, newest)) }
  }
  const watch = clock.every(WATCH_EVERY, () => {
    if (clock.now().mono - newest > SILENCE) stop(new Failure('unavailable', `${name}: no picture for 10 s`))
    if (run.state().settings.jpeg.quality !== quality) stop()
  })
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
  try {
    if (run.variant.annotated) {
      const { readImages, readStamps, drawing } = annotate(run, quality, register, over.signal)
      child.stdout.on('data', guard(readImages))
      child.pipe(0).on('data', guard(readStamps))
      drawing.catch((error: unknown) => over.signal.aborted || stop(error))
    } else {
      const done = (draft: ReturnType<typeof draftPart>, ptsMs: number): void => {
        const { id, at } = register(ptsMs / 1000)
        run.onPart(finishPart(draft, id, at, run.state().light))
      }
      child.stdout.on('data', guard(createSmjpegReader(draftPart, done)))
    }
    const end = await child.exited
    if (problem) throw problem
    if (!over.signal.aborted) throw new Failure('unavailable', describeEnd(name, end))
  } finally {
    over.abort()
    watch[Symbol.dispose]()
    signal.removeEventListener('abort', onAbort)
  }
}

/** Joins raw pictures with their times; draws and encodes one at a time, always the newest. */
const annotate = (
  run: MjpegRun,
  quality: number,
  register: (pts: number) => { id: number; at: number },
  signal: AbortSignal,
): { readImages: PipeReader; readStamps: PipeReader; drawing: Promise<void> } => {
  const latest = createLatest<{ image: RgbImage; id: number; at: number }>()
  const images: RgbImage[] = []
  const stamps: number[] = []
  let spare: Uint8Array | undefined
  const join = (): void => {
    while (true) {
      const [image] = images
      const [pts] = stamps
      if (!image || pts === undefined) return
      images.shift()
      stamps.shift()
      latest.put({ image, ...register(pts) })
    }
  }
  const draw = async (): Promise<void> => {
    while (!signal.aborted) {
      const { image, id, at } = await latest.take(signal)
      run.draw(image, at)
      const jpeg = await encodeJpeg(image, quality)
      spare = image.data
      if (signal.aborted) return
      const draft = draftPart(jpeg.length)
      draft.picture.set(jpeg)
      run.onPart(finishPart(draft, id, at, run.state().light))
    }
  }
  const room = (bytes: number): Uint8Array => {
    const data = spare?.length === bytes ? spare : Buffer.allocUnsafeSlow(bytes)
    spare = undefined
    return data
  }
  const readImages = createPpmReader(room, (image) => {
    images.push(image)
    join()
  })
  const readStamps = createStampReader((ticks) => {
    stamps.push(ticks / TICKS)
    join()
  })
  return { readImages, readStamps, drawing: draw() }
}
