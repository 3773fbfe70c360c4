// The place between a reader that must not wait and a consumer that may be slow: keeps the newest only and counts
// what it dropped.

export interface Latest<T> {
  put(value: T): void
  /** The newest value not taken yet; waits for one. Rejects when aborted. */
  take(signal: AbortSignal): Promise<T>
  readonly dropped: number
}

export const createLatest = <T>(): Latest<T> => {
  let held: { value: T } | undefined
  let waiting: ((value: T) => void) | undefined
  let dropped = 0
  return {
    get dropped() {
      return dropped
    },
    put: (value) => {
      if (waiting) {
        const give = waiting
        waiting = undefined
        give(value)
        return
      }
      if (held) dropped++
      held = { value }
    },
    take: (signal) =>
      new Promise<T>((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason)
        if (held) {
          const { value } = held
          held = undefined
          return resolve(value)
        }
        const stop = (): void => {
          waiting = undefined
          reject(signal.reason)
        }
        signal.addEventListener('abort', stop, { once: true })
        waiting = (value) => {
          signal.removeEventListener('abort', stop)
          resolve(value)
        }
      }),
  }
}
