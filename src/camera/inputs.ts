// What a camera can be told by its own pipeline: the only way its state changes besides commands.
import type { CameraEvent } from './events.js'
import type { PartHealth, PartName, VideoInfo } from './state.js'

export type Input =
  /** A look at one frame, with what the eyes saw. `mono` is the frame's time. */
  | { readonly type: 'looked'; readonly mono: number; readonly motion: MotionSeen | null; readonly dark: number | null }
  | { readonly type: 'health'; readonly part: PartName; readonly health: PartHealth }
  | { readonly type: 'media'; readonly video: VideoInfo | null; readonly audio: boolean }
  /** The source began anew (a file's loop, a reconnect): counts in a row start over. */
  | { readonly type: 'seam' }
  /** The outcome of what the camera's hands did. */
  | {
      readonly type: 'happened'
      readonly event: Extract<CameraEvent, { type: `recording_${string}` | 'snapshot_taken' }>
    }
  /** Time has passed: sent once a second, so that holds end also when no frame comes. */
  | { readonly type: 'tick' }

/** `veto`: why a high level is no motion (a light change, still learning): told in the trace. */
export interface MotionSeen {
  /** 0..100 */
  readonly level: number
  readonly veto?: string
}
