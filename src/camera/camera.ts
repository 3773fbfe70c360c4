// One camera: holds its state, applies the rules, carries out commands, tells facts.
import type { Clock, Instant } from '../lib/clock.js'
import { Failure } from '../lib/failure.js'
import { createSerial } from '../lib/serial.js'
import { checkPast, checkRecord } from './check-command.js'
import { checkSettingsChange } from './check-settings.js'
import type { Asker, Command, ResultOf, StateCommand } from './commands.js'
import type { Fact, TraceEntry } from './events.js'
import type { Input } from './inputs.js'
import { type CameraIdentity, newMind, type RuleInput } from './rules/mind.js'
import { step } from './rules/rules.js'
import { type CameraSettings, changeSettings } from './settings.js'
import { refuseShut } from './shut.js'
import { picturesIn } from './stacking.js'
import type { CameraState, Cause } from './state.js'
import type { PictureFormat, StoredItem } from './stored-item.js'
import { changeZones } from './zone-changes.js'
import type { Zone } from './zones.js'

/** A camera's hands, given by its pipeline. Recording needs none: the recorder follows `state.recording`. */
export interface Equipment {
  /** `stack`: the mean of so many pictures. `at`: the picture at this wall ms. */
  snapshot(request: {
    readonly format: PictureFormat
    readonly stack?: number
    readonly at?: number
    readonly causes?: readonly Cause[]
  }): Promise<StoredItem>
  /** What the ring holds between two wall ms; Failure 'unavailable' when that is nothing. */
  clip(request: { readonly from: number; readonly to: number }): Promise<StoredItem>
}

export interface Camera {
  readonly id: string
  state(): CameraState
  learn(input: Input): void
  /** Until disposed, commands that need hands use these. */
  equip(equipment: Equipment): Disposable
  execute<C extends Command>(command: C, by: Asker): Promise<ResultOf<C>>
  /** Newest last, bounded. */
  trace(): readonly TraceEntry[]
}

export interface CameraDeps extends CameraIdentity {
  readonly settings: CameraSettings
  readonly clock: Pick<Clock, 'now' | 'toWall'>
  /** Hears each fact, in order. */
  tell(fact: Fact): void
  /** Keeps live settings over restarts. */
  saveSettings(settings: CameraSettings): Promise<void>
}

const TRACE_LENGTH = 500

export const createCamera = ({ settings, clock, tell, saveSettings, ...identity }: CameraDeps): Camera => {
  const { id } = identity
  const inTurn = createSerial()
  const trace: TraceEntry[] = []
  let mind = newMind(identity, settings, clock.now().wall)
  let equipment: Equipment | undefined
  let told = 0

  const take = (input: RuleInput, now: Instant): void => {
    const previous = mind.state
    const { mind: next, events, notes } = step(mind, input, now)
    mind = next
    const at = now.wall
    for (const note of notes) trace.push({ at, ...note })
    if (trace.length > TRACE_LENGTH) trace.splice(0, trace.length - TRACE_LENGTH)
    if (next.state !== previous) tell({ type: 'state', camera: id, at, state: next.state, previous })
    for (const event of events) {
      told += 1
      tell({ type: 'event', camera: id, at, id: `${id}-${Math.round(at).toString(36)}-${told}`, event })
    }
  }
  const hands = (): Equipment => {
    if (!equipment) throw new Failure('unavailable', `${id} has no video yet`)
    return equipment
  }
  const ask = (command: StateCommand, by: Asker): void => take({ type: 'ask', command, by }, clock.now())

  const record = (command: Extract<Command, { type: 'record' }>, by: Asker): CameraState['recording'] => {
    const { link } = mind.state
    checkRecord(command)
    if (command.action === 'start') refuseShut(mind.state, 'nothing is recorded')
    if (command.action === 'start' && link.status !== 'online') {
      throw new Failure('unavailable', `${id} can't record: ${link.problem ?? 'it has no video yet'}`)
    }
    ask(command, by)
    return mind.state.recording
  }
  const change = async (command: Extract<Command, { type: 'settings' }>, by: Asker): Promise<CameraSettings> => {
    const checked = checkSettingsChange(command.change, mind.state.settings)
    const next = changeSettings(mind.state.settings, checked)
    if (next === mind.state.settings) return next
    await saveSettings(next)
    ask({ type: 'settings', change: checked }, by)
    return mind.state.settings
  }
  const picture = async (command: Extract<Command, { type: 'snapshot' | 'stack' }>): Promise<StoredItem> => {
    refuseShut(mind.state, 'no picture is taken')
    const { causes } = command
    const at = command.type === 'snapshot' ? command.at : undefined
    const stack = picturesIn(command, mind.state)
    const format = command.format ?? 'jpg'
    if (at !== undefined) checkPast('at', at, clock.now().wall)
    return hands().snapshot({
      format,
      ...(stack && { stack }),
      ...(at !== undefined && { at }),
      ...(causes && { causes }),
    })
  }
  const clip = async ({ from, to }: Extract<Command, { type: 'clip' }>): Promise<StoredItem> => {
    refuseShut(mind.state, 'no video is kept')
    if (!(from < to)) throw new Failure('invalid', 'from must be before to')
    checkPast('to', to, clock.now().wall)
    return hands().clip({ from, to })
  }
  const zone = async ({ change: asked }: Extract<Command, { type: 'zone' }>, by: Asker): Promise<Zone | null> => {
    const { id: about, zones } = changeZones(id, mind.state.settings.zones, asked)
    const next = await change({ type: 'settings', change: { zones: zones as readonly Zone[] } }, by)
    return next.zones.find((one) => one.id === about) ?? null
  }
  const carryOut = (command: Command, by: Asker): Promise<ResultOf<Command>> => {
    switch (command.type) {
      case 'snapshot':
      case 'stack':
        // Not in turn: a picture does not wait for a recording to begin.
        return picture(command)
      case 'clip':
        return clip(command)
      case 'record':
        return inTurn(() => record(command, by))
      case 'settings':
        return inTurn(() => change(command, by))
      case 'zone':
        return inTurn(() => zone(command, by))
      default:
        return command satisfies never
    }
  }
  return {
    id,
    state: () => mind.state,
    trace: () => trace,
    learn: (input) => {
      // A look is about the moment the camera saw it, not the moment we got to it.
      const mono = 'mono' in input ? input.mono : undefined
      take(input, mono === undefined ? clock.now() : { mono, wall: clock.toWall(mono) })
    },
    equip: (given) => {
      equipment = given
      return {
        [Symbol.dispose]: () => {
          if (equipment === given) equipment = undefined
        },
      }
    },
    execute: <C extends Command>(command: C, by: Asker) => carryOut(command, by) as Promise<ResultOf<C>>,
  }
}
