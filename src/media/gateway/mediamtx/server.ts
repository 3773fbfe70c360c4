// The MediaMTX that we talk to: one that we start, or one that runs already. Both are given as the same thing; who retries
// is lib/supervise.
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { writeFileAtomic } from '../../../lib/atomic-file.js'
import type { Clock } from '../../../lib/clock.js'
import { Failure } from '../../../lib/failure.js'
import type { Log } from '../../../lib/log.js'
import { makeFolder } from '../../../lib/make-folder.js'
import { type Child, startChild } from '../../../lib/process.js'
import { redactText } from '../../../lib/redact.js'
import { createMediamtxApi, type MediamtxApi, type MediamtxUser } from '../mediamtx-api.js'
import type { MediamtxConfig } from './options.js'
import { claimPort, findUdpPair } from './ports.js'
import { findMediamtx, isTooOld, OLDEST } from './program.js'
import type { Login } from './rights.js'
import { formatServerFile, LOOPBACK, rtspAuthMethods } from './server-file.js'

export interface Server {
  readonly api: MediamtxApi
  readonly version: string
  /** Where our own come from; empty: from anywhere. */
  readonly ips: readonly string[]
  /** Users that must stay for its API. */
  readonly keep: readonly MediamtxUser[]
  /** Where its WHEP is asked for; null when WebRTC is off. */
  readonly webrtc: string | null
  /** Rejects when it has ended. */
  readonly gone: Promise<never>
  stop(): Promise<void>
}

export interface ServerDeps {
  readonly config: MediamtxConfig
  readonly data: string
  readonly host: string
  readonly rtspPort: number
  readonly service: Login
  readonly clock: Clock
  readonly log: Log
  /** What it says went wrong with a path that it pulls. */
  onTrouble(path: string, sentence: string): void
}

const START_MS = 10_000
const LOOK_MS = 100
/** Its time, the level, and what it says: `2026/11/20 21:54:15 ERR [path yard] …` */
const LINE = /^\S+ \S+ (DEB|INF|WAR|ERR) (.*)$/
const TROUBLE = /^\[path ([^\]]+)\] \[[^\]]*source\] (.+)$/i
/** What it needs of our environment; its own variables (MTX_…) would override its configuration. */
const KEPT = ['PATH', 'HOME', 'TZ', 'LANG', 'TMPDIR']

const environment = (): Record<string, string> =>
  Object.fromEntries(KEPT.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])))

const readLines = (child: Child, { log, onTrouble }: ServerDeps): { last(): string } => {
  let last = ''
  createInterface({ input: child.stdout }).on('line', (raw) => {
    const line = redactText(raw)
    const [, level = '', text = line] = LINE.exec(line) ?? []
    const [, path, sentence] = TROUBLE.exec(text) ?? []
    if (path && sentence && level !== 'INF' && level !== 'DEB') onTrouble(path, sentence)
    if (level === 'ERR' || level === '') last = text
    log.debug({ line: text }, 'MediaMTX')
  })
  return { last: () => last }
}

const answering = async (
  api: MediamtxApi,
  gone: Promise<never>,
  clock: Clock,
  signal: AbortSignal,
): Promise<string> => {
  const until = clock.now().mono + START_MS
  for (;;) {
    const info = await Promise.race([gone, api.info()]).catch((error: unknown) => {
      if (error instanceof Failure && error.code === 'unavailable' && clock.now().mono < until) return null
      throw error
    })
    if (info) return info.version
    await Promise.race([gone, clock.sleep(LOOK_MS, signal)])
  }
}

/** Resolves when its API answers; a Failure when there is no such program or it does not start. */
export const startServer = async (deps: ServerDeps, signal: AbortSignal): Promise<Server> => {
  const { config, data, host, rtspPort, service, clock } = deps
  const { path } = await findMediamtx({ path: config.path, data })
  const ports = {
    rtsp: rtspPort,
    rtp: await findUdpPair(),
    api: await claimPort('127.0.0.1', 0),
    webrtc: config.webrtc ? await claimPort('127.0.0.1', 0) : 0,
  }
  const folder = join(data, 'run')
  const file = join(folder, 'mediamtx.yml')
  await makeFolder(folder, 0o700)
  await writeFileAtomic(file, formatServerFile({ host, ports, service, webrtc: config }))
  const child = startChild({ name: 'MediaMTX', command: path, args: [file], env: environment(), bareEnv: true })
  const said = readLines(child, deps)
  const gone = child.exited.then(({ code, signal: by, tail }): never => {
    if (by) throw new Failure('unavailable', `MediaMTX was ended by ${by}`)
    const why = said.last() || tail.findLast((line) => line.trim() !== '')
    throw new Failure('unavailable', `MediaMTX ended with code ${code}${why ? `: ${why}` : ''}`)
  })
  gone.catch(() => {})
  const api = createMediamtxApi({ url: `http://127.0.0.1:${ports.api}`, login: service })
  const stop = async (): Promise<void> => {
    await child.stop()
    api[Symbol.dispose]()
  }
  try {
    const version = await answering(api, gone, clock, signal)
    const webrtc = config.webrtc ? `http://127.0.0.1:${ports.webrtc}` : null
    const anywhere = host === '0.0.0.0' || host === '::' || host === ''
    return { ...{ api, version, webrtc, gone, stop }, ips: anywhere ? LOOPBACK : [...LOOPBACK, host], keep: [] }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Of a MediaMTX without a password: whoever is on its machine may use its API, as in its own configuration. */
const ANYBODY_THERE: MediamtxUser = { user: 'any', pass: '', ips: [...LOOPBACK], permissions: [{ action: 'api' }] }

/** Resolves when the API at `mediamtx.api` answers and asks for passwords. */
export const connectServer = async ({ config }: Pick<ServerDeps, 'config'>, url: string): Promise<Server> => {
  const { api_username: name, api_password: password, webrtc } = config
  const login = name !== null && password !== null ? { name, password } : undefined
  const api = createMediamtxApi({ url, login })
  try {
    const { version } = await api.info()
    if (isTooOld(version))
      throw new Failure(
        'unavailable',
        `MediaMTX ${version} at ${url} is too old: ${OLDEST.join('.')} or newer is needed`,
      )
    const now = await api.global()
    if (now.authMethod !== 'internal') await api.patchGlobal({ authMethod: 'internal' })
    if (!rtspAuthMethods.every((method) => now.rtspAuthMethods.includes(method)))
      await api.patchGlobal({ rtspAuthMethods })
    const { hostname } = new URL(url)
    const port = /:(\d+)$/.exec(now.webrtcAddress)?.[1] ?? '8889'
    return {
      ...{ api, version, ips: [] },
      keep: login ? [{ user: login.name, pass: login.password, permissions: [{ action: 'api' }] }] : [ANYBODY_THERE],
      webrtc: webrtc && now.webrtc ? `${now.webrtcEncryption ? 'https' : 'http'}://${hostname}:${port}` : null,
      gone: new Promise<never>(() => {}),
      stop: async () => api[Symbol.dispose](),
    }
  } catch (error) {
    api[Symbol.dispose]()
    throw error
  }
}
