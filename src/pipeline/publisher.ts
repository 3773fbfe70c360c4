// The job that brings a stream into the gateway: a child that publishes, the gateway told to read the camera or, where it
// pulls all by itself, nothing but the watch. Each is judged by the bytes that arrive: a process that lives is not a stream
// that lives.
import { createInterface } from 'node:readline'
import type { Clock } from '../lib/clock.js'
import { Failure } from '../lib/failure.js'
import type { Log } from '../lib/log.js'
import { type ChildPlan, describeEnd, startChild } from '../lib/process.js'
import type { Job } from '../lib/supervise.js'
import { type Gateway, NotSpoken } from '../media/gateway/gateway.js'
import { openInput } from './input.js'
import { bytesOf, noVideo, watchBytes } from './path-bytes.js'
import { gatewayWorks, pathOnline } from './path-online.js'
import type { PublisherPlan } from './plan.js'
import { guardOf } from './privacy.js'
import { prove } from './proof.js'
import { createSeamFinder } from './seams.js'

export interface PublisherDeps {
  readonly camera: string
  readonly plan: PublisherPlan
  readonly gateway: Pick<Gateway, 'facts' | 'watch' | 'watchHealth' | 'proofUrl' | 'admit' | 'readCamera'>
  readonly clock: Clock
  readonly log: Log
  /** The source began anew. */
  onSeam(): void
  /** It waits for a path of ours to have video: why there is none, as a sentence. */
  onWaiting(sentence: string): void
  /** It ended for good, which the plan has a sentence for; the job then only waits for its end. */
  onEnded(sentence: string): void
}

/** A child that ends after this much silence ends because of it, whatever it says. */
const SILENT_MS = 5000
const ARRIVED_MS = 50
/** How long after the first picture the sound may begin: ffmpeg's look at the stream has waited for it, too. */
const SOUND_MS = 1000
const NO_SOUND = new Failure('unavailable', 'the sound of the camera does not come')

export const definePublisher = (deps: PublisherDeps): Job => {
  let spoken = true
  return async (signal, ready) => {
    if (signal.aborted) return
    const { child, mute, ends, refused } = deps.plan
    if (refused !== null) throw new Failure('refused', refused)
    // One that is just starting would refuse the child, and each try would be a longer pause.
    await orAborted(gatewayWorks(deps.gateway, signal), signal)
    using source = await awaitSource(deps, signal)
    if (signal.aborted) return
    const run = (plan: ChildPlan): Promise<void> => publish(deps, plan, source?.lost, signal, ready)
    if (spoken && (await readCamera(deps, signal, ready))) return
    spoken = false
    if (!child) await watched(deps, signal, ready, aborted)
    else
      await run(child).catch((error: unknown) => {
        if (error !== NO_SOUND || !mute || signal.aborted) throw error
        deps.log.warn({ camera: deps.camera }, `${deps.camera}: ${NO_SOUND.message}; its video goes on without`)
        return run(mute)
      })
    if (signal.aborted || ends === null) return
    deps.onEnded(ends)
    await aborted(signal)
  }
}

interface Source extends Disposable {
  /** Aborts when the path has lost its video. */
  readonly lost: AbortSignal
}

/** Resolves when the path that the plan's child reads has video; undefined when it reads none of ours. */
const awaitSource = async (
  { plan, gateway, onWaiting }: PublisherDeps,
  signal: AbortSignal,
): Promise<Source | undefined> => {
  const { after } = plan
  if (after === null) return undefined
  const isThere = gateway.facts().paths.some(({ name, online }) => name === after.path && online)
  if (!isThere && after.missing !== null) onWaiting(after.missing)
  await orAborted(pathOnline(gateway, after.path, signal), signal)
  const lost = new AbortController()
  const watching = gateway.watch((path, online) => {
    if (path === after.path && !online)
      lost.abort(new Failure('unavailable', after.missing ?? 'the camera gives no video'))
  })
  return { lost: lost.signal, [Symbol.dispose]: () => watching[Symbol.dispose]() }
}

const publish = async (
  deps: PublisherDeps,
  plan: ChildPlan,
  lost: AbortSignal | undefined,
  signal: AbortSignal,
  ready: () => void,
): Promise<void> => {
  const { camera, clock, log } = deps
  const { input } = deps.plan
  const name = `publisher of ${camera}`
  const child = startChild({ ...plan, name, stdin: input !== null, onLine: (line) => log.debug({ line }, name) })
  if (deps.plan.loops) createInterface({ input: child.stdout }).on('line', createSeamFinder(deps.onSeam))
  else child.stdout.resume()
  const before = bytesOf(deps)
  let late: Disposable | undefined
  if (deps.plan.mute && plan !== deps.plan.mute)
    child.stdout.once('data', () => {
      late = clock.after(SOUND_MS, () => bytesOf(deps) === before && giveUp(NO_SOUND))
    })
  let given: unknown
  const giveUp = (problem: unknown): void => {
    given ??= problem
    // Given time, ffmpeg would publish for a moment what has waited for the sound.
    void child.stop(problem === NO_SOUND ? 0 : undefined)
  }
  const watching = watchBytes(deps, ready, giveUp)
  const stop = (): void => void child.stop()
  const onLost = (): void => giveUp(lost?.reason)
  signal.addEventListener('abort', stop, { once: true })
  lost?.addEventListener('abort', onLost, { once: true })
  if (lost?.aborted) onLost()
  const over = new AbortController()
  const feeding =
    input && child.stdin ? openInput({ input, to: child.stdin, name, clock, log, onBroken: giveUp }) : null
  const admitting = admit(deps, over.signal).catch(giveUp)
  try {
    const end = await child.exited
    if (signal.aborted) return
    if (given !== undefined) throw given
    if (end.code === 0 && deps.plan.ends !== null) return
    const silent = watching.silence()
    if (silent >= SILENT_MS) throw noVideo(silent)
    const tail = end.tail.filter((line) => line !== 'Conversion failed!')
    if (end.code === 0) throw new Failure('unavailable', 'the camera ended its stream')
    if (tail.some((line) => line.includes("map '0:v:0' matches no streams")))
      throw new Failure('unavailable', 'the camera sends no picture')
    throw new Failure('unavailable', describeEnd('ffmpeg', { ...end, tail }))
  } finally {
    over.abort()
    late?.[Symbol.dispose]()
    watching[Symbol.dispose]()
    signal.removeEventListener('abort', stop)
    lost?.removeEventListener('abort', onLost)
    await Promise.all([admitting, feeding?.[Symbol.asyncDispose]()])
  }
}

/** Proves what comes in to be what may be seen, once it comes, and lets it out. */
const admit = async (deps: PublisherDeps, over: AbortSignal): Promise<void> => {
  const { gateway, clock } = deps
  const { path, proof } = deps.plan
  const guard = guardOf(proof)
  if (!proof || guard === null) return
  const before = bytesOf(deps)
  try {
    while (bytesOf(deps) === before) await clock.sleep(ARRIVED_MS, over)
    await prove(proof, gateway.proofUrl(path), clock, over)
  } catch (error) {
    if (over.aborted) return
    throw error
  }
  gateway.admit(path, guard)
}

/** What brings video in without a child of ours, as long as it does. */
const watched = async (
  deps: PublisherDeps,
  signal: AbortSignal,
  ready: () => void,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> => {
  const over = new AbortController()
  let stalled: unknown
  const stop = (): void => over.abort()
  signal.addEventListener('abort', stop, { once: true })
  using _watching = watchBytes(deps, ready, (problem) => {
    stalled = problem
    stop()
  })
  try {
    await work(over.signal)
    if (stalled !== undefined) throw stalled
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** False when the gateway can't do it. */
const readCamera = async (deps: PublisherDeps, signal: AbortSignal, ready: () => void): Promise<boolean> => {
  const { camera, plan, gateway, log } = deps
  const { path, camera: url } = plan
  const read = gateway.readCamera
  if (url === null || !read) return false
  try {
    await watched(deps, signal, ready, (over) => read(path, url, over))
    return true
  } catch (error) {
    if (!(error instanceof NotSpoken)) throw error
    log.info({ camera }, `${camera}: the camera is left to ffmpeg: ${error.message}`)
    return false
  }
}

/** To be told to end is no problem. */
const orAborted = (waited: Promise<void>, signal: AbortSignal): Promise<void> =>
  waited.catch((error: unknown) => {
    if (!signal.aborted) throw error
  })

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
