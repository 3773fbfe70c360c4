// MJPEG of one camera: each variant (clean or annotated, full or small, one zone alone) has its own ffmpeg, started by the first
// viewer, ended ten seconds after the last, encoded once for all. Viewers are called, never waited for.
import type { MjpegPart, MjpegVariant } from '../camera/ports.js'
import type { CameraState } from '../camera/state.js'
import type { Clock } from '../lib/clock.js'
import type { Image } from '../lib/frame.js'
import type { Log } from '../lib/log.js'
import { type Job, supervise } from '../lib/supervise.js'
import { type EditedPictures, runEdited } from './mjpeg-edited.js'
import { runMjpeg, UnreadableColours } from './mjpeg-run.js'

export interface MjpegDeps {
  /** The camera's id. */
  readonly camera: string
  /** Where to read it: for `small` the sub-stream's address, if there is one. Asked at every start. */
  url(size: MjpegVariant['size']): string
  state(): CameraState
  /** Paints what the variant asks for into the picture; `at` is the wall time at which the camera saw it. */
  draw(image: Image, at: number, variant: MjpegVariant): void
  /** Takes the place of the stream's own pictures in the annotated variants. */
  readonly edited?: EditedPictures | undefined
  readonly clock: Clock
  readonly log: Log
}

export interface Mjpeg extends AsyncDisposable {
  /** Calls `onPart` for every picture until disposed. */
  subscribe(variant: MjpegVariant, onPart: (part: MjpegPart) => void): Disposable
  viewers(): number
  /** What is on its way reaches nobody any more; viewers go on with what the address gives from now on. */
  renew(): void
}

const LINGER = 10_000
/** Somebody is watching a standing picture: try often. */
const MAX_PAUSE = 4000

interface Viewer {
  onPart(part: MjpegPart): void
}

interface Stream extends AsyncDisposable {
  add(onPart: (part: MjpegPart) => void): Disposable
  readonly viewers: number
  renew(): void
}

export const createMjpeg = (deps: MjpegDeps): Mjpeg => {
  const streams = new Map<string, Stream>()
  return {
    subscribe: (variant, onPart) => {
      const key = nameOf(variant)
      const stream = streams.get(key) ?? createStream(deps, variant)
      streams.set(key, stream)
      return stream.add(onPart)
    },
    viewers: () => [...streams.values()].reduce((sum, stream) => sum + stream.viewers, 0),
    renew: () => {
      for (const stream of streams.values()) stream.renew()
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...streams.values()].map((stream) => stream[Symbol.asyncDispose]()))
    },
  }
}

const nameOf = ({ annotated, size, zone }: MjpegVariant): string =>
  `${annotated ? 'annotated' : 'clean'} ${size}${zone === undefined ? '' : ` zone ${zone}`}`

const createStream = (deps: MjpegDeps, variant: MjpegVariant): Stream => {
  const { camera, clock, log } = deps
  const name = `MJPEG of ${camera} (${nameOf(variant)})`
  const draw = (image: Image, at: number): void => deps.draw(image, at, variant)
  const viewers = new Set<Viewer>()
  let frameId = 0
  let running: AsyncDisposable | undefined
  let ending: Promise<void> = Promise.resolve()
  let linger: Disposable | undefined
  let closed = false

  const remove = (viewer: Viewer): void => {
    if (viewers.delete(viewer) && viewers.size === 0 && running) linger = clock.after(LINGER, end)
  }
  const tellAll = (part: MjpegPart): void => {
    for (const viewer of viewers) {
      try {
        viewer.onPart(part)
      } catch (error) {
        remove(viewer)
        log.error({ error, camera }, `${name}: a viewer failed and was left out`)
      }
    }
  }
  // A quick start fails with streams whose description says too little: the next one takes its time.
  let quick = true
  let told = true
  const job: Job = async (signal, ready) => {
    while (!signal.aborted) {
      let shown = false
      const onPart = (part: MjpegPart): void => {
        if (!shown) ready()
        shown = true
        tellAll(part)
      }
      const nextId = (): number => ++frameId
      if (variant.annotated && deps.edited) {
        await runEdited({ ...deps, draw, pictures: deps.edited, size: variant.size, nextId, onPart }, signal)
        continue
      }
      try {
        const { size } = variant
        await runMjpeg(
          { ...deps, draw, name, size, quick, told: told && quick, url: deps.url(size), nextId, onPart },
          signal,
        )
      } catch (error) {
        if (error instanceof UnreadableColours) {
          told = false
          continue
        }
        if (!shown) quick = !quick
        throw error
      }
    }
  }
  const start = (): AsyncDisposable => supervise(job, { name, clock, log, maxPause: MAX_PAUSE })
  const end = (): void => {
    linger?.[Symbol.dispose]()
    linger = undefined
    const last = running
    running = undefined
    if (last) ending = Promise.all([ending, last[Symbol.asyncDispose]()]).then(() => {})
  }
  return {
    get viewers() {
      return viewers.size
    },
    add: (onPart) => {
      const viewer = { onPart }
      if (!closed) {
        viewers.add(viewer)
        linger?.[Symbol.dispose]()
        linger = undefined
        running ??= start()
      }
      return { [Symbol.dispose]: () => remove(viewer) }
    },
    renew: () => {
      end()
      if (viewers.size > 0) running = start()
    },
    [Symbol.asyncDispose]: () => {
      closed = true
      viewers.clear()
      end()
      return ending
    },
  }
}
