// The built-in gateway's readers that want each picture before the next one begins.
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createSystemClock } from '../../src/lib/clock.js'
import { silentLog } from '../../src/lib/log.js'
import { startBuiltinGateway } from '../../src/media/gateway/builtin/server.js'
import { type Gateway, PROMPT_AGENT } from '../../src/media/gateway/gateway.js'
import { basic, openPublisher, openRtsp, type RtspClient, SDP, splitUrl } from '../media/gateway/rtsp-client.js'

let gateway: Gateway
const opened: Disposable[] = []
const keep = <T extends Disposable>(one: T): T => {
  opened.push(one)
  return one
}
const open = async (): Promise<RtspClient> => keep(await openRtsp(gateway.facts().port))
const publish = async (sdp = SDP) =>
  keep(await openPublisher(gateway.facts().port, gateway.serviceUrl('porch'), { sdp }))
const ours = (): string => splitUrl(gateway.serviceUrl('porch')).user

const playAs = async (user: string, agent: string): Promise<RtspClient> => {
  const client = await open()
  const url = splitUrl(gateway.serviceUrl('porch')).bare
  const headers = { ...basic(user), 'User-Agent': agent }
  await client.ask('DESCRIBE', url, headers)
  const transport = { Transport: 'RTP/AVP/TCP;unicast;interleaved=4-5' }
  const setup = await client.ask('SETUP', `${url}/trackID=0`, transport)
  const session = setup.headers.get('session')?.split(';')[0] ?? ''
  expect((await client.ask('PLAY', url, { Session: session })).status).toBe(200)
  return client
}
const isDelimiter = (packet: Buffer): boolean => packet.subarray(12).equals(Buffer.from([0x09, 0xf0]))
const delimiters = (client: RtspClient): Buffer[] => client.packets(4).filter(isDelimiter)
const pictures = (client: RtspClient): Buffer[] => client.packets(4).filter((packet) => (packet[1] ?? 0) & 0x80)
const got = (client: RtspClient, count: number) =>
  vi.waitFor(() => expect(pictures(client)).toHaveLength(count), { timeout: 5000, interval: 20 })

beforeEach(async () => {
  const accounts = {
    verify: async () => null,
    verifyToken: async () => null,
    list: () => [],
    streamPassword: (name: string) => (name === 'anna' ? 'word' : null),
  }
  const config = { host: '127.0.0.1', port: 0, gateway: 'builtin' as const }
  gateway = await startBuiltinGateway({ config, accounts, clock: createSystemClock(), log: silentLog })
  await gateway.apply([{ name: 'porch', feed: 'publish' }])
})
afterEach(async () => {
  for (const one of opened.splice(0)) one[Symbol.dispose]()
  await gateway[Symbol.asyncDispose]()
})

it('sends a delimiter right behind each picture, with the time of the next and no number of its own', async () => {
  const publisher = await publish()
  publisher.picture(true)
  const client = await playAs(ours(), PROMPT_AGENT)
  await got(client, 1)
  publisher.picture(false)
  publisher.picture(false, 5000)
  await vi.waitFor(() => expect(delimiters(client)).toHaveLength(3), { timeout: 5000, interval: 20 })
  const packets = client.packets(4)
  for (const [index, packet] of packets.entries()) {
    const before = packets[index - 1]
    expect(isDelimiter(packet)).toBe(before !== undefined && ((before[1] ?? 0) & 0x80) !== 0)
    if (!before || !isDelimiter(packet)) continue
    expect(packet.readUInt16BE(2)).toBe(before.readUInt16BE(2))
    const first = pictures(client).indexOf(before) === 0
    expect((packet.readUInt32BE(4) - before.readUInt32BE(4)) >>> 0).toBe(first ? 1 : 3600)
    expect([packet[0], packet[1], packet.readUInt32BE(8)]).toEqual([0x80, 96, before.readUInt32BE(8)])
  }
})

it('sends none to others, whatever they call themselves, nor to those of ours who did not ask', async () => {
  const publisher = await publish()
  publisher.picture(true)
  const clients = [await playAs('anna:word', PROMPT_AGENT), await playAs(ours(), 'Lavf59.27.100')]
  publisher.picture(false)
  for (const client of clients) {
    await got(client, 2)
    expect(delimiters(client)).toEqual([])
  }
})

it('sends none where a picture comes before one with an earlier time: there the times would be wrong', async () => {
  const publisher = await publish()
  publisher.picture(true)
  const client = await playAs(ours(), PROMPT_AGENT)
  publisher.picture(false)
  await got(client, 2)
  publisher.picture(false, 100, -2)
  publisher.picture(false)
  await got(client, 4)
  expect(delimiters(client)).toHaveLength(2)
})

it('sends none in a codec that has other ones', async () => {
  const publisher = await publish(SDP.replace('H264/90000', 'VP8/90000').replace(/a=fmtp.*\r\n/, ''))
  publisher.picture(true)
  const client = await playAs(ours(), PROMPT_AGENT)
  publisher.picture(false)
  await vi.waitFor(() => expect(pictures(client).length).toBeGreaterThan(0), { timeout: 5000, interval: 20 })
  expect(delimiters(client)).toEqual([])
})
