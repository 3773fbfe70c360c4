// RTSP 1.0 on the wire: bytes in, requests (or, from a camera, answers) and interleaved packets out; replies to text. Knows
// no methods and no meaning. Everything the far end can send is bounded here.

export interface Request {
  readonly method: string
  readonly url: string
  readonly cseq: string
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

/** What a server says to our request; to one of its own requests nothing is answered. */
export interface Answer {
  readonly status: number
  /** Names in lower case; values of a name that comes several times are joined by commas. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

export interface Reply {
  readonly status: number
  /** Why, where the status alone doesn't say it. */
  readonly reason?: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string
  /** Runs when the reply is written: what has to follow it on the same connection. */
  readonly after?: () => void
  readonly close?: boolean
}

interface FramingEvents {
  /** A `$` packet with its four bytes in front; the memory is the hearer's to keep and change. */
  onPacket(channel: number, framed: Buffer): void
  /** The bytes make no sense from here on: nothing more will be read. */
  onBroken(status: number, reason: string): void
}

export interface WireEvents extends FramingEvents {
  onRequest(request: Request): void
}

export interface AnswerEvents extends FramingEvents {
  onAnswer(answer: Answer): void
}

const MAX_HEAD = 16 * 1024
const MAX_BODY = 64 * 1024
const MAX_HEADERS = 64
const DOLLAR = 0x24
const CR = 0x0d
const LF = 0x0a
const ANSWER_LINE = /^RTSP\/\d\.\d (\d{3})( |$)/
const REQUEST_LINE = /^([A-Z_]{1,20}) ([\x21-\x7e]{1,2048}) RTSP\/(\d\.\d)$/
// No two parts of a pattern here may match the same characters: backtracking over 16 KB takes a second.
const HEADER_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,64})[ \t]*:([^\0\r\n]*)$/

class Broken extends Error {
  constructor(
    readonly status: number,
    reason: string,
  ) {
    super(reason)
  }
}

/** What is before the body, and how long that is. */
interface Head<Message> {
  readonly message: Omit<Message, 'body'>
  readonly length: number
}

const lengthOf = (headers: ReadonlyMap<string, string>): number => {
  const length = headers.get('content-length') ?? '0'
  if (!/^\d{1,10}$/.test(length)) throw new Broken(400, 'Content-Length is not a number')
  if (Number(length) > MAX_BODY) throw new Broken(413, 'the body is too long')
  return Number(length)
}

const parseRequest = (text: string): Head<Request> => {
  const [first = '', ...lines] = text.split('\r\n')
  const [, method, url, version] = REQUEST_LINE.exec(first) ?? []
  if (!method || !url) throw new Broken(400, 'malformed request line')
  if (version !== '1.0') throw new Broken(505, 'only RTSP/1.0 is spoken here')
  if (lines.length > MAX_HEADERS) throw new Broken(400, 'too many header lines')
  const headers = new Map<string, string>()
  for (const line of lines) {
    const [, name, value] = HEADER_LINE.exec(line) ?? []
    if (!name || value === undefined) throw new Broken(400, 'malformed header line')
    headers.set(name.toLowerCase(), value.trim())
  }
  const cseq = headers.get('cseq') ?? ''
  if (!/^\d{1,10}$/.test(cseq)) throw new Broken(400, 'CSeq is missing or not a number')
  return { message: { method, url, cseq, headers }, length: lengthOf(headers) }
}

/** Cameras are forgiven lines that make no sense. */
const parseAnswer = (text: string): Head<Answer> => {
  const [first = '', ...lines] = text.split('\r\n')
  const status = ANSWER_LINE.exec(first)?.[1]
  if (status === undefined && !REQUEST_LINE.test(first)) throw new Broken(400, 'malformed status line')
  const headers = new Map<string, string>()
  for (const line of lines.slice(0, MAX_HEADERS)) {
    const [, given, value = ''] = HEADER_LINE.exec(line) ?? []
    if (!given) continue
    const name = given.toLowerCase()
    const before = headers.get(name)
    headers.set(name, before === undefined ? value.trim() : `${before}, ${value.trim()}`)
  }
  return { message: { status: Number(status ?? 0), headers }, length: lengthOf(headers) }
}

/** Gives back a function that takes what the socket read. */
export const createWire = ({ onRequest, ...events }: WireEvents): ((chunk: Buffer) => void) =>
  createFraming<Request>(parseRequest, onRequest, events)

/** The same for the side that asks. */
export const createAnswerWire = ({ onAnswer, ...events }: AnswerEvents): ((chunk: Buffer) => void) =>
  createFraming<Answer>(parseAnswer, (answer) => answer.status > 0 && onAnswer(answer), events)

const createFraming = <Message extends { readonly body: string }>(
  parse: (text: string) => Head<Message>,
  onMessage: (message: Message) => void,
  { onPacket, onBroken }: FramingEvents,
): ((chunk: Buffer) => void) => {
  let pending: Buffer = Buffer.alloc(0)
  let searched = 0
  let head: Head<Message> | undefined
  let broken = false
  const tell = ({ message }: Head<Message>, body: string): void => onMessage({ ...message, body } as Message)

  /** Bytes used up at `at`, 0 when more are needed. */
  const step = (data: Buffer, at: number): number => {
    const left = data.length - at
    if (head) {
      if (left < head.length) return 0
      const whole = head
      head = undefined
      tell(whole, data.toString('utf8', at, at + whole.length))
      return whole.length
    }
    const first = data[at]
    if (first === DOLLAR) {
      if (left < 4) return 0
      const size = 4 + data.readUInt16BE(at + 2)
      if (left < size) return 0
      onPacket(data.readUInt8(at + 1), data.subarray(at, at + size))
      return size
    }
    if (first === CR || first === LF) return 1
    const end = data.indexOf('\r\n\r\n', at + searched, 'latin1')
    const size = end < 0 ? left : end - at
    if (size > MAX_HEAD) throw new Broken(400, 'the header is too long')
    if (end < 0) {
      searched = Math.max(0, left - 3)
      return 0
    }
    searched = 0
    const next = parse(data.toString('latin1', at, end))
    if (next.length > 0) head = next
    else tell(next, '')
    return size + 4
  }

  return (chunk) => {
    if (broken) return
    const data = pending.length > 0 ? Buffer.concat([pending, chunk]) : chunk
    let at = 0
    try {
      while (at < data.length) {
        const used = step(data, at)
        if (used === 0) break
        at += used
      }
    } catch (error) {
      if (!(error instanceof Broken)) throw error
      broken = true
      onBroken(error.status, error.message)
      return
    }
    pending = at < data.length ? data.subarray(at) : Buffer.alloc(0)
  }
}

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Request Entity Too Large',
  415: 'Unsupported Media Type',
  454: 'Session Not Found',
  455: 'Method Not Valid In This State',
  459: 'Aggregate Operation Not Allowed',
  461: 'Unsupported Transport',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
  505: 'RTSP Version Not Supported',
  551: 'Option Not Supported',
}

export const formatReply = (reply: Reply, cseq: string | undefined): string => {
  const { status, reason, headers = {}, body } = reply
  const lines = [`RTSP/1.0 ${status} ${reason ?? REASONS[status] ?? 'Unknown'}`]
  if (cseq !== undefined) lines.push(`CSeq: ${cseq}`)
  lines.push('Server: Nightjar')
  for (const [name, value] of Object.entries(headers)) {
    for (const one of typeof value === 'string' ? [value] : value) lines.push(`${name}: ${one}`)
  }
  if (body !== undefined) lines.push(`Content-Length: ${Buffer.byteLength(body)}`)
  return `${lines.join('\r\n')}\r\n\r\n${body ?? ''}`
}
