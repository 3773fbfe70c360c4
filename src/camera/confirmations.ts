// What can't be taken back is asked twice: remembers who asked for what, for ten seconds. Whoever offers such an action
// (HTTP, line) says who is who.
import type { Clock } from '../lib/clock.js'
import type { SystemAction } from './ports.js'

export const CONFIRM_MS = 10_000

export interface Confirmations {
  /** The first time. Another action by the same takes its place. */
  begin(who: string, action: SystemAction): void
  /** The second time: whether the first was this action, within ten seconds; it then counts no more. */
  confirm(who: string, action: SystemAction): boolean
  /** What was waiting, and waits no more. */
  cancel(who: string): SystemAction | null
}

export const createConfirmations = (clock: Pick<Clock, 'now'>): Confirmations => {
  const waiting = new Map<string, { readonly action: SystemAction; readonly until: number }>()
  const take = (who: string): SystemAction | null => {
    const { mono } = clock.now()
    for (const [name, { until }] of waiting) if (until <= mono) waiting.delete(name)
    return waiting.get(who)?.action ?? null
  }
  return {
    begin: (who, action) => {
      take(who)
      waiting.set(who, { action, until: clock.now().mono + CONFIRM_MS })
    },
    confirm: (who, action) => take(who) === action && waiting.delete(who),
    cancel: (who) => {
      const action = take(who)
      waiting.delete(who)
      return action
    },
  }
}
