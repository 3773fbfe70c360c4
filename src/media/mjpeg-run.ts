// One run of one variant's ffmpeg: its pictures drawn into, encoded, parts to `onPart`. Starting it again is mjpeg.ts'
// matter.
import type { MjpegPart, MjpegVariant } from '../camera/ports.js'
import type { CameraState } from '../camera/state.js'
import type { Clock } from '../lib/clock.js'
import type { Image, YuvImage } from '../lib/frame.js'
import { createInOrder } from '../lib/in-order.js'
import { encodeJpegFor } from './jpeg.js'
import { planMjpeg, UNREADABLE } from './mjpeg-args.js'
import { draftPart, finishPart, type PartDraft } from './mjpeg-part.js'
import { createY4mReader } from './mjpeg-read.js'
import { runPictures } from './picture-run.js'

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

const MOST_IN_WORK = 3
/** Bytes that may wait: a machine that is busy for a moment catches up, one that is too slow leaves pictures out. */
const MOST_WAITING = 8_000_000
/** One is filled, one encoded; the others are rare. */
const MOST_SPARES = 2

interface Timed {
  readonly image: YuvImage
  readonly id: number
  readonly at: number
}

/** Returns when `signal` aborts or the stream's size or format changed; throws when it broke. */
export const runMjpeg = (run: MjpegRun, signal: AbortSignal): Promise<void> =>
  runPictures<YuvImage>(({ stop, over, giveBack }) => {
    const parts = createInOrder<Timed, PartDraft>({
      most: MOST_IN_WORK,
      mayWait: ({ image }) => Math.max(1, Math.floor(MOST_WAITING / image.data.length)),
      work: async ({ image, at }) => {
        run.draw(image, at)
        return encodeJpegFor(image, run.state().settings.jpeg.quality, fillPart)
      },
      onResult: (draft, { id, at }) => {
        if (!over.aborted) run.onPart(finishPart(draft, id, at, run.state().light))
      },
      onOver: ({ image }) => giveBack(image),
      onError: stop,
    })
    return {
      ...{ name: run.name, clock: run.clock, plan: planMjpeg(run), cut: createY4mReader, spares: MOST_SPARES },
      onImage: (image, at) => parts.put({ image, id: run.nextId(), at }),
      // The next run has the stream as it is.
      onChange: () => stop(),
      onLine: (line) => void (run.told && UNREADABLE.test(line) && stop(new UnreadableColours())),
    }
  }, signal)

const fillPart = (jpeg: Buffer): PartDraft => {
  const draft = draftPart(jpeg.length)
  draft.picture.set(jpeg)
  return draft
}
