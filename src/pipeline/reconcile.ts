// Makes what runs equal to what should run: ends what is wanted no more or differently, starts what is missing, leaves
// the rest alone. One run at a time.
import { createCoalesced } from '../lib/serial.js'

export interface Reconciler<Spec> extends AsyncDisposable {
  /** Resolves when these, and only these, run. */
  apply(wanted: Readonly<Record<string, Spec>>): Promise<void>
}

/** `Spec` is plain data: two are the same when they read the same. */
export const createReconciler = <Spec>(start: (key: string, spec: Spec) => AsyncDisposable): Reconciler<Spec> => {
  const running = new Map<string, { readonly reads: string; readonly part: AsyncDisposable }>()
  let wanted: Readonly<Record<string, Spec>> = {}
  let ended = false
  const run = createCoalesced(async () => {
    const old = [...running].filter(([key, { reads }]) => !(key in wanted) || JSON.stringify(wanted[key]) !== reads)
    await Promise.all(
      old.map(async ([key, { part }]) => {
        await part[Symbol.asyncDispose]()
        running.delete(key)
      }),
    )
    for (const [key, spec] of Object.entries(wanted)) {
      if (!running.has(key)) running.set(key, { reads: JSON.stringify(spec), part: start(key, spec) })
    }
  })
  return {
    apply: (next) => {
      if (ended) return Promise.resolve()
      wanted = next
      return run()
    },
    [Symbol.asyncDispose]: () => {
      ended = true
      wanted = {}
      return run()
    },
  }
}
