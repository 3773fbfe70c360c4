// One camera's way from gateway to facts, and its hands: publishers, taps, ring, eyes, recorder, MJPEG.
import type { Camera } from '../camera/camera.js'
import type { Picture, Pictures } from '../camera/ports.js'
import { refuseStopped } from '../camera/shut.js'
import type { CameraState } from '../camera/state.js'
import type { Clock } from '../lib/clock.js'
import { Failure } from '../lib/failure.js'
import type { Log } from '../lib/log.js'
import { type Job, type JobHealth, supervise } from '../lib/supervise.js'
import type { Gateway } from '../media/gateway/gateway.js'
import { createMjpeg, type Mjpeg, type MjpegDeps } from '../media/mjpeg.js'
import { createRecorder } from '../media/recorder.js'
import { createRing, type Ring } from '../media/ring.js'
import type { Storage } from '../media/storage.js'
import { defineTap } from '../media/tap.js'
import type { SourceConfig } from '../sources/index.js'
import { cameraOf } from '../sources/rtsp.js'
import type { Addresses } from '../sources/source.js'
import type { Engine } from '../vision/engine/engine.js'
import type { Seen } from '../vision/overlay.js'
import type { ProcessorConfig } from '../vision/processor/config.js'
import { createDetecting } from './detecting.js'
import { createEquipment } from './equipment.js'
import { createHealths } from './health.js'
import { KNOCK_PAUSE_MS, knockFirst } from './knock.js'
import { createLooking } from './looking.js'
import { pathOnline } from './path-online.js'
import { type CameraPlan, DETAIL, type JobPlan, type PublisherPlan, pathOf, type TapPlan } from './plan.js'
import { createProcessing } from './processing.js'
import { definePublisher } from './publisher.js'
import { createReconciler } from './reconcile.js'
import { followRecording } from './recording.js'
import { createSightings } from './sightings.js'
import { createTalking } from './talking.js'

export interface PipelineConfig {
  readonly id: string
  readonly source: SourceConfig
  readonly ring: { readonly seconds: number; readonly max_bytes: number; readonly width?: number | null }
  readonly processor?: ProcessorConfig
}

export interface PipelineDeps {
  /** Of all cameras, while it works. */
  engine(): Engine | undefined
  readonly camera: Camera
  readonly config: PipelineConfig
  readonly storage: Pick<Storage, 'begin' | 'saveSnapshot' | 'saveCrop'>
  readonly pictures: Pictures
  readonly clock: Clock
  readonly log: Log
  draw: MjpegDeps['draw']
  /** Where its streams are, as the camera says. */
  onAddresses(addresses: Addresses): void
}

export interface Pipeline extends AsyncDisposable {
  readonly ring: Ring
  readonly mjpeg: Mjpeg
  /** What the eyes see at this mono ms, for the overlay. */
  seen(mono: number): Seen
  /** Makes what runs equal to the plan. */
  apply(plan: CameraPlan, gateway: Gateway): Promise<void>
  /** From now on only what was admitted as this is shown, kept or looked at; what was held from before is let go. */
  show(guard: string | null): void
  /** Throws a Failure when the picture may not be given to somebody who asks now. */
  check(picture: Picture): void
  /** The camera's state has changed, at this wall ms. */
  follow(previous: CameraState | null, state: CameraState, at: number): void
}

/** A tap without a frame for this long is broken. */
const SILENCE_MS = 10_000
/** A camera that comes back is found within this. */
const MAX_PAUSE_MS = 5000

export const definePipeline = (deps: PipelineDeps): Pipeline => {
  const { camera, config, storage, pictures, clock, log } = deps
  const { id } = camera
  const ring = createRing({ seconds: config.ring.seconds, maxBytes: config.ring.max_bytes })
  const sightings = createSightings({ camera, storage, pictures, clock, log })
  const detecting = createDetecting({ camera, engine: deps.engine, clock, log, onTracks: sightings.onTracks })
  const looking = createLooking(camera, log, detecting)
  const newHealths = () => ({ publisher: createHealths(), tap: createHealths() })
  let healths = newHealths()
  let guard: string | null = null
  let shownSince = 0
  let gateway: Gateway | undefined
  let hasSub = false

  const processing = config.processor
    ? createProcessing({
        ...{ camera, config: config.processor, clock, log },
        address: async (signal) => {
          if (!gateway) throw new Failure('unavailable', `${id} has no video yet`)
          const path = pathOf(id, 'main')
          await pathOnline(gateway, path, signal)
          return gateway.serviceUrl(path)
        },
      })
    : undefined
  const mjpeg = createMjpeg({
    camera: id,
    url: (size) => {
      refuseStopped(camera.state(), 'no picture is given')
      if (!gateway) throw new Failure('unavailable', `${id} has no video yet`)
      return gateway.serviceUrl(pathOf(id, size === 'small' && hasSub ? 'sub' : 'main'))
    },
    state: () => camera.state(),
    draw: deps.draw,
    edited: processing,
    clock,
    log,
  })
  const recorder = createRecorder({
    camera: id,
    ring,
    storage,
    clock,
    log,
    maxSeconds: () => camera.state().settings.recording.max_s,
    picture: (at) => pictures.picture(id, { at }),
    tell: (event) => camera.learn({ type: 'happened', event }),
    onHealth: (health) => camera.learn({ type: 'health', part: 'recorder', health }),
  })

  const talking = createTalking({ camera, clock, log, onAddresses: deps.onAddresses })
  const tellHealth = (plan: PublisherPlan | TapPlan, health: JobHealth): void =>
    camera.learn({ type: 'health', part: plan.job, health: healths[plan.job].hear(plan.stream, health) })
  const publisher = (plan: PublisherPlan, from: Gateway): Job =>
    definePublisher({
      ...{ camera: id, plan, gateway: from, clock, log },
      onSeam: () => looking.seam(clock.now().mono),
      onWaiting: (problem) => tellHealth(plan, { status: 'broken', problem }),
      onEnded: (problem) => tellHealth(plan, { status: 'broken', problem }),
    })
  const tap = (plan: TapPlan, from: Gateway): Job => {
    // One of before, with frames still on their way.
    const isCurrent = (): boolean => plan.guard === guard
    const run = defineTap({
      ...{ name: plan.path, url: plan.url, fragments: plan.fragments, frames: plan.frames, audio: plan.sound },
      ...{ silence: SILENCE_MS, clock, log },
      detail: {
        ...{ ...DETAIL, gate: detecting.gate },
        onDetail: (frame) => isCurrent() && detecting.onDetail(frame),
      },
      onItem: (item) => isCurrent() && ring.push(item),
      onFrame: (frame) => isCurrent() && looking.onFrame(frame),
      onInit: ({ video: { codec, width, height }, audio }) =>
        camera.learn({ type: 'media', video: { codec, width, height }, audio }),
    })
    return async (signal, ready) => {
      await pathOnline(from, plan.path, signal)
      if (plan.frames) looking.seam(clock.now().mono)
      await run(signal, ready)
    }
  }
  const jobs = createReconciler<JobPlan>((key, plan) => {
    if (plan.job === 'talk') return talking.start(plan)
    if (!gateway) throw new Error('a job was planned without a gateway')
    const job = plan.job === 'publisher' ? publisher(plan, gateway) : tap(plan, gateway)
    const onHealth = (health: JobHealth): void => {
      // A gateway may keep its readers through a publisher's restart: the tap then notices nothing.
      if (plan.job === 'publisher' && health.status === 'working') looking.seam(clock.now().mono)
      tellHealth(plan, health)
      if (key === 'publisher main') talking.doubt(health.status === 'broken')
    }
    const named = { name: `${key} of ${id}`, clock, log, onHealth }
    const address = plan.job === 'publisher' && plan.child && plan.after === null ? cameraOf(plan.child) : undefined
    return address === undefined
      ? supervise(job, { ...named, maxPause: MAX_PAUSE_MS })
      : supervise(knockFirst(job, address, clock), { ...named, maxPause: KNOCK_PAUSE_MS })
  })
  const hands = camera.equip(createEquipment({ camera, pictures, ring, storage, clock, log }))
  return {
    ring,
    mjpeg,
    apply: async (plan, from) => {
      gateway = from
      hasSub = 'publisher sub' in plan.jobs
      const stopped = Object.keys(plan.jobs).length === 0
      if (!stopped) processing?.start()
      await Promise.all([jobs.apply(plan.jobs), stopped && processing?.end()])
    },
    show: (next) => {
      if (next === guard) return
      guard = next
      shownSince = clock.now().mono
      healths = newHealths()
      ring.clear()
      processing?.renew()
      mjpeg.renew()
    },
    check: ({ at }) => {
      if (clock.toMono(at) < shownSince) throw new Failure('unavailable', `${id} has no picture yet`)
    },
    seen: detecting.seen,
    follow: (previous, state, at) => {
      followRecording(recorder, clock, previous?.recording ?? null, state, at)
      detecting.follow(previous, state)
      if (previous && previous.settings !== state.settings) talking.follow()
    },
    [Symbol.asyncDispose]: async () => {
      hands[Symbol.dispose]()
      detecting[Symbol.dispose]()
      await Promise.all([recorder, mjpeg, processing, sightings, jobs].map((part) => part?.[Symbol.asyncDispose]()))
      ring.clear()
    },
  }
}
