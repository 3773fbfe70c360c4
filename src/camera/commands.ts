// What anyone may ask of a camera, and what they get.

import type { CameraSettings, SettingsChange } from './settings.js'
import type { CameraState, Cause } from './state.js'
import type { PictureFormat, StoredItem } from './stored-item.js'
import type { Zone, ZoneInput } from './zones.js'

export type Command =
  /** `at`: wall ms of the moment wanted (default now). `causes`: what it is kept for, where not for whoever asks. */
  | {
      readonly type: 'snapshot'
      readonly format?: PictureFormat
      readonly at?: number
      readonly causes?: readonly Cause[]
    }
  /** A snapshot that is the mean of so many of the newest pictures: see stacking.ts. */
  | {
      readonly type: 'stack'
      readonly frames?: number
      readonly format?: PictureFormat
      readonly causes?: readonly Cause[]
    }
  /** Keeps the video between two wall ms that the ring still holds. */
  | { readonly type: 'clip'; readonly from: number; readonly to: number }
  /**
   * `at`: wall ms of the moment it is about (default now). `before_s`: video from before it (default as set).
   * `duration_s`: it ends by itself. `after_s`: how long a stop keeps recording (default 0).
   */
  | {
      readonly type: 'record'
      readonly action: 'start' | 'stop'
      readonly cause?: Cause
      readonly at?: number
      readonly before_s?: number
      readonly duration_s?: number
      readonly after_s?: number
    }
  | { readonly type: 'settings'; readonly change: SettingsChange }
  /** One zone, in the camera's turn: see zone-changes.ts. */
  | { readonly type: 'zone'; readonly change: ZoneChange }

export type ZoneChange =
  /** Without an id one is made from the name. */
  | { readonly action: 'add'; readonly zone: Partial<ZoneInput> }
  /** `change` keeps what is left out, `replace` gives it its default. */
  | { readonly action: 'change' | 'replace'; readonly id: string; readonly zone: Partial<ZoneInput> }
  | { readonly action: 'remove'; readonly id: string }

/** What the rules decide. */
export type StateCommand = Extract<Command, { type: 'record' | 'settings' }>

export interface CommandResults {
  snapshot: StoredItem
  stack: StoredItem
  clip: StoredItem
  record: CameraState['recording']
  settings: CameraSettings
  /** The zone that was added or changed; null when it was removed. */
  zone: Zone | null
}

export type ResultOf<C extends Command> = CommandResults[C['type']]

/** Who asks: an adapter and, where known, a person. For the log and the trace. */
export interface Asker {
  readonly adapter: string
  readonly user?: string
}
