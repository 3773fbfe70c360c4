// One client's connection: reads requests, asks for its password, answers in turn, and ends when it misbehaves. A bad
// client ends its own connection only.
import type { Socket } from 'node:net'
import type { Clock } from '../../../lib/clock.js'
import { sentenceOf } from '../../../lib/failure.js'
import type { Log } from '../../../lib/log.js'
import { checkAuthorization, createNonce, formatChallenge } from './auth.js'
import type { Relay } from './relay.js'
import { createSession, type SessionDeps } from './session.js'
import { createWire, formatReply, type Reply, type Request } from './wire.js'

export interface ConnectionDeps extends Pick<SessionDeps, 'openUdp'> {
  readonly socket: Socket
  readonly clock: Clock
  readonly log: Log
  /** What this user may know of. */
  readonly relayOf: (path: string, user: string) => Relay | undefined
  /** Null for names that may not come in. */
  readonly passwordOf: (name: string) => string | null
  readonly mayPublish: (name: string) => boolean
}

export interface Connection {
  /** Once a second: ends what has been silent for too long or may not be here any more. */
  tick(): void
  /** `atOnce`: without a last reply. */
  close(reason: string, atOnce?: boolean): void
  /** It has not shown a password yet, and has not left. */
  readonly stranger: boolean
  /** Nothing of it is left. */
  readonly gone: Promise<void>
}

const AUTH_MS = 10_000
const MAX_WRONG = 5
/** How long a last reply may take. */
const LAST_WORDS_MS = 1000
const MAX_WAITING = 16
/** Replies that nobody takes. */
const MAX_UNREAD = 64 * 1024

export const openConnection = (deps: ConnectionDeps): Connection => {
  const { socket, clock, passwordOf, mayPublish } = deps
  const remoteAddress = socket.remoteAddress ?? ''
  const log = deps.log.child({ client: remoteAddress })
  const openedAt = clock.now().mono
  const nonce = createNonce()
  const waiting: Request[] = []
  let busy = false
  let wrong = 0
  let unread = 0
  let user: { readonly name: string; readonly password: string } | undefined
  let closed = false

  const close = (reason: string, atOnce = false): void => {
    if (closed) return
    closed = true
    log.debug(`RTSP client leaves: ${reason}`)
    session[Symbol.dispose]()
    // What is queued may never be taken; only a last reply gets its chance.
    if (!atOnce && socket.writableLength < 16_384) socket.end(() => socket.destroy())
    else socket.destroy()
    if (socket.closed) return
    const hard = clock.after(LAST_WORDS_MS, () => socket.destroy())
    socket.once('close', () => hard[Symbol.dispose]())
  }
  const session = createSession({
    ...deps,
    relayOf: (path) => deps.relayOf(path, user?.name ?? ''),
    remoteAddress,
    end: (reason) => close(reason),
  })

  /** The refusal, or undefined when the request may be carried out. */
  const refuse = ({ method, headers }: Request): Reply | undefined => {
    const header = headers.get('authorization')
    if (method === 'OPTIONS' || (user && header === undefined)) return undefined
    const result = checkAuthorization({ method, header, nonce }, passwordOf)
    if (result.ok) {
      user = { name: result.name, password: passwordOf(result.name) ?? '' }
      return undefined
    }
    if (result.tried && !result.stale) {
      wrong++
      log.warn('RTSP: wrong user or password')
    }
    return {
      status: 401,
      headers: { 'WWW-Authenticate': formatChallenge(nonce, !result.ok && result.stale) },
      close: wrong >= MAX_WRONG,
    }
  }
  const answer = (request: Request | undefined, reply: Reply): void => {
    if (closed) return
    if (unread > MAX_UNREAD) {
      close('it takes no answers', true)
      return
    }
    const text = formatReply(reply, request?.cseq)
    unread += text.length
    socket.write(text, () => {
      unread -= text.length
    })
    reply.after?.()
    if (reply.close) close(reply.status === 200 ? 'it said goodbye' : `answered ${reply.status}`)
  }
  const next = (): void => {
    while (!busy && !closed) {
      const request = waiting.shift()
      if (!request) return
      const reply = refuse(request) ?? session.handle(request, user !== undefined && mayPublish(user.name))
      if (!(reply instanceof Promise)) {
        answer(request, reply)
        continue
      }
      busy = true
      reply
        .catch((error: unknown): Reply => {
          log.error({ error }, `RTSP: ${request.method} failed: ${sentenceOf(error)}`)
          return { status: 500 }
        })
        .then((done) => {
          busy = false
          answer(request, done)
          next()
        })
    }
  }
  const feed = createWire({
    onRequest: (request) => {
      if (closed) return
      if (waiting.length >= MAX_WAITING) return answer(request, { status: 503, close: true })
      waiting.push(request)
      next()
    },
    onPacket: (channel, framed) => {
      if (closed) return
      if (user) session.packet(channel, framed)
      else answer(undefined, { status: 400, close: true })
    },
    onBroken: (status, reason) => {
      log.debug(`RTSP client talks nonsense: ${reason}`)
      answer(undefined, { status, close: true })
    },
  })
  socket.setNoDelay(true)
  socket.setKeepAlive(true, 30_000)
  socket.on('data', feed)
  socket.on('error', (error) => close(sentenceOf(error)))
  const gone = new Promise<void>((resolve) => {
    socket.once('close', () => {
      close('it closed the connection')
      resolve()
    })
  })
  socket.on('end', () => close('it closed the connection'))

  return {
    tick: () => {
      if (closed) return
      if (!user) {
        if (clock.now().mono - openedAt > AUTH_MS) close('it gave no password in time')
        return
      }
      if (passwordOf(user.name) !== user.password) return close('its password has changed')
      const problem = session.problem()
      if (problem) {
        log.info(`RTSP client is ended: ${problem}`)
        close(problem)
      }
    },
    close,
    get stranger() {
      return !user && !closed
    },
    gone,
  }
}
