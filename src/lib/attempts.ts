// Slows down who guesses passwords: counts wrong ones by address and name, and by address alone.
import type { Clock } from './clock.js'
import { Failure } from './failure.js'
import type { Log } from './log.js'

export const ATTEMPTS_WINDOW_MS = 60_000
const PER_NAME = 8
const PER_ADDRESS = 40
const MOST_KEYS = 10_000

export interface Attempts {
  /** Failure 'too-many' when this address guessed too often within the last minute. */
  check(address: string, name: string): void
  wrong(address: string, name: string): void
}

export const createAttempts = (clock: Clock, log: Log): Attempts => {
  const counts = new Map<string, { wrong: number; until: number }>()
  const current = (key: string): number => {
    const entry = counts.get(key)
    if (!entry || entry.until > clock.now().mono) return entry?.wrong ?? 0
    counts.delete(key)
    return 0
  }
  const add = (key: string): void => {
    const wrong = current(key) + 1
    const until = counts.get(key)?.until ?? clock.now().mono + ATTEMPTS_WINDOW_MS
    counts.set(key, { wrong, until })
    const [oldest] = counts.keys()
    if (counts.size > MOST_KEYS && oldest !== undefined) counts.delete(oldest)
  }
  const keyOf = (address: string, name: string): string => `${address} ${name.slice(0, 64)}`
  return {
    check: (address, name) => {
      if (current(keyOf(address, name)) < PER_NAME && current(address) < PER_ADDRESS) return
      throw new Failure('too-many', 'Too many wrong passwords; try again in a minute')
    },
    wrong: (address, name) => {
      log.warn({ address, user: name.slice(0, 64) }, 'a wrong name or password')
      add(keyOf(address, name))
      add(address)
    },
  }
}
