// Strangers at the RTSP door of the built-in gateway: whatever they send, their own connection ends and nothing else. A
// stream runs beside each of them and loses nothing.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { silentLog } from '../../src/lib/log.js'
import { startBuiltinGateway } from '../../src/media/gateway/builtin/server.js'
import type { Gateway } from '../../src/media/gateway/gateway.js'
import { basic, openPublisher, openRtsp, type Publisher, play, type RtspClient } from '../media/gateway/rtsp-client.js'
import { createTestClock, type TestClock } from '../support/test-clock.js'

let clock: TestClock
let gateway: Gateway
let publisher: Publisher
let reader: RtspClient
let beat: NodeJS.Timeout
let port = 0
let url = ''
const opened: Disposable[] = []
const keep = <T extends Disposable>(part: T): T => {
  opened.push(part)
  return part
}
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const sizeOf = (client: RtspClient): number => client.packets(0).reduce((sum, { length }) => sum + length, 0)

/** A connection that says what it is told, and how it ended. */
const stranger = async () => {
  const socket: Socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  const heard: Buffer[] = []
  socket.on('data', (chunk) => heard.push(chunk))
  socket.on('error', () => {})
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  const client = { socket, closed, heard: () => Buffer.concat(heard).toString('latin1') }
  keep({ [Symbol.dispose]: () => void socket.destroy() })
  return client
}
/** Says `parts` as long as it is listened to, and waits for its end. */
const say = async (...parts: (Buffer | string)[]): Promise<string> => {
  const client = await stranger()
  for (const part of parts) {
    if (client.socket.destroyed) break
    if (!client.socket.write(part)) await Promise.race([once(client.socket, 'drain').catch(() => {}), client.closed])
  }
  await client.closed
  return client.heard()
}
const seconds = async (count: number, between: () => unknown = () => {}): Promise<void> => {
  for (let i = 0; i < count; i++) {
    await between()
    await wait(5)
    await clock.advance(1000)
  }
}

beforeEach(async () => {
  clock = createTestClock()
  gateway = await startBuiltinGateway({
    config: { host: '127.0.0.1', port: 0, gateway: 'builtin' },
    accounts: {
      verify: async () => null,
      verifyToken: async () => null,
      list: () => [],
      streamPassword: (name) => (name === 'anna' ? 'a b' : null),
    },
    clock,
    log: silentLog,
  })
  await gateway.apply([{ name: 'porch', feed: 'publish' }])
  port = gateway.facts().port
  url = `rtsp://127.0.0.1:${port}/porch`
  publisher = keep(await openPublisher(port, gateway.serviceUrl('porch')))
  publisher.picture(true)
  await vi.waitFor(() => expect(gateway.facts().paths[0]?.online).toBe(true))
  reader = keep(await openRtsp(port))
  await play(reader, url, 'anna:a b')
  let turn = 0
  beat = setInterval(() => publisher.picture(++turn % 50 === 0), 20)
})
afterEach(async () => {
  const before = sizeOf(reader)
  await vi.waitFor(() => expect(sizeOf(reader)).toBeGreaterThan(before + 5000), { timeout: 10_000 })
  clearInterval(beat)
  await vi.waitFor(() => expect(sizeOf(reader)).toBe(publisher.sent), { timeout: 10_000 })
  const numbers = reader.packets(0).map((packet) => packet.readUInt16BE(2))
  expect(numbers.slice(1).every((number, at) => number === (((numbers[at] ?? 0) + 1) & 0xffff))).toBe(true)
  for (const one of opened.splice(0)) one[Symbol.dispose]()
  await gateway[Symbol.asyncDispose]()
  expect(clock.pending).toBe(0)
})

const noise = (bytes: number): Buffer => {
  const data = Buffer.alloc(bytes)
  for (let at = 0, state = 4711; at < bytes; at++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    data[at] = state >>> 24
  }
  return data
}
const megabytes = (count: number, text: string): string[] => {
  const mega = text.repeat(Math.ceil(1e6 / text.length))
  return Array.from({ length: count }, () => mega)
}
const OPTIONS = 'OPTIONS * RTSP/1.0\r\n'

describe('bytes that make no sense', () => {
  it.each<[string, (Buffer | string)[], RegExp]>([
    ['noise', [Buffer.concat([Buffer.from('x'), noise(1e6)])], /^RTSP\/1.0 400 /],
    ['a TLS greeting', [Buffer.from('16030100a5010000a10303'.padEnd(200, '0'), 'hex'), '\r\n\r\n'], /^RTSP\/1.0 400 /],
    ['HTTP', ['GET /porch HTTP/1.1\r\nHost: a\r\n\r\n'], /^RTSP\/1.0 400 /],
    ['one header of 10 MB', [OPTIONS, 'A: ', ...megabytes(10, 'b')], /^RTSP\/1.0 400 /],
    ['10 MB of headers', [OPTIONS, ...megabytes(10, 'Header: value\r\n')], /^RTSP\/1.0 400 /],
    ['an address of 10 MB', ['DESCRIBE rtsp://', ...megabytes(10, 'a/../')], /^RTSP\/1.0 400 /],
    ['10 MB of body', [`${OPTIONS}CSeq: 1\r\nContent-Length: 10000000\r\n\r\n`, ...megabytes(10, 'a')], / 413 /],
    ['a length that overflows', [`${OPTIONS}CSeq: 1\r\nContent-Length: 18446744073709551617\r\n\r\n`], / 400 /],
    ['no CSeq', [`${OPTIONS}\r\n`], / 400 /],
    ['a CSeq that is text', [`${OPTIONS}CSeq: one\r\n\r\n`], / 400 /],
    ['a CSeq of a thousand digits', [`${OPTIONS}CSeq: ${'9'.repeat(1000)}\r\n\r\n`], / 400 /],
    ['packets before the password', [Buffer.from('24000004aabbccdd', 'hex')], / 400 /],
    ['a header cut by a zero', [`${OPTIONS}CSeq: 1\r\nA: b\0\r\n\r\n`], / 400 /],
  ])('%s', async (_what, parts, answer) => {
    expect(await say(...parts)).toMatch(answer)
  })

  it('nothing that takes long to be read: 120 times 16 KB made to keep patterns busy', async () => {
    const head = `DESCRIBE ${url} RTSP/1.0\r\nCSeq: 1\r\n`
    for (let round = 0; round < 40; round++) {
      expect(await say(`${head}A:${' '.repeat(16_000)}\0\r\n\r\n`)).toMatch(/ 400 /)
      for (const text of ['a'.repeat(15_900), 'a="\\'.repeat(3900)]) {
        const client = keep(await openRtsp(port))
        expect((await client.ask('DESCRIBE', url, { Authorization: `Digest ${text}` })).status).toBe(401)
      }
    }
  })
})

describe('requests', () => {
  it('CSeqs that repeat or run backwards are answered as they are', async () => {
    const client = await stranger()
    for (const cseq of [7, 7, 3, 0, 4294967295]) client.socket.write(`${OPTIONS}CSeq: ${cseq}\r\n\r\n`)
    await vi.waitFor(() => expect(client.heard().match(/CSeq: \d+/g)).toHaveLength(5))
    expect(client.heard().match(/CSeq: \d+/g)).toEqual([7, 7, 3, 0, 4294967295].map((cseq) => `CSeq: ${cseq}`))
  })

  it('no trick with a path gives another file, or this stream without its name', async () => {
    const client = keep(await openRtsp(port))
    const tricks = [
      '../porch',
      'x/../porch',
      '%2e%2e/porch',
      'porch%00',
      'porch%2f..',
      './porch',
      'PORCH',
      'porch/x',
      '%',
    ]
    const more = ['etc/passwd', '..%2f..%2fetc/passwd', 'porch?proof', 'porch_sub', '__proto__', 'constructor', '']
    const answers: Record<string, number> = {}
    for (const trick of [...tricks, ...more]) {
      const asked = await client.ask('DESCRIBE', `rtsp://127.0.0.1:${port}/${trick}`, basic('anna:a b'))
      answers[trick] = asked.status
    }
    // Asking for the proof is no secret and gives what everybody gets.
    expect(answers['porch?proof']).toBe(200)
    const others = Object.entries(answers).filter(([trick]) => trick !== 'porch?proof')
    expect(others.filter(([, status]) => status !== 404)).toEqual([])
  })

  it('somebody else’s session can not be ended or paused', async () => {
    const victim = keep(await openRtsp(port))
    const { setup } = await play(victim, url, 'anna:a b')
    const session = { Session: setup?.headers.get('session')?.split(';')[0] ?? '', ...basic('anna:a b') }
    const client = keep(await openRtsp(port))
    for (const method of ['PAUSE', 'TEARDOWN', 'GET_PARAMETER'])
      expect((await client.ask(method, url, session)).status).toBe(454)
    expect(victim.isClosed()).toBe(false)
    expect(gateway.facts().paths[0]?.readers).toBe(2)
  })

  it('who asks and asks and takes no answer is let go', async () => {
    const client = await stranger()
    client.socket.pause()
    const many = `${OPTIONS}CSeq: 1\r\n\r\n`.repeat(20_000)
    for (let round = 0; round < 200 && !client.socket.destroyed; round++) {
      if (!client.socket.write(many)) await Promise.race([once(client.socket, 'drain').catch(() => {}), client.closed])
    }
    client.socket.resume()
    await client.closed
  })

  it('connections that break off in the middle of anything leave nothing', async () => {
    const cut = [
      'O',
      OPTIONS,
      `${OPTIONS}CSeq: 1\r\n`,
      `${OPTIONS}CSeq: 1\r\nContent-Length: 9\r\n\r\nabc`,
      '$\x00\xff',
    ]
    for (const text of cut) {
      const client = await stranger()
      client.socket.write(text)
      await wait(5)
      client.socket.resetAndDestroy()
    }
    const halfway = keep(await openRtsp(port))
    await play(halfway, url, 'anna:a b')
    halfway.say(Buffer.from('2400ffff00', 'hex'))
    halfway.socket.resetAndDestroy()
    await vi.waitFor(() => expect(gateway.facts().paths[0]?.readers).toBe(1))
  })
})

describe('time and numbers', () => {
  it('a hundred that drip a byte a second are gone after ten', async () => {
    const drips = await Promise.all(Array.from({ length: 100 }, stranger))
    let at = 0
    const text = `${OPTIONS}CSeq: 1\r\nUser-Agent: slow\r\n`
    // Here seconds pass faster than connections are welcomed.
    for (const { socket } of drips) socket.write(OPTIONS[0] ?? '')
    await wait(300)
    await seconds(13, () => {
      for (const { socket } of drips) if (!socket.destroyed) socket.write(text[at] ?? 'x')
      at++
    })
    await Promise.all(drips.map(({ closed }) => closed))
  })

  it('a door full of strangers opens for whoever has the password, and no connection stays behind', async () => {
    const crowd: Awaited<ReturnType<typeof stranger>>[] = []
    for (let round = 0; round < 22; round++) crowd.push(...(await Promise.all(Array.from({ length: 50 }, stranger))))
    const late = keep(await openRtsp(port))
    const answers = await play(late, url, 'anna:a b')
    expect(answers.play?.status).toBe(200)
    expect(reader.isClosed()).toBe(false)
    // Loopback has 1000 places: the oldest strangers had to go.
    await vi.waitFor(() => expect(crowd.filter(({ socket }) => socket.destroyed).length).toBeGreaterThanOrEqual(100))
    expect(crowd.slice(-500).some(({ socket }) => socket.destroyed)).toBe(false)
    await seconds(12)
    await Promise.all(crowd.map(({ closed }) => closed))
    expect(late.isClosed()).toBe(false)
  })

  it('a reader that takes nothing is disconnected after 10 s, with its queue', async () => {
    const stuck = keep(await openRtsp(port))
    await play(stuck, url, 'anna:a b')
    stuck.socket.pause()
    for (let i = 0; i < 12; i++) {
      publisher.picture(i % 4 === 0, 900_000)
      await vi.waitFor(() => expect(sizeOf(reader)).toBe(publisher.sent), { timeout: 10_000 })
    }
    await seconds(9)
    expect(gateway.facts().paths[0]?.readers).toBe(2)
    await seconds(3)
    expect(gateway.facts().paths[0]?.readers).toBe(1)
    stuck.socket.resume()
    await stuck.closed
  })
})

it('a publisher of nonsense: its own path may suffer, no other', async () => {
  await gateway.apply([
    { name: 'porch', feed: 'publish' },
    { name: 'yard', feed: 'publish' },
  ])
  const yard = keep(await openPublisher(port, gateway.serviceUrl('yard')))
  const watcher = keep(await openRtsp(port))
  yard.picture(true)
  await play(watcher, `rtsp://127.0.0.1:${port}/yard`, 'anna:a b')
  const head = '8060000100000001000000ff'
  const bad = [
    '',
    '80',
    head.slice(0, 20),
    // Another version, sources without end, an extension and padding that lie, an empty payload.
    head.replace('80', '40'),
    head.replace('80', '8f'),
    `${head.replace('80', '90')}bedeffff`,
    `${head.replace('80', 'a0')}ff`,
    head,
    // Aggregates and fragments that lie, parameter sets of nothing.
    `${head}78ffff67`,
    `${head}780000`,
    `${head}7c`,
    `${head}67`,
    `${head}68`,
  ]
  for (const hex of bad) for (const channel of [0, 1, 7]) yard.raw(channel, Buffer.from(hex, 'hex'))
  for (let size = 0; size < 200; size += 7) {
    yard.raw(0, noise(size))
    yard.raw(1, noise(size))
  }
  yard.picture(true)
  yard.picture(false)
  await vi.waitFor(() => expect(watcher.packets(0).length).toBeGreaterThan(6))
  expect([yard.client.isClosed(), watcher.isClosed()]).toEqual([false, false])
})
