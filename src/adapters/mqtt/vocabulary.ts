// The named commands of a camera (`<base>/<camera>/command/<name>`): which words each takes, what it asks for, and what its
// answer says. A plain payload stands for one of the words.
import { checkSettingsChange } from '../../camera/check-settings.js'
import type { Command, CommandResults, ResultOf, ZoneChange } from '../../camera/commands.js'
import type { Cameras, Links, Recordings } from '../../camera/ports.js'
import { checkFrames } from '../../camera/stacking.js'
import type { PictureFormat, StoredItem } from '../../camera/stored-item.js'
import { isPlain, type Plain } from '../../lib/check.js'
import { Failure } from '../../lib/failure.js'
import { parseMoment } from '../../lib/moment.js'
import { describeItem, isoTime } from './item.js'

export interface Desk {
  readonly cameras: Cameras
  readonly recordings: Pick<Recordings, 'get' | 'keep' | 'remove'>
  readonly links: Links
  /** Wall ms. */
  now(): number
}

interface Spoken {
  /** Undefined: any (they are judged elsewhere). */
  readonly words?: readonly string[]
  /** The word that a plain payload is. */
  readonly plain?: string
  /** What to write, for those who wrote it otherwise. */
  readonly example?: string
  run(camera: string, words: Plain, desk: Desk): Promise<Plain>
}

const BY = { adapter: 'mqtt' }
const LONGEST_CLIP_S = 300

const ask = async <C extends Command>(camera: string, command: C, { cameras }: Desk): Promise<ResultOf<C>> =>
  cameras.execute(camera, command, BY)

const formatIn = ({ format }: Plain): { readonly format?: PictureFormat } => {
  if (format === undefined) return {}
  if (format !== 'jpg' && format !== 'png') throw new Failure('invalid', 'format must be jpg or png')
  return { format }
}

const secondsIn = <Key extends string>(words: Plain, ...keys: Key[]): Partial<Record<Key, number>> => {
  const found: Partial<Record<Key, number>> = {}
  for (const key of keys) {
    const value = words[key]
    if (value === undefined) continue
    if (typeof value !== 'number') throw new Failure('invalid', `${key} must be a number, in seconds`)
    found[key] = value
  }
  return found
}

const textIn = (words: Plain, key: string): string => {
  const value = words[key]
  if (typeof value === 'string' && value !== '') return value
  throw new Failure('invalid', `${key} is missing`)
}

const stack = async (camera: string, words: Plain, frames: unknown, desk: Desk): Promise<Plain> => {
  const many = frames === undefined ? {} : { frames: checkFrames(frames) }
  return describeItem(await ask(camera, { type: 'stack', ...many, ...formatIn(words) }, desk), desk.links)
}

/** Failure 'not-found' also for an item of another camera. */
const itemIn = (camera: string, words: Plain, { recordings }: Desk): StoredItem => {
  const item = recordings.get(textIn(words, 'item'))
  if (item.camera !== camera) throw new Failure('not-found', `${item.id} is not of ${camera}`)
  return item
}

const record = async (camera: string, words: Plain, desk: Desk): Promise<Plain> => {
  const { action } = words
  if (action !== 'start' && action !== 'stop') throw new Failure('invalid', 'action must be start or stop')
  const [allowed, other] = [['duration_s', 'before_s'] as const, ['after_s'] as const]
  const misplaced = (action === 'start' ? other : allowed).find((key) => words[key] !== undefined)
  if (misplaced) throw new Failure('invalid', `${misplaced} is not of ${action}`)
  const times = secondsIn(words, ...allowed, ...other)
  const recording: CommandResults['record'] = await ask(camera, { type: 'record', action, ...times }, desk)
  return { recording: { ...recording, since: isoTime(recording.since) } }
}

const clip = async (camera: string, words: Plain, desk: Desk): Promise<Plain> => {
  const { last_s } = secondsIn(words, 'last_s')
  const given = words.from !== undefined || words.to !== undefined
  if (given === (last_s !== undefined)) throw new Failure('invalid', 'give from and to, or last_s')
  if (last_s !== undefined && !(last_s > 0 && last_s <= LONGEST_CLIP_S))
    throw new Failure('invalid', `last_s must be a number from 1 to ${LONGEST_CLIP_S}, in seconds`)
  const to = words.to === undefined ? desk.now() : parseMoment('to', words.to)
  const from = last_s === undefined ? parseMoment('from', words.from) : to - last_s * 1000
  return describeItem(await ask(camera, { type: 'clip', from, to }, desk), desk.links)
}

const zones = async (camera: string, words: Plain, desk: Desk): Promise<Plain> => {
  if (words.action !== undefined || words.zone !== undefined)
    await ask(camera, { type: 'zone', change: zoneChange(words) }, desk)
  return { zones: desk.cameras.state(camera).settings.zones }
}

const zoneChange = ({ action, zone }: Plain): ZoneChange => {
  const body = isPlain(zone) ? zone : undefined
  const id = typeof zone === 'string' ? zone : body?.id
  switch (action) {
    case 'add':
      if (!body) throw new Failure('invalid', 'zone must be an object: {"name", "use", "points"}')
      return { action, zone: body }
    case 'change':
    case 'replace':
      if (!body || typeof id !== 'string')
        throw new Failure('invalid', 'zone must be an object with the id of the zone')
      return { action, id, zone: body }
    case 'remove':
      if (typeof id !== 'string') throw new Failure('invalid', 'zone must be the id of the zone')
      return { action, id }
    default:
      throw new Failure('invalid', 'action must be add, change, replace or remove')
  }
}

export const vocabulary: Readonly<Record<string, Spoken>> = {
  snapshot: {
    words: ['format', 'at', 'stacked'],
    plain: 'format',
    run: async (camera, words, desk) => {
      const { at, stacked = false } = words
      if (typeof stacked !== 'boolean' && typeof stacked !== 'number')
        throw new Failure('invalid', 'stacked must be true, false or a number of pictures')
      if (stacked !== false && at !== undefined)
        throw new Failure('invalid', 'a stacked snapshot is of now: leave out at')
      if (stacked !== false) return stack(camera, words, stacked === true ? undefined : stacked, desk)
      const moment = at === undefined ? {} : { at: parseMoment('at', at) }
      return describeItem(await ask(camera, { type: 'snapshot', ...moment, ...formatIn(words) }, desk), desk.links)
    },
  },
  stack: {
    words: ['frames', 'format'],
    plain: 'frames',
    run: (camera, words, desk) => stack(camera, words, words.frames, desk),
  },
  record: { words: ['action', 'duration_s', 'before_s', 'after_s'], plain: 'action', run: record },
  clip: { words: ['from', 'to', 'last_s'], plain: 'last_s', run: clip },
  // The same nested keys as in nightjar.yaml, either bare or under `change`.
  settings: {
    example: 'settings takes a JSON object such as {"motion": {"trigger_level": 8}}',
    run: async (camera, words, desk) => {
      const bare = Object.keys(words).length === 1 && isPlain(words.change) ? words.change : words
      const change = checkSettingsChange(bare, desk.cameras.state(camera).settings)
      return { settings: await ask(camera, { type: 'settings', change }, desk) }
    },
  },
  zones: {
    words: ['action', 'zone'],
    example: 'zones takes a JSON object such as {"action": "remove", "zone": "path"}',
    run: zones,
  },
  keep: {
    words: ['item', 'keep'],
    plain: 'item',
    run: async (camera, words, desk) => {
      const { keep = true } = words
      if (typeof keep !== 'boolean') throw new Failure('invalid', 'keep must be true or false')
      return describeItem(await desk.recordings.keep(itemIn(camera, words, desk).id, keep), desk.links)
    },
  },
  delete: {
    words: ['item'],
    plain: 'item',
    run: async (camera, words, desk) => {
      const { id } = itemIn(camera, words, desk)
      await desk.recordings.remove(id)
      return { item: id }
    },
  },
}

/** Carries out what was said; gives what the answer says. */
export const obey = async (camera: string, name: string, text: string | Plain, desk: Desk): Promise<Plain> => {
  const spoken = Object.hasOwn(vocabulary, name) ? vocabulary[name] : undefined
  if (!spoken) {
    const known = Object.keys(vocabulary).join(', ')
    throw new Failure('not-found', `there is no command "${name}"; there are ${known}`)
  }
  const words = typeof text === 'string' ? plainWords(text, spoken) : text
  const unknown = spoken.words && Object.keys(words).find((word) => !spoken.words?.includes(word))
  if (unknown !== undefined)
    throw new Failure('invalid', `"${unknown}" is not known here; there are ${spoken.words?.join(', ')}`)
  return spoken.run(camera, words, desk)
}

const plainWords = (text: string, { plain, example }: Spoken): Plain => {
  if (text === '') return {}
  if (plain === undefined) throw new Failure('invalid', example ?? 'this takes a JSON object')
  return { [plain]: /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text }
}
