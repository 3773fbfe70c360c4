// When a camera's video is written to files: from before the trigger to the stop, split where the stream changes, a file
// is long enough or the video stays away. How one file is written is take's.
import type { Picture } from '../camera/ports.js'
import type { Cause, PartHealth } from '../camera/state.js'
import type { Clock } from '../lib/clock.js'
import type { Log } from '../lib/log.js'
import type { Fragment, Ring, RingItem } from './ring.js'
import type { Storage } from './storage.js'
import { createTake, type RecordingEvent, type Take } from './take.js'

export interface RecorderDeps {
  readonly camera: string
  readonly ring: Ring
  readonly storage: Pick<Storage, 'begin'>
  readonly clock: Clock
  readonly log: Log
  /** Longest file, seconds. */
  maxSeconds(): number
  /** The picture at this wall ms. */
  picture(at: number): Promise<Picture>
  tell(event: RecordingEvent): void
  /** Hears changes; a recorder is taken to work until it says otherwise. */
  onHealth(health: PartHealth): void
}

export interface StartRequest {
  /** Mono ms of what the recording is about. */
  readonly trigger: number
  readonly before_s: number
  readonly causes: readonly Cause[]
}

export interface Recorder extends AsyncDisposable {
  /** While it runs: it goes on, for these causes too. */
  start(request: StartRequest): void
  /** The last picture is the one at or before this mono ms. */
  stop(at: number): void
  causesChanged(causes: readonly Cause[]): void
}

interface Run {
  readonly trigger: number
  causes: readonly Cause[]
  stopAt: number | null
  take?: Take | undefined
  /** Mono ms at which the last video arrived here. */
  heardAt: number
  /** No file is begun before: the disk has just failed. */
  notBefore: number
  /** Something was recorded, or it was said why not. */
  accounted: boolean
  watching?: Disposable
  ticking?: Disposable
}

const TICK = 500
/** Video this long away ends the file. */
const AWAY = 10_000
/** The stream's clock and ours disagree by this much: the source jumped. */
const JUMP = 2000
/** How long frames from before the stop may take to arrive. */
const GRACE = 1000
const PAUSE = 10_000
const DISPOSE_PATIENCE = 2000

/** Whether the video of one file can't go on from `before` to `after`. */
export const isBreak = (before: Fragment, after: Fragment): boolean => {
  const passed = after.mono - before.mono
  return after.epoch !== before.epoch || passed > AWAY || Math.abs((after.pts - before.pts) * 1000 - passed) > JUMP
}

/** Sound from before the first picture would make the file begin without one; sound from elsewhere would stretch it. */
const isBeside = ({ first, last }: Take, { pts }: Fragment): boolean =>
  pts >= first.pts && Math.abs(pts - last.pts) * 1000 < AWAY

/** The part of the ring's past that belongs to a trigger: nothing from before the video was last away. */
export const pastOf = (held: readonly RingItem[], since: number): readonly RingItem[] => {
  const newest = held.findLast(({ fragment }) => fragment.track === 'video')
  if (!newest || newest.fragment.mono < since) return []
  let begin = 0
  let before: Fragment | undefined
  held.forEach(({ fragment }, at) => {
    if (fragment.track !== 'video') return
    if (before && fragment.mono - before.mono > AWAY) begin = at
    before = fragment
  })
  return held.slice(begin)
}

export const createRecorder = (deps: RecorderDeps): Recorder => {
  const { camera, ring, clock, log, maxSeconds, tell, onHealth } = deps
  const endings = new Set<Promise<unknown>>()
  let run: Run | undefined
  let problem: string | null = null
  /** A file could not be written, and none was begun since. */
  let diskBroken = false

  const setProblem = (found: string | null): void => {
    if (found === problem) return
    problem = found
    onHealth({ status: found === null ? 'working' : 'broken', problem: found })
  }
  const fail = (sentence: string): void => {
    log.warn({ camera }, `Recording ${camera}: ${sentence}`)
    tell({ type: 'recording_failed', problem: sentence })
  }
  const takeFailed = (sentence: string): void => {
    // One outage is one event, however many files it costs.
    if (!diskBroken) fail(sentence)
    diskBroken = true
    setProblem(sentence)
  }
  const endTake = (of: Run): void => {
    const { take } = of
    if (!take) return
    of.take = undefined
    of.accounted = true
    const ending = take.end().then(() => {
      if (take.problem !== null) takeFailed(take.problem)
    })
    endings.add(ending)
    void ending.finally(() => endings.delete(ending))
  }
  const endRun = (of: Run): void => {
    of.watching?.[Symbol.dispose]()
    of.ticking?.[Symbol.dispose]()
    if (run === of) run = undefined
    if (!diskBroken) setProblem(null)
    if (!of.take && !of.accounted) fail('No video came from the camera while it was to be recorded')
    endTake(of)
  }
  const hear = (of: Run, item: RingItem): void => {
    const { fragment } = item
    const { take } = of
    if (fragment.track === 'audio') {
      if (take && fragment.epoch === take.first.epoch && isBeside(take, fragment)) take.add(item)
      return
    }
    of.heardAt = clock.now().mono
    if (of.stopAt !== null && fragment.mono > of.stopAt) {
      endRun(of)
      return
    }
    const full = take && fragment.key && fragment.mono - take.first.mono >= maxSeconds() * 1000
    if (take && !full && !isBreak(take.last, fragment)) {
      take.add(item)
      return
    }
    endTake(of)
    if (!fragment.key || of.heardAt < of.notBefore) return
    of.take = createTake({ ...deps, tell: (event) => hearTake(event) }, item, {
      trigger: of.trigger,
      causes: of.causes,
    })
  }
  const hearTake = (event: RecordingEvent): void => {
    if (event.type === 'recording_started') {
      diskBroken = false
      setProblem(null)
    }
    tell(event)
  }
  const tick = (of: Run): void => {
    const now = clock.now().mono
    of.take?.flush()
    if (of.take && of.take.problem !== null) {
      of.notBefore = now + PAUSE
      endTake(of)
    }
    if (of.stopAt !== null && now > of.stopAt + GRACE) endRun(of)
    else if (now - of.heardAt > AWAY) {
      endTake(of)
      if (!diskBroken) setProblem(`No video has come for ${AWAY / 1000} s; recording goes on when it is back`)
    }
  }
  const begin = ({ trigger, before_s, causes }: StartRequest): void => {
    const heardAt = clock.now().mono
    const now: Run = { trigger, causes, heardAt, stopAt: null, notBefore: 0, accounted: false }
    run = now
    const since = trigger - before_s * 1000
    for (const item of pastOf(ring.from(since), since)) hear(now, item)
    now.watching = ring.watch((item) => hear(now, item))
    now.ticking = clock.every(TICK, () => tick(now))
  }
  const causesChanged = (causes: readonly Cause[]): void => {
    if (!run) return
    run.causes = causes
    run.take?.addCauses(causes)
  }
  return {
    start: (request) => {
      if (!run) return begin(request)
      run.stopAt = null
      causesChanged(request.causes)
    },
    stop: (at) => {
      if (!run) return
      run.stopAt = at
      if (run.take && run.take.last.mono >= at) endRun(run)
    },
    causesChanged,
    [Symbol.asyncDispose]: async () => {
      if (run) endRun(run)
      const patience = new AbortController()
      const late = clock.sleep(DISPOSE_PATIENCE, patience.signal).catch(() => {})
      await Promise.race([Promise.allSettled([...endings]), late])
      patience.abort()
    },
  }
}
