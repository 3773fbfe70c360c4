// Keeps a job running: owns every retry of the house (1, 2, 4 … 60 s, back to 1 s once the job said ready; at once when
// it had worked for ten seconds), tells health once per change, and logs the first failure of an outage and its all-clear.
import type { Clock } from './clock.js'
import { sentenceOf } from './failure.js'
import type { Log } from './log.js'

/** Returns when it ends, throws when it breaks, calls `ready` when it works. Must end soon after `signal` aborts. */
export type Job = (signal: AbortSignal, ready: () => void) => Promise<void>

export type JobHealth =
  | { readonly status: 'starting' }
  | { readonly status: 'working' }
  | { readonly status: 'broken'; readonly problem: string }

export interface SuperviseOptions {
  readonly name: string
  readonly clock: Clock
  readonly log: Log
  readonly onHealth?: (health: JobHealth) => void
  /** The longest pause between two tries, in milliseconds. */
  readonly maxPause?: number
}

/** What worked for so long most likely works again: a child that was killed, a server that has just restarted. */
const STEADY = 10_000
const SHORT_PAUSE = 100
const FIRST_PAUSE = 1000
const MAX_PAUSE = 60_000

/** Runs `job` until disposed. A job that returns by itself is started again like one that broke. */
export const supervise = (
  job: Job,
  { name, clock, log, onHealth, maxPause = MAX_PAUSE }: SuperviseOptions,
): AsyncDisposable => {
  const end = new AbortController()
  let told: JobHealth | undefined
  const tell = (health: JobHealth): void => {
    if (told?.status === health.status && problemOf(told) === problemOf(health)) return
    const was = told?.status
    told = health
    if (health.status === 'broken' && was !== 'broken')
      log.warn({ job: name, problem: health.problem }, `${name}: ${health.problem}; trying again`)
    if (health.status === 'working' && was === 'broken') log.info({ job: name }, `${name} works again`)
    onHealth?.(health)
  }
  const loop = async (): Promise<void> => {
    let pause = FIRST_PAUSE
    tell({ status: 'starting' })
    while (!end.signal.aborted) {
      let problem = 'it ended by itself'
      let worksSince: number | undefined
      // A signal of its own for each run: what a run leaves listening goes with it.
      const run = new AbortController()
      const pass = (): void => run.abort(end.signal.reason)
      end.signal.addEventListener('abort', pass)
      try {
        await job(run.signal, () => {
          if (end.signal.aborted) return
          pause = FIRST_PAUSE
          worksSince ??= clock.now().mono
          tell({ status: 'working' })
        })
      } catch (error) {
        problem = sentenceOf(error)
      } finally {
        end.signal.removeEventListener('abort', pass)
      }
      if (end.signal.aborted) return
      tell({ status: 'broken', problem })
      const steady = worksSince !== undefined && clock.now().mono - worksSince >= STEADY
      await clock.sleep(steady ? SHORT_PAUSE : pause, end.signal).catch(() => {})
      if (!steady) pause = Math.min(pause * 2, maxPause)
    }
  }
  const running = loop()
  return {
    [Symbol.asyncDispose]: () => {
      end.abort(new Error(`${name} was stopped`))
      return running
    },
  }
}

const problemOf = (health: JobHealth): string => (health.status === 'broken' ? health.problem : '')
