// MediaMTX as the gateway: keeps it running (or keeps in touch with one that runs), and makes it what the pipelines want.
// How it is told is desk.ts's, which paths are open gates.ts's.
import { randomBytes } from 'node:crypto'
import type { PartHealth } from '../../camera/state.js'
import { isEverywhere } from '../../lib/network.js'
import { createScope } from '../../lib/scope.js'
import { type Job, supervise } from '../../lib/supervise.js'
import type { Gateway, GatewayDeps, PathSpec } from './gateway.js'
import { createDesk, type Desk } from './mediamtx/desk.js'
import { createGates } from './mediamtx/gates.js'
import type { MediamtxConfig } from './mediamtx/options.js'
import { claimPort } from './mediamtx/ports.js'
import { isAcceptable, type Login } from './mediamtx/rights.js'
import { connectServer, type Server, startServer } from './mediamtx/server.js'
import { createTally } from './mediamtx/tally.js'
import { createWhep } from './mediamtx/whep.js'

export interface MediamtxDeps extends GatewayDeps {
  readonly mediamtx: MediamtxConfig
  /** The data folder. */
  readonly data: string
}

/** How often it is asked: while a path has no video, and when all have. */
const LOOK_MS = { waiting: 250, calm: 1000 }
/** How long its end may take to be heard of. */
const ENDED_MS = 200
/** A camera's recording waits for it. */
const MAX_PAUSE_MS = 5000

interface Live {
  readonly desk: Desk
  readonly server: Server
  /** It can't be trusted any more: the job ends it. */
  fail(problem: unknown): void
  /** Resolves when it is ended. */
  readonly ended: Promise<void>
}

const createLogin = (name: string): Login => ({
  name: `${name}-${randomBytes(4).toString('hex')}`,
  password: randomBytes(24).toString('hex'),
})

/** Resolves when the port is known, whether MediaMTX is there or not; a Failure when the port is taken. */
export const startMediamtx = async (deps: MediamtxDeps): Promise<Gateway> => {
  const { config, mediamtx, accounts, data, clock, log } = deps
  const listeners = new Set<(path: string, online: boolean) => void>()
  const healthListeners = new Set<(health: PartHealth) => void>()
  const troubles = new Map<string, string>()
  const refusedNames = new Set<string>()
  const made = new Set<string>()
  const [service, proof] = [createLogin('service'), createLogin('proof')]
  const scope = createScope((error) => log.error({ err: error }, 'MediaMTX: could not end everything'))
  const rtspPort = mediamtx.api === null ? await claimPort(config.host, config.port) : config.port || 8554
  const host =
    mediamtx.api !== null ? new URL(mediamtx.api).hostname : isEverywhere(config.host) ? '127.0.0.1' : config.host
  let health: PartHealth = { status: 'starting', problem: null }
  let live: Live | undefined

  const each = <Heard extends readonly unknown[]>(all: Set<(...heard: Heard) => void>, ...heard: Heard): void => {
    for (const listener of [...all]) {
      try {
        listener(...heard)
      } catch (error) {
        log.error({ err: error }, 'MediaMTX: a watcher failed')
      }
    }
  }
  const gates = createGates()
  const tally = createTally((path, online) => {
    log.info({ path }, `RTSP path ${path} ${online ? 'has video' : 'has no video'}`)
    if (online) troubles.delete(path)
    each(listeners, path, online)
  })
  const whep = createWhep({ base: () => live?.server.webrtc, isOn: mediamtx.webrtc, service })
  const people = (): readonly Login[] =>
    accounts.list().flatMap(({ name }) => {
      const password = accounts.streamPassword(name)
      if (password === null) return []
      const login = { name, password }
      if (isAcceptable(login)) return [login]
      if (!refusedNames.has(name))
        log.warn(`MediaMTX takes no name or stream password like that of ${name}: RTSP is closed to them`)
      refusedNames.add(name)
      return []
    })
  const onTrouble = (path: string, sentence: string): void => void troubles.set(path, sentence)
  const onRefused = (path: string, sentence: string): void => {
    log.error({ path }, `${path}: ${sentence}`)
    troubles.set(path, sentence)
  }
  const begin = (signal: AbortSignal): Promise<Server> => {
    const what = { config: mediamtx, data, host: config.host, rtspPort, service, clock, log, onTrouble }
    return mediamtx.api === null ? startServer(what, signal) : connectServer(what, mediamtx.api)
  }

  const job: Job = async (signal, ready) => {
    const server = await begin(signal)
    const over = new AbortController()
    const stop = (): void => over.abort()
    let end = (): void => {}
    const ended = new Promise<void>((resolve) => (end = resolve))
    let problem: unknown
    const fail = (why: unknown): void => {
      problem ??= why
      stop()
    }
    signal.addEventListener('abort', stop, { once: true })
    server.gone.catch(fail)
    gates.recover()
    const desk = createDesk({ server, gates, tally, service, proof, people, onWebrtc: whep.see, onRefused, made, log })
    try {
      live = { desk, server, fail, ended }
      await desk.sync()
      await desk.look()
      log.info(`MediaMTX ${server.version} serves RTSP on port ${rtspPort}`)
      if (!signal.aborted) ready()
      while (!over.signal.aborted) {
        const calm = tally.facts(gates.specs.map(({ name }) => name)).every(({ online }) => online)
        await clock.sleep(calm ? LOOK_MS.calm : LOOK_MS.waiting, over.signal).catch(() => {})
        if (!over.signal.aborted) await desk.look()
      }
    } catch (error) {
      // Where it has ended that is the reason, which may come a moment after its API went silent.
      await Promise.race([server.gone, clock.sleep(ENDED_MS, signal)]).catch(() => {})
      fail(error)
    } finally {
      live = undefined
      signal.removeEventListener('abort', stop)
      tally.clear()
      whep.clear()
      await server.stop()
      end()
    }
    if (!signal.aborted) throw problem
  }

  const onHealth = (now: { readonly status: PartHealth['status']; readonly problem?: string }): void => {
    health = { status: now.status, problem: now.problem ?? null }
    each(healthListeners, health)
  }
  /** What MediaMTX could not be told leaves it as it may not be: it is ended, and begins anew. */
  const orEnd = async (task: (desk: Desk) => Promise<void>): Promise<void> => {
    const now = live
    if (!now) return
    try {
      await task(now.desk)
    } catch (error) {
      now.fail(error)
      await now.ended
    }
  }
  scope.use(supervise(job, { name: 'MediaMTX', clock, log, maxPause: MAX_PAUSE_MS, onHealth }))

  const urlOf = ({ name, password }: Login, path: string): string =>
    `rtsp://${name}:${password}@${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${rtspPort}/${path}`

  const apply = (paths: readonly PathSpec[]): Promise<void> => {
    const names = new Set(paths.map(({ name }) => name))
    for (const { name } of gates.specs) if (!names.has(name)) live?.desk.letGo(name)
    for (const path of paths) {
      if (path.feed === 'inlet' && !isAcceptable(path.publisher))
        onRefused(path.name, `MediaMTX takes no name or password like that of ${path.publisher.name}`)
    }
    gates.set(paths)
    // Closed for watchers in this very moment, whatever MediaMTX is doing.
    tally.tell(gates.isOpen)
    return orEnd((desk) => desk.sync())
  }
  return {
    kind: 'mediamtx',
    pulls: true,
    rpi: true,
    apply,
    serviceUrl: (path) => urlOf(service, path),
    proofUrl: (path) => urlOf(proof, path),
    admit: (path, guard) => {
      if (gates.lock(path, guard, tally.sourceOf(path))) void orEnd((desk) => desk.admit(path))
    },
    watch: (listener) => {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
    watchHealth: (listener) => {
      healthListeners.add(listener)
      listener(health)
      return { [Symbol.dispose]: () => void healthListeners.delete(listener) }
    },
    whep,
    facts: () => ({
      ...{ kind: 'mediamtx', port: rtspPort, host: mediamtx.api === null ? null : host },
      ...{ version: live?.server.version ?? null, problem: health.problem },
      paths: tally
        .facts(gates.specs.map(({ name }) => name))
        .map((path) => ({ ...path, problem: troubles.get(path.name) ?? null })),
    }),
    [Symbol.asyncDispose]: () => scope[Symbol.asyncDispose](),
  }
}
