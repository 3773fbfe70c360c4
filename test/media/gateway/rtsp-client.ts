// An RTSP client for tests that says exactly what it is told, and a publisher of made-up H.264.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createNonce, digestResponse } from '../../../src/media/gateway/builtin/auth.js'

export interface Answer {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

export interface RtspClient extends Disposable {
  readonly socket: Socket
  ask(method: string, url: string, headers?: Record<string, string>, body?: string): Promise<Answer>
  /** Raw bytes, and what comes back until the server closes. */
  say(bytes: string | Buffer): void
  /** RTP packets without their frame, by channel, as they came. */
  packets(channel: number): readonly Buffer[]
  readonly closed: Promise<void>
  readonly isClosed: () => boolean
}

export const basic = (text: string): Record<string, string> => ({
  Authorization: `Basic ${Buffer.from(text).toString('base64')}`,
})

export const digest = (name: string, password: string, nonce: string, method: string, url: string) => {
  const response = digestResponse({ name, password, realm: 'Nightjar', nonce }, method, url)
  return {
    Authorization: `Digest username="${name}", realm="Nightjar", nonce="${nonce}", uri="${url}", response="${response}"`,
  }
}
export const strangeNonce = createNonce

export const openRtsp = async (port: number, host = '127.0.0.1'): Promise<RtspClient> => {
  const socket = connect(port, host)
  await once(socket, 'connect')
  let pending = Buffer.alloc(0)
  let cseq = 0
  let closed = false
  const waiting: ((answer: Answer) => void)[] = []
  const channels = new Map<number, Buffer[]>()

  const takeAnswer = (): boolean => {
    const end = pending.indexOf('\r\n\r\n')
    if (end < 0) return false
    const [first = '', ...lines] = pending.toString('latin1', 0, end).split('\r\n')
    const headers = new Map<string, string>()
    for (const line of lines) {
      const colon = line.indexOf(':')
      const name = line.slice(0, colon).toLowerCase()
      const value = line.slice(colon + 1).trim()
      headers.set(name, headers.has(name) ? `${headers.get(name)}\n${value}` : value)
    }
    const length = Number(headers.get('content-length') ?? 0)
    if (pending.length < end + 4 + length) return false
    const body = pending.toString('utf8', end + 4, end + 4 + length)
    pending = pending.subarray(end + 4 + length)
    waiting.shift()?.({ status: Number(first.split(' ')[1]), headers, body })
    return true
  }
  const takePacket = (): boolean => {
    if (pending.length < 4 || pending.length < 4 + pending.readUInt16BE(2)) return false
    const end = 4 + pending.readUInt16BE(2)
    const channel = pending.readUInt8(1)
    const held = channels.get(channel) ?? []
    channels.set(channel, held)
    held.push(Buffer.from(pending.subarray(4, end)))
    pending = pending.subarray(end)
    return true
  }
  socket.on('data', (chunk) => {
    pending = Buffer.concat([pending, chunk])
    while (pending.length > 0 && (pending[0] === 0x24 ? takePacket() : takeAnswer()));
  })
  socket.on('error', () => {})
  const over = new Promise<void>((resolve) =>
    socket.once('close', () => {
      closed = true
      resolve()
    }),
  )
  return {
    socket,
    ask: (method, url, headers = {}, body = '') => {
      const all = { CSeq: String(++cseq), ...headers, ...(body ? { 'Content-Length': String(body.length) } : {}) }
      const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
      return new Promise((resolve, reject) => {
        waiting.push(resolve)
        over.then(() => reject(new Error(`the connection was closed before ${method} was answered`)))
        socket.write(`${method} ${url} RTSP/1.0\r\n${lines.join('')}\r\n${body}`)
      })
    },
    say: (bytes) => void socket.write(bytes),
    packets: (channel) => channels.get(channel) ?? [],
    closed: over,
    isClosed: () => closed,
    [Symbol.dispose]: () => void socket.destroy(),
  }
}

export const SDP = [
  ...['v=0', 'o=- 0 0 IN IP4 127.0.0.1', 's=x', 'c=IN IP4 127.0.0.1', 't=0 0'],
  ...['m=video 0 RTP/AVP 96', 'a=rtpmap:96 H264/90000', 'a=fmtp:96 packetization-mode=1', 'a=control:streamid=0', ''],
].join('\r\n')

/** An address without its credentials, and these. */
export const splitUrl = (url: string): { readonly bare: string; readonly user: string } => {
  const { username, password } = new URL(url)
  return { bare: url.replace(`${username}:${password}@`, ''), user: `${username}:${password}` }
}

export interface Publisher extends Disposable {
  readonly client: RtspClient
  /**
   * One picture in as many packets as `bytes` needs; the first carries the parameter sets when it is a key frame. It is
   * `pictures` pictures later than it would be.
   */
  picture(key: boolean, bytes?: number, pictures?: number): void
  raw(channel: number, data: Buffer): void
  /** RTP bytes sent so far. */
  readonly sent: number
}

const PARAMETERS = [Buffer.from('6742c01fda014016ec', 'hex'), Buffer.from('68ce3c80', 'hex')]

export const openPublisher = async (
  port: number,
  serviceUrl: string,
  { sdp = SDP, first = { sequence: 65_500, time: 0xffff0000, source: 5 }, host = '127.0.0.1' } = {},
): Promise<Publisher> => {
  const client = await openRtsp(port, host)
  const { bare, user } = splitUrl(serviceUrl)
  const steps = [
    await client.ask('ANNOUNCE', bare, { ...basic(user), 'Content-Type': 'application/sdp' }, sdp),
    await client.ask('SETUP', `${bare}/streamid=0`, { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1;mode=record' }),
  ]
  const session = steps[1]?.headers.get('session')?.split(';')[0] ?? ''
  steps.push(await client.ask('RECORD', bare, { Session: session }))
  const bad = steps.find(({ status }) => status !== 200)
  if (bad) throw new Error(`publishing was answered ${bad.status}`)
  let { sequence, time } = first
  let sent = 0
  const raw = (channel: number, data: Buffer): void => {
    const head = Buffer.from([0x24, channel, data.length >> 8, data.length & 255])
    client.say(Buffer.concat([head, data]))
  }
  const send = (payload: Buffer, marker: boolean): void => {
    const head = Buffer.alloc(12)
    head.writeUInt8(0x80, 0)
    head.writeUInt8(96 | (marker ? 0x80 : 0), 1)
    head.writeUInt16BE(sequence++ & 0xffff, 2)
    head.writeUInt32BE(time >>> 0, 4)
    head.writeUInt32BE(first.source, 8)
    sent += head.length + payload.length
    raw(0, Buffer.concat([head, payload]))
  }
  return {
    client,
    raw,
    get sent() {
      return sent
    },
    picture: (key, bytes = 1000, pictures = 0) => {
      time += 3600 * pictures
      if (key) for (const set of PARAMETERS) send(set, false)
      const type = key ? 0x65 : 0x41
      const parts = Math.max(2, Math.ceil(bytes / 1200))
      for (let part = 0; part < parts; part++) {
        const last = part === parts - 1
        const header = (part === 0 ? 0x80 : last ? 0x40 : 0) | (type & 31)
        send(Buffer.concat([Buffer.from([0x7c, header]), Buffer.alloc(Math.ceil(bytes / parts), part)]), last)
      }
      time += 3600
    },
    [Symbol.dispose]: () => client[Symbol.dispose](),
  }
}

/** Describes, sets up the first track over TCP and plays; the answers by method. */
export const play = async (client: RtspClient, url: string, user: string): Promise<Record<string, Answer>> => {
  const describe = await client.ask('DESCRIBE', url, basic(user))
  const setup = await client.ask('SETUP', `${url}/trackID=0`, { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' })
  const session = setup.headers.get('session')?.split(';')[0] ?? ''
  return { describe, setup, play: await client.ask('PLAY', url, { Session: session, Range: 'npt=0.000-' }) }
}
