// MediaMTX as the gateway, as a real program: video through it, who may see it, and what happens when it dies.
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { PartHealth } from '../../src/camera/state.js'
import { createSystemClock } from '../../src/lib/clock.js'
import { silentLog } from '../../src/lib/log.js'
import { startChild } from '../../src/lib/process.js'
import type { Gateway, GatewayConfig } from '../../src/media/gateway/gateway.js'
import type { MediamtxConfig } from '../../src/media/gateway/mediamtx/options.js'
import { startMediamtx } from '../../src/media/gateway/mediamtx.js'
import {
  basic,
  openPublisher,
  openRtsp,
  type Publisher,
  type RtspClient,
  splitUrl,
} from '../media/gateway/rtsp-client.js'
import { mediamtxConfig, mediamtxProgram, whichMediamtx } from '../support/mediamtx.js'
import { childrenOf } from '../support/nightjar.js'
import { nobody } from '../support/pipeline-house.js'
import { encode } from '../support/streams.js'

const GUARD = 'the mask'
const opened: Disposable[] = []
let data: string
let gateway: Gateway
let passwords: Map<string, string>
let told: string[]
let health: PartHealth[]

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'nightjar-mediamtx-'))
  passwords = new Map([['anna', 'annas-password']])
  told = []
  health = []
})
afterEach(async () => {
  for (const one of opened.splice(0)) one[Symbol.dispose]()
  await gateway[Symbol.asyncDispose]()
  expect(childrenOf(process.pid).filter(({ command }) => command.includes(mediamtxProgram))).toEqual([])
  await rm(data, { recursive: true })
})

const start = async (more: Partial<MediamtxConfig> = {}, config: Partial<GatewayConfig> = {}): Promise<void> => {
  const accounts = {
    ...nobody,
    streamPassword: (name: string) => passwords.get(name) ?? null,
    list: () => [...passwords.keys()].map((name) => ({ name, role: 'viewer' as const })),
  }
  gateway = await startMediamtx({
    config: { host: '127.0.0.1', port: 0, gateway: 'mediamtx', ...config },
    ...{ mediamtx: { ...mediamtxConfig, ...more }, data, accounts, clock: createSystemClock(), log: silentLog },
  })
  gateway.watch((path, online) => told.push(`${path} ${online ? 'on' : 'off'}`))
  gateway.watchHealth((now) => health.push(now))
}
const waitFor = (check: () => unknown): Promise<void> => {
  // The line that waits is not in the error of what polls.
  const asked = new Error('waited in vain')
  return vi.waitFor(
    () => {
      if (!check()) throw asked
    },
    { timeout: 10_000, interval: 20 },
  )
}
const works = (): Promise<void> => waitFor(() => health.at(-1)?.status === 'working')
const path = (name = 'porch') => gateway.facts().paths.find((one) => one.name === name)
const port = (): number => gateway.facts().port
const url = (name = 'porch'): string => `rtsp://127.0.0.1:${port()}/${name}`

const publish = async (address = gateway.serviceUrl('porch')): Promise<Publisher> => {
  const publisher = await openPublisher(port(), address)
  opened.push(publisher)
  const sending = setInterval(() => publisher.picture(true), 40)
  opened.push({ [Symbol.dispose]: () => clearInterval(sending) })
  return publisher
}
/** Undefined when it is refused. */
const read = async (user: string, name = 'porch'): Promise<RtspClient | undefined> => {
  const client = await openRtsp(port())
  opened.push(client)
  const asked = await client.ask('DESCRIBE', url(name), basic(user)).catch(() => undefined)
  if (asked?.status !== 200) return undefined
  const setup = await client.ask('SETUP', `${url(name)}/trackID=0`, {
    ...basic(user),
    Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1',
  })
  const session = setup.headers.get('session')?.split(';')[0] ?? ''
  expect((await client.ask('PLAY', url(name), { ...basic(user), Session: session })).status).toBe(200)
  return client
}
const sees = (client: RtspClient | undefined): Promise<void> => waitFor(() => (client?.packets(0).length ?? 0) > 0)
const anna = (): string => `anna:${passwords.get('anna')}`
const programs = (): number[] =>
  childrenOf(process.pid)
    .filter(({ command }) => command.includes(`${mediamtxProgram} `))
    .map(({ pid }) => pid)

describe(`with ${whichMediamtx}`, () => {
  test('video goes through it, to whoever has a stream password; what it tells is told', async () => {
    await start()
    await gateway.apply([{ name: 'porch', feed: 'publish' }])
    await works()
    await publish()
    await waitFor(() => path()?.online)
    expect(told).toEqual(['porch on'])
    const reader = await read(anna())
    await sees(reader)
    expect(await read('anna:wrong')).toBeUndefined()
    expect(await read('otto:annas-password')).toBeUndefined()
    expect(await read(anna(), 'elsewhere')).toBeUndefined()
    await waitFor(() => path()?.readers === 1 && (path()?.bytesOut ?? 0) > 0)
    expect(path()).toMatchObject({ protocols: { rtsp: 1 }, errors: 0, dropped: 0 })
    expect(path()?.bytesIn).toBeGreaterThan(1000)
    expect(gateway.facts()).toMatchObject({ kind: 'mediamtx', version: expect.stringMatching(/^v1\./), problem: null })
    // Its configuration is for nobody else's eyes, and holds no person's password.
    const file = join(data, 'run', 'mediamtx.yml')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(await readFile(file, 'utf8')).not.toContain('annas-password')
    await gateway.apply([])
    await reader?.closed
    await waitFor(() => told.includes('porch off'))
  })

  test('a guarded path is closed until its video is admitted, for people and for our own taps', async () => {
    await start()
    await gateway.apply([{ name: 'porch', feed: 'publish', guard: GUARD }])
    await works()
    const first = await publish()
    await waitFor(() => (path()?.bytesIn ?? 0) > 0)
    const { user: service } = splitUrl(gateway.serviceUrl('porch'))
    const { user: proof } = splitUrl(gateway.proofUrl('porch'))
    expect(await read(anna())).toBeUndefined()
    expect(await read(service)).toBeUndefined()
    await sees(await read(proof))
    expect(path()?.online).toBe(false)
    gateway.admit('porch', 'another mask')
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(await read(anna())).toBeUndefined()

    gateway.admit('porch', GUARD)
    await waitFor(() => path()?.online)
    expect(told).toEqual(['porch on'])
    const reader = await read(anna())
    await sees(reader)
    // Nobody takes the place of what was proven.
    await expect(openPublisher(port(), gateway.serviceUrl('porch'))).rejects.toThrow()
    expect(reader?.isClosed()).toBe(false)

    first[Symbol.dispose]()
    await reader?.closed
    await waitFor(() => told.at(-1) === 'porch off')
    await vi.waitFor(() => publish(), { timeout: 5000, interval: 200 })
    await waitFor(() => (path()?.bytesIn ?? 0) > 0)
    expect(await read(anna())).toBeUndefined()
    expect(told).toEqual(['porch on', 'porch off'])
  })

  test('another guard ends publisher and readers before it is applied', async () => {
    await start()
    await gateway.apply([{ name: 'porch', feed: 'publish' }])
    await works()
    const publisher = await publish()
    await waitFor(() => path()?.online)
    const reader = await read(anna())
    await sees(reader)
    const done = gateway.apply([{ name: 'porch', feed: 'publish', guard: GUARD }])
    expect(path()?.online).toBe(false)
    expect(told).toEqual(['porch on', 'porch off'])
    await done
    await Promise.all([publisher.client.closed, reader?.closed])
    await publish()
    await waitFor(() => (path()?.bytesIn ?? 0) > 0)
    expect(await read(anna())).toBeUndefined()
  })

  test('one that is killed comes back with all its paths', async () => {
    await start()
    await gateway.apply([
      { name: 'porch', feed: 'publish', guard: GUARD },
      { name: 'yard', feed: 'publish' },
    ])
    await works()
    await publish()
    await waitFor(() => (path()?.bytesIn ?? 0) > 0)
    gateway.admit('porch', GUARD)
    await waitFor(() => path()?.online)
    const [pid = 0, ...others] = programs()
    expect(others).toEqual([])
    process.kill(pid, 'SIGKILL')
    await waitFor(() => health.at(-1)?.problem === 'MediaMTX was ended by SIGKILL')
    expect(path()?.online).toBe(false)
    expect(gateway.facts().problem).toBe('MediaMTX was ended by SIGKILL')
    await works()
    await publish()
    await publish(gateway.serviceUrl('yard'))
    await waitFor(() => path('yard')?.online)
    await sees(await read(anna(), 'yard'))
    // What was proven before is proven no more.
    expect(path()?.online).toBe(false)
    expect(await read(anna())).toBeUndefined()
  })

  test('who gets a new stream password is let go of, and comes in with the new one', async () => {
    passwords.set('otto', 'ottos-password')
    await start()
    await gateway.apply([{ name: 'porch', feed: 'publish' }])
    await works()
    await publish()
    await waitFor(() => path()?.online)
    const [annas, ottos] = [await read(anna()), await read('otto:ottos-password')]
    await sees(annas)
    await sees(ottos)
    const old = anna()
    passwords.set('anna', 'new-password')
    await annas?.closed
    expect(await read(old)).toBeUndefined()
    await sees(await read(anna()))
    passwords.delete('otto')
    await ottos?.closed
    expect(await read('otto:ottos-password')).toBeUndefined()
  })

  test('it pulls a camera by itself, and says what is wrong with one', async () => {
    await start()
    await gateway.apply([{ name: 'porch', feed: 'publish' }])
    await works()
    const source = gateway.serviceUrl('porch')
    const paths = [
      { name: 'porch', feed: 'publish' },
      { name: 'yard', feed: 'pull', url: source, transport: 'tcp' },
      { name: 'shed', feed: 'pull', url: 'rtsp://127.0.0.1:9/none', transport: 'tcp' },
    ] as const
    const film = ['-re', '-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=25', ...encode(), '-f', 'rtsp']
    await using camera = startChild({ name: 'camera', command: 'ffmpeg', args: ['-v', 'error', ...film, source] })
    camera.stdout.resume()
    await waitFor(() => path()?.online)
    await gateway.apply(paths)
    await waitFor(() => path('yard')?.online)
    await sees(await read(anna(), 'yard'))
    await waitFor(() => path('shed')?.problem)
    expect(path('shed')?.problem).toMatch(/refused/i)
  })

  test('an inlet is for its guest alone, and for us', async () => {
    await start()
    const publisher = { name: 'drone', password: 'drones-password' }
    await gateway.apply([{ name: 'porch_in', feed: 'inlet', publisher }])
    await works()
    await expect(openPublisher(port(), gateway.serviceUrl('porch_in'))).rejects.toThrow()
    await publish(`rtsp://drone:drones-password@127.0.0.1:${port()}/porch_in`)
    await waitFor(() => path('porch_in')?.online)
    const { user: service } = splitUrl(gateway.serviceUrl('porch_in'))
    await sees(await read(service, 'porch_in'))
    expect(await read(anna(), 'porch_in')).toBeUndefined()
    expect(await read('drone:drones-password', 'porch_in')).toBeUndefined()
  })

  test('without the program it says so, and begins once it is there', async () => {
    await start({ path: join(data, 'nowhere') })
    await gateway.apply([{ name: 'porch', feed: 'publish' }])
    await waitFor(() => health.at(-1)?.status === 'broken')
    expect(health.at(-1)?.problem).toMatch(
      /^mediamtx\.path: there is no program at .*nowhere \(`nightjar mediamtx pull`/,
    )
    expect(path()?.online).toBe(false)
  })
})
