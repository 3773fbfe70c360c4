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
  let online = false
  let closed = false

  const has = (proof: boolean): boolean => (proof ? pictured : online)
  const tell = (): void => {
    for (const look of [...waiting]) look()
  }
  const change = (next: { readonly pictured?: boolean; readonly held?: boolean }): void => {
    const was = { pictured, online }
    ;({ pictured = pictured, held = held } = next)
    online = pictured && !held
    if (was.pictured !== pictured || was.online !== online) tell()
    if (was.online !== online) onOnline(online)
  }
  return {
    has,
    get held() {
      return held
    },
    setPictured: (pictured) => change({ pictured }),
    hold: (held) => change({ held }),
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
