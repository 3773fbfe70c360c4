// One pair of UDP ports (even: RTP, odd: RTCP) for all sessions; what arrives is told apart by its sender. Opened when
// the first session wants UDP.
import { createSocket, type Socket } from 'node:dgram'
import { lookup } from 'node:dns'
import { once } from 'node:events'
import { isIP, isIPv6 } from 'node:net'
import { Failure } from '../../../lib/failure.js'

export type UdpPort = 'rtp' | 'rtcp'

export interface UdpPair {
  readonly ports: Readonly<Record<UdpPort, number>>
  send(port: UdpPort, data: Buffer, to: number, address: string): void
  /** Hears what comes from there to one of the ports. */
  listen(port: UdpPort, from: number, address: string, hear: (data: Buffer) => void): Disposable
}

export interface UdpPorts extends AsyncDisposable {
  open(): Promise<UdpPair>
}

const TRIES = 50
const RECEIVE_BUFFER = 4 * 1024 * 1024

const bind = async (host: string, port: number): Promise<Socket> => {
  const socket = createSocket({
    type: isIPv6(host) ? 'udp6' : 'udp4',
    // Addresses of connected sockets need no looking up, and that for each packet.
    lookup: (host, options, done) => (isIP(host) ? done(null, host, isIP(host)) : lookup(host, options, done)),
  })
  const listening = once(socket, 'listening')
  socket.bind(port, host)
  await listening
  return socket
}

const bindPair = async (host: string): Promise<readonly [Socket, Socket]> => {
  for (let tries = 0; tries < TRIES; tries++) {
    const rtp = await bind(host, 0)
    const { port } = rtp.address()
    const rtcp = port % 2 === 0 ? await bind(host, port + 1).catch(() => undefined) : undefined
    if (rtcp) return [rtp, rtcp]
    rtp.close()
  }
  throw new Failure('unavailable', 'no pair of UDP ports is free for RTP')
}

const close = (socket: Socket): Promise<void> => new Promise((resolve) => socket.close(() => resolve()))

const createPair = (sockets: Readonly<Record<UdpPort, Socket>>): UdpPair => {
  const hearers = new Map<string, (data: Buffer) => void>()
  const keyOf = (port: UdpPort, from: number, address: string): string => `${port} ${from} ${address}`
  for (const port of ['rtp', 'rtcp'] as const) {
    sockets[port].on('message', (data, { port: from, address }) => hearers.get(keyOf(port, from, address))?.(data))
    // A far end that is gone is its session's time-out, not ours.
    sockets[port].on('error', () => {})
    try {
      sockets[port].setRecvBufferSize(RECEIVE_BUFFER)
    } catch {
      // The system's own size serves too.
    }
  }
  return {
    ports: { rtp: sockets.rtp.address().port, rtcp: sockets.rtcp.address().port },
    send: (port, data, to, address) => sockets[port].send(data, to, address, () => {}),
    listen: (port, from, address, hear) => {
      const key = keyOf(port, from, address)
      hearers.set(key, hear)
      return {
        [Symbol.dispose]: () => {
          if (hearers.get(key) === hear) hearers.delete(key)
        },
      }
    },
  }
}

export const createUdpPorts = (host: string): UdpPorts => {
  let opened: Promise<{ readonly sockets: readonly [Socket, Socket]; readonly pair: UdpPair }> | undefined
  const open = async () => {
    const sockets = await bindPair(host)
    return { sockets, pair: createPair({ rtp: sockets[0], rtcp: sockets[1] }) }
  }
  return {
    open: async () => {
      opened ??= open()
      opened.catch(() => {
        opened = undefined
      })
      return (await opened).pair
    },
    [Symbol.asyncDispose]: async () => {
      const held = await opened?.catch(() => undefined)
      if (held) await Promise.all(held.sockets.map(close))
    },
  }
}
