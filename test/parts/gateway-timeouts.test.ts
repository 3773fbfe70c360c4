// Who is ended after which silence: the built-in gateway on real sockets with the clock in the test's hands.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { silentLog } from '../../src/lib/log.js'
import { startBuiltinGateway } from '../../src/media/gateway/builtin/server.js'
import type { Gateway } from '../../src/media/gateway/gateway.js'
import { basic, openPublisher, openRtsp, play, type RtspClient } from '../media/gateway/rtsp-client.js'
import { createTestClock, type TestClock } from '../support/test-clock.js'

let clock: TestClock
let gateway: Gateway
let port = 0
let url = ''
const opened: Disposable[] = []
const keep = <T extends Disposable>(part: T): T => {
  opened.push(part)
  return part
}
const publish = async () => {
  const publisher = keep(await openPublisher(port, gateway.serviceUrl('porch')))
  publisher.picture(true)
  await vi.waitFor(() => expect(gateway.facts().paths[0]?.online).toBe(true))
  return publisher
}
const seconds = async (count: number, between: () => unknown = () => {}) => {
  for (let i = 0; i < count; i++) {
    await between()
    // What was sent arrives by the real sockets.
    await new Promise((resolve) => setTimeout(resolve, 5))
    await clock.advance(1000)
  }
}
const playUdp = async (client: RtspClient) => {
  const transport = 'RTP/AVP;unicast;client_port=45000-45001'
  const setup = await client.ask('SETUP', `${url}/trackID=0`, { ...basic('anna:a b'), Transport: transport })
  expect(setup.headers.get('session')).toMatch(/^[0-9a-f]{16};timeout=60$/)
  await client.ask('PLAY', url)
}

beforeEach(async () => {
  clock = createTestClock()
  const accounts = { verify: async () => null, verifyToken: async () => null, list: () => [] }
  gateway = await startBuiltinGateway({
    config: { host: '127.0.0.1', port: 0, gateway: 'builtin' },
    accounts: { ...accounts, streamPassword: (name) => (name === 'anna' ? 'a b' : null) },
    clock,
    log: silentLog,
  })
  await gateway.apply([{ name: 'porch', feed: 'publish' }])
  port = gateway.facts().port
  url = `rtsp://127.0.0.1:${port}/porch`
})
afterEach(async () => {
  await gateway[Symbol.asyncDispose]()
  for (const one of opened.splice(0)) one[Symbol.dispose]()
  expect(clock.pending).toBe(0)
})

describe('silence', () => {
  it('ends who gives no password for 10 s', async () => {
    const client = keep(await openRtsp(port))
    await client.ask('OPTIONS', url)
    await seconds(9)
    expect(client.isClosed()).toBe(false)
    await seconds(2)
    await client.closed
  })

  it('ends a publisher after 10 s, and not one that goes on', async () => {
    const publisher = await publish()
    await seconds(15, () => publisher.picture(false))
    expect(publisher.client.isClosed()).toBe(false)
    await seconds(11)
    await publisher.client.closed
    expect(gateway.facts().paths[0]?.online).toBe(false)
  })

  it('ends readers whose publisher does not come back', async () => {
    const publisher = await publish()
    const client = keep(await openRtsp(port))
    await play(client, url, 'anna:a b')
    publisher[Symbol.dispose]()
    await vi.waitFor(() => expect(gateway.facts().paths[0]?.online).toBe(false))
    await seconds(14)
    expect(client.isClosed()).toBe(false)
    await seconds(3)
    await client.closed
  })

  it('ends a UDP reader after its time-out, and not one that keeps its session alive', async () => {
    const publisher = await publish()
    const [quiet, alive] = [keep(await openRtsp(port)), keep(await openRtsp(port))]
    await playUdp(quiet)
    await playUdp(alive)
    let second = 0
    await seconds(70, async () => {
      publisher.picture(false)
      if (second++ % 30 === 0) await alive.ask('GET_PARAMETER', url)
    })
    await quiet.closed
    expect(alive.isClosed()).toBe(false)
    expect(gateway.facts().paths[0]?.readers).toBe(1)
  })

  it('lets a TCP reader stay that says nothing', async () => {
    const publisher = await publish()
    const client = keep(await openRtsp(port))
    await play(client, url, 'anna:a b')
    await seconds(80, () => publisher.picture(false))
    expect(client.isClosed()).toBe(false)
    await vi.waitFor(() => expect(client.packets(1).length).toBeGreaterThan(10))
  })
})
