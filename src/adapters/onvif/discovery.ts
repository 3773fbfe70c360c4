// WS-Discovery on the network (IPv4): listens on every interface, answers with the address of the interface that the
// asker is reached by, says hello on each interface when it comes up and bye at the end.
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { networkInterfaces } from 'node:os'
import type { Clock } from '../../lib/clock.js'
import { sentenceOf } from '../../lib/failure.js'
import type { Log } from '../../lib/log.js'
import { isEverywhere } from '../../lib/network.js'
import { type Findable, formatBye, formatHello, formatMatch, parseSearch, type Search } from './discovery-messages.js'

export interface DiscoveryDeps {
  readonly devices: readonly Findable[]
  /** What the devices listen on: only there they can be found. */
  readonly host: string
  readonly clock: Clock
  readonly log: Log
  /** 3702 but in tests. */
  readonly port?: number
}

const GROUP = '239.255.255.250'
const PORT = 3702
const LOOK_AGAIN_MS = 30_000
/** Searches that are answered at a time: the rest of a flood is dropped. */
const MOST_ANSWERS = 32
const TTL = 4

/** This machine's IPv4 addresses that `host` stands for. */
const addressesOf = (host: string): string[] =>
  Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ family, address, internal }) => family === 'IPv4' && (isEverywhere(host) ? !internal : address === host))
    .map(({ address }) => address)

const bound = (socket: Socket, port: number, address?: string): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.bind({ port, ...(address ? { address } : {}) }, () => {
      socket.off('error', reject)
      resolve()
    })
  })

const closed = (socket: Socket): Promise<void> => new Promise((resolve) => socket.close(() => resolve()))

/** Resolves when it listens; where it can't, it says so in the log, and the devices are there without being found. */
export const startDiscovery = async (deps: DiscoveryDeps): Promise<AsyncDisposable> => {
  const { devices, host, clock, log, port = PORT } = deps
  const sequence = { instance: Math.floor(clock.now().wall / 1000), count: 0, next: () => ++sequence.count }
  const joined = new Set<string>()
  const socket = createSocket({ type: 'udp4', reuseAddr: true })
  let answering = 0

  /** From the address that this machine reaches the asker by. */
  const answer = async (search: Search, found: readonly Findable[], asker: RemoteInfo): Promise<void> => {
    const sender = createSocket('udp4')
    sender.on('error', () => {})
    try {
      await new Promise<void>((resolve, reject) => {
        sender.once('error', reject)
        sender.connect(asker.port, asker.address, resolve)
      })
      const { address } = sender.address()
      for (const device of found)
        await new Promise<void>((resolve) =>
          sender.send(formatMatch(search, device, address, sequence), () => resolve()),
        )
    } finally {
      await closed(sender)
    }
  }
  const hear = (data: Buffer, asker: RemoteInfo): void => {
    if (answering >= MOST_ANSWERS) return
    const search = parseSearch(data.toString('utf8'))
    const found = search ? devices.filter((device) => search.matches(device)) : []
    if (!search || found.length === 0) return
    answering += 1
    void answer(search, found, asker)
      .catch((error: unknown) =>
        log.debug(`onvif: a search from ${asker.address} was not answered: ${sentenceOf(error)}`),
      )
      .finally(() => {
        answering -= 1
      })
  }
  /** To everybody on the network of this address. */
  const tell = async (address: string, messages: readonly string[]): Promise<void> => {
    const sender = createSocket({ type: 'udp4', reuseAddr: true })
    sender.on('error', () => {})
    try {
      await bound(sender, 0, address)
      sender.setMulticastInterface(address)
      sender.setMulticastTTL(TTL)
      for (const message of messages)
        await new Promise<void>((resolve) => sender.send(message, port, GROUP, () => resolve()))
    } catch (error) {
      log.debug(`onvif: nothing can be told on ${address}: ${sentenceOf(error)}`)
    } finally {
      await closed(sender)
    }
  }
  const join = (): void => {
    const now = addressesOf(host)
    for (const address of joined) if (!now.includes(address)) joined.delete(address)
    for (const address of now.filter((one) => !joined.has(one))) {
      try {
        socket.addMembership(GROUP, address)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') {
          log.debug(`onvif: can't listen for searches on ${address}: ${sentenceOf(error)}`)
          continue
        }
      }
      joined.add(address)
      void tell(
        address,
        devices.map((device) => formatHello(device, address, sequence)),
      )
    }
  }

  try {
    await bound(socket, port)
  } catch (error) {
    log.warn(`onvif: the cameras can't be found on the network (UDP ${port}: ${sentenceOf(error)})`)
    await closed(socket)
    return { [Symbol.asyncDispose]: async () => {} }
  }
  socket.on('error', (error) => log.debug(`onvif: discovery: ${error.message}`))
  socket.on('message', hear)
  join()
  const looking = clock.every(LOOK_AGAIN_MS, join)
  return {
    [Symbol.asyncDispose]: async () => {
      looking[Symbol.dispose]()
      await closed(socket)
      await Promise.all(
        [...joined].map((address) =>
          tell(
            address,
            devices.map((device) => formatBye(device, sequence)),
          ),
        ),
      )
    },
  }
}
