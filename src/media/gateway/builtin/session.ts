// What RTSP's methods do, in the order in which they may be asked: one session per connection, which either publishes
// or reads. Who asks is known already.
import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import type { Clock } from '../../../lib/clock.js'
import { sentenceOf } from '../../../lib/failure.js'
import { PROMPT_AGENT } from '../gateway.js'
import { parseTarget, splitTrack } from './address.js'
import { createPublishing, type Publishing } from './publishing.js'
import { createReading, type Reading } from './reading.js'
import type { Relay } from './relay.js'
import { parseAnnouncement } from './sdp.js'
import { parseTransport } from './transport.js'
import type { UdpPair } from './udp.js'
import type { Reply, Request } from './wire.js'

export interface SessionDeps {
  readonly relayOf: (path: string) => Relay | undefined
  readonly socket: Socket
  readonly remoteAddress: string
  readonly openUdp: () => Promise<UdpPair>
  readonly clock: Clock
  readonly end: (reason: string) => void
}

export interface Session extends Disposable {
  /** `mayPublish`: whoever asks is one of ours. */
  handle(request: Request, mayPublish: boolean): Reply | Promise<Reply>
  packet(channel: number, framed: Buffer): void
  /** Why it has to be ended, if so. */
  problem(): string | undefined
}

const TIMEOUT_S = 60
/** Of a publisher. */
const SILENCE_MS = 10_000
/** A request on its way when the time is up. */
const GRACE_MS = 5000
const VIDEO_WAIT_MS = 5000
const METHODS = 'OPTIONS, DESCRIBE, ANNOUNCE, SETUP, PLAY, PAUSE, RECORD, GET_PARAMETER, SET_PARAMETER, TEARDOWN'

/** Behind a path, and only from ours: its video before it is admitted. */
export const PROOF_QUERY = 'proof'

const NO_PATH: Reply = { status: 404, reason: 'No Such Path' }

export const createSession = (deps: SessionDeps): Session => {
  const { relayOf, clock } = deps
  const id = randomBytes(8).toString('hex')
  let aliveAt = clock.now().mono
  let begun = false
  let publishing: Publishing | undefined
  /** It is one of ours; and the proof's connection, where it asked for that. */
  let own = false
  let proof = false
  /** See PROMPT_AGENT. */
  let prompt = false
  let reading: { readonly path: string; readonly part: Reading } | undefined

  const alive = (): void => {
    aliveAt = clock.now().mono
  }
  const withSession = (reply: Reply): Reply =>
    begun && reply.status === 200
      ? { ...reply, headers: { Session: `${id};timeout=${TIMEOUT_S}`, ...reply.headers } }
      : reply
  const partDeps = (relay: Relay) => ({ ...deps, relay, alive })

  const announce = ({ url, headers, body }: Request, mayPublish: boolean): Reply => {
    const relay = relayOf(parseTarget(url)?.path ?? '')
    if (!mayPublish) return { status: 403, reason: 'Only The Service Publishes Here' }
    if (!relay) return NO_PATH
    if (publishing || reading) return { status: 455 }
    if (!/^application\/sdp\b/i.test(headers.get('content-type') ?? '')) return { status: 415 }
    try {
      const tracks = parseAnnouncement(body)
      publishing = createPublishing({ ...partDeps(relay), tracks })
      return { status: 200 }
    } catch (error) {
      return { status: 400, reason: `Unusable Description: ${sentenceOf(error)}`.replace(/[^\x20-\x7e]+/g, ' ') }
    }
  }
  const describe = async ({ url, headers }: Request, mayPublish: boolean): Promise<Reply> => {
    const target = parseTarget(url)
    const relay = relayOf(target?.path ?? '')
    if (!relay) return NO_PATH
    own = mayPublish
    proof = own && target?.query === PROOF_QUERY
    prompt = own && headers.get('user-agent') === PROMPT_AGENT
    const body = await relay.describe(VIDEO_WAIT_MS, proof)
    if (body === undefined) return { status: 503, reason: 'No Video On This Path Now' }
    const base = `${url.replace(/[?#].*$/, '').replace(/\/+$/, '')}/`
    return { status: 200, headers: { 'Content-Type': 'application/sdp', 'Content-Base': base }, body }
  }
  const setup = async (request: Request): Promise<Reply> => {
    const transport = parseTransport(request.headers.get('transport'))
    if (!transport) return { status: 461 }
    if (publishing) {
      begun = true
      return publishing.setup(request, transport)
    }
    const relay = relayOf(splitTrack(request.url)?.path ?? '')
    if (!relay) return NO_PATH
    if (reading && reading.path !== relay.name) return { status: 459 }
    reading ??= { path: relay.name, part: createReading({ ...partDeps(relay), own, proof, prompt }) }
    const reply = await reading.part.setup(request, transport)
    begun ||= reply.status === 200
    return reply
  }
  const dispatch = (request: Request, mayPublish: boolean): Reply | Promise<Reply> => {
    switch (request.method) {
      case 'OPTIONS':
        return { status: 200, headers: { Public: METHODS } }
      case 'DESCRIBE':
        return describe(request, mayPublish)
      case 'ANNOUNCE':
        return announce(request, mayPublish)
      case 'SETUP':
        return setup(request)
      case 'RECORD':
        return publishing ? publishing.record() : { status: 455 }
      case 'PLAY':
        return reading ? reading.part.play(request) : { status: 455 }
      case 'PAUSE':
        return reading ? reading.part.pause() : { status: 455 }
      case 'GET_PARAMETER':
      case 'SET_PARAMETER':
        // Empty ones keep a session alive; there is no parameter to get or set.
        return request.body.trim() === '' ? { status: 200 } : { status: 451, reason: 'Parameter Not Understood' }
      case 'TEARDOWN':
        return { status: 200, close: true }
      default:
        return { status: 501, headers: { Public: METHODS } }
    }
  }
  return {
    handle: (request, mayPublish) => {
      alive()
      const named = request.headers.get('session')?.split(';', 1)[0]?.trim()
      if (named !== undefined && (!begun || named !== id)) return { status: 454 }
      if (request.headers.has('require'))
        return { status: 551, headers: { Unsupported: request.headers.get('require') ?? '' } }
      const reply = dispatch(request, mayPublish)
      return reply instanceof Promise ? reply.then(withSession) : withSession(reply)
    },
    packet: (channel, framed) => {
      alive()
      publishing?.packet(channel, framed)
    },
    problem: () => {
      const { mono } = clock.now()
      if (publishing?.recording)
        return mono - publishing.heardAt > SILENCE_MS ? 'the publisher sent nothing for 10 s' : undefined
      if (reading?.part.interleaved) return undefined
      return mono - aliveAt > TIMEOUT_S * 1000 + GRACE_MS ? `nothing was heard for ${TIMEOUT_S} s` : undefined
    },
    [Symbol.dispose]: () => {
      publishing?.[Symbol.dispose]()
      reading?.part[Symbol.dispose]()
    },
  }
}
