// What anyone may ask of a camera, and what they get.

import type { CameraSettings, SettingsChange } from './settings.js'
import type { CameraState, Cause } from './state.js'
import type { PictureFormat, StoredItem } from './stored-item.js'

export type Command =
  /** `causes`: what it is kept for, where not for whoever asks. */
  | { readonly type: 'snapshot'; readonly format?: PictureFormat; readonly causes?: readonly Cause[] }
  /** A snapshot that is the mean of so many of the newest pictures: see stacking.ts. */
  | { readonly type: 'stack'; readonly frames?: number; readonly format?: PictureFormat }
  /** `at`: wall ms of the moment it is about (default now). `after_s`: how long a stop keeps recording (default 0). */
  | {
      readonly type: 'record'
      readonly action: 'start' | 'stop'
      readonly cause?: Cause
      readonly at?: number
      readonly after_s?: number
    }
  | { readonly type: 'settings'; readonly change: SettingsChange }

/** Those that need no hands. */
export type StateCommand = Exclude<Command, { type: 'snapshot' | 'stack' }>

export interface CommandResults {
  snapshot: StoredItem
  stack: StoredItem
  record: CameraState['recording']
  settings: CameraSettings
}

export type ResultOf<C extends Command> = CommandResults[C['type']]

/** Who asks: an adapter and, where known, a person. For the log and the trace. */
export interface Asker {
  readonly adapter: string
  readonly user?: string
}
