// One run of an ffmpeg that gives raw pictures on its stdout, and their times (STAMPS) on the pipe behind stderr.
// Starting it again is its caller's matter.
import type { Clock } from '../lib/clock.js'
import { Failure } from '../lib/failure.js'
import type { Image } from '../lib/frame.js'
import { type Child, type ChildPlan, describeEnd, startChild } from '../lib/process.js'
import { openWidePipe } from '../lib/wide-pipe.js'
import type { PipeReader } from './mjpeg-read.js'
import { createPictureReader, type PictureReader, type PictureReaderDeps } from './picture-reader.js'
import { createStreamTime } from './stream-time.js'

export interface PictureRun<Kind extends Image> extends Pick<PictureReaderDeps<Kind>, 'cut' | 'spares' | 'onChange'> {
  readonly name: string
  readonly plan: ChildPlan
  readonly clock: Clock
  /** `at`: wall ms at which the camera saw it. */
  onImage(image: Kind, at: number): void
  /** What ffmpeg complains of. */
  onLine?(line: string): void
}

/** What a run's hearers may do with it. */
export interface RunControl extends Pick<PictureReader, 'giveBack'> {
  /** Ends it: with a reason, as broken. */
  stop(why?: unknown): void
  /** No picture counts any more. */
  readonly over: AbortSignal
}

/** Without a picture for this long the stream is dead, whatever its process says. */
const SILENCE = 10_000
const WATCH_EVERY = 1000

/** Returns when `signal` aborts or it is stopped; throws when the stream broke. */
export const runPictures = async <Kind extends Image>(
  begin: (control: RunControl) => PictureRun<Kind>,
  signal: AbortSignal,
): Promise<void> => {
  const over = new AbortController()
  const time = createStreamTime()
  let problem: unknown
  let child: Child | undefined
  const stop = (why?: unknown): void => {
    problem ??= why
    end()
    void child?.stop()
  }
  const run = begin({ stop, over: over.signal, giveBack: (image) => reader.giveBack(image) })
  const { name, clock, onLine } = run
  const end = (): void => over.abort(new Error(`${name} has ended`))
  let newest = clock.now().mono
  const reader = createPictureReader<Kind>({
    ...run,
    onImage: (image, pts) => {
      newest = clock.now().mono
      run.onImage(image, clock.toWall(time.seen(pts, newest)))
    },
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
  const onAbort = (): void => stop()
  try {
    using pipe = await openWidePipe(guard(reader.readImages))
    child = startChild({ name, pipes: 1, stdoutTo: pipe.far, ...(onLine && { onLine }), ...run.plan })
    pipe.far.destroy()
    child.pipe(0).on('data', guard(reader.readStamps))
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) stop()
    using _watch = clock.every(WATCH_EVERY, () => {
      if (clock.now().mono - newest > SILENCE) stop(new Failure('unavailable', `${name}: no picture for 10 s`))
    })
    const exit = await child.exited
    if (problem) throw problem
    if (!over.signal.aborted) throw new Failure('unavailable', describeEnd(name, exit))
  } finally {
    end()
    signal.removeEventListener('abort', onAbort)
  }
}
