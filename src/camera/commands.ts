// What anyone may ask of a camera, and what they get.
import type { StoredItem } from './ports.js'
import type { CameraSettings, SettingsChange } from './settings.js'
import type { CameraState, Cause } from './state.js'

export type PictureFormat = 'jpg' | 'png'

export type Command =
  | { readonly type: 'snapshot'; readonly format?: PictureFormat }
  /** `at`: wall ms of the moment it is about (default now). `after_s`: how long a stop keeps recording (default 0). */
  | {
      readonly type: 'record'
      readonly action: 'start' | 'stop'
      readonly cause?: Cause
      readonly at?: number
      readonly after_s?: number
    }
  | { readonly type: 'settings'; readonly change: SettingsChange }

export interface CommandResults {
  snapshot: StoredItem
  record: CameraState['recording']
  settings: CameraSettings
}

export type ResultOf<C extends Command> = CommandResults[C['type']]

/** Who asks: an adapter and, where known, a person. For the log and the trace. */
export interface Asker {
  readonly adapter: string
  readonly user?: string
}
