// Time, handed in. Monotonic milliseconds order everything; a wall stamp is attached once, from an anchor that is
// measured again every second, because a Pi has no clock at boot and steps when it finds one.
import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'

/** One moment on both clocks, in milliseconds; wall ones are whole. */
export interface Instant {
  readonly mono: number
  readonly wall: number
}

export interface Clock {
  now(): Instant
  toWall(mono: number): number
  toMono(wall: number): number
  /** Milliseconds since the wall clock last stepped by more than 2 s (or since start). */
  steadyFor(): number
  /** Hears each wall step over 2 s, in milliseconds (positive: forward). */
  onStep(listener: (by: number) => void): Disposable
  after(ms: number, run: () => void): Disposable
  every(ms: number, run: () => void): Disposable
  /** Rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

const STEP_MS = 2000
const ANCHOR_MS = 1000

export const createSystemClock = (): Clock => {
  const listeners = new Set<(by: number) => void>()
  let measuredAt = performance.now()
  let anchor = Date.now() - measuredAt
  let steadySince = measuredAt

  const measure = (): void => {
    const mono = performance.now()
    if (mono - measuredAt < ANCHOR_MS) return
    const by = Date.now() - mono - anchor
    measuredAt = mono
    anchor += by
    if (Math.abs(by) <= STEP_MS) return
    steadySince = mono
    for (const listener of listeners) listener(by)
  }
  return {
    now: () => {
      measure()
      const mono = performance.now()
      return { mono, wall: Math.round(mono + anchor) }
    },
    toWall: (mono) => Math.round(mono + anchor),
    toMono: (wall) => wall - anchor,
    steadyFor: () => {
      measure()
      return performance.now() - steadySince
    },
    onStep: (listener) => {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
    after: (ms, run) => {
      const timer = setTimeout(run, ms)
      return { [Symbol.dispose]: () => clearTimeout(timer) }
    },
    every: (ms, run) => {
      const timer = setInterval(run, ms)
      return { [Symbol.dispose]: () => clearInterval(timer) }
    },
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      await delay(ms, undefined, signal ? { signal } : {}).catch((error: unknown) => {
        throw signal?.aborted ? signal.reason : error
      })
    },
  }
}
