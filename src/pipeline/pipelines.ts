// The pipelines of all cameras. Defined before the gateway is there, because HTTP starts first: pictures and streams are
// answered at once, with "no video yet" until `start`.
import type { House } from '../camera/cameras.js'
import type { Fact } from '../camera/events.js'
import type { LiveMessage, PictureRequest, Pictures, Streams } from '../camera/ports.js'
import { refuseShut, refuseStopped } from '../camera/shut.js'
import type { Clock } from '../lib/clock.js'
import { Failure, sentenceOf } from '../lib/failure.js'
import type { Image } from '../lib/frame.js'
import type { Log } from '../lib/log.js'
import { createScope } from '../lib/scope.js'
import { createCoalesced } from '../lib/serial.js'
import type { Gateway } from '../media/gateway/gateway.js'
import { liveMessages } from '../media/live.js'
import { createPictures } from '../media/picture.js'
import { createPictureDecoder } from '../media/picture-decode.js'
import { createStackedPictures } from '../media/stacked-pictures.js'
import type { Storage } from '../media/storage.js'
import type { Addresses } from '../sources/source.js'
import type { EngineConfig } from '../vision/engine/engine.js'
import { isolate } from '../vision/isolate.js'
import { overlayOf, type Seen } from '../vision/overlay.js'
import { drawOverlay } from '../vision/overlay-draw.js'
import { createStack } from '../vision/stack.js'
import { createDetector } from './detector.js'
import { definePipeline, type Pipeline, type PipelineConfig } from './pipeline.js'
import { planCamera } from './plan.js'
import { privacyOf, shownAs } from './privacy.js'

export interface PipelinesDeps {
  readonly cameras: Pick<House, 'parts' | 'watch'>
  readonly configs: readonly PipelineConfig[]
  readonly storage: Storage
  readonly detection: EngineConfig
  readonly clock: Clock
  readonly log: Log
}

export interface Pipelines extends AsyncDisposable {
  readonly pictures: Pictures
  readonly streams: Streams
  /** What the camera's eyes see at this wall ms. */
  seen(camera: string, at: number): Seen
  /** What the camera's ring holds; undefined when there is no such camera. */
  stats(camera: string): { readonly seconds: number; readonly bytes: number; readonly fps: number } | undefined
  /** Resolves when every camera's jobs run, not when a camera answers. */
  start(gateway: Gateway): Promise<void>
}

export const definePipelines = (deps: PipelinesDeps): Pipelines => {
  const { cameras, configs, storage, clock, log } = deps
  const pipelines = new Map<string, Pipeline>()
  const scope = createScope((error) => log.error({ err: error }, `a pipeline did not end well: ${sentenceOf(error)}`))
  const viewers = new Map<string, number>()
  const addresses = new Map<string, Addresses>()
  /** Makes what runs what should run, once it has begun. */
  let replan = (): void => {}
  const partOf = (id: string) => cameras.parts.find((camera) => camera.id === id)
  const find = (id: string): Pipeline => {
    const pipeline = pipelines.get(id)
    if (!pipeline) throw new Failure('not-found', `there is no camera "${id}"`)
    return pipeline
  }
  const seen = (id: string, at: number): Seen => find(id).seen(clock.toMono(at))
  const draw = (
    id: string,
    image: Image,
    at: number,
    { annotated, zone }: Pick<PictureRequest, 'annotated' | 'zone'>,
  ) => {
    const state = partOf(id)?.state()
    if (!state) return
    if (zone !== undefined)
      isolate(
        image,
        state.settings.zones.find((one) => one.id === zone),
      )
    if (annotated) drawOverlay(image, overlayOf(state, at, seen(id, at)))
  }
  const decoder = scope.use(createPictureDecoder(clock))
  const fromRing = createPictures({ clock, decoder, ring: (id) => find(id).ring, draw })
  const stacked = createStackedPictures({ clock, ring: (id) => find(id).ring, createStack })
  const pictures: Pictures = {
    picture: async (id, request) => {
      const quality = partOf(id)?.state().settings.jpeg.quality
      refuseShut(partOf(id)?.state(), 'no picture is given')
      const source = request?.stack === undefined ? fromRing : stacked
      const picture = await source.picture(id, { ...(quality === undefined ? {} : { quality }), ...request })
      // While it was made something may have become private.
      find(id).check(picture)
      return picture
    },
  }

  async function* live(id: string, signal: AbortSignal): AsyncGenerator<LiveMessage, void, undefined> {
    const { ring } = find(id)
    viewers.set(id, (viewers.get(id) ?? 0) + 1)
    try {
      yield* liveMessages(ring, signal)
    } finally {
      viewers.set(id, (viewers.get(id) ?? 1) - 1)
    }
  }

  const detector = scope.use(createDetector({ cameras: cameras.parts, config: deps.detection, clock, log }))
  for (const config of configs) {
    const camera = partOf(config.id)
    if (!camera) throw new Failure('not-found', `there is no camera "${config.id}"`)
    const given = { storage, pictures, clock, engine: detector.engine }
    const own = { ...given, camera, config, log: log.child({ camera: config.id }) }
    pipelines.set(
      config.id,
      definePipeline({
        ...own,
        draw: (image, at, variant) => draw(config.id, image, at, variant),
        onAddresses: (found) => {
          addresses.set(config.id, found)
          replan()
        },
      }),
    )
  }

  scope.defer(() => Promise.all([...pipelines.values()].map((pipeline) => pipeline[Symbol.asyncDispose]())))

  const begin = async (gateway: Gateway): Promise<void> => {
    const plansNow = () =>
      configs.flatMap(({ id, source, ring }) => {
        const state = partOf(id)?.state()
        if (!state) return []
        const { light, media, settings } = state
        const { capture, image } = settings
        const asked = { capture: capture.enabled, night: light.mode === 'night', privacy: privacyOf(settings), image }
        const given = {
          id,
          source,
          gateway,
          video: media.video,
          ringWidth: ring.width ?? null,
          addresses: addresses.get(id),
        }
        return [{ id, plan: planCamera({ ...given, ...asked }) }]
      })
    const applyPaths = (plans: ReturnType<typeof plansNow>): Promise<void> =>
      gateway.apply(plans.flatMap(({ plan }) => plan.paths))
    const planAll = createCoalesced(async () => {
      const plans = plansNow()
      for (const { id, plan } of plans) find(id).show(plan.guard)
      await applyPaths(plans)
      await Promise.all(plans.map(({ id, plan }) => find(id).apply(plan, gateway)))
    })
    /** Before whoever asked for it has an answer; what runs is made equal afterwards. */
    const closeAtOnce = (): void => {
      const plans = plansNow()
      for (const { id, plan } of plans) find(id).show(plan.guard)
      void applyPaths(plans).catch(failed)
    }
    const onFact = (fact: Fact): void => {
      if (fact.type !== 'state') return
      const { camera, state, previous, at } = fact
      pipelines.get(camera)?.follow(previous, state, at)
      if (previous?.settings !== state.settings) detector.follow()
      if (!previous) return
      const closes = previous.settings !== state.settings && shownAs(previous.settings) !== shownAs(state.settings)
      if (closes) closeAtOnce()
      const asks = previous.light.mode !== state.light.mode || previous.settings.image !== state.settings.image
      if (closes || asks) void planAll().catch(failed)
    }
    const failed = (error: unknown): void => log.error({ err: error }, `planning failed: ${sentenceOf(error)}`)
    scope.use(cameras.watch('pipelines', onFact))
    scope.use(
      storage.watch((health) => {
        for (const camera of cameras.parts) camera.learn({ type: 'health', part: 'storage', health })
      }),
    )
    scope.use(
      gateway.watchHealth((health) => {
        for (const camera of cameras.parts) camera.learn({ type: 'health', part: 'gateway', health })
      }),
    )
    replan = () => void planAll().catch(failed)
    await planAll()
  }
  return {
    pictures,
    streams: {
      live,
      mjpeg: (id, variant, onPart) => {
        refuseStopped(partOf(id)?.state(), 'no picture is given')
        return find(id).mjpeg.subscribe(variant, onPart)
      },
      viewers: (id) => ({ live: viewers.get(id) ?? 0, mjpeg: pipelines.get(id)?.mjpeg.viewers() ?? 0 }),
    },
    seen,
    stats: (id) => pipelines.get(id)?.ring.stats(),
    start: begin,
    [Symbol.asyncDispose]: () => scope[Symbol.asyncDispose](),
  }
}
