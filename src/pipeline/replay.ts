// A recording looked at again, faster than real time: the same decoding as a tap's, the same eyes and the same rules as
// of a running camera, for one or several settings at once. Nothing is kept, and nobody else is told.
import { type Camera, createCamera } from '../camera/camera.js'
import type { CameraSettings } from '../camera/settings.js'
import type { Frame } from '../lib/frame.js'
import { type Log, silentLog } from '../lib/log.js'
import { readFrames } from '../media/read-frames.js'
import type { Engine } from '../vision/engine/engine.js'
import { createDetecting, type Detecting, isWanted } from './detecting.js'
import { createLooking, type Looking } from './looking.js'
import { DETAIL, FRAMES } from './plan.js'
import { type ReplayEvent, tellEvent } from './replay-events.js'
import { compareTracks, describeTrack } from './sightings.js'

export interface ReplayOptions {
  readonly file: string
  /** Each makes a camera of its own of the same recording. */
  readonly settings: readonly CameraSettings[]
  readonly signal: AbortSignal
  /** Looks for things where a camera's settings want it. */
  readonly engine?: Pick<Engine, 'look'>
  /** Who looks at the frames for a camera and lets it learn; by default what a running pipeline has. */
  readonly lookers?: readonly ((camera: Camera, log: Log, detecting: Detecting) => Looking)[]
}

export interface Replayed {
  /** For each of the settings, in order of time. */
  readonly events: readonly (readonly ReplayEvent[])[]
  /** From the first picture to the last. */
  readonly seconds: number
  readonly looks: number
}

/** Not 0: rules take times since then for long ago. */
const START_MS = 1_000_000
const TICK_MS = 1000

/** Seconds from the recording's first picture, three decimals. */
const secondsOf = (ms: number): number => Math.round(ms - START_MS) / 1000

/** A camera that lives in the recording's time. */
const createWitness = (
  settings: CameraSettings,
  lookers: NonNullable<ReplayOptions['lookers']>,
  engine: ReplayOptions['engine'],
) => {
  const events: ReplayEvent[] = []
  let mono = START_MS
  let ticked = START_MS
  const clock = { now: () => ({ mono, wall: mono }), toWall: (at: number) => at }
  const camera = createCamera({
    ...{ id: 'recording', name: 'Recording', source: 'file', settings, clock },
    tell: (fact) => {
      if (fact.type === 'event') events.push(...tellEvent(fact.event, secondsOf(fact.at), camera.trace()))
    },
    saveSettings: async () => {},
  })
  const detecting = createDetecting({
    ...{ camera, engine: () => engine, log: silentLog },
    // What is told late to spare others is of no use here.
    clock: { ...clock, after: () => ({ [Symbol.dispose]: () => {} }) },
    onTracks: (was, is) => {
      const { began, ended } = compareTracks(was, is)
      const tell = (phase: 'began' | 'ended') => (track: (typeof began)[number]) => {
        const event = { type: 'sighting', sighting: describeTrack(phase, track, null) } as const
        camera.learn({ type: 'happened', event })
      }
      began.forEach(tell('began'))
      ended.forEach(tell('ended'))
      return false
    },
  })
  const eyes = lookers.map((create) => create(camera, silentLog, detecting))
  let read = camera.trace().at(-1)
  /** The trace is bounded, so that its end is looked for backwards. */
  const tellSuppressed = (): void => {
    const trace = camera.trace()
    const fresh = trace.slice(read ? trace.lastIndexOf(read) + 1 : 0)
    read = trace.at(-1)
    for (const { at, what, decision, reason } of fresh) {
      if (decision === 'suppressed') events.push({ at: secondsOf(at), event: 'suppressed', what, reason })
    }
  }
  return {
    look: (frame: Frame): void => {
      const at = START_MS + frame.mono
      for (; ticked + TICK_MS <= at; ticked += TICK_MS) {
        mono = ticked + TICK_MS
        camera.learn({ type: 'tick' })
      }
      mono = at
      for (const eye of eyes) eye.onFrame({ ...frame, mono })
      tellSuppressed()
    },
    lookLarge: (frame: Frame): Promise<void> => {
      detecting.onDetail({ ...frame, mono: START_MS + frame.mono })
      return detecting.settled()
    },
    end: (): readonly ReplayEvent[] => {
      const { active } = camera.state().motion
      const at = secondsOf(mono)
      return active ? [...events, { at, event: 'motion', on: false, reason: 'the recording ends' }] : events
    },
  }
}

/** Looks at all of a file; a Failure when it is no video. */
export const replay = async ({
  file,
  settings,
  signal,
  engine,
  lookers = [createLooking],
}: ReplayOptions): Promise<Replayed> => {
  const witnesses = settings.map((each) => createWitness(each, lookers, engine))
  let seconds = 0
  let looks = 0
  await readFrames({
    ...{ file, frames: FRAMES, signal },
    // Each picture may be the one to look at: a camera's detector says when.
    ...(engine &&
      settings.some(isWanted) && {
        detail: {
          width: DETAIL.width,
          onDetail: async (frame: Frame) => {
            for (const witness of witnesses) await witness.lookLarge(frame)
          },
        },
      }),
    onFrame: (frame) => {
      seconds = frame.mono / 1000
      looks++
      for (const witness of witnesses) witness.look(frame)
    },
  })
  return { events: witnesses.map(({ end }) => end()), seconds, looks }
}
