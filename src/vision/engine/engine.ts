// The detection engine: one child process that runs every camera's detectors, kept running under supervision. A crash,
// a hang or a kill costs the look that runs, nothing else. Which detector serves which label is choose.ts's.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Detection } from '../../camera/objects.js'
import type { Box } from '../../lib/box.js'
import type { Clock } from '../../lib/clock.js'
import { Failure } from '../../lib/failure.js'
import type { Frame } from '../../lib/frame.js'
import type { Log } from '../../lib/log.js'
import { createSerial } from '../../lib/serial.js'
import { type JobHealth, supervise } from '../../lib/supervise.js'
import { type Choice, chooseDetectors, type EngineChoice } from './choose.js'
import { type Link, startLink } from './link.js'
import { lookForOffers, type OffersConfig } from './offers.js'

export interface EngineConfig extends OffersConfig {
  readonly engine: EngineChoice
}

export interface LookRequest {
  /** Pieces to look at in full detail, in fractions of the picture. */
  readonly windows: readonly Box[]
  /** Whether to look at the whole picture too. */
  readonly sweep: boolean
  readonly labels: readonly string[]
  /** The least score of a label, 0..1; of others the detector's own. */
  readonly score: Readonly<Record<string, number>>
}

export interface Engine extends AsyncDisposable {
  /**
   * What is seen, best first. Looks of several cameras take turns, so `frame.data` must stay as it is until the promise
   * settles. Failure 'unavailable' when the child is away or is lost with this look, 'timeout' when it took too long.
   */
  look(frame: Pick<Frame, 'data' | 'width' | 'height'>, request: LookRequest): Promise<readonly Detection[]>
  /** The detectors that serve the labels, and one sentence on why these. */
  describe(): { readonly detectors: readonly string[]; readonly why: string }
  /** Of the child, for metrics; undefined while there is none. */
  readonly pid: number | undefined
}

export interface EngineDeps {
  readonly config: EngineConfig
  /** The labels of all cameras: their detectors are loaded at once. A look may ask for others. */
  readonly labels: readonly string[]
  readonly clock: Clock
  readonly log: Log
  readonly onHealth?: (health: JobHealth) => void
  /** Milliseconds. */
  readonly limits?: Partial<typeof LIMITS>
  /** The child's program. */
  readonly program?: string
}

/**
 * Loading takes seconds on a Pi Zero; a first look warms caches; OpenCV's detectors are ten times as slow as models.
 * `again`: how often the models' folder is looked at for something better.
 */
const LIMITS = { start: 60_000, first: 10_000, look: 3000, slow: 10_000, again: 60_000 }

/** Run from the sources (tests), the child is the built one. */
const childProgram = (): string => {
  const beside = fileURLToPath(new URL('./child.js', import.meta.url))
  return existsSync(beside) ? beside : resolve('dist/vision/engine/child.js')
}

/** Failure 'invalid' when the user's own labels can't be read. Resolves before the child is up: see `onHealth`. */
export const startEngine = async ({ config, labels, clock, log, onHealth, ...rest }: EngineDeps): Promise<Engine> => {
  const limits = { ...LIMITS, ...rest.limits }
  const program = rest.program ?? childProgram()
  const choose = async (): Promise<Choice> => chooseDetectors(config.engine, labels, await lookForOffers(config))
  let choice = await choose()
  let problems: readonly string[] = []
  let link: Link | undefined
  let looks = 0
  const inTurn = createSerial()

  const untilOthersAreThere = async (signal: AbortSignal): Promise<never> => {
    for (;;) {
      await clock.sleep(limits.again, signal)
      const now = await choose()
      if (now.why !== choice.why) throw new Failure('unavailable', 'there are other models now')
    }
  }
  const run = async (signal: AbortSignal, ready: () => void): Promise<void> => {
    choice = await choose()
    if (choice.uses.length === 0) throw new Failure('unavailable', choice.why)
    await using mine = startLink({ program, clock, log })
    const ended = new AbortController()
    const stop = AbortSignal.any([signal, ended.signal])
    try {
      const setup = { type: 'setup', uses: choice.uses, labels, own: config.own } as const
      const aborted = new Promise<never>((_resolve, reject) => {
        stop.addEventListener('abort', () => reject(stop.reason), { once: true })
      })
      const answer = await Promise.race([mine.ask(setup, limits.start), aborted])
      if (answer.type === 'failed') throw new Failure('unavailable', answer.problem)
      problems = answer.type === 'ready' ? answer.problems : []
      for (const problem of problems) log.warn(problem)
      log.info(`Detection: ${choice.why}`)
      link = mine
      looks = 0
      ready()
      await Promise.race([mine.broken, aborted, untilOthersAreThere(stop)])
    } finally {
      link = undefined
      ended.abort()
    }
  }
  const job = supervise(run, { name: 'detection', clock, log, ...(onHealth ? { onHealth } : {}) })

  const limitNow = (): number => {
    if (looks === 0) return limits.first
    return choice.uses.some(({ kind }) => kind === 'opencv') ? limits.slow : limits.look
  }
  return {
    look: (frame, request) =>
      inTurn(async () => {
        if (!link) throw new Failure('unavailable', 'the detection engine is not running')
        const { data, width, height } = frame
        const answer = await link.ask({ type: 'look', width, height, ...request }, limitNow(), data)
        looks++
        if (answer.type === 'found') return answer.detections
        throw new Failure('unavailable', answer.type === 'failed' ? answer.problem : 'an answer out of turn')
      }),
    describe: () => ({
      detectors: choice.uses
        .filter((use) => use.labels.some((label) => labels.includes(label)))
        .map(({ name }) => name),
      why: [choice.why, ...problems].join('; '),
    }),
    get pid() {
      return link?.pid
    },
    [Symbol.asyncDispose]: () => job[Symbol.asyncDispose](),
  }
}
