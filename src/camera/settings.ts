// What people may change while the camera runs: the same nested keys in nightjar.yaml, over HTTP and MQTT. Immutable.
import { range, type Slice } from '../lib/slice.js'

export const nightModes = ['auto', 'day', 'night'] as const
export type NightMode = (typeof nightModes)[number]

export const recordTriggers = ['motion'] as const
export type RecordTrigger = (typeof recordTriggers)[number]

/** Durations in seconds, levels 0..100, dark scores 0 (bright) .. 255 (black). */
export interface CameraSettings {
  readonly motion: {
    readonly enabled: boolean
    readonly trigger_level: number
    readonly frames: number
    readonly hold_s: number
  }
  readonly night: {
    readonly mode: NightMode
    readonly dark_threshold: number
    readonly bright_threshold: number
    readonly min_dark_frames: number
  }
  readonly recording: {
    readonly before_s: number
    readonly after_s: number
    readonly max_s: number
    readonly on: readonly RecordTrigger[]
  }
  readonly jpeg: { readonly quality: number }
}

/** A part of the settings, nested alike. */
export type SettingsChange = {
  readonly [Group in keyof CameraSettings]?: Partial<CameraSettings[Group]>
}

export const cameraSettingsSchema = {
  motion: {
    enabled: { doc: 'Look for motion', format: 'Boolean', default: true },
    trigger_level: {
      doc: 'Motion level at which motion begins; lower is more sensitive',
      format: range(1, 100),
      default: 5,
      unit: '1–100',
    },
    frames: {
      doc: 'Looks in a row (10 a second) at or above the trigger level before motion begins',
      format: range(1, 50, true),
      default: 5,
      unit: '1–50',
    },
    hold_s: {
      doc: 'How long the level must stay below the trigger level before motion ends',
      format: range(0, 600),
      default: 3,
      unit: 'seconds, 0–600',
    },
  },
  night: {
    mode: { doc: 'Night mode: by the dark score, or always day, or always night', format: nightModes, default: 'auto' },
    dark_threshold: {
      doc: 'Dark score at or above which a look counts as dark',
      format: range(0, 255),
      default: 200,
      unit: '0–255, 255 is black',
    },
    bright_threshold: {
      doc: 'Dark score at or below which a look counts as bright again',
      format: range(0, 255),
      default: 170,
      unit: '0–255',
    },
    min_dark_frames: {
      doc: 'Dark looks in a row (10 a second) before night begins; the same number of bright ones ends it',
      format: range(1, 6000, true),
      default: 20,
      unit: '1–6000',
    },
  },
  recording: {
    before_s: {
      doc: 'Video kept from before the trigger, at most what the ring holds',
      format: range(0, 120),
      default: 3,
      unit: 'seconds, 0–120',
    },
    after_s: { doc: 'Video kept after motion has ended', format: range(0, 600), default: 3, unit: 'seconds, 0–600' },
    max_s: {
      doc: 'Longest file; a longer recording continues in the next file',
      format: range(5, 3600),
      default: 300,
      unit: 'seconds, 5–3600',
    },
    on: {
      doc: 'What starts a recording by itself: motion, or nothing',
      format: (value) => checkTriggers(value),
      default: ['motion'],
    },
  },
  jpeg: {
    quality: {
      doc: 'Quality of snapshots and of the MJPEG stream',
      format: range(1, 100, true),
      default: 85,
      unit: '1–100',
    },
  },
} as const satisfies Slice

const checkTriggers = (value: unknown): void => {
  const good =
    Array.isArray(value) && value.every((item) => recordTriggers.includes(item)) && new Set(value).size === value.length
  if (!good) throw new Error(`must be a list of ${recordTriggers.join(', ')} (or an empty list)`)
}

/** Settings with a change applied; the same object when nothing differs. */
export const changeSettings = (settings: CameraSettings, change: SettingsChange): CameraSettings => {
  let result = settings
  for (const [group, values] of Object.entries(change) as [keyof CameraSettings, object][]) {
    for (const [key, value] of Object.entries(values)) {
      const now = (result[group] as Record<string, unknown>)[key]
      if (JSON.stringify(now) === JSON.stringify(value)) continue
      result = { ...result, [group]: { ...result[group], [key]: value } }
    }
  }
  return result
}
