// MediaMTX's control API, typed, for the calls that the house needs. One connection pool per client; no retries and no
// state: what an answer means is the gateway's. Fields are those of MediaMTX 1.20.
import { Agent, type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps, Agent as SecureAgent } from 'node:https'
import { Failure, type FailureCode } from '../../lib/failure.js'

export interface MediamtxPermission {
  readonly action: 'publish' | 'read' | 'playback' | 'api' | 'metrics' | 'pprof'
  /** Without it every path. */
  readonly path?: string
}

export interface MediamtxUser {
  readonly user: string
  readonly pass: string
  /** Without it from anywhere. */
  readonly ips?: readonly string[]
  readonly permissions: readonly MediamtxPermission[]
}

/** What we set; the answer has far more. */
export interface MediamtxGlobal {
  readonly authMethod: string
  readonly authInternalUsers: readonly MediamtxUser[]
  readonly rtspAuthMethods: readonly string[]
  readonly webrtc: boolean
  readonly webrtcAddress: string
  readonly webrtcEncryption: boolean
}

export type MediamtxPathConfig = Readonly<Record<string, string | number | boolean | readonly number[]>>

export interface MediamtxPath {
  readonly name: string
  readonly available: boolean
  readonly source: { readonly type: string; readonly id: string } | null
  readonly readers: readonly { readonly type: string; readonly id: string }[]
  readonly inboundBytes: number
  readonly outboundBytes: number
  readonly inboundFramesInError: number
}

/** Whoever is connected, as far as all protocols tell it. */
export interface MediamtxSession {
  readonly id: string
  readonly path: string
  readonly user: string
  /** RTSP only. */
  readonly outboundRTPPacketsDiscarded?: number
  /** WebRTC only. */
  readonly outboundFramesDiscarded?: number
}

export const sessionKinds = [
  'rtspsessions',
  'rtspssessions',
  'rtmpconns',
  'rtmpsconns',
  'srtconns',
  'webrtcsessions',
  'hlssessions',
  'moqsessions',
] as const
export type SessionKind = (typeof sessionKinds)[number]

/** All reject with a Failure: 'unauthorized', 'not-found', 'invalid' (refused, in MediaMTX's words), 'unavailable', 'timeout'. */
export interface MediamtxApi extends Disposable {
  info(): Promise<{ readonly version: string }>
  global(): Promise<MediamtxGlobal>
  /** Answered before it is in force: see `settle`. */
  patchGlobal(change: Partial<MediamtxGlobal>): Promise<void>
  /** Creates the path or replaces all of its configuration. */
  replacePath(name: string, config: MediamtxPathConfig): Promise<void>
  /** Ends everybody on it. */
  deletePath(name: string): Promise<void>
  /** Resolves when every change that was answered before is in force: MediaMTX answers first and acts then, in turn. */
  settle(): Promise<void>
  pathNames(): Promise<readonly string[]>
  paths(): Promise<readonly MediamtxPath[]>
  /** Empty when the protocol is off. */
  sessions(kind: SessionKind): Promise<readonly MediamtxSession[]>
  kick(kind: SessionKind, id: string): Promise<void>
}

export interface MediamtxApiOptions {
  /** `http://127.0.0.1:9997` */
  readonly url: string
  /** Missing: without credentials, as MediaMTX's own configuration allows on its own machine. */
  readonly login?: { readonly name: string; readonly password: string } | undefined
  /** Milliseconds for one answer. */
  readonly patience?: number
}

const PATIENCE_MS = 5000
const PER_PAGE = 100
const MOST_BYTES = 16 * 1024 * 1024

const codeOf = (status: number): FailureCode =>
  status === 401 ? 'unauthorized' : status === 404 ? 'not-found' : status >= 500 ? 'unavailable' : 'invalid'

const readBody = async (answer: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MOST_BYTES) throw new Failure('unavailable', "MediaMTX's answer has no end")
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

export const createMediamtxApi = ({ url, login, patience = PATIENCE_MS }: MediamtxApiOptions): MediamtxApi => {
  const secure = url.startsWith('https:')
  const agent = secure ? new SecureAgent({ keepAlive: true }) : new Agent({ keepAlive: true })
  const request = secure ? requestHttps : requestHttp
  const authorization = login && `Basic ${Buffer.from(`${login.name}:${login.password}`).toString('base64')}`

  const send = (method: string, path: string, text: string | undefined): Promise<{ status: number; text: string }> =>
    new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(patience)
      const away = (cause: unknown): void =>
        reject(
          cause instanceof Failure
            ? cause
            : signal.aborted
              ? new Failure('timeout', `MediaMTX's API did not answer within ${patience / 1000} s`, { cause })
              : new Failure('unavailable', `MediaMTX's API can't be reached: ${(cause as Error).message}`, { cause }),
        )
      const headers = {
        ...(authorization ? { authorization } : {}),
        ...(text === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
      }
      const asked = request(new URL(`/v3/${path}`, url), { method, agent, signal, headers }, (answer) => {
        readBody(answer).then((body) => resolve({ status: answer.statusCode ?? 0, text: body }), away)
      })
      asked.on('error', away)
      asked.end(text)
    })

  const ask = async <Answer>(method: string, path: string, body?: object): Promise<Answer> => {
    const { status, text } = await send(method, path, body && JSON.stringify(body))
    let answer: { error?: string } = {}
    try {
      answer = JSON.parse(text) as { error?: string }
    } catch (cause) {
      if (status === 200)
        throw new Failure('unavailable', `MediaMTX's API answers no JSON: is ${url} its address?`, { cause })
    }
    if (status === 200) return answer as Answer
    const why =
      status === 401
        ? 'it refuses our name and password'
        : (answer.error ?? `it answers ${status}: is ${url} its address?`)
    throw new Failure(codeOf(status), `MediaMTX's API: ${why}`)
  }
  const all = async <Item>(path: string): Promise<readonly Item[]> => {
    const items: Item[] = []
    for (let page = 0; ; page++) {
      const list = await ask<{ pageCount: number; items: readonly Item[] }>(
        'GET',
        `${path}?itemsPerPage=${PER_PAGE}&page=${page}`,
      )
      items.push(...list.items)
      if (page + 1 >= list.pageCount) return items
    }
  }
  const named = (what: string, name: string): string => `config/paths/${what}/${encodeURIComponent(name)}`

  return {
    info: async () => ({ version: (await ask<{ version: string }>('GET', 'info')).version.trim() }),
    global: () => ask('GET', 'config/global/get'),
    patchGlobal: (change) => ask('PATCH', 'config/global/patch', change),
    replacePath: (name, config) => ask('POST', named('replace', name), config),
    deletePath: (name) => ask('DELETE', named('delete', name)),
    settle: async () => {
      await ask('PATCH', 'config/global/patch', {})
      await ask('GET', `paths/list?itemsPerPage=1`)
    },
    pathNames: async () => (await all<{ name: string }>('config/paths/list')).map(({ name }) => name),
    paths: () => all('paths/list'),
    sessions: (kind) =>
      all<MediamtxSession>(`${kind}/list`).catch((error: unknown) => {
        if (error instanceof Failure && error.code === 'not-found') return []
        throw error
      }),
    kick: (kind, id) => ask('POST', `${kind}/kick/${encodeURIComponent(id)}`),
    [Symbol.dispose]: () => agent.destroy(),
  }
}
