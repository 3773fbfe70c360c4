// Time in the test's hands: nothing moves until `advance`.
import type { Clock } from '../../src/lib/clock.js'

export interface TestClock extends Clock {
  /** Moves both clocks on and runs what is due, in order; promises in between get their turn. */
  advance(ms: number): Promise<void>
  /** Moves the wall clock alone. */
  step(ms: number): void
  /** Timers still set: a test ends with 0. */
  readonly pending: number
}

export const createTestClock = (wall = Date.UTC(2026, 10, 20, 12)): TestClock => {
  const timers = new Set<{ at: number; run: () => void; every?: number }>()
  const stepped = new Set<(by: number) => void>()
  let mono = 1000
  let anchor = wall - mono
  let steadySince = mono
  const add = (timer: { at: number; run: () => void; every?: number }): Disposable => {
    timers.add(timer)
    return { [Symbol.dispose]: () => void timers.delete(timer) }
  }
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await Promise.resolve()
  }
  return {
    get pending() {
      return timers.size
    },
    now: () => ({ mono, wall: mono + anchor }),
    toWall: (at) => at + anchor,
    toMono: (at) => at - anchor,
    steadyFor: () => mono - steadySince,
    onStep: (listener) => {
      stepped.add(listener)
      return { [Symbol.dispose]: () => void stepped.delete(listener) }
    },
    after: (ms, run) => add({ at: mono + ms, run }),
    every: (ms, run) => add({ at: mono + ms, run, every: ms }),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const stop = (): void => {
          timer[Symbol.dispose]()
          reject(signal?.reason)
        }
        const run = (): void => {
          signal?.removeEventListener('abort', stop)
          resolve()
        }
        const timer = add({ at: mono + ms, run })
        signal?.addEventListener('abort', stop)
      }),
    step: (ms) => {
      anchor += ms
      steadySince = mono
      for (const listener of stepped) listener(ms)
    },
    advance: async (ms) => {
      const end = mono + ms
      await settle()
      for (;;) {
        const next = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
        if (!next) break
        mono = Math.max(mono, next.at)
        if (next.every === undefined) timers.delete(next)
        else next.at += next.every
        next.run()
        await settle()
      }
      mono = end
      await settle()
    },
  }
}
