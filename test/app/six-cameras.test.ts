// Six kinds of source in one house: each gives RTSP, MJPEG, a recording and a device in Home Assistant, and can be
// stopped. The USB camera is a stand-in for V4L2 (support/programs/hardware/ffmpeg, first on the PATH) that writes real
// MJPEG; the network camera is another RTSP server; the phone is an ffmpeg that publishes.
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import mqtt from 'mqtt'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { CameraState } from '../../src/camera/state.js'
import type { StoredItem } from '../../src/camera/stored-item.js'
import { createSystemClock } from '../../src/lib/clock.js'
import { silentLog } from '../../src/lib/log.js'
import { createScope, type Scope } from '../../src/lib/scope.js'
import { startBuiltinGateway } from '../../src/media/gateway/builtin/server.js'
import { startJpegCamera, USER } from '../support/jpeg-camera.js'
import { childrenOf, type Nightjar, startNightjar, until } from '../support/nightjar.js'
import { nobody } from '../support/pipeline-house.js'
import { pushFilm } from '../support/push.js'

const run = promisify(execFile)
const PASSWORD = 'correct horse battery'
const PUSH_PASSWORD = 'let me in now'
const kinds = {
  ...{ pattern: 'test-pattern', film: 'file', network: 'rtsp' },
  ...{ usb: 'usb', http: 'http-mjpeg', phone: 'push' },
} as const
const ids = Object.keys(kinds) as (keyof typeof kinds)[]

let scope: Scope
let nightjar: Nightjar
let configFile: string
let streamPassword: string
const messages = new Map<string, string>()

const ask = (path: string, method = 'GET', body?: unknown): Promise<Response> =>
  fetch(new URL(path, nightjar.addresses.http), {
    method,
    headers: {
      authorization: `Basic ${btoa(`ada:${PASSWORD}`)}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
const json = async <T>(path: string): Promise<T> => (await (await ask(path)).json()) as T
const stateOf = (id: string) => json<CameraState>(`/api/cameras/${id}`)

beforeAll(async () => {
  scope = createScope()
  const folder = await mkdtemp(join(tmpdir(), 'nightjar-six-'))
  scope.defer(() => rm(folder, { recursive: true }))
  const encode = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-bf', '0', '-g', '10']
  const film = ['-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=10:d=6', ...encode, join(folder, 'film.mp4')]
  await run('ffmpeg', ['-v', 'error', ...film])
  const jpegs = scope.use(await startJpegCamera({ way: 'single', auth: 'basic' }))
  const listens = { host: '127.0.0.1', port: 0, gateway: 'builtin' } as const
  const far = scope.use(
    await startBuiltinGateway({ config: listens, accounts: nobody, clock: createSystemClock(), log: silentLog }),
  )
  await far.apply([{ name: 'stream', feed: 'publish' }])
  scope.use(pushFilm(far.serviceUrl('stream')))
  await writeFile(join(folder, 'password'), PASSWORD)
  await writeFile(join(folder, 'secret'), USER.password)
  const sources = {
    pattern: { width: 320, height: 180, fps: 10 },
    film: { path: 'film.mp4' },
    network: { url: far.serviceUrl('stream') },
    usb: { width: 320, height: 180, fps: 10, encoder: 'software' },
    http: { url: jpegs.url, username: USER.username, password_file: 'secret' },
    phone: { username: 'phone', password: PUSH_PASSWORD },
  }
  const config = {
    ...{ data: 'data', http: { host: '127.0.0.1', port: 0 }, rtsp: listens, mqtt: { embedded: { port: 0 } } },
    users: [{ name: 'ada', role: 'admin', password_file: 'password' }],
    cameras: ids.map((id) => ({ id, recording: { on: [] }, source: { kind: kinds[id], ...sources[id] } })),
  }
  // JSON is YAML.
  await writeFile(join(folder, 'nightjar.yaml'), JSON.stringify(config))
  configFile = join(folder, 'nightjar.yaml')
  const path = process.env.PATH
  process.env.PATH = `${join(import.meta.dirname, '../support/programs/hardware')}:${path}`
  scope.defer(() => {
    process.env.PATH = path
  })
  nightjar = await startNightjar(['serve', '--config', configFile])
  scope.defer(() => nightjar[Symbol.asyncDispose]())
  streamPassword = (await json<{ password: string }>('/api/users/me/stream-password')).password
  const rtsp = new URL(nightjar.addresses.rtsp.phone ?? '')
  scope.use(pushFilm(`rtsp://phone:${encodeURIComponent(PUSH_PASSWORD)}@${rtsp.host}/phone_push`))
  const client = mqtt.connect(nightjar.addresses.mqtt, { username: 'ada', password: PASSWORD })
  scope.defer(() => client.endAsync(true))
  client.on('message', (topic, payload, { retain }) => {
    // What is kept may come after what is newer than it: the embedded broker reads it when somebody subscribes.
    if (!retain || !messages.has(topic)) messages.set(topic, payload.toString())
  })
  await client.subscribeAsync(['homeassistant/device/+/config', 'nightjar/#'])
}, 60_000)
afterAll(() => scope[Symbol.asyncDispose]())

it.each(ids)('%s gives video by RTSP, MJPEG, a recording, and a device with its entities', async (id) => {
  const state = await until(
    `${id} to be online`,
    async () => {
      const state = await stateOf(id)
      return state.link.status === 'online' && state.media.video && state
    },
    50_000,
  )
  expect(state).toMatchObject({ source: kinds[id], media: { video: { codec: 'h264', height: 180 } } })

  const url = nightjar.addresses.rtsp[id]?.replace('//', `//ada:${streamPassword}@`) ?? ''
  const entries = ['-show_entries', 'stream=codec_name,codec_type', '-of', 'csv=p=0']
  const { stdout } = await run('ffprobe', ['-v', 'error', '-rtsp_transport', 'tcp', ...entries, url])
  expect(stdout.trim()).toBe('h264,video')

  const stop = new AbortController()
  const address = new URL(`/api/cameras/${id}/stream.mjpeg`, nightjar.addresses.http)
  const headers = { authorization: `Basic ${btoa(`ada:${PASSWORD}`)}` }
  const stream = await fetch(address, { headers, signal: stop.signal })
  let seen = Buffer.alloc(0)
  for await (const chunk of stream.body ?? []) {
    seen = Buffer.concat([seen, chunk])
    if (seen.includes(Buffer.from([0xff, 0xd9]))) break
  }
  expect(seen.toString('latin1')).toMatch(/X-Frame-Id: \d+\r\n/)

  const record = (action: string) => ask(`/api/cameras/${id}/recording`, 'POST', { action })
  expect((await record('start')).status).toBe(200)
  await new Promise((resolve) => setTimeout(resolve, 1500))
  await record('stop')
  const item = await until('the recording to be finished', async () => {
    const items = await json<StoredItem[]>(`/api/recordings?camera=${id}`)
    return items.find(({ state }) => state === 'finished')
  })
  const file = join(tmpdir(), `nightjar-six-${id}.mp4`)
  await writeFile(file, Buffer.from(await (await ask(`/api/recordings/${item.id}/video.mp4`)).arrayBuffer()))
  const packets = ['-select_streams', 'v', '-count_packets', '-show_entries', 'stream=nb_read_packets']
  const count = await run('ffprobe', ['-v', 'error', ...packets, '-of', 'csv=p=0', file])
  await rm(file)
  expect(Number(count.stdout)).toBeGreaterThan(1)

  const device = await until('its device', () => messages.get(`homeassistant/device/nightjar_${id}/config`))
  expect(JSON.parse(device).device.identifiers).toContain(`nightjar_${id}`)
  await until('its connectivity', () => messages.get(`nightjar/${id}/connectivity`) === 'ON')
  await until('the end of its recording', () => messages.get(`nightjar/${id}/recording`) === 'OFF')
})

it('no secret of a camera stands in any message, state or line of the log', async () => {
  const told = [...messages.values(), ...nightjar.logs, JSON.stringify(await json('/api/cameras'))].join('\n')
  for (const secret of [USER.password, PUSH_PASSWORD, encodeURIComponent(PUSH_PASSWORD)])
    expect(told).not.toContain(secret)
})

it('all stopped: nothing runs; after a restart of the house it is still so', async () => {
  for (const id of ids) await ask(`/api/cameras/${id}/settings`, 'PATCH', { capture: { enabled: false } })
  const running = () => childrenOf(nightjar.pid).filter(({ command }) => command.includes('rtsp'))
  await until('all processes to end', () => running().length === 0)
  for (const id of ids) expect((await stateOf(id)).link).toMatchObject({ status: 'stopped', problem: null })
  expect((await ask('/api/cameras/usb/snapshot.jpg')).status).toBe(409)
  await nightjar[Symbol.asyncDispose]()
  nightjar = await startNightjar(['serve', '--config', configFile])
  for (const id of ids) expect((await stateOf(id)).link.status).toBe('stopped')
  expect(childrenOf(nightjar.pid)).toEqual([])
})
