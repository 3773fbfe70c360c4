// One run of one variant's ffmpeg: pictures out of its pipe, drawn into, encoded, parts to `onPart`. Starting it again is
// mjpeg.ts' matter.
import type { MjpegPart, MjpegVariant } from '../camera/ports.js'
import type { CameraState } from '../camera/state.js'
import type { Clock } from '../lib/clock.js'
import { Failure } from '../lib/failure.js'
import type { Image } from '../lib/frame.js'
import { createInOrder } from '../lib/in-order.js'
import { describeEnd, startChild } from '../lib/process.js'
import { openWidePipe } from '../lib/wide-pipe.js'
import { encodeJpegFor } from './jpeg.js'
import { planMjpeg, STAMPS_FD, UNREADABLE } from './mjpeg-args.js'
import { draftPart, finishPart, type PartDraft } from './mjpeg-part.js'
import { createY4mReader, type PipeReader } from './mjpeg-read.js'
import { createPictureReader } from './picture-reader.js'
import { createStreamTime } from './stream-time.js'

export interface MjpegRun {
  readonly name: string
  readonly url: string
  readonly size: MjpegVariant['size']
  /** See MjpegPlan. */
  readonly quick: boolean
  readonly told: boolean
  readonly clock: Clock
  state(): CameraState
  /** Draws what the variant shows; `at` is the wall time at which the camera saw the picture. */
  draw(image: Image, at: number): void
  /** The number of the next picture. One that was left out has a number too, so that a viewer can tell. */
  nextId(): number
  onPart(part: MjpegPart): void
}

/** Only a run that is not `told` can show this stream. */
export class UnreadableColours extends Error {}

/** Without a picture for this long the stream is dead, whatever its process says. */
const SILENCE = 10_000
const WATCH_EVERY = 1000
/** The first pipe beyond stderr. */
const FIRST_FD = 3
const MOST_IN_WORK = 3
/** Bytes that may wait: a machine that is busy for a moment catches up, one that is too slow leaves pictures out. */
const MOST_WAITING = 8_000_000
/** One is filled, one encoded; the others are rare. */
const MOST_SPARES = 2

interface Timed {
  readonly image: Image
  readonly id: number
  readonly at: number
}

/** Returns when `signal` aborts or the stream's size or format changed; throws when it broke. */
export const runMjpeg = async (run: MjpegRun, signal: AbortSignal): Promise<void> => {
  const { name, clock } = run
  const over = new AbortController()
  const time = createStreamTime()
  let newest = clock.now().mono
  const pictures = createInOrder<Timed, PartDraft>({
    most: MOST_IN_WORK,
    mayWait: ({ image }) => Math.max(1, Math.floor(MOST_WAITING / image.data.length)),
    work: async ({ image, at }) => {
      run.draw(image, at)
      return encodeJpegFor(image, run.state().settings.jpeg.quality, fillPart)
    },
    onResult: (draft, { id, at }) => {
      if (!over.signal.aborted) run.onPart(finishPart(draft, id, at, run.state().light))
    },
    onOver: ({ image }) => reader.giveBack(image),
    onError: (error) => stop(error),
  })
  const reader = createPictureReader({
    cut: createY4mReader,
    spares: MOST_SPARES,
    onImage: (image, pts) => {
      newest = clock.now().mono
      pictures.put({ image, id: run.nextId(), at: clock.toWall(time.seen(pts, newest)) })
    },
    // The next run has the stream as it is.
    onChange: () => stop(),
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
  using pipe = await openWidePipe(guard(reader.readImages))
  const onLine = (line: string): void => void (run.told && UNREADABLE.test(line) && stop(new UnreadableColours()))
  const child = startChild({ name, pipes: 1, stdoutTo: pipe.far, onLine, ...planMjpeg(run) })
  pipe.far.destroy()
  let problem: unknown
  const stop = (why?: unknown): void => {
    problem ??= why
    over.abort()
    void child.stop()
  }
  const onAbort = (): void => stop()
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) stop()
  child.pipe(STAMPS_FD - FIRST_FD).on('data', guard(reader.readStamps))
  const watch = clock.every(WATCH_EVERY, () => {
    if (clock.now().mono - newest > SILENCE) stop(new Failure('unavailable', `${name}: no picture for 10 s`))
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

const fillPart = (jpeg: Buffer): PartDraft => {
  const draft = draftPart(jpeg.length)
  draft.picture.set(jpeg)
  return draft
}
