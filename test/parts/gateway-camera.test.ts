// Network cameras that the built-in gateway reads itself: what it asks them, how it says who it is, and what it leaves to
// ffmpeg. The cameras are scripts that answer as real ones do.
import { createHash } from 'node:crypto'
import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readCamera } from '../../src/media/gateway/builtin/camera.js'
import { createRelay, type Relay } from '../../src/media/gateway/builtin/relay.js'
import { addFrame } from '../../src/media/gateway/builtin/rtp.js'
import { NotSpoken } from '../../src/media/gateway/gateway.js'
import { createTestClock, type TestClock } from '../support/test-clock.js'

interface Asked {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}
interface Said {
  readonly status?: number
  readonly headers?: readonly string[]
  readonly body?: string
  /** Right behind the answer. */
  readonly bytes?: Buffer
}
/** Undefined: no answer. */
type Script = (asked: Asked, socket: Socket) => Said | undefined

const VIDEO = ['m=video 0 RTP/AVP 96', 'a=rtpmap:96 H264/90000', 'a=fmtp:96 packetization-mode=1']
const OTHERS = [
  ...['m=audio 0 RTP/AVP 8', 'a=control:trackID=2'],
  ...['m=application 0 RTP/AVP 107', 'a=rtpmap:107 vnd.onvif.metadata/90000', 'a=control:trackID=3'],
]
const sdp = (...lines: string[]): string =>
  ['v=0', 'o=- 0 0 IN IP4 0.0.0.0', 's=camera', 't=0 0', ...lines, ''].join('\r\n')

/** A key frame of one packet, with `more` bytes. */
const picture = (sequence: number, channel = 0, more = 100, payload = 96): Buffer => {
  const header = Buffer.alloc(12)
  header.writeUInt8(0x80, 0)
  header.writeUInt8(0x80 | payload, 1)
  header.writeUInt16BE(sequence, 2)
  header.writeUInt32BE(sequence * 3600, 4)
  const framed = addFrame(Buffer.concat([header, Buffer.from([0x65]), Buffer.alloc(more, 1)]))
  framed[1] = channel
  return framed
}

const usual: Script = ({ method, headers }) => {
  if (method === 'OPTIONS') return { headers: ['Public: OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN'] }
  if (method === 'DESCRIBE') return { body: sdp(...VIDEO, 'a=control:trackID=1', ...OTHERS) }
  if (method === 'SETUP') return { headers: [`Transport: ${headers.transport}`, 'Session: 4711;timeout=20'] }
  if (method === 'PLAY') return { bytes: Buffer.concat([picture(1), picture(2)]) }
  return {}
}

let clock: TestClock
let relay: Relay
let server: Server
let end: AbortController
let asked: Asked[]
let packets: Buffer[]
let sockets: Socket[]

beforeEach(() => {
  clock = createTestClock()
  relay = createRelay({ name: 'porch', clock, onOnline: () => {} })
  end = new AbortController()
  ;[asked, packets, sockets] = [[], [], []]
})
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  await new Promise((resolve) => server.close(resolve))
  relay.close('the test is over')
  expect(clock.pending).toBe(0)
})

const listen = async (script: Script): Promise<number> => {
  server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    let pending = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk])
      for (;;) {
        if (pending[0] === 0x24) {
          packets.push(pending.subarray(0, 4 + pending.readUInt16BE(2)))
          pending = pending.subarray(4 + pending.readUInt16BE(2))
          continue
        }
        const at = pending.indexOf('\r\n\r\n')
        if (at < 0) return
        const [first = '', ...lines] = pending.toString('latin1', 0, at).split('\r\n')
        pending = pending.subarray(at + 4)
        const [method = '', url = ''] = first.split(' ')
        const headers = Object.fromEntries(
          lines.map((line) => [line.split(':', 1)[0]?.toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
        )
        const one = { method, url, headers }
        asked.push(one)
        const said = script(one, socket)
        if (!said) continue
        const { status = 200, headers: more = [], body = '', bytes = Buffer.alloc(0) } = said
        const length = body ? [`Content-Length: ${body.length}`] : []
        const text = [`RTSP/1.0 ${status} Whatever`, `CSeq: ${headers.cseq}`, ...more, ...length, '', body].join('\r\n')
        socket.write(Buffer.concat([Buffer.from(text), bytes]))
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return address && typeof address === 'object' ? address.port : 0
}
const start = async (script: Script, { user = '', path = '/stream' } = {}) => {
  const url = `rtsp://${user}127.0.0.1:${await listen(script)}${path}`
  const outcome: Promise<unknown> = readCamera({ url, relay, clock }, end.signal).then(
    () => 'ended',
    (error: unknown) => error,
  )
  return { outcome, url }
}
const until = async (check: () => unknown): Promise<void> => {
  while (!check()) await new Promise((resolve) => setTimeout(resolve, 5))
}
const methods = (): string[] => asked.map(({ method }) => method)

test('takes the picture out of all that a camera has, keeps the session alive, and says goodbye', async () => {
  const { outcome, url } = await start(usual)
  await until(() => relay.online)
  expect(methods()).toEqual(['OPTIONS', 'DESCRIBE', 'SETUP', 'SETUP', 'SETUP', 'PLAY'])
  expect(asked.slice(2, 5).map((one) => [one.url, one.headers.session, one.headers.transport])).toEqual([
    [`${url}/trackID=1`, undefined, 'RTP/AVP/TCP;unicast;interleaved=0-1'],
    [`${url}/trackID=2`, '4711', 'RTP/AVP/TCP;unicast;interleaved=2-3'],
    [`${url}/trackID=3`, '4711', 'RTP/AVP/TCP;unicast;interleaved=4-5'],
  ])
  expect(relay.tracks.map(({ codec }) => codec)).toEqual(['H264'])
  expect(relay.facts().bytesIn).toBe(2 * (12 + 1 + 100))
  await clock.advance(10_000)
  await until(() => methods().includes('GET_PARAMETER') && packets.length === 2)
  expect(asked.at(-1)?.headers.session).toBe('4711')
  // An empty receiver report, on the channel beside.
  expect(packets[0]?.toString('hex')).toBe('2401000880c9000100000001')
  end.abort()
  expect(await outcome).toBe('ended')
  expect([methods().at(-1), asked.at(-1)?.headers.session]).toEqual(['TEARDOWN', '4711'])
  expect(relay.online).toBe(false)
})

test('the picture need not come first, and what else there is may be refused', async () => {
  const { outcome } = await start((one, socket) => {
    if (one.method === 'DESCRIBE') return { body: sdp(...OTHERS, ...VIDEO, 'a=control:trackID=1') }
    if (one.method === 'SETUP' && !one.url.endsWith('trackID=1')) return { status: 500 }
    if (one.method === 'PLAY') return { bytes: Buffer.concat([picture(9, 0), picture(1, 4)]) }
    return usual(one, socket)
  })
  await until(() => relay.online)
  expect(relay.facts().bytesIn).toBe(12 + 1 + 100)
  end.abort()
  expect(await outcome).toBe('ended')
})

test('a camera that never says goodbye is not waited for', async () => {
  const { outcome } = await start((one, socket) => (one.method === 'TEARDOWN' ? undefined : usual(one, socket)))
  await until(() => relay.online)
  end.abort()
  await until(() => methods().includes('TEARDOWN'))
  await clock.advance(500)
  expect(await outcome).toBe('ended')
})

test('told to end before it plays, it hangs up', async () => {
  const { outcome } = await start(({ method }) => (method === 'OPTIONS' ? {} : undefined))
  await until(() => methods().includes('DESCRIBE'))
  end.abort()
  expect(await outcome).toBe('ended')
})

test.each([
  ['a query in its address', '/live?channel=1&subtype=0', [], '/live?channel=1&subtype=0/trackID=1'],
  ['a base of its own', '/stream', ['Content-Base: rtsp://10.0.0.9/base/'], 'rtsp://10.0.0.9/base/trackID=1'],
])('where the tracks are: %s', async (_what, path, headers, expected) => {
  const { outcome, url } = await start(
    (one, socket) => ({ ...usual(one, socket), ...(one.method === 'DESCRIBE' ? { headers } : {}) }),
    { path },
  )
  await until(() => relay.online)
  expect(asked[2]?.url).toBe(expected.startsWith('rtsp:') ? expected : url.replace(path, expected))
  end.abort()
  expect(await outcome).toBe('ended')
})

test.each([[[]], [['a=control:*']]])('a track without a name of its own is at the base', async (control) => {
  const { outcome, url } = await start((one, socket) =>
    one.method === 'DESCRIBE' ? { body: sdp(...VIDEO, ...control) } : usual(one, socket),
  )
  await until(() => relay.online)
  expect(asked[2]).toMatchObject({ method: 'SETUP', url })
  end.abort()
  expect(await outcome).toBe('ended')
})

const hashed = (algorithm: string, text: string): string => createHash(algorithm).update(text).digest('hex')
const guarded =
  (challenges: readonly string[], fits: (asked: Asked) => boolean): Script =>
  (one, socket) => {
    if (one.method === 'OPTIONS' || (one.headers.authorization && fits(one))) return usual(one, socket)
    return { status: 401, headers: challenges.map((challenge) => `WWW-Authenticate: ${challenge}`) }
  }
const isDigest =
  (algorithm: 'md5' | 'sha256', qop: boolean) =>
  ({ method, url, headers: { authorization = '' } }: Asked): boolean => {
    const part = (name: string): string => new RegExp(`${name}="?([^",]+)`).exec(authorization)?.[1] ?? ''
    const [one, two] = [hashed(algorithm, 'cam:Door:p@ss'), hashed(algorithm, `${method}:${url}`)]
    const middle = qop ? `n1:${part('nc')}:${part(' cnonce')}:auth` : 'n1'
    return part('response') === hashed(algorithm, `${one}:${middle}:${two}`)
  }

test.each<[string, readonly string[], (asked: Asked) => boolean]>([
  ['Basic', ['Basic realm="Door"'], ({ headers }) => headers.authorization === `Basic ${btoa('cam:p@ss')}`],
  ['Digest', ['Digest realm="Door", nonce="n1"', 'Basic realm="Door"'], isDigest('md5', false)],
  ['Digest with qop', ['Digest realm="Door", nonce="n1", qop="auth", algorithm=MD5'], isDigest('md5', true)],
  ['SHA-256', ['Digest realm="Door", nonce="n1", qop="auth", algorithm=SHA-256'], isDigest('sha256', true)],
])('a camera that wants to know who asks, by %s', async (_name, challenges, fits) => {
  const { outcome } = await start(guarded(challenges, fits), { user: 'cam:p%40ss@' })
  await until(() => relay.online)
  // Only the first question is asked twice; nothing of the password is in an address.
  expect(methods()).toEqual(['OPTIONS', 'DESCRIBE', 'DESCRIBE', 'SETUP', 'SETUP', 'SETUP', 'PLAY'])
  expect(asked.every(({ url }) => !url.includes('@'))).toBe(true)
  end.abort()
  expect(await outcome).toBe('ended')
})

test('a sign of life whose nonce has grown old is sent again with the new one', async () => {
  let nonce = 'n1'
  const { outcome } = await start(
    (one, socket) =>
      guarded([`Digest realm="Door", nonce="${nonce}"`], ({ headers }) =>
        String(headers.authorization).includes(`nonce="${nonce}"`),
      )(one, socket),
    { user: 'cam:p%40ss@' },
  )
  await until(() => relay.online)
  nonce = 'n2'
  await clock.advance(10_000)
  const alive = (): Asked[] => asked.filter(({ method }) => method === 'GET_PARAMETER')
  await until(() => alive().length === 2)
  expect(alive()[1]?.headers.authorization).toContain('nonce="n2"')
  end.abort()
  expect(await outcome).toBe('ended')
})

test.each([
  ['a wrong password', 'cam:no@', 2],
  ['none', '', 1],
])('%s is refused after one try, with a sentence', async (_what, user, tries) => {
  const { outcome } = await start(
    guarded(['Digest realm="Door", nonce="n1"'], () => false),
    { user },
  )
  expect(await outcome).toMatchObject({
    code: 'unauthorized',
    message: 'the camera asks for a name and a password that it knows (401)',
  })
  expect(methods().filter((method) => method === 'DESCRIBE')).toHaveLength(tries)
})

test('a camera that hangs up, before and while it plays; another publisher', async () => {
  const first = await start((_asked, socket) => void socket.destroy())
  expect(await first.outcome).toMatchObject({ message: 'the camera ended its stream' })
  await new Promise((resolve) => server.close(resolve))
  const second = await start(usual)
  await until(() => relay.online)
  for (const socket of sockets) socket.resetAndDestroy()
  expect(await second.outcome).toMatchObject({ code: 'unavailable', message: 'the camera ended its stream' })
  expect(relay.online).toBe(false)
  await new Promise((resolve) => server.close(resolve))
  const third = await start(usual)
  await until(() => relay.online)
  relay.publish(relay.tracks, () => {}).end()
  expect(await third.outcome).toMatchObject({ message: 'another publisher took the path over' })
})

const but =
  (method: string, said: Said | undefined): Script =>
  (one, socket) =>
    one.method === method ? said : usual(one, socket)

test.each<[string, Script, string]>([
  ['UDP only', but('SETUP', { status: 461 }), 'it answers SETUP with 461'],
  [
    'UDP all the same',
    but('SETUP', { headers: ['Transport: RTP/AVP;unicast;client_port=1-2'] }),
    'it does not send over its connection',
  ],
  ['another address', but('DESCRIBE', { status: 302 }), 'it answers DESCRIBE with 302'],
  ['MJPEG', but('DESCRIBE', { body: sdp('m=video 0 RTP/AVP 26', 'a=control:1') }), 'its video is JPEG'],
  ['no description', but('DESCRIBE', { body: 'sorry' }), 'an announcement has 1 to 8 tracks, this one 0'],
  ['large packets', but('PLAY', { bytes: picture(1, 0, 9000) }), 'its packets have 9013 bytes'],
  ['nonsense', but('PLAY', { bytes: Buffer.from('what is this?\r\n\r\n') }), 'malformed status line'],
])('what is left to ffmpeg: %s', async (_what, script, why) => {
  const { outcome } = await start(script)
  const error = await outcome
  expect(error).toBeInstanceOf(NotSpoken)
  expect((error as Error).message).toBe(why)
})

test('a camera that answers once and never again is left to ffmpeg', async () => {
  const { outcome } = await start(({ method }) => (method === 'OPTIONS' ? {} : undefined))
  await until(() => methods().includes('DESCRIBE'))
  await clock.advance(10_000)
  expect(await outcome).toBeInstanceOf(NotSpoken)
})

test('packets of other kinds and channels, and questions of the camera, are passed over', async () => {
  const strange = [picture(7, 0, 100, 97), picture(7, 4), Buffer.from('OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n')]
  const { outcome } = await start(but('PLAY', { bytes: Buffer.concat([...strange, picture(1)]) }))
  await until(() => relay.online)
  expect(relay.facts().bytesIn).toBe(12 + 1 + 100)
  end.abort()
  expect(await outcome).toBe('ended')
})
