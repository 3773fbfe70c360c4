// What people may change while the camera runs: the same nested keys in nightjar.yaml, over HTTP and MQTT. Immutable.
// The options with their words and bounds are settings-schema.ts.
import type { DetectionFilters } from './detection-filters.js'
import type { Zone } from './zones.js'

export const nightModes = ['auto', 'day', 'night'] as const
export type NightMode = (typeof nightModes)[number]

export const recordTriggers = ['motion', 'sighting'] as const
export type RecordTrigger = (typeof recordTriggers)[number]

export const recordForms = ['video', 'pictures', 'both'] as const
/** What an event is kept as. */
export type RecordForm = (typeof recordForms)[number]

export const motionTrusts = ['eyes', 'camera', 'either'] as const
/** Whose word counts: our eyes', or that of a camera that detects by itself. */
export type MotionTrust = (typeof motionTrusts)[number]

export const imageControls = ['brightness', 'contrast', 'saturation', 'sharpness'] as const
export type ImageControl = (typeof imageControls)[number]

/** Durations in seconds, levels 0..100, dark scores 0 (bright) .. 255 (black). */
export interface CameraSettings {
  /** While not enabled nothing runs for the camera. */
  readonly capture: { readonly enabled: boolean }
  /** As sent by the camera, where its source can set it: -100..100, 0 is the camera's own. */
  readonly image: Readonly<Record<ImageControl, number>>
  readonly motion: {
    readonly enabled: boolean
    readonly trigger_level: number
    readonly frames: number
    readonly hold_s: number
    /** Percent of the picture. */
    readonly min_area: number
    readonly trust: MotionTrust
  }
  readonly detection: {
    readonly enabled: boolean
    readonly labels: readonly string[]
    /** 0..1 */
    readonly score: number
    readonly interval: number
    readonly idle_s: number
    readonly confirm: number
    /** By label: see detection-filters.ts. */
    readonly filters: DetectionFilters
  }
  readonly night: {
    readonly mode: NightMode
    readonly dark_threshold: number
    readonly bright_threshold: number
    readonly min_dark_frames: number
    readonly dwell_s: number
    readonly stack_snapshots: boolean
  }
  readonly recording: {
    readonly before_s: number
    readonly after_s: number
    readonly max_s: number
    readonly on: readonly RecordTrigger[]
    readonly as: RecordForm
    readonly picture_every_s: number
  }
  /** Pictures kept by the clock. */
  readonly save: {
    /** 0: never. */
    readonly every_s: number
    /** At night the mean of so many pictures; 0: one as it is. */
    readonly stack_at_night: number
  }
  readonly jpeg: { readonly quality: number }
  /** What is drawn on the annotated stream. */
  readonly overlay: {
    readonly boxes: boolean
    readonly zones: boolean
    readonly level: boolean
    readonly name: boolean
    readonly time: boolean
    readonly marks: boolean
  }
  /** While enabled nobody sees, keeps or looks at anything. */
  readonly privacy: { readonly enabled: boolean }
  readonly zones: readonly Zone[]
}

/** A part of the settings, nested alike. */
export type SettingsChange = {
  readonly [Group in keyof CameraSettings]?: CameraSettings[Group] extends readonly unknown[]
    ? CameraSettings[Group]
    : Partial<CameraSettings[Group]>
}

/** Settings with a change applied; the same object when nothing differs. */
export const changeSettings = (settings: CameraSettings, change: SettingsChange): CameraSettings => {
  let result = settings
  for (const [group, values] of Object.entries(change)) {
    const now = result[group as keyof CameraSettings]
    const next = Array.isArray(values) ? values : mergeGroup(now as unknown as Group, values as Group)
    if (JSON.stringify(now) !== JSON.stringify(next)) result = { ...result, [group]: next }
  }
  return result
}

type Group = Readonly<Record<string, unknown>>

/** The same object when nothing differs. */
const mergeGroup = (group: Group, values: Group): Group =>
  Object.entries(values).every(([key, value]) => JSON.stringify(group[key]) === JSON.stringify(value))
    ? group
    : { ...group, ...values }
