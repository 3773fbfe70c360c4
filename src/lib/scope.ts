// A stack of things to end: stop is start reversed, also when a later start throws. (Node 20 has no
// AsyncDisposableStack; this is the part of it that we use.)

export interface Scope extends AsyncDisposable {
  /** Takes a started part over and gives it back. */
  use<T extends AsyncDisposable | Disposable>(part: T): T
  /** Runs at the end, in turn. */
  defer(end: () => unknown): void
}

/** `onEndFailed` hears each part that could not end; the others still do. */
export const createScope = (onEndFailed: (error: unknown) => void = () => {}): Scope => {
  const ends: (() => unknown)[] = []
  let ended: Promise<void> | undefined
  const endAll = async (): Promise<void> => {
    for (let end = ends.pop(); end; end = ends.pop()) {
      try {
        await end()
      } catch (error) {
        onEndFailed(error)
      }
    }
  }
  return {
    use: (part) => {
      ends.push(() => (Symbol.asyncDispose in part ? part[Symbol.asyncDispose]() : part[Symbol.dispose]()))
      return part
    },
    defer: (end) => void ends.push(end),
    [Symbol.asyncDispose]: () => {
      ended ??= endAll()
      return ended
    },
  }
}
