// What is over when it is told. Each event carries the reason for it, so that "why?" has an answer.
import type { Box } from '../lib/box.js'
import type { CameraState, Cause } from './state.js'
import type { StoredItem } from './stored-item.js'

export type CameraEvent =
  /** `by`: the camera's own word began it, whatever the level. */
  | {
      readonly type: 'motion_started'
      readonly level: number
      readonly threshold: number
      readonly frames: number
      readonly by?: 'camera'
    }
  /** A sudden change of light of the whole picture, which is no motion. */
  | { readonly type: 'light_step'; readonly kind: LightStep }
  | { readonly type: 'sighting'; readonly sighting: Sighting }
  | { readonly type: 'motion_ended'; readonly duration_s: number; readonly peak: number }
  | {
      readonly type: 'light_changed'
      readonly mode: 'day' | 'night'
      readonly dark: number | null
      readonly cause: 'measured' | 'override'
    }
  | { readonly type: 'recording_started'; readonly item: string; readonly causes: readonly Cause[] }
  | { readonly type: 'recording_finished'; readonly item: StoredItem }
  | { readonly type: 'recording_failed'; readonly problem: string }
  | { readonly type: 'snapshot_taken'; readonly item: StoredItem }
  /** Told by the user's own module, in its words. */
  | {
      readonly type: 'processor_event'
      readonly name: string
      readonly data: Readonly<Record<string, string | number | boolean | null>>
    }

export type LightStep = 'global step' | 'exposure step' | 'night switch'

/** Something was seen and is gone again, or has just been confirmed (`phase`). */
export interface Sighting {
  readonly phase: 'began' | 'ended'
  readonly track: number
  readonly label: string
  readonly score: number
  readonly box: Box
  readonly zones: readonly string[]
  /** Wall ms of the first look, and seconds since. */
  readonly since: number
  readonly duration_s: number
  /** The stored best picture (full); null when none could be kept. */
  readonly item: string | null
}

export const eventTypes = [
  'motion_started',
  'motion_ended',
  'light_step',
  'sighting',
  'light_changed',
  'recording_started',
  'recording_finished',
  'recording_failed',
  'snapshot_taken',
  'processor_event',
] as const satisfies readonly CameraEvent['type'][]

/** What a camera tells its watchers. `at` is wall milliseconds; event ids are unique over restarts. */
export type Fact =
  | {
      readonly type: 'state'
      readonly camera: string
      readonly at: number
      readonly state: CameraState
      readonly previous: CameraState | null
    }
  | {
      readonly type: 'event'
      readonly camera: string
      readonly at: number
      readonly id: string
      readonly event: CameraEvent
    }

/** One line of the trace: what was decided, or not, and why. */
export interface TraceEntry {
  readonly at: number
  readonly what: string
  readonly decision: 'done' | 'suppressed'
  readonly reason: string
}
