// Two ways of taking turns.

/** Runs what it is given one after the other; a failure is its caller's alone. */
export const createSerial = (): (<T>(task: () => Promise<T> | T) => Promise<T>) => {
  let last: Promise<unknown> = Promise.resolve()
  return (task) => {
    const turn = last.then(task)
    last = turn.catch(() => {})
    return turn
  }
}

/** One run at a time; a request during a run means exactly one more run. The promise ends after a run that began at or after the call. */
export const createCoalesced = (run: () => Promise<void>): (() => Promise<void>) => {
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined
  const begin = (): Promise<void> => {
    running = run().finally(() => {
      running = undefined
    })
    return running
  }
  return () => {
    if (!running) return begin()
    next ??= running
      .catch(() => {})
      .then(() => {
        next = undefined
        return begin()
      })
    return next
  }
}
