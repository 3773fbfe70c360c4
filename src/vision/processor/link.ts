// One life of a processor's child: loads the module, sends one picture at a time, each with a time limit. A child that
// dies, hangs or says nonsense ends this life; starting the next is the processor's.
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { CameraState } from '../../camera/state.js'
import type { Clock } from '../../lib/clock.js'
import { sentenceOf } from '../../lib/failure.js'
import { type ChildEnd, describeEnd, startChild } from '../../lib/process.js'
import { openWidePipe } from '../../lib/wide-pipe.js'
import type { Pixels } from './draw.js'
import { ownTime } from './own-time.js'
import { troubleIn } from './trouble.js'
import { type Answer, createMessageReader, type EventData, type Facts, type Trouble, writeMessage } from './wire.js'

/** This life is over. */
export class LinkBroken extends Error {
  constructor(
    readonly trouble: Trouble,
    readonly when: 'loading' | 'working',
  ) {
    super(trouble.sentence)
  }
}

/** The module failed at this picture; it may do better with the next. */
export class ImageFailed extends Error {
  constructor(readonly trouble: Trouble) {
    super(trouble.sentence)
  }
}

export interface Link extends AsyncDisposable {
  /** Resolves when the module is loaded. Rejects with LinkBroken. */
  readonly loaded: Promise<void>
  /**
   * The edited pixels, valid until the next call, or null when the picture stays as it is. `image.data` must stay as it
   * is until then. Rejects with ImageFailed or LinkBroken.
   */
  edit(image: Pixels, at: number, state: CameraState): Promise<Uint8Array | null>
  /** Rejects with LinkBroken when this life is over; never resolves. */
  readonly broken: Promise<never>
  readonly pid: number | undefined
}

export interface LinkDeps {
  /** The child's program, and the user's module. */
  readonly program: string
  readonly path: string
  /** Milliseconds. */
  readonly limits: { readonly load: number; readonly image: number }
  readonly clock: Clock
  /** A line of what the module prints; of what Node itself says. */
  onOutput(line: string): void
  onLine(line: string): void
  onFacts(facts: Facts): void
  onEvent(name: string, data: EventData): void
}

/** A module that is kept from working by others is given its time again, so often. */
const MOST_WAITS = 5
/** It may be us who were busy: its answer is then here already, and is read before this is over. */
const GRACE = 50
const ours = dirname(fileURLToPath(import.meta.url))
/** Of our environment, which holds secrets, a module gets this much. */
const PASSED = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR']
const ENV = Object.fromEntries(PASSED.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])))
/** Megabytes of memory for its objects: a leak costs the module, not the machine. */
const NODE = ['--disable-warning=ExperimentalWarning', '--max-old-space-size=512']

export const startLink = async (deps: LinkDeps): Promise<Link> => {
  const { limits, clock } = deps
  let room = new Uint8Array(0)
  let waiting: { resolve(pixels: Uint8Array | null): void; reject(error: unknown): void } | undefined
  let sent: CameraState | undefined
  let when: LinkBroken['when'] = 'loading'
  let over: LinkBroken | undefined
  const loading = deferred<void>()
  const breaking = deferred<never>()

  const endAs = (trouble: Trouble): void => {
    over ??= new LinkBroken(trouble, when)
    loading.reject(over)
    waiting?.reject(over)
    waiting = undefined
    breaking.reject(over)
  }
  const hear = (answer: Answer, body: Uint8Array): void => {
    switch (answer.type) {
      case 'loaded':
        when = 'working'
        loading.resolve()
        return
      case 'unloadable':
        endAs(answer)
        return
      case 'done':
        waiting?.resolve(body.length > 0 ? body : null)
        waiting = undefined
        return
      case 'failed':
        waiting?.reject(new ImageFailed(answer))
        waiting = undefined
        return
      case 'facts':
        deps.onFacts(answer.facts)
        return
      case 'event':
        deps.onEvent(answer.name, answer.data)
        return
      default:
        answer satisfies never
    }
  }
  const read = createMessageReader<Answer>((bytes) => {
    if (room.length !== bytes) room = Buffer.allocUnsafeSlow(bytes)
    return room
  }, hear)
  const pipe = await openWidePipe((chunk) => {
    if (over) return
    try {
      read(chunk)
    } catch (error) {
      endAs({ sentence: `it wrote on our pipe: ${sentenceOf(error)}`, place: null })
    }
  })
  const child = startChild({
    name: 'it',
    command: process.execPath,
    args: [...NODE, deps.program],
    env: ENV,
    bareEnv: true,
    stdin: true,
    pipes: 1,
    sockets: { 0: pipe.far },
    onLine: deps.onLine,
  })
  pipe.far.destroy()
  createInterface({ input: child.stdout }).on('line', deps.onOutput)
  child.exited.then(
    (end) => endAs(troubleOfEnd(end)),
    (error: unknown) => endAs({ sentence: sentenceOf(error), place: null }),
  )
  const hang = (what: string, ms: number): Disposable => {
    const before = ownTime(child.pid)
    let timer: Disposable
    let waits = 0
    // Its life is over with that: whoever holds it disposes of it, which kills the child.
    const end = (): void => endAs({ sentence: `${what} for ${(ms * (waits + 1)) / 1000} s`, place: null })
    const due = (): void => {
      const now = ownTime(child.pid)
      const starved = before && now?.runnable && now.ms - before.ms < ms / 2
      if (starved && ++waits < MOST_WAITS) timer = clock.after(ms, due)
      else timer = clock.after(GRACE, end)
    }
    timer = clock.after(ms, due)
    return { [Symbol.dispose]: () => timer[Symbol.dispose]() }
  }
  const loadLimit = hang('it did not finish loading', limits.load)
  void loading.promise.catch(() => {}).then(() => loadLimit[Symbol.dispose]())
  if (child.stdin) writeMessage(child.stdin, { type: 'load', path: deps.path })

  return {
    pid: child.pid,
    loaded: loading.promise,
    broken: breaking.promise,
    edit: async ({ data, width, height }, at, state) => {
      if (over) throw over
      const answer = new Promise<Uint8Array | null>((resolve, reject) => {
        waiting = { resolve, reject }
      })
      using _limit = hang('process_image gave no answer', limits.image)
      const head = { type: 'frame', width, height, at, ...(state === sent ? {} : { state }) } as const
      if (child.stdin) writeMessage(child.stdin, head, data)
      sent = state
      return await answer
    },
    [Symbol.asyncDispose]: async () => {
      endAs({ sentence: 'it was stopped', place: null })
      await child.stop(0)
      pipe[Symbol.dispose]()
    },
  }
}

interface Deferred<T> {
  readonly promise: Promise<T>
  resolve(value: T): void
  reject(error: unknown): void
}

/** Its failure is no news of its own: whoever waits hears it. */
const deferred = <T>(): Deferred<T> => {
  let settle: Omit<Deferred<T>, 'promise'> | undefined
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject }
  })
  promise.catch(() => {})
  return { promise, resolve: (value) => settle?.resolve(value), reject: (error) => settle?.reject(error) }
}

const troubleOfEnd = (end: ChildEnd): Trouble => {
  const thrown = troubleIn(end.tail, ours)
  if (thrown && end.code !== 0) return thrown
  if (end.signal === null && (end.code === 0 || end.tail.length === 0))
    return { sentence: `it ended its process with code ${end.code}`, place: null }
  return { sentence: describeEnd('its process', end), place: null }
}
