// Whether a path has video, and for whom: what is held is only for the readers who prove that it may be seen.
import type { Clock } from '../../../lib/clock.js'

export interface Presence {
  /** Whether there is video for a reader of the proof, or for any other. */
  has(proof: boolean): boolean
  readonly held: boolean
  /** A picture can be made of what comes, or no longer. */
  setPictured(pictured: boolean): void
  hold(held: boolean): void
  /** Waits for video up to `ms`; whether there is some then. */
  wait(ms: number, proof: boolean): Promise<boolean>
  /** Nobody waits any more. */
  close(): void
}

/** `onOnline` hears when there is video for everybody, or no longer. */
export const createPresence = (clock: Clock, onOnline: (online: boolean) => void): Presence => {
  const waiting = new Set<() => void>()
  let pictured = false
  let held = false
  let closed = false

  const has = (proof: boolean): boolean => pictured && (proof || !held)
  const tell = (): void => {
    for (const look of [...waiting]) look()
  }
  const change = (apply: () => void): void => {
    const before = has(false)
    apply()
    tell()
    if (has(false) !== before) onOnline(!before)
  }
  return {
    has,
    get held() {
      return held
    },
    setPictured: (next) =>
      change(() => {
        pictured = next
      }),
    hold: (next) =>
      change(() => {
        held = next
      }),
    wait: async (ms, proof) => {
      if (has(proof)) return true
      await new Promise<void>((resolve) => {
        const end = (): void => {
          waiting.delete(look)
          timer[Symbol.dispose]()
          resolve()
        }
        const look = (): void => {
          if (has(proof) || closed) end()
        }
        const timer = clock.after(ms, end)
        waiting.add(look)
      })
      return has(proof)
    },
    close: () => {
      closed = true
      tell()
    },
  }
}
