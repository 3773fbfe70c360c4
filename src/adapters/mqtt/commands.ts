// From what arrives on a command topic to something done, and to an answer. Knows no connection.
import { checkSettingsChange } from '../../camera/check-settings.js'
import type { Command, CommandResults } from '../../camera/commands.js'
import type { CameraState } from '../../camera/state.js'
import type { Plain } from '../../lib/check.js'
import { Failure, type FailureCode } from '../../lib/failure.js'
import type { Log } from '../../lib/log.js'
import type { System } from './bridge.js'
import { entitiesOf, type Known } from './entities/index.js'
import type { EntityDefinition } from './entity.js'
import { describeItem, isoTime } from './item.js'
import type { Asked } from './topics.js'
import { type Desk, obey } from './vocabulary.js'

const LONGEST = 16_384

/** What a command's answer carries beside `id` and `status`. */
export type Answer =
  | ({ readonly id: unknown; readonly status: 'ok' } & Plain)
  | { readonly id: unknown; readonly status: 'error'; readonly error: string; readonly code: FailureCode | 'internal' }

export interface Answering extends Desk {
  readonly system: System
  readonly log: Log
}

/** Carries a command out and says what came of it; never throws. */
export const answer = async (asked: Asked, payload: Buffer, desk: Answering): Promise<Answer> => {
  let id: unknown = null
  try {
    if (payload.length > LONGEST) throw new Failure('too-large', `a command is at most ${LONGEST} bytes long`)
    const text = payload.toString('utf8')
    switch (asked.way) {
      case 'system':
        return { id, status: 'ok', done: await desk.system.press(asked.button, text) }
      case 'set':
        return { id, status: 'ok', ...(await set(asked.camera, asked.entity, text, desk)) }
      case 'command': {
        const said = read(text)
        if (typeof said !== 'string') id = said.id ?? null
        desk.cameras.state(asked.camera)
        return { id, status: 'ok', ...(await obey(asked.camera, asked.name, withoutId(said), desk)) }
      }
      default:
        return asked satisfies never
    }
  } catch (error) {
    if (error instanceof Failure) return { id, status: 'error', error: error.message, code: error.code }
    desk.log.error({ err: error, asked }, 'mqtt: a command failed in an unexpected way')
    return { id, status: 'error', error: 'something went wrong inside Nightjar; its log says what', code: 'internal' }
  }
}

/** A JSON object, or plain text. */
const read = (text: string): Plain | string => {
  const trimmed = text.trim()
  if (!trimmed.startsWith('{')) return trimmed
  try {
    return JSON.parse(trimmed) as Plain
  } catch (cause) {
    throw new Failure('invalid', 'the payload begins like a JSON object, but is none', { cause })
  }
}

const withoutId = (said: Plain | string): Plain | string => {
  if (typeof said === 'string') return said
  const { id: _, ...words } = said
  return words
}

const set = async (camera: string, id: string, payload: string, { cameras, links }: Desk): Promise<Plain> => {
  const state = cameras.state(camera)
  const command = fromEntity(state, id, payload)
  const checked: Command =
    command.type === 'settings' ? { ...command, change: checkSettingsChange(command.change, state.settings) } : command
  const result = await cameras.execute(camera, checked, { adapter: 'mqtt' })
  switch (command.type) {
    case 'settings':
      return { settings: result as CommandResults['settings'] }
    case 'record': {
      const recording = result as CommandResults['record']
      return { recording: { ...recording, since: isoTime(recording.since) } }
    }
    case 'zone':
      return { zone: result }
    default:
      return describeItem(result as CommandResults['snapshot'], links)
  }
}

/** What comes and goes can't be set. */
const NOTHING_KNOWN: Known = { labels: new Set(), facts: new Map() }

const fromEntity = (state: CameraState, id: string, payload: string): Command => {
  const entity = entitiesOf(state, NOTHING_KNOWN).find((one) => one.id === id)
  if (!entity?.ask) throw new Failure('not-found', `there is nothing to set at "${id.slice(0, 60)}"`)
  const command = entity.ask(payload, state)
  if (!command) throw new Failure('invalid', `${id} takes ${expected(entity)}, not "${payload.slice(0, 60)}"`)
  return command
}

const expected = ({ component, discovery }: EntityDefinition): string => {
  if (component === 'button') return 'PRESS'
  if (component === 'number') return `a number from ${discovery.min} to ${discovery.max}`
  return Array.isArray(discovery.options) ? discovery.options.join(', ') : 'ON or OFF'
}
