// Raw pictures of a stream for whoever edits them: its own ffmpeg, at most so wide and so many a second, each picture
// with the time at which the camera saw it. One at a time and always the newest. Starting it again is the caller's.
import type { Clock } from '../lib/clock.js'
import type { RgbImage } from '../lib/frame.js'
import { createLatest } from '../lib/latest.js'
import type { ChildPlan } from '../lib/process.js'
import { createPpmReader, STAMPS } from './mjpeg-read.js'
import { type RunControl, runPictures } from './picture-run.js'

export interface RgbPlan {
  readonly url: string
  /** Pixels, at most; the height follows. */
  readonly width: number
  /** Pictures a second, at most. */
  readonly fps: number
  /** Starts on the stream's description alone; without it ffmpeg reads into the stream first. */
  readonly quick: boolean
}

export interface RgbStream extends RgbPlan {
  readonly name: string
  readonly clock: Clock
  /** `image` is valid until the promise settles; the next comes then. `at`: wall ms at which the camera saw it. */
  onImage(image: RgbImage, at: number): Promise<void>
}

/** One is filled, one edited. */
const SPARES = 2

export const planRgb = ({ url, width, fps, quick }: RgbPlan): ChildPlan => {
  const apart = 'prev_selected_t'
  // A rate above the wish is thinned evenly over time; one that is near it is left alone, however unevenly it comes.
  const due = [
    `isnan(${apart})`,
    `gte(t-${apart},${0.95 / fps})`,
    `not(eq(floor(t*${fps}),floor(${apart}*${fps})))*gt(t-${apart},${0.5 / fps})`,
  ]
  const filters = [
    `select='${due.join('+')}'`,
    STAMPS,
    `scale=w='trunc(min(${width},iw)/2)*2':h=-2:flags=fast_bilinear`,
    'format=rgb24',
  ]
  return {
    command: 'ffmpeg',
    args: [
      ...['-hide_banner', '-nostdin', '-loglevel', 'error'],
      ...['-rtsp_transport', 'tcp', '-allowed_media_types', 'video', '-flags', 'low_delay', '-copyts'],
      ...(quick ? ['-probesize', '32', '-analyzeduration', '0'] : []),
      ...['-threads', '1', '-i', url, '-map', '0:v:0', '-vf', filters.join(','), '-sws_flags', 'fast_bilinear'],
      // Their encoder keeps the stream's own times: by default it would round them to a guessed frame rate.
      ...['-fps_mode', 'passthrough', '-enc_time_base', '-1', '-threads', '1'],
      ...['-c:v', 'ppm', '-f', 'image2pipe', 'pipe:1'],
    ],
  }
}

/** Calls `ready` with the first picture. Returns when `signal` aborts; throws when the stream broke. */
export const runRgbStream = async (stream: RgbStream, signal: AbortSignal, ready: () => void): Promise<void> => {
  const { name, clock } = stream
  const latest = createLatest<{ readonly image: RgbImage; readonly at: number }>()
  const give = async ({ over, giveBack }: RunControl): Promise<void> => {
    while (!over.aborted) {
      const { image, at } = await latest.take(over)
      await stream.onImage(image, at)
      giveBack(image)
      if (!over.aborted) ready()
    }
  }
  let giving: Promise<unknown> | undefined
  try {
    await runPictures((control) => {
      giving = give(control).catch((error: unknown) => control.over.aborted || control.stop(error))
      return {
        ...{ name, clock, plan: planRgb(stream), cut: createPpmReader, spares: SPARES },
        onImage: (image: RgbImage, at: number) => latest.put({ image, at }),
      }
    }, signal)
  } finally {
    await giving
  }
}
