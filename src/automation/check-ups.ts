// Asks the doctor by itself, so that what is grave is known before anybody asks: soon after the start, then once a day,
// and each hour while something is grave. A look writes to the disk and starts programs: not more often.
import type { House } from '../camera/ports.js'
import type { Clock } from '../lib/clock.js'
import { sentenceOf } from '../lib/failure.js'
import type { Log } from '../lib/log.js'

export interface CheckUpsDeps {
  readonly house: Pick<House, 'findings'>
  readonly clock: Pick<Clock, 'after'>
  readonly log: Log
}

const FIRST_MS = 60_000
const GRAVE_MS = 3_600_000
const WELL_MS = 24 * GRAVE_MS

/** A look that is under way at the end has nobody to tell any more. */
export const startCheckUps = ({ house, clock, log }: CheckUpsDeps): Disposable => {
  let known: readonly string[] = []
  let next: Disposable | undefined
  let ended = false
  const look = async (): Promise<void> => {
    const grave = (await house.findings()).filter(({ status }) => status === 'bad')
    if (ended) return
    for (const { what, todo } of grave)
      if (!known.includes(what)) log.warn(`doctor: ${what}${todo === undefined ? '' : ` -> ${todo}`}`)
    known = grave.map(({ what }) => what)
    after(grave.length > 0 ? GRAVE_MS : WELL_MS)
  }
  const again = (error: unknown): void => {
    if (ended) return
    log.warn(`doctor: the look did not come to an end: ${sentenceOf(error)}`)
    after(GRAVE_MS)
  }
  const after = (ms: number): void => {
    next = clock.after(ms, () => void look().catch(again))
  }
  after(FIRST_MS)
  return {
    [Symbol.dispose]: () => {
      ended = true
      next?.[Symbol.dispose]()
    },
  }
}
