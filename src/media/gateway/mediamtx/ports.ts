// Ports for a program that can't tell which ones it took: found free, and let go of for it.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { Failure, sentenceOf } from '../../../lib/failure.js'

/** The port itself, or with 0 a free one; a Failure when it is taken. */
export const claimPort = async (host: string, port: number): Promise<number> => {
  const server = createServer()
  server.listen({ host, port })
  await once(server, 'listening').catch((cause: unknown) => {
    throw new Failure('unavailable', `RTSP can't listen on ${host}:${port}: ${sentenceOf(cause)}`, { cause })
  })
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : port
}

const isFree = async (port: number): Promise<boolean> => {
  const socket = createSocket('udp4')
  try {
    socket.bind(port)
    await once(socket, 'listening')
    return true
  } catch {
    return false
  } finally {
    socket.close()
  }
}

const FIRST = 20_000
const PAIRS = 10_000

/** The first, even one of two free UDP ports: RTP and RTCP. */
export const findUdpPair = async (random: () => number = Math.random): Promise<number> => {
  for (let tries = 0; tries < 100; tries++) {
    const port = FIRST + 2 * Math.floor(random() * PAIRS)
    if ((await isFree(port)) && (await isFree(port + 1))) return port
  }
  throw new Failure('unavailable', 'there are no two free UDP ports for RTP')
}
