// The built-in gateway on real sockets, against clients that say exactly what they are told.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Accounts } from '../../src/camera/ports.js'
import { createSystemClock } from '../../src/lib/clock.js'
import { silentLog } from '../../src/lib/log.js'
import { startBuiltinGateway } from '../../src/media/gateway/builtin/server.js'
import type { Gateway } from '../../src/media/gateway/gateway.js'
import {
  basic,
  digest,
  openPublisher,
  openRtsp,
  play,
  type RtspClient,
  SDP,
  splitUrl,
  strangeNonce,
} from '../media/gateway/rtsp-client.js'

const passwords = new Map<string, string>()
const accounts: Accounts = {
  verify: async () => null,
  verifyToken: async () => null,
  streamPassword: (name) => passwords.get(name) ?? null,
  list: () => [],
}
let gateway: Gateway
let port = 0
let url = ''
const opened: Disposable[] = []
const open = async (): Promise<RtspClient> => {
  const client = await openRtsp(port)
  opened.push(client)
  return client
}
const publish = async (
  ...options: Parameters<typeof openPublisher> extends [unknown, unknown, ...infer R] ? R : []
) => {
  const publisher = await openPublisher(port, gateway.serviceUrl('porch'), ...options)
  opened.push(publisher)
  return publisher
}
const path = () => gateway.facts().paths.find(({ name }) => name === 'porch')
const arrived = (check: () => unknown) =>
  vi.waitFor(() => expect(check()).toBeTruthy(), { timeout: 5000, interval: 20 })
const sequences = (client: RtspClient) => client.packets(0).map((packet) => packet.readUInt16BE(2))
const times = (client: RtspClient) => client.packets(0).map((packet) => packet.readUInt32BE(4))
const contiguous = (numbers: readonly number[]): boolean =>
  numbers.slice(1).every((number, index) => number === (((numbers[index] ?? 0) + 1) & 0xffff))

beforeEach(async () => {
  passwords.clear()
  passwords.set('anna', 'a b')
  const config = { host: '127.0.0.1', port: 0, gateway: 'builtin' as const }
  gateway = await startBuiltinGateway({ config, accounts, clock: createSystemClock(), log: silentLog })
  await gateway.apply([{ name: 'porch', feed: 'publish' }])
  port = gateway.facts().port
  url = `rtsp://127.0.0.1:${port}/porch`
})
afterEach(async () => {
  for (const one of opened.splice(0)) one[Symbol.dispose]()
  await gateway[Symbol.asyncDispose]()
})

describe('doors', () => {
  it('asks for a password by both methods and takes the digest', async () => {
    const publisher = await publish()
    publisher.picture(true)
    const client = await open()
    const asked = await client.ask('DESCRIBE', url)
    expect(asked.status).toBe(401)
    const [, nonce = ''] = /Digest realm="Nightjar", nonce="(\w+)"\nBasic realm="Nightjar"/.exec(
      asked.headers.get('www-authenticate') ?? '',
    ) ?? ['']
    const stale = await client.ask('DESCRIBE', url, digest('anna', 'a b', strangeNonce(), 'DESCRIBE', url))
    expect([stale.status, stale.headers.get('www-authenticate')]).toEqual([401, expect.stringContaining('stale=true')])
    const answer = await client.ask('DESCRIBE', url, digest('anna', 'a b', nonce, 'DESCRIBE', url))
    expect([answer.status, answer.headers.get('content-base')]).toEqual([200, `${url}/`])
  })

  it('refuses wrong passwords before it says whether the path exists, and hangs up after some', async () => {
    const client = await open()
    expect((await client.ask('DESCRIBE', `${url}x`, basic('anna:no'))).status).toBe(401)
    expect((await client.ask('DESCRIBE', url, basic('bob:a b'))).status).toBe(401)
    expect((await client.ask('SETUP', `${url}/trackID=0`)).status).toBe(401)
    expect((await client.ask('DESCRIBE', `${url}x`, basic('anna:a b'))).status).toBe(404)
    for (let i = 0; i < 3; i++) expect((await client.ask('DESCRIBE', url, basic('anna:no'))).status).toBe(401)
    await client.closed
  })

  it('lets only the service publish, and only where a path is', async () => {
    const sdp = { 'Content-Type': 'application/sdp' }
    const stranger = await open()
    expect((await stranger.ask('ANNOUNCE', url, { ...basic('anna:a b'), ...sdp }, SDP)).status).toBe(403)
    const { user } = splitUrl(gateway.serviceUrl('porch'))
    const ours = await open()
    expect((await ours.ask('ANNOUNCE', `${url}x`, { ...basic(user), ...sdp }, SDP)).status).toBe(404)
    expect((await ours.ask('ANNOUNCE', url, sdp, 'v=0\r\n')).status).toBe(400)
  })

  it('says so when the path has no video', async () => {
    const client = await open()
    const answer = await client.ask('DESCRIBE', url, basic('anna:a b'))
    expect(answer.status).toBe(503)
  })

  it('ends a reader whose password was taken away', async () => {
    const publisher = await publish()
    publisher.picture(true)
    const client = await open()
    await play(client, url, 'anna:a b')
    passwords.delete('anna')
    await client.closed
    // It was not the end of the stream that ended it.
    expect(path()?.online).toBe(true)
  })

  it.each([
    ['nonsense', 'hello\r\n\r\n', /^RTSP\/1.0 400 /],
    ['a packet before the password', Buffer.from('2400000401020304', 'hex'), /^RTSP\/1.0 400 /],
    ['a header without an end', 'OPTIONS * RTSP/1.0\r\n'.padEnd(20_000, 'x'), /^RTSP\/1.0 400 /],
  ])('ends a client that sends %s, and no other', async (_what, bytes, expected) => {
    const other = await open()
    const client = await open()
    let heard = ''
    client.socket.on('data', (chunk) => {
      heard += chunk.toString()
    })
    client.say(bytes)
    await client.closed
    expect(heard).toMatch(expected)
    expect((await other.ask('OPTIONS', url)).status).toBe(200)
  })

  it('ends a client whose packet lengths lie', async () => {
    const publisher = await publish()
    publisher.picture(true)
    const client = await open()
    await play(client, url, 'anna:a b')
    client.say(Buffer.concat([Buffer.from('24010002', 'hex'), Buffer.alloc(30, 0x41), Buffer.from('\r\n\r\n')]))
    await client.closed
    publisher.picture(false)
    await arrived(() => path()?.online)
  })

  it('keeps methods in their order', async () => {
    const client = await open()
    expect((await client.ask('PLAY', url, basic('anna:a b'))).status).toBe(455)
    expect((await client.ask('RECORD', url)).status).toBe(455)
    expect((await client.ask('PLAY', url, { Session: 'abc' })).status).toBe(454)
    expect((await client.ask('SETUP', `${url}/trackID=0`, { Transport: 'RTP/AVP;multicast' })).status).toBe(461)
    expect((await client.ask('DESCRIBE', url, { Require: 'play.scale' })).status).toBe(551)
    expect((await client.ask('SPEAK', url)).status).toBe(501)
    expect((await client.ask('GET_PARAMETER', url)).status).toBe(200)
    expect((await client.ask('TEARDOWN', url)).status).toBe(200)
    await client.closed
  })
})

describe('the relay', () => {
  it('gives a new reader the picture since the last key frame at once, then goes on without a gap', async () => {
    const publisher = await publish()
    publisher.picture(true, 5000)
    for (let i = 0; i < 50; i++) publisher.picture(false)
    await arrived(() => path()?.bytesIn === publisher.sent)
    const client = await open()
    const answers = await play(client, url, 'anna:a b')
    expect(answers.describe?.body).toContain('sprop-parameter-sets=Z0LAH9oBQBbs,aM48gA==')
    for (let i = 0; i < 5; i++) publisher.picture(false)
    await arrived(() => client.packets(0).length === 2 + 5 + 55 * 2)
    expect(client.packets(0)[0]?.subarray(12).toString('hex')).toBe('6742c01fda014016ec')
    expect(contiguous(sequences(client))).toBe(true)
    const [first = 0] = times(client)
    const newest = (0xffff0000 + 50 * 3600) >>> 0
    expect(newest - first).toBe(9000)
    expect(times(client).at(-1)).toBe((0xffff0000 + 55 * 3600) >>> 0)
    const info = answers.play?.headers.get('rtp-info')
    expect(info).toBe(`url=${url}/trackID=0;seq=${sequences(client)[0]};rtptime=${first}`)
    // The report that goes ahead fits these times.
    const [report] = client.packets(1)
    expect(Math.abs(((report?.readUInt32BE(16) ?? 0) - newest) | 0)).toBeLessThan(90_000 * 10)
    expect(report?.readUInt32BE(4)).toBe(client.packets(0)[0]?.readUInt32BE(8))
  })

  it("keeps readers through a publisher's restart: one source, numbers and times go on", async () => {
    const heard: string[] = []
    gateway.watch((name, online) => heard.push(`${name} ${online}`))
    const one = await publish()
    one.picture(true)
    const client = await open()
    await play(client, url, 'anna:a b')
    one[Symbol.dispose]()
    await arrived(() => path()?.online === false)
    const two = await publish({ first: { sequence: 7, time: 1234, source: 99 } })
    two.picture(false)
    two.picture(true)
    two.picture(false)
    await arrived(() => client.packets(0).length === 4 + 4 + 2)
    expect(new Set(client.packets(0).map((packet) => packet.readUInt32BE(8))).size).toBe(1)
    const step = (((times(client)[4] ?? 0) - (times(client)[3] ?? 0)) | 0) / 90
    expect(step).toBeGreaterThan(40)
    expect(step).toBeLessThan(10_000)
    // What was no key frame is missing; before and after it nothing is.
    expect(sequences(client)[4]).toBe(((sequences(client)[3] ?? 0) + 1 + 2) & 0xffff)
    expect(contiguous(sequences(client).slice(4))).toBe(true)
    expect(heard).toEqual(['porch true', 'porch false', 'porch true'])
  })

  it('lets readers go when the new publisher brings another stream, and the old publisher always', async () => {
    const one = await publish()
    one.picture(true)
    const client = await open()
    await play(client, url, 'anna:a b')
    const two = await publish({ sdp: SDP.replace('H264', 'H265') })
    await Promise.all([one.client.closed, client.closed])
    expect(two.client.isClosed()).toBe(false)
  })

  it('ends publisher and readers of a path that goes, and nobody else', async () => {
    await gateway.apply([
      { name: 'porch', feed: 'publish' },
      { name: 'yard', feed: 'publish' },
    ])
    const porch = await publish()
    porch.picture(true)
    const yard = await openPublisher(port, gateway.serviceUrl('yard'))
    opened.push(yard)
    const client = await open()
    await play(client, url, 'anna:a b')
    await gateway.apply([{ name: 'yard', feed: 'publish' }])
    await Promise.all([porch.client.closed, client.closed])
    expect(yard.client.isClosed()).toBe(false)
    await expect(gateway.apply([{ name: 'a', feed: 'pull', url: 'rtsp://x', transport: 'tcp' }])).rejects.toMatchObject(
      { code: 'invalid' },
    )
  })

  it('drops whole groups of a reader that does not read, and costs the others nothing', async () => {
    const publisher = await publish()
    publisher.picture(true)
    const [slow, quick] = [await open(), await open()]
    await play(slow, url, 'anna:a b')
    await play(quick, url, 'anna:a b')
    slow.socket.pause()
    let sent = 4
    for (let i = 1; i <= 40; i++) {
      publisher.picture(i % 4 === 0, 600_000)
      sent += 500 + (i % 4 === 0 ? 2 : 0)
      await arrived(() => quick.packets(0).length === sent)
    }
    expect(contiguous(sequences(quick))).toBe(true)
    const { dropped = 0 } = path() ?? {}
    expect(dropped).toBeGreaterThan(500)
    slow.socket.resume()
    await arrived(() => slow.packets(0).length === sent - dropped)
    publisher.picture(false)
    publisher.picture(true)
    await arrived(() => slow.packets(0).length === sent - dropped + 4)
    // It goes on with the parameter sets of a key frame.
    expect(slow.packets(0).at(-4)?.subarray(12, 13).toString('hex')).toBe('67')
  })

  it('pauses and goes on', async () => {
    const publisher = await publish()
    publisher.picture(true)
    const client = await open()
    const { setup } = await play(client, url, 'anna:a b')
    const session = { Session: setup?.headers.get('session')?.split(';')[0] ?? '' }
    expect((await client.ask('PAUSE', url, session)).status).toBe(200)
    expect(path()?.readers).toBe(0)
    publisher.picture(false)
    expect((await client.ask('PLAY', url, session)).status).toBe(200)
    await arrived(() => client.packets(0).length === 4 + 6)
  })

  it('sends to the UDP ports of the one who asks, from the ports it names', async () => {
    const publisher = await publish()
    publisher.picture(true)
    await arrived(() => path()?.online)
    const [rtp, rtcp] = [createSocket('udp4'), createSocket('udp4')]
    opened.push({
      [Symbol.dispose]: () => {
        rtp.close()
        rtcp.close()
      },
    })
    for (const socket of [rtp, rtcp]) {
      const listening = once(socket, 'listening')
      socket.bind(0, '127.0.0.1')
      await listening
    }
    const [packet, report] = [once(rtp, 'message'), once(rtcp, 'message')]
    const client = await open()
    const transport = `RTP/AVP;unicast;destination=127.0.0.9;client_port=${rtp.address().port}-${rtcp.address().port}`
    const setup = await client.ask('SETUP', `${url}/trackID=0`, { ...basic('anna:a b'), Transport: transport })
    const [, from] = /server_port=(\d+)-/.exec(setup.headers.get('transport') ?? '') ?? []
    await client.ask('PLAY', url, { Session: setup.headers.get('session')?.split(';')[0] ?? '' })
    const [data, sender] = (await packet) as [Buffer, { port: number }]
    expect([data.subarray(12).toString('hex'), String(sender.port)]).toEqual(['6742c01fda014016ec', from])
    const [about] = (await report) as [Buffer]
    expect(about.readUInt8(1)).toBe(200)
  })
})
