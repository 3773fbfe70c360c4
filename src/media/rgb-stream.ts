// Raw pictures of a stream for whoever edits them: its own ffmpeg, at most so wide and so many a second, each picture
// with the time at which the camera saw it. One at a time and always the newest. Starting it again is the caller's.
import type { Clock } from '../lib/clock.js'
import { Failure } from '../lib/failure.js'
import type { RgbImage } from '../lib/frame.js'
import { createLatest } from '../lib/latest.js'
import { type ChildPlan, describeEnd, startChild } from '../lib/process.js'
import { openWidePipe } from '../lib/wide-pipe.js'
import { TICKS } from './ffmpeg-args.js'
import { createPpmReader, type PipeReader } from './mjpeg-read.js'
import { createPictureReader } from './picture-reader.js'
import { createStreamTime } from './stream-time.js'

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

const IMAGES = 0
const STAMPS = 1
/** One is filled, one edited. */
const SPARES = 2
/** Without a picture for this long the stream is dead, whatever its process says. */
const SILENCE = 10_000
const WATCH_EVERY = 1000

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
    `settb=1/${TICKS}`,
    'metadata=mode=add:key=n:value=1',
    `metadata=mode=print:file='pipe\\:${3 + STAMPS}':direct=1`,
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
      ...['-c:v', 'ppm', '-f', 'image2pipe', `pipe:${3 + IMAGES}`],
    ],
  }
}

/** Calls `ready` with the first picture. Returns when `signal` aborts; throws when the stream broke. */
export const runRgbStream = async (stream: RgbStream, signal: AbortSignal, ready: () => void): Promise<void> => {
  const { name, clock } = stream
  const over = new AbortController()
  let problem: unknown
  let newest = clock.now().mono
  const latest = createLatest<{ readonly image: RgbImage; readonly at: number }>()
  const time = createStreamTime()
  const reader = createPictureReader({
    cut: createPpmReader,
    spares: SPARES,
    onImage: (image, pts) => {
      newest = clock.now().mono
      latest.put({ image, at: clock.toWall(time.seen(pts, newest)) })
    },
  })
  const stop = (why?: unknown): void => {
    problem ??= why
    over.abort(new Error(`${name} has ended`))
    void child.stop()
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
  using pipe = await openWidePipe(guard(reader.readImages))
  const child = startChild({ name, pipes: 2, sockets: { [IMAGES]: pipe.far }, ...planRgb(stream) })
  pipe.far.destroy()
  child.stdout.resume()
  child.pipe(STAMPS).on('data', guard(reader.readStamps))
  const onAbort = (): void => stop()
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) stop()
  const watch = clock.every(WATCH_EVERY, () => {
    if (clock.now().mono - newest > SILENCE) stop(new Failure('unavailable', `${name}: no picture for 10 s`))
  })
  const give = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const { image, at } = await latest.take(over.signal)
      await stream.onImage(image, at)
      reader.giveBack(image)
      if (!over.signal.aborted) ready()
    }
  }
  const giving = give().catch((error: unknown) => over.signal.aborted || stop(error))
  try {
    const end = await child.exited
    if (problem) throw problem
    if (!over.signal.aborted) throw new Failure('unavailable', describeEnd(name, end))
  } finally {
    over.abort(new Error(`${name} has ended`))
    watch[Symbol.dispose]()
    signal.removeEventListener('abort', onAbort)
    await giving
  }
}
