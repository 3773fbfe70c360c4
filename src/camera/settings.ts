// What people may change while the camera runs: the same nested keys in nightjar.yaml, over HTTP and MQTT. Immutable.
import { range, type Slice } from '../lib/slice.js'
import { STACKED } from './stacking.js'
import { checkZones, type Zone } from './zones.js'

export const nightModes = ['auto', 'day', 'night'] as const
export type NightMode = (typeof nightModes)[number]

export const recordTriggers = ['motion'] as const
export type RecordTrigger = (typeof recordTriggers)[number]

export const recordForms = ['video', 'pictures', 'both'] as const
/** What an event is kept as. */
export type RecordForm = (typeof recordForms)[number]

/** Durations in seconds, levels 0..100, dark scores 0 (bright) .. 255 (black). */
export interface CameraSettings {
  readonly motion: {
    readonly enabled: boolean
    readonly trigger_level: number
    readonly frames: number
    readonly hold_s: number
    /** Percent of the picture. */
    readonly min_area: number
  }
  readonly detection: {
    readonly enabled: boolean
    readonly labels: readonly string[]
    /** 0..1 */
    readonly score: number
    readonly interval: number
    readonly idle_s: number
    readonly confirm: number
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

const checkEvery = (value: unknown): void => {
  if (value !== 0) range(1, 86_400)(value)
}

const checkStack = (value: unknown): void => {
  if (value !== 0) range(STACKED.least, STACKED.most, true)(value)
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
    min_area: {
      doc: 'Smallest moving thing that counts',
      format: range(0, 50),
      default: 0.02,
      unit: 'percent of the picture, 0–50',
    },
  },
  detection: {
    enabled: {
      doc: 'Look for people, faces and other things while something moves',
      format: 'Boolean',
      default: false,
    },
    labels: {
      doc: 'What to look for: person, face, and what the detector knows (car, dog, cat, bicycle, …)',
      format: (value) => checkLabels(value),
      default: ['person', 'face'],
    },
    score: { doc: 'Least score of a finding', format: range(0.05, 1), default: 0.5, unit: '0.05–1' },
    interval: {
      doc: 'While something moves, every so many looks for motion (10 a second) one for things',
      format: range(1, 100, true),
      default: 5,
      unit: '1–100',
    },
    idle_s: {
      doc: 'While nothing moves, one look in so many seconds; 0: none',
      format: range(0, 3600),
      default: 60,
      unit: 'seconds, 0–3600',
    },
    confirm: {
      doc: 'Looks that must see a thing before it is told',
      format: range(1, 20, true),
      default: 2,
      unit: '1–20',
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
    dwell_s: {
      doc: 'Least time from one change between day and night by the dark score to the next',
      format: range(0, 3600),
      default: 10,
      unit: 'seconds, 0–3600',
    },
    stack_snapshots: {
      doc: 'At night a snapshot is the mean of the 10 newest pictures: less noise',
      format: 'Boolean',
      default: false,
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
    as: {
      doc: 'What is kept of motion: a video, a series of pictures, or both',
      format: recordForms,
      default: 'video',
    },
    picture_every_s: {
      doc: 'For a series: time from picture to picture',
      format: range(0.2, 3600),
      default: 1,
      unit: 'seconds, 0.2–3600',
    },
  },
  save: {
    every_s: {
      doc: 'Keep a picture every so often, whatever happens; 0: never',
      format: checkEvery,
      default: 0,
      unit: 'seconds, 0 or 1–86400',
    },
    stack_at_night: {
      doc: 'At night such a picture is the mean of so many: less noise; 0: one picture as it is',
      format: checkStack,
      default: 10,
      unit: '0 or 2–60',
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
  overlay: {
    boxes: { doc: 'Draw boxes around what was found and what moves', format: 'Boolean', default: true },
    zones: { doc: 'Draw the zones', format: 'Boolean', default: true },
    level: { doc: 'Draw the motion level', format: 'Boolean', default: true },
    name: { doc: 'Write the name of the camera', format: 'Boolean', default: true },
    time: { doc: 'Write the time', format: 'Boolean', default: true },
    marks: { doc: 'Mark motion, recording and night', format: 'Boolean', default: true },
  },
  privacy: {
    enabled: { doc: 'Privacy: the camera is off, and nothing is seen or kept', format: 'Boolean', default: false },
  },
  zones: {
    doc: 'Parts of the picture with a name, a colour and a use: {id, name, color, use, points, sensitivity, enabled}',
    format: checkZones,
    default: [],
  },
} as const satisfies Slice

/** Labels as detectors give them. */
const checkLabels = (value: unknown): void => {
  const good =
    Array.isArray(value) && value.every((label) => typeof label === 'string' && /^[a-z][a-z0-9 _-]{0,31}$/.test(label))
  if (!good || new Set(value).size !== value.length)
    throw new Error('must be a list of different labels, such as person, face, car')
}

const checkTriggers = (value: unknown): void => {
  const good =
    Array.isArray(value) && value.every((item) => recordTriggers.includes(item)) && new Set(value).size === value.length
  if (!good) throw new Error(`must be a list of ${recordTriggers.join(', ')} (or an empty list)`)
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
