// UDP and IPv6 at the built-in gateway: a publisher whose packets overtake each other, readers at ::1.
import { createSocket, type Socket as Datagrams } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { createSystemClock } from '../../src/lib/clock.js'
import { silentLog } from '../../src/lib/log.js'
import { type Child, startChild } from '../../src/lib/process.js'
import { startBuiltinGateway } from '../../src/media/gateway/builtin/server.js'
import type { Gateway } from '../../src/media/gateway/gateway.js'
import { basic, openPublisher, openRtsp, play, SDP, splitUrl } from '../media/gateway/rtsp-client.js'
import { encode, numbered } from '../support/streams.js'

const opened: Disposable[] = []
let gateway: Gateway | undefined

const keep = <T extends Disposable>(part: T): T => {
  opened.push(part)
  return part
}
const start = async (host: string): Promise<Gateway> => {
  gateway = await startBuiltinGateway({
    config: { host, port: 0, gateway: 'builtin' },
    accounts: {
      verify: async () => null,
      verifyToken: async () => null,
      list: () => [],
      streamPassword: (name) => (name === 'anna' ? 'a b' : null),
    },
    clock: createSystemClock(),
    log: silentLog,
  })
  await gateway.apply([{ name: 'porch', feed: 'publish' }])
  return gateway
}
const bind = async (address: string): Promise<Datagrams> => {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  socket.bind(0, address)
  await once(socket, 'listening')
  keep({ [Symbol.dispose]: () => void socket.close() })
  return socket
}

afterEach(async () => {
  for (const one of opened.splice(0)) one[Symbol.dispose]()
  await gateway?.[Symbol.asyncDispose]()
})

test('packets that overtake each other on their way in reach readers in their order, each once', async () => {
  const { facts, serviceUrl } = await start('127.0.0.1')
  const { port } = facts()
  const { bare, user } = splitUrl(serviceUrl('porch'))
  const rtp = await bind('127.0.0.1')
  const own = rtp.address().port
  const client = keep(await openRtsp(port))
  await client.ask('ANNOUNCE', bare, { ...basic(user), 'Content-Type': 'application/sdp' }, SDP)
  const transport = `RTP/AVP;unicast;client_port=${own}-${own === 65_535 ? 1 : own + 1};mode=record`
  const setup = await client.ask('SETUP', `${bare}/streamid=0`, { Transport: transport })
  const session = { Session: setup.headers.get('session')?.split(';')[0] ?? '' }
  expect((await client.ask('RECORD', bare, session)).status).toBe(200)
  const to = Number(/server_port=(\d+)/.exec(setup.headers.get('transport') ?? '')?.[1])
  const send = (sequence: number, type: number): void => {
    const packet = Buffer.alloc(40, sequence)
    packet.writeUInt16BE(0x80e0, 0)
    packet.writeUInt16BE(sequence, 2)
    packet.writeUInt32BE(sequence * 3600, 4)
    packet.writeUInt32BE(7, 8)
    packet.writeUInt8(type, 12)
    rtp.send(packet, to, '127.0.0.1')
  }
  send(1, 0x65)
  await vi.waitFor(() => expect(facts().paths[0]?.online).toBe(true))
  const reader = keep(await openRtsp(port))
  await play(reader, `rtsp://127.0.0.1:${port}/porch`, 'anna:a b')
  for (const sequence of [3, 4, 2, 4, 6, 5, 8, 7, 9]) send(sequence, 0x41)
  const payloads = () => reader.packets(0).map((packet) => packet[20])
  await vi.waitFor(() => expect(payloads()).toHaveLength(9))
  expect(payloads()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
})

test('ffmpeg publishes by UDP, and what it sends is whole', async () => {
  const { facts, serviceUrl } = await start('127.0.0.1')
  const to = ['-f', 'rtsp', '-rtsp_transport', 'udp', serviceUrl('porch')]
  const film = ['-re', ...numbered(640, 360), ...encode(12), '-b:v', '4M']
  const child: Child = startChild({ name: 'publisher', command: 'ffmpeg', args: ['-v', 'error', ...film, ...to] })
  child.stdout.resume()
  try {
    await vi.waitFor(() => expect(facts().paths[0]?.online).toBe(true), { timeout: 20_000 })
    const reader = keep(await openRtsp(facts().port))
    await play(reader, `rtsp://127.0.0.1:${facts().port}/porch`, 'anna:a b')
    await vi.waitFor(() => expect(reader.packets(0).length).toBeGreaterThan(100), { timeout: 20_000 })
    const numbers = reader.packets(0).map((packet) => packet.readUInt16BE(2))
    expect(numbers.slice(1).every((number, at) => number === (((numbers[at] ?? 0) + 1) & 0xffff))).toBe(true)
  } finally {
    await child.stop(0)
  }
})

test.each(['::', '::1'])('at %s: ours publish, readers at ::1 get it over TCP and UDP', async (host) => {
  const { facts, serviceUrl } = await start(host)
  const { port } = facts()
  // Ours come the way that `serviceUrl` says.
  expect(new URL(serviceUrl('porch')).hostname).toBe(host === '::' ? '127.0.0.1' : '[::1]')
  const publisher = keep(await openPublisher(port, serviceUrl('porch'), { host: host === '::' ? '127.0.0.1' : '::1' }))
  publisher.picture(true)
  await vi.waitFor(() => expect(facts().paths[0]?.online).toBe(true))
  const url = `rtsp://[::1]:${port}/porch`
  const reader = keep(await openRtsp(port, '::1'))
  const { describe } = await play(reader, url, 'anna:a b')
  expect(describe?.headers.get('content-base')).toBe(`${url}/`)
  await vi.waitFor(() => expect(reader.packets(0).length).toBe(4))
  const [rtp, rtcp] = [await bind('::1'), await bind('::1')]
  const packet = once(rtp, 'message')
  const client = keep(await openRtsp(port, '::1'))
  const transport = `RTP/AVP;unicast;client_port=${rtp.address().port}-${rtcp.address().port}`
  const setup = await client.ask('SETUP', `${url}/trackID=0`, { ...basic('anna:a b'), Transport: transport })
  await client.ask('PLAY', url, { Session: setup.headers.get('session')?.split(';')[0] ?? '' })
  const [data] = (await packet) as [Buffer]
  expect(data.subarray(12).toString('hex')).toBe('6742c01fda014016ec')
})

test('at an IPv4 address nobody comes in by IPv6', async () => {
  const { facts } = await start('127.0.0.1')
  const socket = connect(facts().port, '::1')
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
  expect(error.code).toBe('ECONNREFUSED')
})
