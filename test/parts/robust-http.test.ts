// Strangers at the HTTP door: whatever they send, their own connection ends and nothing else. An MJPEG stream and a
// WebSocket run beside each of them and lose nothing.
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { type HttpServer, startHttp } from '../../src/adapters/http/server.js'
import { MJPEG_BOUNDARY, type MjpegPart } from '../../src/camera/ports.js'
import { basic, createHttpHouse, type HttpHouse } from '../support/http-house.js'

const WAIT = { timeout: 10_000, interval: 3 }
const SECRET = 'what nobody may read'
let first: HttpHouse
let house: HttpHouse
let server: HttpServer
let beat: NodeJS.Timeout
let sent = 0
let live: WebSocket
let messages = 0
let film: Stranger
const opened: Socket[] = []

interface Stranger {
  readonly socket: Socket
  readonly closed: Promise<void>
  heard(): string
}
const stranger = async (): Promise<Stranger> => {
  const socket = connect(server.port, '127.0.0.1')
  opened.push(socket)
  const heard: Buffer[] = []
  socket.on('data', (chunk) => heard.push(chunk))
  socket.on('error', () => {})
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await new Promise((resolve) => socket.once('connect', resolve))
  return { socket, closed, heard: () => Buffer.concat(heard).toString('latin1') }
}
/** Says all of it, as long as it is listened to; the first line of the answer. */
const say = async (...parts: (Buffer | string)[]): Promise<string> => {
  const { socket, closed, heard } = await stranger()
  for (const part of parts) {
    if (socket.destroyed) break
    if (!socket.write(part)) await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed])
  }
  await vi.waitFor(() => expect(heard().includes('\r\n\r\n') || socket.destroyed).toBe(true), WAIT)
  socket.destroy()
  return heard()
}
const auth = basic('ada')
const AUTH = `Authorization: ${auth}\r\n`
const get = (path: string, more = AUTH): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`
const post = (body: string | Buffer, type = 'application/json', path = '/api/cameras/porch/settings'): Buffer =>
  Buffer.concat([
    Buffer.from(`PATCH ${path} HTTP/1.1\r\nHost: a\r\n${AUTH}Content-Type: ${type}\r\n`),
    Buffer.from(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`),
    Buffer.from(body),
  ])
const part = (frameId: number): MjpegPart => ({
  frameId,
  bytes: Buffer.from(`--${MJPEG_BOUNDARY}\r\nX-Frame-Id: ${frameId}\r\n\r\n${'x'.repeat(500)}\r\n`),
})
const framesIn = (body: string): number[] => [...body.matchAll(/X-Frame-Id: (\d+)\r\n/g)].map(([, id]) => Number(id))

beforeAll(async () => {
  first = await createHttpHouse()
})
afterAll(() => first[Symbol.asyncDispose]())
beforeEach(async () => {
  const made = await createHttpHouse({ accounts: first.accounts })
  house = made
  const webRoot = join(made.folder, 'web')
  mkdirSync(join(webRoot, 'assets'), { recursive: true })
  writeFileSync(join(webRoot, 'index.html'), 'the page')
  writeFileSync(join(webRoot, '.hidden'), SECRET)
  writeFileSync(join(made.folder, 'secret.txt'), SECRET)
  server = await startHttp({ ...made.deps, webRoot })
  film = await stranger()
  film.socket.write(get('/api/cameras/porch/stream.mjpeg'))
  live = new WebSocket(`ws://127.0.0.1:${server.port}/api/cameras/porch/live`, { headers: { authorization: auth } })
  messages = 0
  live.on('message', () => messages++)
  await vi.waitFor(() => expect(made.streams.viewers('porch')).toEqual({ live: 1, mjpeg: 1 }), WAIT)
  sent = 0
  beat = setInterval(() => {
    made.streams.picture(part(++sent))
    made.streams.message({ type: 'fragment', data: Buffer.from(String(sent)) })
  }, 20)
})
afterEach(async () => {
  const before = sent
  await vi.waitFor(() => expect(sent).toBeGreaterThan(before + 3), WAIT)
  clearInterval(beat)
  await vi.waitFor(() => expect([framesIn(film.heard()).length, messages]).toEqual([sent, sent]), WAIT)
  expect(framesIn(film.heard())).toEqual(Array.from({ length: sent }, (_, at) => at + 1))
  expect((await fetch(`http://127.0.0.1:${server.port}/health`)).status).toBe(200)
  live.terminate()
  for (const socket of opened.splice(0)) socket.destroy()
  await server[Symbol.asyncDispose]()
  await house[Symbol.asyncDispose]()
})

const megabytes = (count: number, text: string): string[] =>
  Array.from({ length: count }, () => text.repeat(Math.ceil(1e6 / text.length)))

describe('bytes that make no sense', () => {
  it.each<[string, (Buffer | string)[], RegExp]>([
    ['noise', [Buffer.from(Array.from({ length: 100_000 }, (_, at) => (at * 7919) >> 3))], / 400 /],
    ['RTSP', ['DESCRIBE rtsp://a/porch RTSP/1.0\r\nCSeq: 1\r\n\r\n'], / 40[04] /],
    ['a header of 10 MB', ['GET / HTTP/1.1\r\nHost: a\r\nA: ', ...megabytes(10, 'b')], / 431 /],
    ['10 MB of headers', ['GET / HTTP/1.1\r\nHost: a\r\n', ...megabytes(10, 'Header: value\r\n')], / 431 /],
    ['an address of 10 MB', ['GET /', ...megabytes(10, 'a/../')], / 431 /],
    ['two lengths', ['POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n'], / 400 /],
    ['a chunk without end', [get('/', 'Transfer-Encoding: chunked\r\n'), 'FFFFFFFFFFFFFFFFFF\r\n'], / 400 |^$/],
    ['a negative length', [get('/', 'Content-Length: -5\r\n')], / 400 /],
    ['a zero in a header', [get('/', 'A: b\0c\r\n')], / 400 /],
  ])('%s', async (_what, parts, answer) => {
    expect(await say(...parts)).toMatch(answer)
  })

  it('requests that break off in the middle of anything', async () => {
    const cut = ['G', 'GET /health', 'GET /health HTTP/1.1\r\nHo', post('{"a"', undefined).subarray(0, -2)]
    for (const text of cut) {
      const { socket } = await stranger()
      socket.write(text)
      await new Promise((resolve) => setTimeout(resolve, 10))
      socket.resetAndDestroy()
    }
  })
})

describe('bodies', () => {
  const limited = 1_500_000
  it.each<[string, Buffer | (Buffer | string)[], RegExp]>([
    ['larger than 1 MB', post(JSON.stringify({ a: 'b'.repeat(limited) })), / 413 /],
    ['larger than it says', [post('{}'), 'x'.repeat(limited)], / 200 .*| 400 /],
    ['nested 400 000 times', post('['.repeat(400_000) + ']'.repeat(400_000)), / 400 /],
    ['nested 15 000 times', post('['.repeat(15_000) + ']'.repeat(15_000)), / 400 [\s\S]*nested too deeply/],
    ['objects nested 100 000 times', post(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`), / 400 /],
    ['with a prototype', post('{"__proto__":{"admin":true}}'), / 400 /],
    ['with a constructor', post('{"constructor":{"prototype":{"admin":true}}}'), / 400 /],
    ['of numbers beyond all', post('{"jpeg":{"quality":1e999}}'), / 400 /],
    ['cut short', post('{"jpeg":'), / 400 /],
    ['that is no UTF-8', post(Buffer.from([0x22, 0xff, 0xfe, 0x22])), / 400 /],
    ['of another kind', post('<a/>', 'text/xml'), / 415 /],
    ['of many parts', post('--x\r\n\r\n--x--', 'multipart/form-data; boundary=x'), / 415 /],
    ['of a hundred thousand keys', post(JSON.stringify(Object.fromEntries(megaKeys()))), / 400 | 413 /],
    ['made to keep a pattern busy', post(JSON.stringify({ motion: { trust: 'a.'.repeat(400_000) } })), / 400 /],
  ])('%s', async (_what, body, answer) => {
    expect(await say(...(Array.isArray(body) ? body : [body]))).toMatch(answer)
    expect(house.cameras.state('porch').settings.jpeg.quality).toBe(85)
  })
})

const megaKeys = (): [string, number][] => Array.from({ length: 50_000 }, (_, at) => [`key${at}`, at])

it('no path leads out of the page’s folder, or to a file that is not of it', async () => {
  const up = ['..', '%2e%2e', '..%2f..', '%2e%2e%2f', '..%5c', '..\\', '.%2e', '%252e%252e', '....//', '%c0%ae%c0%ae']
  const tricks = up.flatMap((step) => [`/${step}/secret.txt`, `/assets/${step}/${step}/secret.txt`])
  const more = ['//secret.txt', '/.hidden', '/%2ehidden', '/secret.txt%00.html', '/assets//../../secret.txt', '/%']
  const absolute = [
    'http://other/secret.txt',
    '/etc/passwd',
    '//etc/passwd',
    '/C:/secret.txt',
    `${house.folder}/secret.txt`,
  ]
  const items = ['../secret', '..%2fsecret', '%2e%2e', '..%00', '__proto__', 'porch%2f..%2f..%2fsecret.txt']
  const files = items.flatMap((item) => [`/api/recordings/${item}/video.mp4`, `/api/recordings/${item}/picture.jpg`])
  for (const path of [
    ...tricks,
    ...more,
    ...absolute,
    ...files,
    '/api/cameras/__proto__',
    '/api/cameras/constructor',
  ]) {
    const answer = await say(get(path))
    expect([path, answer.includes(SECRET) || answer.includes('root:')]).toEqual([path, false])
    expect([path, answer.slice(0, 12)]).toEqual([path, expect.stringMatching(/^HTTP\/1.1 (30[128]|40[034])/)])
  }
})

it('addresses of 15 KB made to keep patterns busy', async () => {
  for (let round = 0; round < 10; round++)
    for (const text of ['a.', 'a', '%41', ';/', '..'])
      expect(await say(get(`/${text.repeat(15_000 / text.length)}`, ''))).toMatch(/^HTTP\/1.1 (401|403|404|414)/)
})

it('a door full of silent strangers opens for the next one, and those under way stay', async () => {
  const crowd: Stranger[] = []
  for (let round = 0; round < 22; round++) crowd.push(...(await Promise.all(Array.from({ length: 50 }, stranger))))
  expect(await say(get('/health'))).toMatch(/^HTTP\/1.1 200/)
  expect(crowd.filter(({ socket }) => socket.destroyed).length).toBeGreaterThanOrEqual(90)
  expect([film.socket.destroyed, live.readyState]).toEqual([false, WebSocket.OPEN])
})

describe('WebSockets', () => {
  const PATH = '/api/cameras/porch/live'
  const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
  const UPGRADE = `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n${KEY}`

  it.each([
    ['without a key', get(PATH, AUTH + UPGRADE.replace(KEY, '')), / 400 /],
    ['of another version', get(PATH, AUTH + UPGRADE.replace('13', '7')), / 4\d\d /],
    ['with a key of rubbish', get(PATH, AUTH + UPGRADE.replace('dGhl', '\x7f')), / 400 /],
    ['without a password', get(PATH, UPGRADE), / 401 /],
    ['from another page', get(PATH, `${AUTH}Origin: http://evil.example\r\n${UPGRADE}`), / 403 /],
    ['where there is none', get('/health', AUTH + UPGRADE), / (101|40[04]) /],
    ['to another protocol', get(PATH, AUTH + UPGRADE.replace(': websocket', ': h2c')), / 400 |^$/],
  ])('a handshake %s', async (_what, text, answer) => {
    expect(await say(text)).toMatch(answer)
  })

  it.each<[string, string]>([
    ['without a mask', '8105 68656c6c6f'],
    ['with reserved bits', 'f185 00000000 68656c6c6f'],
    ['of an unknown kind', '8b80 00000000'],
    ['that says it has 8 exabytes', '82ff 7fffffffffffffff 00000000'],
    ['that says it has 16 exabytes', '82ff ffffffffffffffff 00000000'],
    ['larger than any we take', '82fe ffff 00000000'],
    ['with text that is no UTF-8', '8184 00000000 fffefdfc'],
    ['that controls in pieces', '0980 00000000'],
    ['that goes on with nothing', '8080 00000000'],
    ['that closes with a code that is none', '8882 00000000 0001'],
    ['of noise', 'ffffffff01020304aabbccddeeff00112233445566778899'],
  ])('a frame %s', async (_what, hex) => {
    const { socket, closed, heard } = await stranger()
    socket.write(get(PATH, AUTH + UPGRADE))
    await vi.waitFor(() => expect(heard()).toContain(' 101 '))
    socket.write(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
    await closed
    await vi.waitFor(() => expect(house.streams.viewers('porch').live).toBe(1))
  })

  it('half a frame and then nothing, and one that breaks off', async () => {
    const half = await stranger()
    half.socket.write(get(PATH, AUTH + UPGRADE))
    await vi.waitFor(() => expect(half.heard()).toContain(' 101 '))
    half.socket.write(Buffer.from('82fe01000000', 'hex'))
    await vi.waitFor(() => expect(house.streams.viewers('porch').live).toBe(2))
    half.socket.resetAndDestroy()
    await vi.waitFor(() => expect(house.streams.viewers('porch').live).toBe(1))
  })
})
