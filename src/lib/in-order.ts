// Between a source that never waits and work that is done elsewhere, several pieces at a time: results come in order.
// While as many are in work as may be, some wait; when too many do, the oldest of them are left out.

export interface InOrder<T> {
  put(value: T): void
}

export interface InOrderDeps<T, R> {
  /** In work at the same time, at most. */
  readonly most: number
  /** How many of such values may wait. */
  mayWait(value: T): number
  work(value: T): Promise<R>
  /** In the order of `put`. */
  onResult(result: R, value: T): void
  /** It was worked on, or left out. */
  onOver(value: T): void
  /** Of `work` or `onResult`; what comes after it is worked on all the same. */
  onError(error: unknown): void
}

export const createInOrder = <T, R>(deps: InOrderDeps<T, R>): InOrder<T> => {
  let running = 0
  const waiting: T[] = []
  let last: Promise<void> = Promise.resolve()
  const start = async (value: T, before: Promise<void>): Promise<void> => {
    running++
    try {
      const result = await deps.work(value)
      await before
      deps.onResult(result, value)
    } catch (error) {
      deps.onError(error)
    }
    running--
    deps.onOver(value)
    if (waiting.length > 0) last = start(waiting.shift() as T, last)
  }
  return {
    put: (value) => {
      if (running < deps.most) {
        last = start(value, last)
        return
      }
      waiting.push(value)
      while (waiting.length > deps.mayWait(value)) deps.onOver(waiting.shift() as T)
    },
  }
}
