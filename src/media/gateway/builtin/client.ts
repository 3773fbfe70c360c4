// One connection to an RTSP server from the side that asks (RFC 2326): questions and their answers in turn, passwords, and
// the packets between them.
import type { Socket } from 'node:net'
import type { Clock } from '../../../lib/clock.js'
import { answerChallenge, type Credentials } from '../../../lib/digest.js'
import { Failure, sentenceOf } from '../../../lib/failure.js'
import { whyUnreached } from '../../../lib/network.js'
import { NotSpoken } from '../gateway.js'
import { type Answer, createAnswerWire } from './wire.js'

/** For one answer of a server that has said something. */
const ANSWER_MS = 10_000
/** Of its text: looking for parts in 16 KB would take a second. */
const MAX_CHALLENGE = 1024
const AGENT = { 'User-Agent': 'Nightjar' }

type Headers = Readonly<Record<string, string>>

export interface ClientDeps {
  readonly socket: Socket
  /** Host and port, for sentences. */
  readonly name: string
  readonly credentials: Credentials | undefined
  readonly clock: Clock
}

export interface Client extends Disposable {
  /** Rejects when the connection is over: with NotSpoken when a camera that talks does not answer, or talks nonsense. */
  ask(method: string, url: string, headers?: Headers): Promise<Answer>
  /** Without waiting for the answer. */
  tell(method: string, url: string, headers: Headers): void
  send(bytes: Buffer): void
  /** What it throws ends the connection. */
  onPacket: (channel: number, framed: Buffer) => void
  /** Rejects when the connection is over. */
  readonly over: Promise<never>
}

export const createClient = ({ socket, name, credentials, clock }: ClientDeps): Client => {
  const waiting: ((answer: Answer) => void)[] = []
  let challenge: string | undefined
  let cseq = 0
  let connected = false
  let heard = false
  let end: (why: Error) => void = () => {}
  const over = new Promise<never>((_, reject) => {
    end = reject
  })
  over.catch(() => {})
  const wire = createAnswerWire({
    onAnswer: (answer) => {
      if (answer.status === 401) challenge = answer.headers.get('www-authenticate')?.slice(0, MAX_CHALLENGE)
      waiting.shift()?.(answer)
    },
    onPacket: (channel, framed) => client.onPacket(channel, framed),
    onBroken: (_status, reason) => end(new NotSpoken(reason)),
  })
  socket.setNoDelay(true)
  socket.setKeepAlive(true, 30_000)
  socket.on('connect', () => {
    connected = true
  })
  socket.on('data', (chunk) => {
    heard = true
    try {
      wire(chunk)
    } catch (error) {
      end(error instanceof Error ? error : new Error(sentenceOf(error)))
    }
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (!connected) end(new Failure('unavailable', `the camera at ${name} ${whyUnreached(error)}`))
  })
  socket.on('close', () => end(new Failure('unavailable', 'the camera ended its stream')))
  const write = (method: string, url: string, headers: Headers, hear: (answer: Answer) => void): void => {
    const authorization = challenge && credentials && answerChallenge(challenge, credentials, { method, uri: url })
    const all = { CSeq: String(++cseq), ...AGENT, ...headers, ...(authorization && { Authorization: authorization }) }
    const lines = Object.entries(all).map(([key, value]) => `${key}: ${value}\r\n`)
    waiting.push(hear)
    socket.write(`${method} ${url} RTSP/1.0\r\n${lines.join('')}\r\n`)
  }
  /** Worth asking once more: by now it is known how to say who asks. Also later, when a nonce has grown old. */
  const asksWho = ({ status }: Answer): boolean =>
    status === 401 && challenge !== undefined && credentials !== undefined
  const once = async (method: string, url: string, headers: Headers): Promise<Answer> => {
    // A camera that says nothing at all is the publisher's matter.
    using _late = clock.after(ANSWER_MS, () => heard && end(new NotSpoken(`it does not answer ${method}`)))
    return await Promise.race([over, new Promise<Answer>((resolve) => write(method, url, headers, resolve))])
  }
  const client: Client = {
    over,
    onPacket: () => {},
    send: (bytes) => void socket.write(bytes),
    tell: (method, url, headers) =>
      write(method, url, headers, (answer) => asksWho(answer) && write(method, url, headers, () => {})),
    ask: async (method, url, headers = {}) => {
      const answer = await once(method, url, headers)
      return asksWho(answer) ? once(method, url, headers) : answer
    },
    [Symbol.dispose]: () => {
      end(new Error('it is over'))
      socket.destroy()
    },
  }
  return client
}
