// The options of a camera that may change while it runs: words, bounds and defaults of what settings.ts declares.
import { range, type Slice } from '../lib/slice.js'
import { checkFilters } from './detection-filters.js'
import { motionTrusts, nightModes, recordForms, recordTriggers } from './settings.js'
import { STACKED } from './stacking.js'
import { checkZones } from './zones.js'

const checkEvery = (value: unknown): void => {
  if (value !== 0) range(1, 86_400)(value)
}

const checkStack = (value: unknown): void => {
  if (value !== 0) range(STACKED.least, STACKED.most, true)(value)
}

const control = (what: string) => ({
  doc: `${what} of the picture, where the source can set it; 0 leaves it as it is`,
  format: range(-100, 100, true),
  default: 0,
  unit: '-100–100',
})

export const cameraSettingsSchema = {
  capture: {
    enabled: { doc: 'The camera is on; off ends its capture until it is on again', format: 'Boolean', default: true },
  },
  image: {
    brightness: control('Brightness'),
    contrast: control('Contrast'),
    saturation: control('Saturation'),
    sharpness: control('Sharpness'),
  },
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
    trust: {
      doc: 'Whose word counts for motion: our eyes, the camera (where it detects by itself, as by ONVIF), or either',
      format: motionTrusts,
      default: 'eyes',
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
      format: (value: unknown) => checkLabels(value),
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
    filters: {
      doc: 'What findings of a label must have: {person: {score, min_area, max_area, zones}}; areas in percent of the picture, zones by id (it must stand in one of them)',
      format: checkFilters,
      default: {},
      unit: 'by label',
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
      doc: 'What starts a recording by itself: motion, sighting (a thing that detection found), or nothing',
      format: (value: unknown) => checkTriggers(value),
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
