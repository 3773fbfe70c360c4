// Fails closed: a path whose video is not proven to be what may be seen gives it to nobody. Real ffmpegs and sockets.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { createSystemClock } from '../../src/lib/clock.js'
import { silentLog } from '../../src/lib/log.js'
import { startBuiltinGateway } from '../../src/media/gateway/builtin/server.js'
import type { Gateway } from '../../src/media/gateway/gateway.js'
import { guardOf, type Proof } from '../../src/pipeline/privacy.js'
import { definePublisher } from '../../src/pipeline/publisher.js'
import { createMask } from '../../src/sources/mask.js'
import { relayRtsp } from '../../src/sources/rtsp.js'
import { basic, openPublisher, openRtsp, play, type RtspClient, splitUrl } from '../media/gateway/rtsp-client.js'
import { ffmpegs, nobody } from '../support/pipeline-house.js'

const run = promisify(execFile)
const clock = createSystemClock()
const corners = [
  { x: 0.1, y: 0.1 },
  { x: 0.9, y: 0.1 },
  { x: 0.5, y: 0.9 },
]
const proof: Proof = { of: 'mask', polygons: [corners] }
const guard = guardOf(proof) ?? ''
const opened: Disposable[] = []
let folder: string
let film: string
let gateway: Gateway
let end: AbortController

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightjar-closed-'))
  film = join(folder, 'bright.mp4')
  const encode = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-bf', '0', '-g', '25']
  await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'color=c=white:s=320x180:r=25:d=5', ...encode, film])
})
afterAll(() => rm(folder, { recursive: true }))
beforeEach(async () => {
  end = new AbortController()
  const config = { host: '127.0.0.1', port: 0, gateway: 'builtin' } as const
  const accounts = { ...nobody, streamPassword: (name: string) => (name === 'anna' ? 'a b' : null) }
  gateway = await startBuiltinGateway({ config, accounts, clock, log: silentLog })
  await gateway.apply([{ name: 'porch', feed: 'publish', guard }])
})
afterEach(async () => {
  end.abort()
  for (const one of opened.splice(0)) one[Symbol.dispose]()
  await gateway[Symbol.asyncDispose]()
  expect(await ffmpegs('')).toEqual([])
})

const open = async (): Promise<RtspClient> => {
  const client = await openRtsp(gateway.facts().port)
  opened.push(client)
  return client
}
const publisher = async () => {
  const one = await openPublisher(gateway.facts().port, gateway.serviceUrl('porch'))
  opened.push(one)
  return one
}
const url = (query = ''): string => `rtsp://127.0.0.1:${gateway.facts().port}/porch${query}`
const path = () => gateway.facts().paths[0]
const arrived = (check: () => unknown) =>
  vi.waitFor(() => expect(check()).toBeTruthy(), { timeout: 5000, interval: 20 })

/** Runs the job until it ends; also whether the path was ever online. */
const publish = async (mask: ReturnType<typeof createMask>): Promise<{ problem: string; shown: boolean }> => {
  const input = ['-re', '-stream_loop', '-1', '-i', film]
  const plan = relayRtsp('', 'tcp', gateway.serviceUrl('porch'), { mask })
  const args = [...input, ...plan.args.slice(plan.args.indexOf('-i') + 2)]
  let shown = false
  const watching = gateway.watch((_name, online) => {
    shown ||= online
  })
  const job = definePublisher({
    ...{ camera: 'porch', gateway, clock, log: silentLog, onSeam: () => {}, onWaiting: () => {}, onEnded: () => {} },
    plan: {
      ...{ job: 'publisher', stream: 'main', path: 'porch', child: { ...plan, args }, loops: false, ends: null },
      ...{ refused: null, proof, input: null, camera: null, mute: null, after: null },
    },
  })
  const problem = await job(end.signal, () => {
    shown = true
    end.abort()
  }).then(
    () => 'none',
    (error: Error) => error.message,
  )
  watching[Symbol.dispose]()
  return { problem, shown }
}

test('a publisher without the mask is found out, and nobody sees anything of it', async () => {
  const { problem, shown } = await publish(null)
  expect(problem).toBe('the picture is not black in privacy zone 1 of 1: no video is shown')
  expect(shown).toBe(false)
})

test('a mask for half of the zone is found out', async () => {
  const half = createMask([corners.map(({ x, y }) => ({ x, y: y / 2 }))])
  expect(await publish(half)).toEqual({ problem: expect.stringContaining('is not black'), shown: false })
})

test('a filter that fails is no video', async () => {
  const broken = { polygons: [corners], filter: 'format=yuv420p,drawbox=x=nonsense:c=black' }
  const { problem, shown } = await publish(broken)
  expect(problem).toMatch(/^ffmpeg ended with code 1: /)
  expect(shown).toBe(false)
})

test('the right mask is shown', async () => {
  expect(await publish(createMask([corners]))).toEqual({ problem: 'none', shown: true })
})

test('until it is admitted nobody is given a picture: not by DESCRIBE, not by PLAY, not with the proof’s address', async () => {
  const camera = await publisher()
  for (let n = 0; n < 5; n++) camera.picture(n === 0)
  await arrived(() => path()?.bytesIn === camera.sent)
  expect(path()?.online).toBe(false)
  const asked = ['', '?proof'].flatMap((query) => [
    open().then((client) => client.ask('DESCRIBE', url(query), basic('anna:a b'))),
    open().then(async (client) => {
      const setup = { ...basic('anna:a b'), Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' }
      const { headers } = await client.ask('SETUP', `${url(query)}/trackID=0`, setup)
      return client.ask('PLAY', url(query), { Session: headers.get('session')?.split(';')[0] ?? '' })
    }),
  ])
  for (const { status } of await Promise.all(asked)) expect(status).toBe(503)
  const proving = await open()
  const { user } = splitUrl(gateway.proofUrl('porch'))
  expect((await play(proving, url('?proof'), user)).play?.status).toBe(200)
  await arrived(() => proving.packets(0).length > 0)
  expect(path()).toMatchObject({ online: false, readers: 0 })
})

test('a reader stays through a new start: nothing until that is admitted, then from a key frame on', async () => {
  const first = await publisher()
  for (let n = 0; n < 3; n++) first.picture(n === 0)
  await arrived(() => path()?.bytesIn === first.sent)
  gateway.admit('porch', 'something else')
  expect(path()?.online).toBe(false)
  gateway.admit('porch', guard)
  expect(path()?.online).toBe(true)
  const reader = await open()
  await play(reader, url(), 'anna:a b')
  await arrived(() => reader.packets(0).length > 0)

  const second = await publisher()
  const before = reader.packets(0).length
  for (let n = 0; n < 10; n++) second.picture(n % 5 === 0)
  await arrived(() => path()?.bytesIn === first.sent + second.sent)
  expect(reader.packets(0).length).toBe(before)
  gateway.admit('porch', guard)
  second.picture(false)
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(reader.packets(0).length).toBe(before)
  second.picture(true)
  second.picture(false)
  await arrived(() => reader.packets(0).length > before)
  expect(reader.isClosed()).toBe(false)
})

test('another guard lets go of publisher and history in the same moment; one that comes late is not shown', async () => {
  await gateway.apply([{ name: 'porch', feed: 'publish' }])
  const open1 = await publisher()
  for (let n = 0; n < 3; n++) open1.picture(n === 0)
  await arrived(() => path()?.online)
  const reader = await open()
  await play(reader, url(), 'anna:a b')
  await arrived(() => reader.packets(0).length > 0)

  void gateway.apply([{ name: 'porch', feed: 'publish', guard }])
  const before = reader.packets(0).length
  expect(path()?.online).toBe(false)
  open1.picture(true)
  await open1.client.closed
  // It was on its way when the mask was set.
  const late = await publisher()
  late.picture(true)
  late.picture(false)
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(path()?.online).toBe(false)
  expect(reader.packets(0).length).toBe(before)
})
