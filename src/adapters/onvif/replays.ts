// Remembers what may be used once, for as long as it could be used again.
import type { Clock } from '../../lib/clock.js'

export interface Replays {
  /** Whether it is seen for the first time. */
  isNew(key: string): boolean
  readonly size: number
}

/** A client sends a handful a second; who sends more than this within the time must wait for room. */
const MOST = 50_000

/** `forMs`: how long each is remembered. */
export const createReplays = (clock: Pick<Clock, 'now'>, forMs: number): Replays => {
  /** With the mono ms until which; in the order in which they came, so the oldest are first. */
  const known = new Map<string, number>()
  return {
    get size() {
      return known.size
    },
    isNew: (key) => {
      const { mono } = clock.now()
      for (const [oldest, until] of known) {
        if (until > mono) break
        known.delete(oldest)
      }
      if (known.has(key) || known.size >= MOST) return false
      known.set(key, mono + forMs)
      return true
    },
  }
}
