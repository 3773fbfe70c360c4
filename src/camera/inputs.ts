// What a camera can be told by its own pipeline: the only way its state changes besides commands.
import type { Box } from '../lib/box.js'
import type { CameraEvent, LightStep, TraceEntry } from './events.js'
import type { Track } from './objects.js'
import type { CameraState, PartHealth, PartName, VideoInfo } from './state.js'

export type Input =
  /** A look at one frame, with what the eyes saw. `mono` is the frame's time. */
  | { readonly type: 'looked'; readonly mono: number; readonly motion: MotionSeen | null; readonly dark: number | null }
  | { readonly type: 'health'; readonly part: PartName; readonly health: PartHealth }
  | { readonly type: 'media'; readonly video: VideoInfo | null; readonly audio: boolean }
  /**
   * What the camera itself tells (an ONVIF camera's own detection): rules weigh it by `motion.trust`. Whoever loses the
   * camera tells that it is over.
   */
  | { readonly type: 'reported'; readonly what: ReportedThing; readonly active: boolean }
  /** The source began anew (a file's loop, a reconnect): counts in a row start over. */
  | { readonly type: 'seam' }
  /** All things that are confirmed and there now, from the tracker. */
  | { readonly type: 'tracked'; readonly tracks: readonly Track[] }
  | { readonly type: 'detector'; readonly detector: CameraState['objects']['detector'] }
  | { readonly type: 'processor'; readonly processor: CameraState['processor'] }
  /**
   * The outcome of what the camera's hands did, or what its eyes and its processor tell. `mono`: the time of the frame
   * that tells it; without one it has just happened.
   */
  | {
      readonly type: 'happened'
      readonly mono?: number
      readonly event: Extract<
        CameraEvent,
        { type: `recording_${string}` | 'snapshot_taken' | 'sighting' | 'processor_event' }
      >
    }
  /** For the trace alone: what was done for the camera outside of it. */
  | { readonly type: 'noted'; readonly note: Omit<TraceEntry, 'at'> }
  /** Time has passed: sent once a second, so that holds end also when no frame comes. */
  | { readonly type: 'tick' }

/** `motion`, what it takes for people, faces and vehicles, a digital input, and its picture being covered or moved. */
export type ReportedThing = 'motion' | 'person' | 'face' | 'vehicle' | 'digital_input' | 'tamper'

/** `veto`: why a high level is no motion (a light change, still learning): told in the trace. */
export interface MotionSeen {
  /** 0..100 */
  readonly level: number
  readonly veto?: string
  /** What moves, as fractions of the picture. */
  readonly boxes?: readonly Box[]
  /** The level in each motion zone, by its id. */
  readonly zones?: Readonly<Record<string, number>>
  /** The light of the whole picture has just changed. */
  readonly light?: LightStep
}
