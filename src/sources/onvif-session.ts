// A conversation with an ONVIF camera (agsh's onvif speaks): a few questions one after the other, each with a time
// limit, with the camera's clock taken into account; what goes wrong becomes a Failure with a sentence. No retries.
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Cam } from 'onvif/promises/index.js'
import { Failure, sentenceOf } from '../lib/failure.js'
import { bareHost } from '../lib/network.js'

export interface OnvifLogin {
  /** A host, host:port, or an address of http or https. */
  readonly address: string
  readonly username: string | null
  readonly password: string | null
  readonly check_certificate: boolean
}

export interface OnvifSession extends Disposable {
  /** Which of the camera's services there are: media, events, imaging. */
  has(service: 'media' | 'media2' | 'events' | 'imaging'): boolean
  /** From now on it is asked by the older media service. */
  forgetMedia2(): void
  /** What was answered, as agsh reads XML; a Failure when it was nothing or a fault. */
  ask(method: string, options?: object): Promise<unknown>
  readonly camera: Cam
  readonly host: string
  /** What all questions go through: it hangs up when the session ends. */
  readonly agent: HttpAgent
  /** For a last word after that. */
  newAgent(): HttpAgent
}

const PATIENCE_MS = 7000
const PATH = '/onvif/device_service'

/** The whole address of the device service; undefined when it is none. */
export const deviceUrl = (address: string): URL | undefined => {
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(address) ? address : `http://${address}`
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.hostname === '') return undefined
  if (url.pathname === '/') url.pathname = PATH
  return url
}

/** Resolves when the camera knows us: its time is known, and it took name and password. */
export const openSession = async (login: OnvifLogin, signal: AbortSignal): Promise<OnvifSession> => {
  const url = deviceUrl(login.address)
  if (!url) throw new Failure('invalid', 'the address is none of an ONVIF camera')
  // Loaded here: who only reads the configuration needs no client.
  const { Cam: Client } = await import('onvif/promises/index.js')
  signal.throwIfAborted()
  const secure = url.protocol === 'https:'
  const newAgent = (): HttpAgent =>
    secure ? new HttpsAgent({ rejectUnauthorized: login.check_certificate }) : new HttpAgent()
  const agent = newAgent()
  const camera = new Client({
    ...{ hostname: bareHost(url.hostname), port: Number(url.port) || (secure ? 443 : 80) },
    ...{ path: url.pathname + url.search, timeout: PATIENCE_MS, useSecure: secure, agent },
    // Cameras behind a router or in a container tell addresses that only they can reach.
    ...{ preserveAddress: true, secureOpts: { rejectUnauthorized: login.check_certificate } },
    ...(login.username === null ? {} : { username: login.username, password: login.password ?? '' }),
  })
  let status = 0
  camera.on('rawResponse', (_xml: string, code: number) => {
    status = code
  })
  const hangUp = (): void => agent.destroy()
  signal.addEventListener('abort', hangUp, { once: true })
  const close = (): void => {
    signal.removeEventListener('abort', hangUp)
    hangUp()
  }
  const ask = async (method: string, options?: object): Promise<unknown> => {
    signal.throwIfAborted()
    status = 0
    try {
      const call = (camera as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>)[method]
      if (!call) throw new Error(`agsh's onvif has no ${method}`)
      return await (options === undefined ? call() : call(options))
    } catch (error) {
      signal.throwIfAborted()
      throw failureOf(error, status, url.host)
    }
  }
  try {
    await ask('getSystemDateAndTime')
    await ask('getServices').catch(async (error: unknown) => {
      // Those of before 2011 know it not.
      if (error instanceof Failure && error.code !== 'refused') throw error
      await ask('getCapabilities')
    })
  } catch (error) {
    close()
    throw error
  }
  const services = (camera as unknown as { uri?: Readonly<Record<string, unknown>> }).uri ?? {}
  return {
    forgetMedia2: () => {
      camera._cam.media2Support = false
    },
    ...{ has: (service) => service in services, ask, camera, host: url.hostname, agent, newAgent },
    [Symbol.dispose]: close,
  }
}

const SENTENCES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections',
  ECONNRESET: 'hangs up',
  ENOTFOUND: 'has a name that nobody knows',
  EAI_AGAIN: 'has a name that can not be looked up now',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'has a certificate that nobody vouches for (check_certificate: false takes it)',
}

const UNAUTHORIZED = /not\s*authori[sz]ed|unauthori[sz]ed|requires authori|digest authentication|FailedAuthentication/i

const failureOf = (error: unknown, status: number, at: string): Failure => {
  const said = sentenceOf(error)
  const who = `the camera at ${at}`
  const fail = (code: 'unavailable' | 'unauthorized' | 'refused', what: string): Failure =>
    new Failure(code, `${who} ${what}`, { cause: error })
  if (status === 401 || status === 403 || UNAUTHORIZED.test(said))
    return fail('unauthorized', 'does not accept this user and password (cameras often have ONVIF users of their own)')
  const { code = '' } = error as NodeJS.ErrnoException
  if (code in SENTENCES) return fail('unavailable', SENTENCES[code] ?? '')
  if (code !== '' || said === 'Network timeout') return fail('unavailable', 'can not be reached')
  if (status !== 0 && /Wrong ONVIF SOAP response/.test(said))
    return fail('unavailable', `speaks no ONVIF there (HTTP ${status}): is the port right, and ONVIF switched on?`)
  return fail('refused', `says: ${said.replace(/^ONVIF SOAP Fault: /, '').slice(0, 200)}`)
}

/** What stands at the end of a way of names in an answer. */
export const at = (answer: unknown, ...names: readonly string[]): unknown =>
  names.reduce<unknown>((from, name) => {
    if (typeof from !== 'object' || from === null) return undefined
    return (from as Readonly<Record<string, unknown>>)[name]
  }, answer)

/** One, many or none, as a list: agsh's reader makes no list of one. */
export const listOf = (value: unknown): readonly unknown[] =>
  value === undefined || value === null || value === '' ? [] : Array.isArray(value) ? value : [value]
