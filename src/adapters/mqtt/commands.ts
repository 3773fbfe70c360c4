// From what arrives on a command topic to a Command, and from its result to an answer. Knows no connection.
import { checkSettingsChange } from '../../camera/check-settings.js'
import type { Command, CommandResults } from '../../camera/commands.js'
import type { Cameras } from '../../camera/ports.js'
import { checkFrames } from '../../camera/stacking.js'
import { isPlain, type Plain } from '../../lib/check.js'
import { Failure, type FailureCode } from '../../lib/failure.js'
import type { Log } from '../../lib/log.js'
import { findEntity } from './entities/index.js'
import type { EntityDefinition } from './entity.js'
import { describeItem, type ItemUrls, isoTime } from './item.js'
import type { Asked } from './topics.js'

const LONGEST = 16_384

/** What a command's answer carries beside `id` and `status`. */
export type Answer =
  | ({ readonly id: unknown; readonly status: 'ok' } & Plain)
  | { readonly id: unknown; readonly status: 'error'; readonly error: string; readonly code: FailureCode | 'internal' }

export interface Answering {
  readonly cameras: Cameras
  readonly urls: ItemUrls
  readonly log: Log
}

/** Carries a command out and says what came of it; never throws. */
export const answer = async (asked: Asked, payload: Buffer, { cameras, urls, log }: Answering): Promise<Answer> => {
  let id: unknown = null
  try {
    if (payload.length > LONGEST) throw new Failure('too-large', `a command is at most ${LONGEST} bytes long`)
    const text = payload.toString('utf8')
    const words = asked.way === 'command' ? read(text) : {}
    id = words.id ?? null
    const state = cameras.state(asked.camera)
    const wanted = asked.way === 'set' ? fromEntity(asked.entity, text) : fromName(asked.name, words)
    const command: Command =
      wanted.type === 'settings' ? { ...wanted, change: checkSettingsChange(wanted.change, state.settings) } : wanted
    const result = await cameras.execute(asked.camera, command, { adapter: 'mqtt' })
    return { id, status: 'ok', ...describe(command, result, urls) }
  } catch (error) {
    if (error instanceof Failure) return { id, status: 'error', error: error.message, code: error.code }
    log.error({ err: error, asked }, 'mqtt: a command failed in an unexpected way')
    return { id, status: 'error', error: 'something went wrong inside Nightjar; its log says what', code: 'internal' }
  }
}

/** A JSON object, or one plain word that stands for the command's only argument. */
const read = (text: string): Plain => {
  const trimmed = text.trim()
  if (!trimmed.startsWith('{')) return trimmed === '' ? {} : { '': trimmed }
  try {
    return JSON.parse(trimmed) as Plain
  } catch (cause) {
    throw new Failure('invalid', 'the payload begins like a JSON object, but is none', { cause })
  }
}

const fromEntity = (id: string, payload: string): Command => {
  const entity = findEntity(id)
  if (!entity?.ask) throw new Failure('not-found', `there is nothing to set at "${id}"`)
  const command = entity.ask(payload)
  if (!command) throw new Failure('invalid', `${id} takes ${expected(entity)}, not "${payload.slice(0, 60)}"`)
  return command
}

const expected = ({ component, discovery }: EntityDefinition): string => {
  if (component === 'button') return 'PRESS'
  if (component === 'number') return `a number from ${discovery.min} to ${discovery.max}`
  return Array.isArray(discovery.options) ? discovery.options.join(', ') : 'ON or OFF'
}

const commands: Readonly<Record<string, (words: Plain) => Command>> = {
  snapshot: (words) => {
    const format = only('format', words)
    if (format === undefined) return { type: 'snapshot' }
    if (format !== 'jpg' && format !== 'png') throw new Failure('invalid', 'format must be jpg or png')
    return { type: 'snapshot', format }
  },
  stack: ({ id: _, ...words }) => {
    const { frames, format } = '' in words ? { frames: Number(words['']) } : (words as Plain)
    const unknown = Object.keys(words).find((key) => key !== 'frames' && key !== 'format' && key !== '')
    if (unknown !== undefined) throw new Failure('invalid', `"${unknown}" is not known here; there are frames, format`)
    if (format !== undefined && format !== 'jpg' && format !== 'png')
      throw new Failure('invalid', 'format must be jpg or png')
    if (frames !== undefined) checkFrames(frames)
    return { type: 'stack', ...(frames !== undefined && { frames: frames as number }), ...(format && { format }) }
  },
  record: (words) => {
    const action = only('action', words)
    if (action !== 'start' && action !== 'stop') throw new Failure('invalid', 'action must be start or stop')
    return { type: 'record', action }
  },
  // The same nested keys as in nightjar.yaml, either bare or under `change`; checked where its Command is made.
  settings: ({ id: _, ...words }) => {
    if ('' in words)
      throw new Failure('invalid', 'settings takes a JSON object such as {"motion": {"trigger_level": 8}}')
    const change = Object.keys(words).length === 1 && isPlain(words.change) ? words.change : words
    return { type: 'settings', change }
  },
}

const fromName = (name: string, words: Plain): Command => {
  const make = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!make) {
    throw new Failure('not-found', `there is no command "${name}"; there are ${Object.keys(commands).join(', ')}`)
  }
  return make(words)
}

/** The value of a command's only argument. */
const only = (key: string, { id: _, ...words }: Plain): unknown => {
  const unknown = Object.keys(words).find((each) => each !== key && each !== '')
  if (unknown !== undefined) throw new Failure('invalid', `"${unknown}" is not known here; there is ${key}`)
  return words[key] ?? words['']
}

const describe = (command: Command, result: CommandResults[Command['type']], urls: ItemUrls): Plain => {
  switch (command.type) {
    case 'snapshot':
    case 'stack':
      return describeItem(result as CommandResults['snapshot'], urls)
    case 'record': {
      const recording = result as CommandResults['record']
      return { recording: { ...recording, since: isoTime(recording.since) } }
    }
    case 'settings':
      return { settings: result as CommandResults['settings'] }
    default:
      return command satisfies never
  }
}
