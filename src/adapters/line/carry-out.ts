// Carries out what a line asks for and gives the answer's text; never throws. Who may ask is the server's.
import { stringify } from 'yaml'
import { checkSettingsChange } from '../../camera/check-settings.js'
import { CONFIRM_MS, type Confirmations } from '../../camera/confirmations.js'
import type { Cameras, House, Recordings, SystemAction } from '../../camera/ports.js'
import type { CameraState } from '../../camera/state.js'
import type { Plain } from '../../lib/check.js'
import type { Clock } from '../../lib/clock.js'
import { Failure } from '../../lib/failure.js'
import type { Log } from '../../lib/log.js'
import {
  type Asked,
  type CameraAsk,
  formatBlock,
  formatError,
  formatHelp,
  formatOk,
  type HouseAsk,
  isCameraAsk,
  type Report,
} from './protocol.js'
import { parseSetting } from './setting-keys.js'

export interface CarryOutDeps {
  readonly cameras: Cameras
  readonly recordings: Pick<Recordings, 'usage'>
  readonly house: House
  /** What the file says of a camera's source, without secrets. */
  source(camera: string): Plain
  readonly confirmations: Confirmations
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
}

/** `from`: the caller's address: a confirmation holds for it, whatever the connection. */
export type CarryOut = (asked: Asked, from: string) => Promise<string>

/** What an exposure is called by the sources. */
const EXPOSURE = /exposure|shutter|gain|awb|metering|(^|_)ev$|night/

const by = { adapter: 'line' }

export const createCarryOut = (deps: CarryOutDeps): CarryOut => {
  const { cameras, house, confirmations, log } = deps

  const meant = (id: string | null): CameraState => {
    const state = id === null ? cameras.list()[0] : cameras.state(id)
    if (!state) throw new Failure('not-found', 'there is no camera')
    return state
  }
  const change = async ({ id, settings }: CameraState, wanted: unknown): Promise<string> => {
    const checked = checkSettingsChange(wanted, settings)
    const next = await cameras.execute(id, { type: 'settings', change: checked }, by)
    const said = Object.entries(checked).flatMap(([group, values]) =>
      Array.isArray(values)
        ? [`${group} ${JSON.stringify(next[group as 'zones'])}`]
        : Object.keys(values).map((key) => {
            const value = (next[group as keyof typeof next] as unknown as Plain)[key]
            return `${group}.${key} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`
          }),
    )
    return formatOk(`${id} ${said.join(' ')}`)
  }
  const act = async (action: SystemAction, from: string): Promise<string> => {
    const refusal = house.refusal(action)
    if (refusal !== null) throw new Failure('refused', refusal)
    if (confirmations.confirm(from, action)) return formatOk(await house.act(action, { ...by, user: from }))
    confirmations.begin(from, action)
    return formatOk(`not done yet: say ${action} once more within ${CONFIRM_MS / 1000} s, or reset`)
  }
  const forHouse = async (ask: HouseAsk, from: string): Promise<string> => {
    switch (ask.type) {
      case 'help':
        return formatHelp()
      case 'dump_config':
        return formatBlock(house.dumpConfig())
      case 'overwrite_config':
        return formatOk(await house.overwriteConfig())
      case 'reset': {
        const waiting = confirmations.cancel(from)
        return formatOk(waiting ? `${waiting} is cancelled` : 'nothing was waiting')
      }
      case 'system':
        return act(ask.action, from)
      // Whoever is in already may say it all the same.
      case 'token':
        return formatOk('welcome')
      default:
        return ask satisfies never
    }
  }
  const forCamera = async (ask: CameraAsk, state: CameraState, alone: boolean): Promise<string> => {
    const { id, settings } = state
    switch (ask.type) {
      case 'picture': {
        const { format, stacked, frames } = ask
        const item = stacked
          ? await cameras.execute(id, { type: 'stack', format, ...(frames !== undefined && { frames }) }, by)
          : await cameras.execute(id, { type: 'snapshot', format }, by)
        return formatOk(`${item.path} ${item.width}x${item.height} ${item.bytes} bytes`)
      }
      case 'record': {
        const { active, causes } = await cameras.execute(id, { type: 'record', action: ask.action }, by)
        return formatOk(active ? `${id} records (${causes.join(', ')})` : `${id} does not record`)
      }
      case 'set': {
        const { kind, ...options } = deps.source(id)
        const source = { id, kind: String(kind), options: Object.keys(options) }
        return change(state, parseSetting(ask.key, ask.word, source))
      }
      case 'step': {
        const level = Math.min(100, Math.max(1, settings.motion.trigger_level + ask.by))
        return change(state, { motion: { trigger_level: level } })
      }
      case 'report':
        return tell(ask.what, state, alone)
      default:
        return ask satisfies never
    }
  }
  const health = (states: readonly CameraState[]): string => {
    const { free, problem } = deps.recordings.usage()
    const uptime = Math.round((deps.clock.now().wall - house.startedAt) / 1000)
    const seen = states.map(
      ({ id, link, recording }) =>
        `${id} ${link.status}${recording.active ? ' recording' : ''}${link.problem ? ` (${link.problem})` : ''}`,
    )
    const disk = problem ?? (free === null ? 'free space unknown' : `${(free / 1e9).toFixed(1)} GB free`)
    return formatOk([`nightjar ${house.version} up ${uptime} s`, ...seen, disk].join(', '))
  }
  const tell = (what: Report, state: CameraState, alone: boolean): string => {
    const { id, light, motion, settings, media, controls } = state
    switch (what) {
      case 'night_level': {
        const { dark_threshold, bright_threshold } = settings.night
        const level = light.dark ?? 'unknown'
        return formatOk(
          `${id} night_level ${level} ${light.mode} (${light.cause}; night from ${dark_threshold}, day from ${bright_threshold})`,
        )
      }
      case 'motion_level':
        return formatOk(
          `${id} motion_level ${motion.level} ${motion.active ? 'motion' : 'still'} (trigger level ${settings.motion.trigger_level})`,
        )
      case 'health':
        return health(alone ? [state] : cameras.list())
      case 'dump_cam_controls': {
        const image = Object.fromEntries(controls.map((control) => [control, settings.image[control]]))
        const { video } = media
        return formatBlock(stringify({ camera: id, source: deps.source(id), video, audio: media.audio, image }))
      }
      case 'dump_cam_exposure': {
        const source = Object.entries(deps.source(id)).filter(([key]) => EXPOSURE.test(key))
        const exposure = source.length > 0 ? Object.fromEntries(source) : 'decided by the camera'
        const { mode, dark, cause } = light
        return formatBlock(stringify({ camera: id, light: { mode, dark, cause }, night: settings.night, exposure }))
      }
      default:
        return what satisfies never
    }
  }

  return async ({ camera, ask }, from) => {
    try {
      if (isCameraAsk(ask)) return await forCamera(ask, meant(camera), camera !== null)
      if (camera !== null) throw new Failure('invalid', `that concerns the whole house: say it without @${camera}`)
      return await forHouse(ask, from)
    } catch (error) {
      if (error instanceof Failure) return formatError(error.code, error.message)
      log.error({ err: error, ask }, 'line: a command failed in an unexpected way')
      return formatError('internal', 'something went wrong inside Nightjar; its log says what')
    }
  }
}
