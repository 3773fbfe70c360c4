// The one detection engine of all cameras: runs while any camera wants labels found, for just these labels. Starting
// it again when it broke is the engine's and its supervisor's.
import type { Clock } from '../lib/clock.js'
import type { Log } from '../lib/log.js'
import { type Job, type JobHealth, supervise } from '../lib/supervise.js'
import { type Engine, type EngineConfig, startEngine } from '../vision/engine/engine.js'
import { createReconciler } from './reconcile.js'

export interface SharedEngine extends AsyncDisposable {
  /** Nothing runs while none are wanted. */
  want(labels: readonly string[]): void
  /** While it runs; whether it works is told by `onHealth`. */
  readonly engine: Engine | undefined
}

export interface SharedEngineDeps {
  readonly config: EngineConfig
  readonly clock: Clock
  readonly log: Log
  onHealth(health: JobHealth): void
}

export const createSharedEngine = ({ config, clock, log, onHealth }: SharedEngineDeps): SharedEngine => {
  let engine: Engine | undefined
  const run = (labels: readonly string[]): Job => {
    return async (signal, ready) => {
      await using started = await startEngine({ config, labels, clock, log, onHealth })
      engine = started
      ready()
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve()
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
      engine = undefined
    }
  }
  const jobs = createReconciler<{ readonly labels: readonly string[] }>((_key, { labels }) =>
    supervise(run(labels), {
      ...{ name: 'detection', clock, log },
      // What it says once it is started is the engine's own health.
      onHealth: (health) => {
        if (health.status !== 'working') onHealth(health)
      },
    }),
  )
  return {
    get engine() {
      return engine
    },
    want: (labels) => {
      const wanted = [...new Set(labels)]
      void jobs.apply(wanted.length > 0 ? { engine: { labels: wanted } } : {}).catch(() => {})
    },
    [Symbol.asyncDispose]: () => jobs[Symbol.asyncDispose](),
  }
}
