// The built-in gateway: an RTSP server for paths that our own children publish and anyone with a stream password
// reads. Owns the listening socket, the paths and the connections; what is said on them is connection.ts's.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { Failure, sentenceOf } from '../../../lib/failure.js'
import { createScope } from '../../../lib/scope.js'
import type { Gateway, GatewayDeps, GuestPublisher, PathSpec } from '../gateway.js'
import { readCamera } from './camera.js'
import { type Connection, openConnection } from './connection.js'
import { createRelay, type Relay } from './relay.js'
import { PROOF_QUERY } from './session.js'
import { createUdpPorts } from './udp.js'

const MAX_CONNECTIONS = 500
const TICK_MS = 1000
const ANYWHERE = new Set(['0.0.0.0', '::', ''])

const isLoopback = (address: string | undefined): boolean => /^(::1$|(::ffff:)?127\.)/.test(address ?? '')

/** Resolves when it listens; a Failure when it can't. */
export const startBuiltinGateway = async ({ config, accounts, clock, log }: GatewayDeps): Promise<Gateway> => {
  const relays = new Map<string, Relay>()
  /** By the inlet that each may publish to, which nobody else but us knows of. */
  let guests: ReadonlyMap<string, GuestPublisher> = new Map()
  const connections = new Set<Connection>()
  const listeners = new Set<(path: string, online: boolean) => void>()
  const service = { name: `service-${randomBytes(4).toString('hex')}`, password: randomBytes(24).toString('hex') }
  const scope = createScope((error) => log.error({ error }, 'RTSP server: could not end everything'))
  const udp = scope.use(createUdpPorts(config.host))

  const tell = (path: string, online: boolean): void => {
    log.info({ path }, `RTSP path ${path} ${online ? 'has video' : 'has no video'}`)
    for (const listener of listeners) {
      try {
        listener(path, online)
      } catch (error) {
        log.error({ error }, 'RTSP server: a watcher failed')
      }
    }
  }
  const guestOf = (name: string): GuestPublisher | undefined =>
    [...guests.values()].find((guest) => guest.name === name)
  const mayUse = (path: string, user: string): boolean => {
    if (user === service.name) return true
    return guests.get(path)?.name === user || (!guests.has(path) && !guestOf(user))
  }
  let full = false
  const accept = (socket: Socket): void => {
    // Strangers can't keep out our own taps and publishers, nor those who have a password.
    if (connections.size >= (isLoopback(socket.remoteAddress) ? 2 : 1) * MAX_CONNECTIONS) {
      if (!full) log.warn(`RTSP: more than ${MAX_CONNECTIONS} connections: strangers are sent away, others refused`)
      full = true
      const oldest = [...connections].find(({ stranger }) => stranger)
      if (!oldest) return void socket.destroy()
      oldest.close('somebody else needs its place', true)
    }
    const connection = openConnection({
      socket,
      clock,
      log,
      relayOf: (path, user) => (mayUse(path, user) ? relays.get(path) : undefined),
      openUdp: udp.open,
      passwordOf: (name) =>
        name === service.name ? service.password : (guestOf(name)?.password ?? accounts.streamPassword(name)),
      mayPublish: (name) => name === service.name || guestOf(name) !== undefined,
    })
    connections.add(connection)
    connection.gone.then(() => connections.delete(connection))
  }
  const server = createServer(accept)
  server.listen({ port: config.port, host: config.host })
  await once(server, 'listening').catch((cause: unknown) => {
    throw new Failure('unavailable', `RTSP can't listen on ${config.host}:${config.port}: ${sentenceOf(cause)}`, {
      cause,
    })
  })
  server.on('error', (error) => log.error({ error }, `RTSP server: ${sentenceOf(error)}`))
  scope.defer(async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    for (const connection of connections) connection.close('the service ends')
    for (const relay of relays.values()) relay.close('the service ends')
    await Promise.all([closed, ...[...connections].map(({ gone }) => gone)])
  })
  scope.use(
    clock.every(TICK_MS, () => {
      for (const connection of connections) connection.tick()
      for (const relay of relays.values()) relay.tick()
      full &&= connections.size >= MAX_CONNECTIONS
    }),
  )
  const bound = server.address()
  const port = bound && typeof bound === 'object' ? bound.port : config.port
  const own = ANYWHERE.has(config.host) ? '127.0.0.1' : config.host
  const authority = `${service.name}:${service.password}@${own.includes(':') ? `[${own}]` : own}:${port}`

  const apply = (paths: readonly PathSpec[]): void => {
    const foreign = paths.find(({ feed }) => feed === 'pull' || feed === 'rpi')
    if (foreign) throw new Failure('invalid', `the built-in gateway can't get ${foreign.name}: it has to be published`)
    guests = new Map(paths.flatMap((path) => (path.feed === 'inlet' ? [[path.name, path.publisher]] : [])))
    const wanted = new Map(paths.map((path) => [path.name, path.feed === 'publish' ? path.guard : undefined]))
    for (const [name, relay] of relays) {
      if (wanted.has(name)) continue
      relays.delete(name)
      relay.close('the path was removed')
    }
    for (const [name, guard] of wanted) {
      const relay = relays.get(name) ?? createRelay({ name, clock, onOnline: (online) => tell(name, online) })
      relays.set(name, relay)
      relay.guard(guard)
    }
  }
  return {
    kind: 'builtin',
    pulls: false,
    rpi: false,
    apply: async (paths) => apply(paths),
    readCamera: async (path, url, signal) => {
      const relay = relays.get(path)
      if (!relay) throw new Failure('not-found', `there is no path ${path}`)
      await readCamera({ url, relay, clock }, signal)
    },
    serviceUrl: (path) => `rtsp://${authority}/${path}`,
    proofUrl: (path) => `rtsp://${authority}/${path}?${PROOF_QUERY}`,
    admit: (path, guard) => relays.get(path)?.admit(guard),
    watch: (listener) => {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
    // It lives and ends with this process.
    watchHealth: (listener) => {
      listener({ status: 'working', problem: null })
      return { [Symbol.dispose]: () => {} }
    },
    facts: () => ({ kind: 'builtin', port, paths: [...relays.values()].map((relay) => relay.facts()) }),
    [Symbol.asyncDispose]: () => scope[Symbol.asyncDispose](),
  }
}
