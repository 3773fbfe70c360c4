// `set KEY VALUE`: from a key and a word to a change of settings. Besides our own keys those of a well-known Python camera
// service are understood, whose scripts people have. Pure.
import type { SettingsChange } from '../../camera/settings.js'
import { cameraSettingsSchema } from '../../camera/settings-schema.js'
import { isOption } from '../../lib/check.js'
import { Failure } from '../../lib/failure.js'
import type { Option, Slice } from '../../lib/slice.js'
import { nearest } from '../../lib/suggest.js'

/** Of the camera that is meant: only the file can change these. */
export interface SettableSource {
  readonly id: string
  readonly kind: string
  /** Names of its source's options. */
  readonly options: readonly string[]
}

const options: ReadonlyMap<string, Option> = new Map(
  Object.entries(cameraSettingsSchema as Slice).flatMap(([group, entry]): [string, Option][] =>
    isOption(entry)
      ? [[group, entry]]
      : Object.entries(entry).flatMap(([key, option]): [string, Option][] =>
          isOption(option) ? [[`${group}.${key}`, option]] : [],
        ),
  ),
)

/** Their keys, by ours. */
const renamed: readonly (readonly [their: RegExp, ours: string])[] = [
  [/^export\.auto_save_interval_s$/, 'save.every_s'],
  [/^export\.stack_dark_frames$/, 'night.stack_snapshots'],
  [/^export\.stack_count$/, 'save.stack_at_night'],
  [/^export\.pre(_\w+)?$/, 'recording.before_s'],
  [/^export\.post(_\w+)?$/, 'recording.after_s'],
  [/^export\.(jpe?g_)?quality$/, 'jpeg.quality'],
]

/** Their keys that only the file has, and what they are called there. */
const inFile: readonly (readonly [their: RegExp, ours: string])[] = [
  [/^ring\./, 'ring.seconds and ring.width of the camera'],
  [/^export\.base_dir$/, 'data (or storage.path)'],
  [/^network\./, 'line.port'],
  [/^logging\./, 'logging.level'],
]

const fileOnly = (key: string, ours: string): Failure =>
  new Failure('refused', `${key} can't be changed while Nightjar runs: it is ${ours} in nightjar.yaml`)

const sourceOptions: ReadonlyMap<string, string> = new Map([
  ['framerate', 'fps'],
  ['video_mode', 'format'],
  ['codec', 'format'],
])

/** Camera and exposure: what the source has of it stands in the file. */
const ofSource = (key: string, { id, kind, options }: SettableSource): Failure => {
  const name = key.split('.')[1] ?? ''
  const option = options.includes(name) ? name : (sourceOptions.get(name) ?? '')
  return options.includes(option)
    ? fileOnly(key, `source.${option} of ${id}`)
    : new Failure('refused', `${key} can't be set for ${id}: a camera of kind ${kind} decides on that by itself`)
}

const booleans: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'on', 'yes', '1'].map((word) => [word, true] as const),
  ...['false', 'off', 'no', '0'].map((word) => [word, false] as const),
])

/** A word as the value that its option has; what does not fit is left to the check. */
const parseWord = ({ default: preset, format }: Option, word: string): unknown => {
  if (typeof preset === 'boolean') return booleans.get(word.toLowerCase()) ?? word
  if (typeof preset === 'number') return /^[-+]?(\d+\.?\d*|\.\d+)$/.test(word) ? Number(word) : word
  if (/^[[{]/.test(word)) {
    try {
      return JSON.parse(word) as unknown
    } catch (cause) {
      throw new Failure('invalid', 'the value begins like JSON, but is none', { cause })
    }
  }
  if (Array.isArray(preset)) return word === 'none' ? [] : word.split(',').map((one) => one.trim())
  return Array.isArray(format) ? word.toLowerCase() : word
}

/** A change that is still to be checked. Failure 'refused' or 'not-found' with the reason why there is none. */
export const parseSetting = (key: string, word: string, source: SettableSource): SettingsChange => {
  if (key === 'night.enabled' || key === 'night.enable') {
    const enabled = booleans.get(word.toLowerCase())
    if (enabled === undefined) throw new Failure('invalid', `${key} must be true or false, not "${word}"`)
    return { night: { mode: enabled ? 'auto' : 'day' } }
  }
  if (key === 'night.mode' && /^(still|slow_video)$/.test(word))
    throw new Failure(
      'refused',
      'night.mode is auto, day or night here: night pictures are always taken from the video',
    )
  const ours = renamed.find(([their]) => their.test(key))?.[1] ?? key
  const option = options.get(ours)
  if (option) {
    const value = parseWord(option, word)
    const [group = '', name] = ours.split('.')
    return (name === undefined ? { [group]: value } : { [group]: { [name]: value } }) as SettingsChange
  }
  const file = inFile.find(([their]) => their.test(key))
  if (file) throw fileOnly(key, file[1])
  if (/^camera\.|^night\.(\w*exposure\w*|\w*gain\w*|shutter\w*)$/.test(key)) throw ofSource(key, source)
  if (key === 'export.formats')
    throw new Failure('refused', 'export.formats is said with each picture here: save png, save jpg')
  const near = nearest(key, [...options.keys()])
  throw new Failure('not-found', `there is no setting ${key}${near ? `; did you mean ${near}?` : ''}`)
}
