// The whole house with MediaMTX as its video server: all that it gives, a server that dies, a password that changes, and
// privacy.
import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import type { CameraState } from '../../src/camera/state.js'
import { disprove, parseY4m } from '../../src/pipeline/proof.js'
import { mediamtxProgram, whichMediamtx } from '../support/mediamtx.js'
import { freePort } from '../support/mosquitto.js'
import { type Listener, listen } from '../support/mqtt-listener.js'
import { alive, childrenOf, type Nightjar, startNightjar, until } from '../support/nightjar.js'
import { encode } from '../support/streams.js'

const run = promisify(execFile)
const authorization = `Basic ${Buffer.from('anna:annas-password').toString('base64')}`
const ZONE = { x: 10, y: 10, width: 50, height: 50 }

let nightjar: Nightjar
let broker: Listener
let password: string

const get = (path: string, init: RequestInit = {}): Promise<Response> =>
  nightjar.get(path, { ...init, headers: { authorization, ...init.headers } })
const json = async <Answer>(path: string, init?: RequestInit): Promise<Answer> =>
  (await (await get(path, init)).json()) as Answer
const camera = (id: string): Promise<CameraState> => json(`/api/cameras/${id}`)
const online = (id: string): Promise<boolean> =>
  until(`${id} to be online`, async () => (await camera(id)).link.status === 'online', 30_000)
const addressOf = (id: string, word: string): string =>
  (nightjar.addresses.rtsp[id] ?? '').replace('//', `//anna:${word}@`)
const server = (): number =>
  childrenOf(nightjar.pid).find(({ command }) => command.includes(`${mediamtxProgram} `))?.pid ?? 0

/** One picture by RTSP; undefined when there is none to be had. */
const look = async (id: string, word = password) => {
  const read = ['-v', 'error', '-nostdin', '-rtsp_transport', 'tcp', '-i', addressOf(id, word), '-frames:v', '1']
  const args = [...read, '-pix_fmt', 'yuv420p', '-f', 'yuv4mpegpipe', 'pipe:1']
  return run('ffmpeg', args, { encoding: 'buffer', timeout: 15_000 }).then(
    ({ stdout }) => parseY4m(stdout),
    () => undefined,
  )
}

beforeAll(async () => {
  const data = mkdtempSync(join(tmpdir(), 'nightjar-app-mediamtx-'))
  const film = join(data, 'film.mp4')
  const test = ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=25:d=60']
  execFileSync('ffmpeg', [...test, ...encode(), film])
  const source = { kind: 'file', path: film }
  const mqttPort = await freePort()
  const config = join(data, 'nightjar.yaml')
  const text = stringify({
    ...{ data, http: { host: '127.0.0.1', port: 0 }, rtsp: { host: '127.0.0.1', port: 0, gateway: 'mediamtx' } },
    ...{ mediamtx: { path: mediamtxProgram }, mqtt: { embedded: { port: mqttPort } } },
    users: [{ name: 'anna', role: 'admin', password: 'annas-password' }],
    cameras: [
      { id: 'porch', source },
      { id: 'yard', source, zones: [{ id: 'window', use: 'privacy', ...ZONE }] },
    ],
  })
  writeFileSync(config, text)
  nightjar = await startNightjar(['serve', '--config', config], data)
  password = (await json<{ password: string }>('/api/users/me/stream-password')).password
  broker = await listen(`mqtt://127.0.0.1:${mqttPort}`, { username: 'anna', password: 'annas-password' })
  await Promise.all([online('porch'), online('yard')])
}, 90_000)
afterAll(async () => {
  await broker[Symbol.asyncDispose]()
  await nightjar[Symbol.asyncDispose]()
})

describe(`with ${whichMediamtx}`, () => {
  test('there is RTSP, MJPEG, a picture, entities, and what MediaMTX tells of itself', async () => {
    expect(await look('porch')).toMatchObject({ width: 320, height: 180 })
    const stream = await get('/api/cameras/porch/stream.mjpeg')
    const part = await stream.body?.getReader().read()
    expect(String(Buffer.from(part?.value ?? []).subarray(0, 200))).toContain('X-Frame-Id')
    const picture = await get('/api/cameras/porch/snapshot.jpg?max_age_ms=5000')
    expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
    await broker.until('connectivity', ({ topic, text }) => topic === 'nightjar/porch/connectivity' && text === 'ON')
    const health = await json<{ details: { gateway: unknown } }>('/health')
    expect(health.details.gateway).toMatchObject({ kind: 'mediamtx', version: 'v1.20.1', problem: null })
    expect(await (await get('/metrics')).text()).toMatch(/nightjar_rtsp_protocol_readers\{.*protocol="rtsp".*\} [1-9]/)
  })

  test('a privacy zone is black for everybody', async () => {
    const corners = [
      { x: 0.1, y: 0.1 },
      { x: 0.6, y: 0.1 },
      { x: 0.6, y: 0.6 },
      { x: 0.1, y: 0.6 },
    ]
    const [yard, porch] = [await look('yard'), await look('porch')]
    expect(yard && disprove({ of: 'mask', polygons: [corners] }, yard)).toBeNull()
    expect(porch && disprove({ of: 'mask', polygons: [corners] }, porch)).toMatch(/not black/)
  })

  test('MediaMTX that is killed is told, and everything is back by itself', async () => {
    const killed = server()
    process.kill(killed, 'SIGKILL')
    await until('the outage to be told', async () => {
      const { link } = await camera('porch')
      return link.status === 'offline' && link.problem === 'MediaMTX was ended by SIGKILL'
    })
    await Promise.all([online('porch'), online('yard')])
    expect(server()).not.toBe(killed)
    expect(await look('porch')).toBeDefined()
    expect(await look('yard')).toBeDefined()
  })

  test('a new stream password is the only one', async () => {
    const old = password
    password = (await json<{ password: string }>('/api/users/me/stream-password', { method: 'POST' })).password
    await until('the new one to be taken', () => look('porch'))
    expect(await look('porch', old)).toBeUndefined()
  })

  test('privacy ends who watches, and shows nothing but the card', async () => {
    const read = ['-v', 'error', '-nostdin', '-rtsp_transport', 'tcp', '-i', addressOf('porch', password)]
    const watching = run('ffmpeg', [...read, '-f', 'null', '-']).then(
      () => 'ended',
      () => 'ended',
    )
    await until('the watcher', async () => {
      const { details } = await json<{ details: { gateway: { paths: { readers: number }[] } } }>('/health')
      return (details.gateway.paths[0]?.readers ?? 0) > 1
    })
    const change = {
      method: 'PATCH',
      body: '{"privacy":{"enabled":true}}',
      headers: { 'content-type': 'application/json' },
    }
    expect((await get('/api/cameras/porch/settings', change)).status).toBe(200)
    expect(await watching).toBe('ended')
    // Whoever comes now sees the card or nothing.
    const seen = await until('the card', () => look('porch'))
    expect(disprove({ of: 'slate' }, seen)).toBeNull()
  })

  test('it ends with the house', async () => {
    const children = childrenOf(nightjar.pid)
    expect(children.some(({ pid }) => pid === server())).toBe(true)
    nightjar.signal('SIGTERM')
    expect(await nightjar.exited).toBe(0)
    expect(children.filter(({ pid }) => alive(pid))).toEqual([])
  })
})
