// WebRTC signalling (WHEP) at MediaMTX, asked for with our own credentials: who may ask is the HTTP door's to decide, and
// who may see is the path's rights': the service reads no more than people do.
import type { Whep } from '../../../camera/ports.js'
import { Failure, type FailureCode } from '../../../lib/failure.js'
import type { Login } from './rights.js'

export interface MediamtxWhep extends Whep {
  /** The sessions that MediaMTX has now, by their ids. */
  see(ids: ReadonlySet<string>): void
  /** MediaMTX is away, and every session with it. */
  clear(): void
}

export interface WhepDeps {
  /** Whether `mediamtx.webrtc` is set. */
  readonly isOn: boolean
  /** Where MediaMTX listens for it; undefined while it is away, null when it has WebRTC switched off. */
  base(): string | null | undefined
  readonly service: Login
}

const PATIENCE_MS = 15_000
const SDP = 'application/sdp'
const FRAGMENT = 'application/trickle-ice-sdpfrag'
/** Whoever has it owns the session. */
const SECRET = /\/([0-9a-f-]{36})(?:\?.*)?$/

const codeOf = (status: number): FailureCode =>
  status === 404 ? 'not-found' : status === 400 || status === 406 ? 'invalid' : 'unavailable'

/** What it answers, as far as there is a sentence in it. */
const sentenceIn = (text: string): string => {
  try {
    return String((JSON.parse(text) as { error?: unknown }).error ?? '')
  } catch {
    return ''
  }
}

/** One that was just made may be missing in a list that was asked for before. */
const MISSED = 2

export const createWhep = ({ isOn, base, service }: WhepDeps): MediamtxWhep => {
  const held = new Map<string, { missed: number; readonly onGone: () => void }>()
  const authorization = `Basic ${Buffer.from(`${service.name}:${service.password}`).toString('base64')}`
  const ask = async (method: string, path: string, type?: string, body?: string): Promise<Response> => {
    if (!isOn) throw new Failure('not-found', 'WebRTC is off: it needs mediamtx.webrtc: true')
    const at = base()
    if (at === undefined) throw new Failure('unavailable', 'MediaMTX is away: no WebRTC now')
    if (at === null) throw new Failure('not-found', 'WebRTC is off at this MediaMTX')
    const headers = { authorization, connection: 'close', ...(type === undefined ? {} : { 'content-type': type }) }
    const signal = AbortSignal.timeout(PATIENCE_MS)
    const answer = await fetch(`${at}/${path}`, {
      method,
      headers,
      signal,
      ...(body === undefined ? {} : { body }),
    }).catch((cause: unknown) => {
      throw new Failure(signal.aborted ? 'timeout' : 'unavailable', 'MediaMTX gives no answer for WebRTC', { cause })
    })
    if (answer.ok) return answer
    const why = sentenceIn(await answer.text())
    // Its 401 is about us: the path is not open for anybody now.
    const what = answer.status === 401 ? 'there is no video now' : why || `MediaMTX answers ${answer.status}`
    throw new Failure(codeOf(answer.status), `WebRTC: ${what}`)
  }
  return {
    offer: async (path, sdp, onGone) => {
      const answer = await ask('POST', `${path}/whep`, SDP, sdp)
      const [, session] = SECRET.exec(answer.headers.get('location') ?? '') ?? []
      const id = answer.headers.get('id')
      if (!session || !id) throw new Failure('unavailable', 'MediaMTX gave no WebRTC session')
      held.set(id, { missed: 0, onGone })
      return { sdp: await answer.text(), session }
    },
    candidates: async (path, session, fragment) => {
      const answer = await ask('PATCH', `${path}/whep/${session}`, FRAGMENT, fragment)
      const text = await answer.text()
      return answer.status === 200 && text !== '' ? { fragment: text, etag: answer.headers.get('etag') ?? '*' } : null
    },
    end: async (path, session) => {
      await (await ask('DELETE', `${path}/whep/${session}`)).text()
    },
    see: (ids) => {
      for (const [id, one] of held) {
        one.missed = ids.has(id) ? 0 : one.missed + 1
        if (one.missed < MISSED) continue
        held.delete(id)
        one.onGone()
      }
    },
    clear: () => {
      for (const { onGone } of held.values()) onGone()
      held.clear()
    },
  }
}
