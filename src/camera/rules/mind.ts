// What a camera knows: its public state, and what its rules must remember between inputs. Both immutable.
import type { Asker, StateCommand } from '../commands.js'
import type { CameraEvent, TraceEntry } from '../events.js'
import type { Input, ReportedThing } from '../inputs.js'
import type { CameraSettings, ImageControl } from '../settings.js'
import type { CameraState, Cause } from '../state.js'

/** Times in memory are monotonic milliseconds. */
export interface Memory {
  readonly motion: {
    /** Looks in a row at or above the trigger level. */
    readonly above: number
    readonly lastAbove: number
    /** The camera's own word that something moves was taken. */
    readonly heeded: boolean
    readonly startedAt: number
    readonly peak: number
    readonly shownAt: number
    readonly shownPeak: number
    /** The veto that was noted last, and when. */
    readonly veto: string | null
    readonly vetoAt: number
    /** When something last moved in each motion zone. */
    readonly zones: Readonly<Record<string, number>>
  }
  readonly light: {
    readonly inRow: number
    readonly shownAt: number
    readonly switchedAt: number
    /** When the dark score last switched; an override does not count. */
    readonly measuredAt: number
    /** When a step was last told that was not the camera's own. */
    readonly steppedAt: number
  }
  /** What the camera itself says is so now. */
  readonly reported: readonly ReportedThing[]
  /** What it has ever said anything about: that it is not so counts as well. */
  readonly heard: readonly ReportedThing[]
  /** What our own detection has found. */
  readonly tracked: Pick<CameraState['objects'], 'counts' | 'zones'>
  /** Until when each cause holds the recording; null: until it is told to stop. */
  readonly holds: Readonly<Partial<Record<Cause, number | null>>>
}

export interface Mind {
  readonly state: CameraState
  readonly memory: Memory
}

/** Settings arrive checked. */
export type RuleInput = Input | { readonly type: 'ask'; readonly command: StateCommand; readonly by: Asker }

export type Note = Omit<TraceEntry, 'at'>

/** What one rule makes of an input; what it leaves out stays as it was. */
export interface Outcome {
  readonly mind: Mind
  readonly events: readonly CameraEvent[]
  readonly notes: readonly Note[]
}

export const unchanged = (mind: Mind): Outcome => ({ mind, events: [], notes: [] })

export interface CameraIdentity {
  readonly id: string
  readonly name: string
  readonly source: string
  readonly controls?: readonly ImageControl[]
}

/** A camera that has not seen anything yet. */
export const newMind = (
  { id, name, source, controls = [] }: CameraIdentity,
  settings: CameraSettings,
  wall: number,
): Mind => ({
  state: {
    id,
    name,
    source,
    controls,
    link: { status: settings.capture.enabled ? 'starting' : 'stopped', since: wall, problem: null },
    health: {},
    motion: { active: false, level: 0, since: null, zones: [] },
    objects: { counts: {}, zones: {}, detector: null },
    processor: null,
    light: {
      mode: settings.night.mode === 'night' ? 'night' : 'day',
      dark: null,
      cause: settings.night.mode === 'auto' ? 'measured' : 'override',
      since: wall,
    },
    recording: { active: false, causes: [], since: null },
    media: { video: null, audio: false },
    last: { motion: null, snapshot: null, recording: null },
    settings,
  },
  memory: {
    motion: {
      above: 0,
      lastAbove: 0,
      heeded: false,
      startedAt: 0,
      peak: 0,
      shownAt: 0,
      shownPeak: 0,
      veto: null,
      vetoAt: 0,
      zones: {},
    },
    light: { inRow: 0, shownAt: 0, switchedAt: -Infinity, measuredAt: -Infinity, steppedAt: -Infinity },
    reported: [],
    heard: [],
    tracked: { counts: {}, zones: {} },
    holds: {},
  },
})
