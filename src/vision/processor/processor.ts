// A user's module at work: its child process kept running under supervision, started anew when the file changes, and one
// word on how it is. A module that can't be loaded, throws or hangs costs the edit, never the picture.
import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CameraState } from '../../camera/state.js'
import type { Clock } from '../../lib/clock.js'
import { sentenceOf } from '../../lib/failure.js'
import { type Log, silentLog } from '../../lib/log.js'
import { createSerial } from '../../lib/serial.js'
import { supervise } from '../../lib/supervise.js'
import type { ProcessorConfig } from './config.js'
import type { Pixels } from './draw.js'
import { ImageFailed, type Link, LinkBroken, startLink } from './link.js'
import { createPaced, createQuota } from './pace.js'
import { createVerdict } from './verdict.js'
import { watchFile } from './watch-file.js'
import type { EventData, Facts } from './wire.js'

/** As it is in the camera's state. */
export type ProcessorView = NonNullable<CameraState['processor']>

export interface Processor extends AsyncDisposable {
  /**
   * The edited pixels (as many as `image` has), valid until the next call; null when the picture stays as it is, or while
   * the module does not work. Never rejects. `image.data` must stay as it is until then; calls take turns.
   */
  edit(image: Pixels, at: number): Promise<Uint8Array | null>
  /** No more pictures come for now: what it has reported is no longer true. */
  idle(): void
  /** Of the child; undefined while there is none. */
  readonly pid: number | undefined
}

export interface ProcessorDeps {
  readonly config: ProcessorConfig
  state(): CameraState
  readonly clock: Clock
  readonly log: Log
  onChange(view: ProcessorView): void
  onEvent(name: string, data: EventData): void
  /** The child's program. */
  readonly program?: string
  /** Milliseconds for loading the module. */
  readonly loadLimit?: number
}

const LOAD_LIMIT = 30_000
const FACTS_EVERY = 500
const MOST_EVENTS_A_SECOND = 10
const MOST_LINES = 20
const LINES_MS = 10_000

/** Run from the sources (tests), the child is the built one. */
const childProgram = (): string => {
  const beside = fileURLToPath(new URL('./child.js', import.meta.url))
  return existsSync(beside) ? beside : resolve('dist/vision/processor/child.js')
}

/** Starts at once; whether the module works is told to `onChange`. */
export const startProcessor = (deps: ProcessorDeps): Processor => {
  const { config, clock, log } = deps
  const module = basename(config.path)
  const program = deps.program ?? childProgram()
  const limits = { load: deps.loadLimit ?? LOAD_LIMIT, image: config.limit_ms }
  const now = (): number => clock.now().mono
  let view: ProcessorView = { name: module, status: 'starting', problem: null, facts: {} }
  let link: Link | undefined
  let ended = false

  const show = (change: Partial<ProcessorView>): void => {
    if (ended) return
    view = { ...view, ...change }
    deps.onChange(view)
  }
  const facts = createPaced<Facts>(clock, FACTS_EVERY, (told) => show({ facts: told }))
  const forget = (): void => {
    facts.clear()
    if (Object.keys(view.facts).length > 0) show({ facts: {} })
  }
  const verdict = createVerdict({
    module,
    now,
    onChange: ({ status, problem }) => {
      if (problem !== null) log.warn({ module }, `processor ${problem}; the picture goes on without it`)
      else if (view.status === 'broken' && status === 'working') log.info({ module }, `processor ${module} works again`)
      show({ status, problem })
      if (status !== 'working') forget()
    },
  })
  const lines = createQuota(MOST_LINES, LINES_MS, now)
  const onOutput = (line: string): void => {
    const { passes, first } = lines.ask()
    if (first) log.info({ module }, `${module} says too much: the rest is at level debug`)
    if (passes) log.info({ module }, `${module}: ${line}`)
    else log.debug({ module }, `${module}: ${line}`)
  }
  const events = createQuota(MOST_EVENTS_A_SECOND, 1000, now)
  const onEvent = (name: string, data: EventData): void => {
    const { passes, first } = events.ask()
    if (passes && !ended) deps.onEvent(name, data)
    if (first)
      log.warn({ module }, `${module} tells more than ${MOST_EVENTS_A_SECOND} events a second: some are left out`)
  }

  let answered: () => void = () => {}
  const run = async (signal: AbortSignal, ready: () => void): Promise<void> => {
    await using mine = await startLink({
      ...{ program, path: config.path, limits, clock, onOutput, onEvent },
      onLine: (line) => log.debug({ module }, `${module}: ${line}`),
      onFacts: (told) => facts.put(told),
    })
    const aborted = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      if (signal.aborted) reject(signal.reason)
    })
    try {
      await Promise.race([mine.loaded, aborted])
      verdict.loaded()
      // A module that hangs with every picture is given longer and longer pauses: only an answer ends that.
      answered = ready
      link = mine
      await Promise.race([mine.broken, aborted])
    } catch (error) {
      if (error instanceof LinkBroken && !signal.aborted) verdict.bad(error.trouble, error.when)
      throw error
    } finally {
      if (link === mine) link = undefined
      facts.clear()
    }
  }
  // What is wrong is told by the verdict, in the module's name.
  const begin = (): AsyncDisposable => {
    verdict.starting()
    return supervise(run, { name: `processor ${module}`, clock, log: silentLog })
  }
  let job = begin()
  const inTurn = createSerial()
  const again = async (): Promise<void> => {
    await job[Symbol.asyncDispose]()
    if (ended) return
    log.info({ module }, `${module} has changed: it is loaded anew`)
    job = begin()
  }
  const watching = watchFile(config.path, clock, () => {
    if (!ended) void inTurn(again)
  })

  // Two streams may meet for a moment, the last one's end and the next one's beginning.
  const inOrder = createSerial()
  const edit = async (image: Pixels, at: number): Promise<Uint8Array | null> => {
    if (!link) return null
    try {
      const pixels = await link.edit(image, at, deps.state())
      answered()
      verdict.good()
      return pixels
    } catch (error) {
      if (error instanceof ImageFailed) {
        answered()
        verdict.bad(error.trouble, 'working')
      } else if (!(error instanceof LinkBroken)) {
        log.error({ err: error, module }, `processor ${module}: ${sentenceOf(error)}`)
      }
      return null
    }
  }

  return {
    edit: (image, at) => inOrder(() => edit(image, at)),
    idle: forget,
    get pid() {
      return link?.pid
    },
    [Symbol.asyncDispose]: async () => {
      ended = true
      watching[Symbol.dispose]()
      facts[Symbol.dispose]()
      await inTurn(async () => job[Symbol.asyncDispose]())
    },
  }
}
