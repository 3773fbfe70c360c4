// Asks for a picture of each camera every so often, whatever happens: by day the newest one, at night the mean of
// several. A watcher like any adapter; what is kept for how long is the shelf's part.
import type { Command } from '../camera/commands.js'
import type { Cameras } from '../camera/ports.js'
import type { CameraState } from '../camera/state.js'
import type { Clock } from '../lib/clock.js'
import { sentenceOf } from '../lib/failure.js'
import type { Log } from '../lib/log.js'

export interface AutoSaveDeps {
  readonly cameras: Pick<Cameras, 'list' | 'execute'>
  readonly clock: Pick<Clock, 'now' | 'every'>
  readonly log: Log
}

/** Monotonic ms. */
export interface SaveTimes {
  /** When the last one was asked for; null before the first. */
  readonly last: number | null
  readonly now: number
}

const LOOK_MS = 500
const BY = { adapter: 'auto-save' }
const CAUSES = ['schedule'] as const

/**
 * What to ask for now, and which moment of the rhythm it belongs to (the next is counted from there); null: nothing. A
 * camera without video or in privacy mode misses its pictures and has one as soon as it can be seen again. Pure.
 */
export const planSave = (
  { settings: { save, privacy }, link, light }: Pick<CameraState, 'settings' | 'link' | 'light'>,
  { last, now }: SaveTimes,
): { readonly command: Command; readonly at: number } | null => {
  const every = save.every_s * 1000
  if (every === 0 || privacy.enabled || link.status !== 'online') return null
  const due = last === null ? now : last + every
  if (now < due) return null
  const frames = light.mode === 'night' ? save.stack_at_night : 0
  // Missed ones are not made up for.
  const at = now - due < every ? due : now
  const command: Command = frames > 0 ? { type: 'stack', frames, causes: CAUSES } : { type: 'snapshot', causes: CAUSES }
  return { command, at }
}

export const startAutoSave = ({ cameras, clock, log }: AutoSaveDeps): Disposable => {
  const last = new Map<string, number>()
  const busy = new Set<string>()
  const failing = new Set<string>()

  const ask = async (id: string, command: Command): Promise<void> => {
    busy.add(id)
    try {
      await cameras.execute(id, command, BY)
      failing.delete(id)
    } catch (error) {
      // An outage is one line, however many pictures it costs.
      if (!failing.has(id)) log.warn({ camera: id, err: error }, `auto-save of ${id}: ${sentenceOf(error)}`)
      failing.add(id)
    } finally {
      busy.delete(id)
    }
  }
  const look = (): void => {
    const now = clock.now().mono
    for (const state of cameras.list()) {
      const { id, settings } = state
      if (settings.save.every_s === 0) last.delete(id)
      const plan = busy.has(id) ? null : planSave(state, { last: last.get(id) ?? null, now })
      if (!plan) continue
      last.set(id, plan.at)
      void ask(id, plan.command)
    }
  }
  return clock.every(LOOK_MS, look)
}
