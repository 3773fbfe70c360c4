// MediaMTX as the gateway with people, publishers of made-up video, and readers who see whether anything comes.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import type { PartHealth } from '../../src/camera/state.js'
import { createSystemClock } from '../../src/lib/clock.js'
import { silentLog } from '../../src/lib/log.js'
import type { Gateway, GatewayConfig } from '../../src/media/gateway/gateway.js'
import type { MediamtxConfig } from '../../src/media/gateway/mediamtx/options.js'
import { startMediamtx } from '../../src/media/gateway/mediamtx.js'
import { basic, openPublisher, openRtsp, type Publisher, type RtspClient } from '../media/gateway/rtsp-client.js'
import { mediamtxConfig, mediamtxProgram } from './mediamtx.js'
import { childrenOf } from './nightjar.js'
import { nobody } from './pipeline-house.js'

export const waitFor = (check: () => unknown): Promise<void> => {
  // The line that waits is not in the error of what polls.
  const asked = new Error('waited in vain')
  return vi.waitFor(
    () => {
      if (!check()) throw asked
    },
    { timeout: 10_000, interval: 20 },
  )
}

/** Our own children that are MediaMTX. */
export const programs = (): number[] =>
  childrenOf(process.pid)
    .filter(({ command }) => command.includes(`${mediamtxProgram} `))
    .map(({ pid }) => pid)

export interface MediamtxHouse extends AsyncDisposable {
  readonly gateway: Gateway
  readonly data: string
  /** Stream passwords by name; they may be changed. */
  readonly passwords: Map<string, string>
  /** `porch on`, `porch off` */
  readonly told: readonly string[]
  readonly health: readonly PartHealth[]
  path(name?: string): ReturnType<Gateway['facts']>['paths'][number] | undefined
  /** Resolves when MediaMTX does what it is told. */
  works(): Promise<void>
  /** Sends a picture each 40 ms. */
  publish(address?: string): Promise<Publisher>
  /** `user`: `name:password`. Undefined when it is refused. */
  read(user: string, name?: string): Promise<RtspClient | undefined>
}

export const sees = (client: RtspClient | undefined): Promise<void> =>
  waitFor(() => (client?.packets(0).length ?? 0) > 0)

/** One person, `anna`. */
export const startMediamtxHouse = async (
  more: Partial<MediamtxConfig> = {},
  config: Partial<GatewayConfig> = {},
): Promise<MediamtxHouse> => {
  const data = await mkdtemp(join(tmpdir(), 'nightjar-mediamtx-'))
  const passwords = new Map([['anna', 'annas-password']])
  const told: string[] = []
  const health: PartHealth[] = []
  const opened: Disposable[] = []
  const accounts = {
    ...nobody,
    streamPassword: (name: string) => passwords.get(name) ?? null,
    list: () => [...passwords.keys()].map((name) => ({ name, role: 'viewer' as const })),
  }
  const gateway = await startMediamtx({
    config: { host: '127.0.0.1', port: 0, gateway: 'mediamtx', ...config },
    ...{ mediamtx: { ...mediamtxConfig, ...more }, data, accounts, clock: createSystemClock(), log: silentLog },
  })
  gateway.watch((path, online) => told.push(`${path} ${online ? 'on' : 'off'}`))
  gateway.watchHealth((now) => health.push(now))
  const port = (): number => gateway.facts().port
  return {
    ...{ gateway, data, passwords, told, health },
    path: (name = 'porch') => gateway.facts().paths.find((one) => one.name === name),
    works: () => waitFor(() => health.at(-1)?.status === 'working'),
    publish: async (address = gateway.serviceUrl('porch')) => {
      const publisher = await openPublisher(port(), address)
      const sending = setInterval(() => publisher.picture(true), 40)
      opened.push(publisher, { [Symbol.dispose]: () => clearInterval(sending) })
      return publisher
    },
    read: async (user, name = 'porch') => {
      const url = `rtsp://127.0.0.1:${port()}/${name}`
      const client = await openRtsp(port())
      opened.push(client)
      const asked = await client.ask('DESCRIBE', url, basic(user)).catch(() => undefined)
      if (asked?.status !== 200) return undefined
      const transport = 'RTP/AVP/TCP;unicast;interleaved=0-1'
      const setup = await client.ask('SETUP', `${url}/trackID=0`, { ...basic(user), Transport: transport })
      const session = setup.headers.get('session')?.split(';')[0] ?? ''
      expect((await client.ask('PLAY', url, { ...basic(user), Session: session })).status).toBe(200)
      return client
    },
    [Symbol.asyncDispose]: async () => {
      for (const one of opened) one[Symbol.dispose]()
      await gateway[Symbol.asyncDispose]()
      await rm(data, { recursive: true })
    },
  }
}
