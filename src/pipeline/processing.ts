// A camera's processor at its place: pictures of the stream through the user's module to whoever shows them. Runs while
// somebody watches, or always; the module itself is loaded from the start, so that a mistake in it is known at once.
import type { Camera } from '../camera/camera.js'
import type { Clock } from '../lib/clock.js'
import type { RgbImage } from '../lib/frame.js'
import type { Log } from '../lib/log.js'
import { type Job, supervise } from '../lib/supervise.js'
import type { EditedPictures } from '../media/mjpeg-edited.js'
import { runRgbStream } from '../media/rgb-stream.js'
import type { ProcessorConfig } from '../vision/processor/config.js'
import { type Processor, startProcessor } from '../vision/processor/processor.js'

export interface ProcessingDeps {
  readonly camera: Camera
  readonly config: ProcessorConfig
  /** The stream's address, once it has video. */
  address(signal: AbortSignal): Promise<string>
  readonly clock: Clock
  readonly log: Log
}

export interface Processing extends EditedPictures, AsyncDisposable {
  /** Loads the module; pictures come from now on. */
  start(): void
  /** Ends the module too, until it is started again; whoever watches goes on then. */
  end(): Promise<void>
  /** What is on its way reaches nobody any more: what may be seen has changed. */
  renew(): void
}

/** Somebody is watching a standing picture: try often. */
const MAX_PAUSE = 4000

export const createProcessing = ({ camera, config, address, clock, log }: ProcessingDeps): Processing => {
  const name = `pictures for the processor of ${camera.id}`
  const watchers = new Set<(image: RgbImage, at: number) => void>()
  let processor: Processor | undefined
  let running: AsyncDisposable | undefined
  let ending: Promise<unknown> = Promise.resolve()
  let era = 0

  const onImage = async (image: RgbImage, at: number, from: number): Promise<void> => {
    if (from !== era) return
    // A private camera's card is nobody's to look at.
    const data = camera.state().settings.privacy.enabled ? undefined : await processor?.edit(image, at)
    if (from !== era) return
    const shown = data ? { ...image, data } : image
    for (const watcher of watchers) watcher(shown, at)
  }
  // A quick start fails with streams whose description says too little: the next one takes its time.
  let quick = true
  const job: Job = async (signal, ready) => {
    let began = false
    const from = era
    const onReady = (): void => {
      began = true
      ready()
    }
    try {
      const url = await address(signal)
      await runRgbStream(
        { ...config, name, url, quick, clock, onImage: (image, at) => onImage(image, at, from) },
        signal,
        onReady,
      )
    } catch (error) {
      if (!began) quick = !quick
      throw error
    }
  }
  const adjust = (): void => {
    const wanted = processor !== undefined && (config.always || watchers.size > 0)
    if (wanted) running ??= supervise(job, { name, clock, log, maxPause: MAX_PAUSE })
    if (!wanted) stop()
  }
  const stop = (): void => {
    if (!running) return
    const last = running
    running = undefined
    ending = Promise.all([ending, last[Symbol.asyncDispose]()]).then(() => {
      if (!running) processor?.idle()
    })
  }
  const end = async (): Promise<void> => {
    const last = processor
    processor = undefined
    adjust()
    await Promise.all([ending, last?.[Symbol.asyncDispose]()])
  }
  return {
    end,
    start: () => {
      processor ??= startProcessor({
        ...{ config, clock, log },
        state: () => camera.state(),
        onChange: (view) => camera.learn({ type: 'processor', processor: view }),
        onEvent: (event, data) =>
          camera.learn({ type: 'happened', event: { type: 'processor_event', name: event, data } }),
      })
      adjust()
    },
    renew: () => {
      era++
      stop()
      adjust()
    },
    watch: (onPicture) => {
      const watcher: typeof onPicture = (image, at) => onPicture(image, at)
      watchers.add(watcher)
      adjust()
      return {
        [Symbol.dispose]: () => {
          watchers.delete(watcher)
          adjust()
        },
      }
    },
    [Symbol.asyncDispose]: () => {
      watchers.clear()
      return end()
    },
  }
}
