// Asks a running tap for large pictures, or for none: its ffmpeg is told on stdin, so that nothing is started anew and
// nobody who reads the stream notices. What opens the gate is the pipeline's.

export interface DetailGate {
  /** Each `every`-th of the tap's frames comes large, too; 0: none. */
  readonly every: number
  set(every: number): void
  /** Hears each change. */
  watch(listener: (every: number) => void): Disposable
}

export const createDetailGate = (): DetailGate => {
  const listeners = new Set<(every: number) => void>()
  let now = 0
  return {
    get every() {
      return now
    },
    set: (every) => {
      if (every === now) return
      now = every
      for (const listener of listeners) listener(every)
    },
    watch: (listener) => {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
  }
}
