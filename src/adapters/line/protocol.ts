// The line protocol as text: what a line asks for, and what an answer looks like. Pure; who may ask, and carrying it
// out, are the others' of this folder.
//   in:  [@camera] word [word …]
//   out: `ok …`, `error CODE: …`, or a block: a line `---`, YAML, a line `...` (which YAML means by these, too)
import { stringify } from 'yaml'
import { type SystemAction, systemActions } from '../../camera/ports.js'
import type { PictureFormat } from '../../camera/stored-item.js'
import { Failure, type FailureCode } from '../../lib/failure.js'
import { nearest } from '../../lib/suggest.js'

export type Report = 'night_level' | 'motion_level' | 'health' | 'dump_cam_controls' | 'dump_cam_exposure'

export type CameraAsk =
  | { readonly type: 'picture'; readonly format: PictureFormat; readonly stacked: boolean; readonly frames?: number }
  | { readonly type: 'record'; readonly action: 'start' | 'stop' }
  | { readonly type: 'set'; readonly key: string; readonly word: string }
  /** The trigger level up or down. */
  | { readonly type: 'step'; readonly by: number }
  | { readonly type: 'report'; readonly what: Report }

export type HouseAsk =
  | { readonly type: 'help' | 'dump_config' | 'overwrite_config' | 'reset' }
  | { readonly type: 'system'; readonly action: SystemAction }
  | { readonly type: 'token'; readonly token: string }

export type Ask = CameraAsk | HouseAsk

export const isCameraAsk = (ask: Ask): ask is CameraAsk =>
  ['picture', 'record', 'set', 'step', 'report'].includes(ask.type)

export interface Asked {
  /** Null: the first. */
  readonly camera: string | null
  readonly ask: Ask
}

/** Bytes; a longer line is nobody's who means it well. */
export const LONGEST_LINE = 4096

interface Word {
  readonly usage: string
  readonly about: string
  /** Undefined when the words after it are wrong. */
  read(args: readonly string[]): Ask | undefined
}

const picture =
  (stacked: boolean) =>
  (args: readonly string[]): Ask | undefined => {
    const [format = 'jpg', frames, ...rest] = args
    if (!/^(jpe?g|png)$/i.test(format) || rest.length > 0 || (frames !== undefined && !stacked)) return undefined
    if (frames !== undefined && !/^\d{1,3}$/.test(frames)) return undefined
    const count = frames === undefined ? {} : { frames: Number(frames) }
    return { type: 'picture', format: /png/i.test(format) ? 'png' : 'jpg', stacked, ...count }
  }

const alone =
  (ask: Ask) =>
  (args: readonly string[]): Ask | undefined =>
    args.length === 0 ? ask : undefined

const step =
  (sign: 1 | -1) =>
  ([by = '1', ...rest]: readonly string[]): Ask | undefined =>
    /^\d{1,3}$/.test(by) && rest.length === 0 ? { type: 'step', by: sign * Number(by) } : undefined

const report = (what: Report, about: string): Word => ({ usage: what, about, read: alone({ type: 'report', what }) })

const system = (action: SystemAction, about: string): Word => ({
  usage: action,
  about: `${about}; say it twice within 10 s (reset cancels)`,
  read: alone({ type: 'system', action }),
})

const SYSTEM: Readonly<Record<SystemAction, string>> = {
  delete_all: 'delete all recordings and snapshots but those marked to be kept',
  exit: 'end Nightjar',
  reboot: 'restart the machine',
  shutdown: 'switch the machine off',
}

/** By their first word. */
const words: Readonly<Record<string, Word>> = {
  save: { usage: 'save [png|jpg]', about: 'take a picture and keep it', read: picture(false) },
  pastStack: {
    usage: 'pastStack [png|jpg] [frames]',
    about: 'keep the mean of the newest pictures: less noise',
    read: picture(true),
  },
  record: {
    usage: 'record start|stop',
    about: 'record by hand',
    read: ([action, ...rest]) =>
      (action === 'start' || action === 'stop') && rest.length === 0 ? { type: 'record', action } : undefined,
  },
  night_level: report('night_level', 'how dark it is (0 bright, 255 black), and day or night'),
  motion_level: report('motion_level', 'how much moves, 0 to 100'),
  health: report('health', 'cameras, storage and version on one line'),
  set: {
    usage: 'set KEY VALUE',
    about: 'change a setting: set motion.trigger_level 8',
    read: ([key, ...rest]) => (key && rest.length > 0 ? { type: 'set', key, word: rest.join(' ') } : undefined),
  },
  inc_trigger: { usage: 'inc_trigger [by]', about: 'less sensitive: the trigger level goes up', read: step(1) },
  dec_trigger: { usage: 'dec_trigger [by]', about: 'more sensitive: the trigger level goes down', read: step(-1) },
  dump_config: {
    usage: 'dump_config',
    about: 'the whole configuration as it is now',
    read: alone({ type: 'dump_config' }),
  },
  overwrite_config: {
    usage: 'overwrite_config',
    about: 'write the present settings into nightjar.yaml',
    read: alone({ type: 'overwrite_config' }),
  },
  dump_cam_controls: report('dump_cam_controls', 'source, picture and image controls of the camera'),
  dump_cam_exposure: report('dump_cam_exposure', 'light, night settings and exposure of the camera'),
  ...Object.fromEntries(systemActions.map((action) => [action, system(action, SYSTEM[action])])),
  reset: { usage: 'reset', about: 'cancel what waits to be said twice', read: alone({ type: 'reset' }) },
  token: {
    usage: 'token TOKEN',
    about: 'first line of callers from other machines',
    read: ([token, ...rest]) => (token && rest.length === 0 ? { type: 'token', token } : undefined),
  },
  help: { usage: 'help', about: 'this list; @porch before a line means that camera', read: alone({ type: 'help' }) },
}

/** Failure 'invalid' with a sentence that helps. */
export const parseLine = (line: string): Asked => {
  const all = line.trim().split(/\s+/)
  const [first = ''] = all
  const camera = first.startsWith('@') ? first.slice(1) : null
  const [name = '', ...args] = camera === null ? all : all.slice(1)
  if (camera === '') throw new Failure('invalid', 'after @ comes the id of a camera: @porch save png')
  if (name === '') throw new Failure('invalid', 'nothing was asked: help lists what can be')
  const word = Object.hasOwn(words, name) ? words[name] : undefined
  if (!word) {
    const near = nearest(name, Object.keys(words))
    throw new Failure(
      'invalid',
      `"${shorten(name)}" is not known: ${near ? `did you mean ${near}? ` : ''}help lists what is`,
    )
  }
  const ask = word.read(args)
  if (!ask) throw new Failure('invalid', `say it as: ${word.usage}`)
  return { camera, ask }
}

/** Whether somebody speaks HTTP: a browser that a foreign page sends here must not get any further. */
export const isHttp = (line: string): boolean => /^[A-Z]{3,10} \S+ HTTP\/\d/.test(line)

const shorten = (text: string): string => (text.length > 60 ? `${text.slice(0, 59)}…` : text)

/** Sentences come from everywhere: an answer is one line. */
const onOneLine = (text: string): string => text.replaceAll(/\s*[\r\n]+\s*/g, '; ').replaceAll(/\p{Cc}/gu, '?')

export const formatOk = (text: string): string => `ok ${onOneLine(text)}\n`

export const formatError = (code: FailureCode | 'internal', sentence: string): string =>
  `error ${code}: ${onOneLine(sentence)}\n`

/** `yaml`: a document without its markers. */
export const formatBlock = (yaml: string): string => `---\n${yaml.replace(/\n*$/, '\n')}...\n`

export const formatHelp = (): string =>
  formatBlock(
    stringify(Object.fromEntries(Object.values(words).map(({ usage, about }) => [usage, about])), { lineWidth: 0 }),
  )
