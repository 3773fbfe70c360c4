// Limits on what a user's module may tell: values newest last and not too often, lines and events not too many. Drops,
// never queues.
import type { Clock } from '../../lib/clock.js'

export interface Paced<T> extends Disposable {
  /** Given on at once, or, when the last was given less than `ms` ago, then: the newest only. */
  put(value: T): void
  /** What waits is dropped. */
  clear(): void
}

export const createPaced = <T>(clock: Clock, ms: number, give: (value: T) => void): Paced<T> => {
  let waiting: { readonly value: T } | undefined
  let timer: Disposable | undefined
  const flush = (): void => {
    timer = undefined
    if (!waiting) return
    const { value } = waiting
    waiting = undefined
    timer = clock.after(ms, flush)
    give(value)
  }
  return {
    put: (value) => {
      waiting = { value }
      if (!timer) flush()
    },
    clear: () => {
      waiting = undefined
    },
    [Symbol.dispose]: () => {
      waiting = undefined
      timer?.[Symbol.dispose]()
    },
  }
}

export interface Quota {
  /** Whether one more may pass. `first`: it is the first that may not. */
  ask(): { readonly passes: boolean; readonly first: boolean }
}

/** `most` in each window of `ms`. `now`: monotonic milliseconds. */
export const createQuota = (most: number, ms: number, now: () => number): Quota => {
  let began = Number.NEGATIVE_INFINITY
  let count = 0
  return {
    ask: () => {
      if (now() - began >= ms) {
        began = now()
        count = 0
      }
      count += 1
      return { passes: count <= most, first: count === most + 1 }
    },
  }
}
