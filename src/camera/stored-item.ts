// What lies on the shelf: a kept recording or snapshot.
import type { Cause } from './state.js'

/** How a picture is kept or answered. */
export type PictureFormat = 'jpg' | 'png'

/** A kept recording or snapshot. Files lie at `<data>/<camera>/<date>/<time>_<number>.<ext>`. */
export interface StoredItem {
  readonly id: string
  readonly camera: string
  readonly kind: 'recording' | 'snapshot'
  /** Wall ms of the first picture; of the last for recordings (the same for snapshots; null while it runs). */
  readonly from: number
  readonly to: number | null
  readonly state: 'running' | 'finished' | 'recovered'
  readonly causes: readonly Cause[]
  /** Seconds of video before the trigger that the file really has; null for snapshots. */
  readonly pre_roll_s: number | null
  readonly bytes: number
  readonly keep: boolean
  readonly width: number | null
  readonly height: number | null
  readonly format: 'mp4' | PictureFormat
  /** Relative to the data folder. */
  readonly path: string
  readonly picture: boolean
}
