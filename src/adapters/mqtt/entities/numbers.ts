// Settings that are numbers, as numbers: one line each. What few people change is there, but not enabled.
import { imageControls } from '../../../camera/settings.js'
import type { CameraState } from '../../../camera/state.js'
import { askNumber, type EntityDefinition } from '../entity.js'

type Settings = CameraState['settings']
type NumberKeys<Group> = { [Key in keyof Group]: Group[Key] extends number ? Key : never }[keyof Group]

interface Details {
  readonly min: number
  readonly max: number
  readonly step?: number
  readonly unit_of_measurement?: string
  readonly icon: string
  readonly rare?: true
}

const number = <Group extends Exclude<keyof Settings, 'zones'>>(
  id: string,
  name: string,
  group: Group,
  key: NumberKeys<Settings[Group]> & string,
  { rare, unit_of_measurement: unit, ...details }: Details,
): EntityDefinition => ({
  id,
  component: 'number',
  discovery: {
    name,
    ...details,
    entity_category: 'config',
    ...(unit && { unit_of_measurement: unit }),
    ...(unit === 's' && { device_class: 'duration' }),
    ...(rare && { enabled_by_default: false }),
  },
  show: ({ settings }) => settings[group][key] as number,
  ask: askNumber((value) => ({ type: 'settings', change: { [group]: { [key]: value } } })),
})

const seconds = (min: number, max: number, icon: string) => ({ min, max, unit_of_measurement: 's', icon })
const score = { min: 0, max: 255, icon: 'mdi:theme-light-dark' }

const numbers: readonly EntityDefinition[] = [
  number('motion_frames', 'Consecutive frames', 'motion', 'frames', { min: 1, max: 50, icon: 'mdi:counter' }),
  number('motion_hold', 'Motion hold', 'motion', 'hold_s', { ...seconds(0, 600, 'mdi:timer-sand'), step: 0.5 }),
  number('min_area', 'Smallest area', 'motion', 'min_area', {
    ...{ min: 0, max: 50, step: 0.01, unit_of_measurement: '%', icon: 'mdi:vector-square', rare: true },
  }),
  number('detection_score', 'Detection threshold', 'detection', 'score', {
    ...{ min: 0.05, max: 1, step: 0.05, icon: 'mdi:account-check' },
  }),
  number('detection_interval', 'Detection interval', 'detection', 'interval', {
    ...{ min: 1, max: 100, unit_of_measurement: 'frames', icon: 'mdi:skip-forward', rare: true },
  }),
  number('detection_idle', 'Detection while nothing moves', 'detection', 'idle_s', {
    ...seconds(0, 3600, 'mdi:timer-outline'),
    rare: true,
  }),
  number('detection_confirm', 'Detection confirmations', 'detection', 'confirm', {
    ...{ min: 1, max: 20, icon: 'mdi:check-all', rare: true },
  }),
  number('dark_threshold', 'Dark threshold', 'night', 'dark_threshold', score),
  number('bright_threshold', 'Bright threshold', 'night', 'bright_threshold', score),
  number('min_dark_frames', 'Dark frames', 'night', 'min_dark_frames', {
    ...{ min: 1, max: 6000, icon: 'mdi:weather-night', rare: true },
  }),
  number('night_dwell', 'Day or night at least', 'night', 'dwell_s', {
    ...seconds(0, 3600, 'mdi:timer-lock-outline'),
    rare: true,
  }),
  number('record_before', 'Record before', 'recording', 'before_s', seconds(0, 120, 'mdi:rewind')),
  number('record_after', 'Record after', 'recording', 'after_s', seconds(0, 600, 'mdi:fast-forward')),
  number('record_longest', 'Longest recording', 'recording', 'max_s', {
    ...seconds(5, 3600, 'mdi:file-video-outline'),
    rare: true,
  }),
  number('save_every', 'Picture every', 'save', 'every_s', { ...seconds(0, 86_400, 'mdi:camera-timer'), rare: true }),
  number('picture_quality', 'Picture quality', 'jpeg', 'quality', {
    ...{ min: 1, max: 100, unit_of_measurement: '%', icon: 'mdi:quality-high', rare: true },
  }),
]

const icons = { brightness: 'brightness-6', contrast: 'contrast-circle', saturation: 'palette', sharpness: 'blur-off' }

const image = imageControls.map((control) => ({
  control,
  entity: number(`image_${control}`, `Image ${control}`, 'image', control, {
    ...{ min: -100, max: 100, icon: `mdi:${icons[control]}` },
  }),
}))

/** Those of the picture only where the source can set them. */
export const numberEntities = ({ controls }: CameraState): readonly EntityDefinition[] => [
  ...numbers,
  ...image.filter(({ control }) => controls.includes(control)).map(({ entity }) => entity),
]
