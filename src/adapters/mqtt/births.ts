// Home Assistant's births: it is back, and everything must be said again. Not at once, so that the devices of a house do
// not all speak in the same moment, and once for all births that come meanwhile.
import type { Clock } from '../../lib/clock.js'

export interface BirthsDeps {
  /** 0 to 1, evenly. */
  random(): number
  readonly clock: Pick<Clock, 'after'>
  announce(): void
}

export interface Births extends Disposable {
  heard(): void
}

const SPREAD_MS = 5000

/** Disposed it owes nothing more, until the next birth. */
export const createBirths = ({ random, clock, announce }: BirthsDeps): Births => {
  let owed: Disposable | undefined
  return {
    heard: () => {
      owed ??= clock.after(random() * SPREAD_MS, () => {
        owed = undefined
        announce()
      })
    },
    [Symbol.dispose]: () => {
      owed?.[Symbol.dispose]()
      owed = undefined
    },
  }
}
