// The job that brings a stream into the gateway: a child that publishes or, where the gateway pulls, nothing but the
// watch. Both are judged by the bytes that arrive: a process that lives is not a stream that lives.
import { createInterface } from 'node:readline'
import type { Clock } from '../lib/clock.js'
import { Failure } from '../lib/failure.js'
import type { Log } from '../lib/log.js'
import { type ChildPlan, describeEnd, startChild } from '../lib/process.js'
import type { Job } from '../lib/supervise.js'
import type { Gateway } from '../media/gateway/gateway.js'
import type { PublisherPlan } from './plan.js'
import { createSeamFinder } from './seams.js'

export interface PublisherDeps {
  readonly camera: string
  readonly plan: PublisherPlan
  readonly gateway: Pick<Gateway, 'facts' | 'watch'>
  readonly clock: Clock
  readonly log: Log
  /** The source began anew. */
  onSeam(): void
  /** It ended for good, which the plan has a sentence for; the job then only waits for its end. */
  onEnded(sentence: string): void
}

/** Longer than a tap's silence and than ffmpeg's own patience with a camera. */
const STALLED_MS = 15_000
const LOOK_MS = 1000

export const definePublisher =
  (deps: PublisherDeps): Job =>
  async (signal, ready) => {
    if (signal.aborted) return
    const { child, ends } = deps.plan
    await (child ? publish(deps, child, signal, ready) : watchPull(deps, signal, ready))
    if (signal.aborted || ends === null) return
    deps.onEnded(ends)
    await aborted(signal)
  }

const publish = async (deps: PublisherDeps, plan: ChildPlan, signal: AbortSignal, ready: () => void): Promise<void> => {
  const { camera, log } = deps
  const name = `publisher of ${camera}`
  const child = startChild({ ...plan, name, onLine: (line) => log.debug({ line }, name) })
  if (deps.plan.loops) createInterface({ input: child.stdout }).on('line', createSeamFinder(deps.onSeam))
  else child.stdout.resume()
  let stalled: Failure | undefined
  const watching = watchBytes(deps, ready, (problem) => {
    stalled = problem
    void child.stop()
  })
  const stop = (): void => void child.stop()
  signal.addEventListener('abort', stop, { once: true })
  try {
    const end = await child.exited
    if (signal.aborted) return
    if (stalled) throw stalled
    if (end.code === 0 && deps.plan.ends !== null) return
    const tail = end.tail.filter((line) => line !== 'Conversion failed!')
    throw new Failure('unavailable', describeEnd('ffmpeg', { ...end, tail }))
  } finally {
    watching[Symbol.dispose]()
    signal.removeEventListener('abort', stop)
  }
}

const watchPull = (deps: PublisherDeps, signal: AbortSignal, ready: () => void): Promise<void> =>
  new Promise((resolve, reject) => {
    const stop = (): void => {
      watching[Symbol.dispose]()
      resolve()
    }
    const watching = watchBytes(deps, ready, (problem) => {
      signal.removeEventListener('abort', stop)
      reject(problem)
    })
    signal.addEventListener('abort', stop, { once: true })
  })

/** Calls `ready` when video arrives, and `onStalled` once when it has stayed away. */
const watchBytes = (
  { plan: { path }, gateway, clock }: PublisherDeps,
  ready: () => void,
  onStalled: (problem: Failure) => void,
): Disposable => {
  let bytes = gateway.facts().paths.find(({ name }) => name === path)?.bytesIn ?? 0
  let grewAt = clock.now().mono
  const watching = gateway.watch((name, online) => {
    if (name === path && online) ready()
  })
  const end = (): void => {
    watching[Symbol.dispose]()
    looking[Symbol.dispose]()
  }
  const looking = clock.every(LOOK_MS, () => {
    const now = clock.now().mono
    const facts = gateway.facts().paths.find(({ name }) => name === path)
    if (facts?.online && facts.bytesIn !== bytes) {
      bytes = facts.bytesIn
      grewAt = now
      ready()
    } else if (now - grewAt >= STALLED_MS) {
      end()
      onStalled(new Failure('unavailable', `no video from the camera for ${STALLED_MS / 1000} s`))
    }
  })
  return { [Symbol.dispose]: end }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
