import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { dumpConfig } from '../../src/config/dump.js'
import { loadConfig } from '../../src/config/load.js'
import type { Config } from '../../src/config/schema.js'
import { defaultSettings } from '../support/settings.js'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightjar-config-'))
  await writeFile(join(folder, 'broker-password'), 'from the file\n')
  await writeFile(join(folder, 'address'), 'rtsp://ada:pa%20ss@cam/1')
})
afterAll(() => rm(folder, { recursive: true }))

const load = (text: string, env: NodeJS.ProcessEnv = {}, previous?: Config): Promise<Config> =>
  loadConfig({ path: join(folder, 'nightjar.yaml'), text, env, ...(previous ? { previous } : {}) })

const camera = 'cameras: [{id: front-door_2, source: {kind: test-pattern}}]\n'

describe('a configuration', () => {
  it('of one camera has all its defaults, and MQTT off', async () => {
    const config = await load(camera)
    expect(config.cameras).toEqual([
      {
        id: 'front-door_2',
        name: 'Front door 2',
        source: { kind: 'test-pattern', width: 1280, height: 720, fps: 25, walk_every_s: 30, walk_s: 8, day_s: 240 },
        ring: { seconds: 10, max_bytes: 64_000_000, width: null },
        settings: defaultSettings,
      },
    ])
    expect(config.http.port).toBe(8080)
    expect(config.rtsp).toEqual({ host: '0.0.0.0', port: 8554, gateway: 'auto' })
    expect(config.users).toEqual([])
    expect(config).not.toHaveProperty('mqtt')
  })

  it('takes every key that the README promises', async () => {
    const config = await load(`
data: recordings
http: {port: 80}
rtsp: {port: 554, gateway: builtin}
mqtt: {url: mqtt://broker, username: ada, password_file: broker-password, base: cams, discovery_prefix: ha}
cameras:
  - id: porch
    name: The porch
    source: {kind: rtsp, url: rtsp://cam/1, sub: rtsp://cam/2}
    ring: {seconds: 20}
    motion: {enabled: false, trigger_level: 7.5, frames: 3, hold_s: 5}
    night: {mode: night, dark_threshold: 220, bright_threshold: 100, min_dark_frames: 50}
    recording: {before_s: 10, after_s: 4, max_s: 60, on: []}
    jpeg: {quality: 70}
users: [{name: ada, role: operator, password_file: broker-password}]
logging: {level: debug}
`)
    expect(config.data).toBe(join(folder, 'recordings'))
    expect(config.mqtt).toMatchObject({
      url: 'mqtt://broker',
      username: 'ada',
      password: 'from the file',
      base: 'cams',
    })
    expect(config.cameras[0]).toMatchObject({ name: 'The porch', ring: { seconds: 20 } })
    expect(config.cameras[0]?.settings.recording).toEqual({
      before_s: 10,
      after_s: 4,
      max_s: 60,
      on: [],
      as: 'video',
      picture_every_s: 1,
    })
    expect(config.users).toEqual([{ name: 'ada', role: 'operator', password: 'from the file' }])
  })

  it('takes empty groups for groups left out', async () => {
    const config = await load(`${camera}http:\nstorage:\nusers:\n`)
    expect(config.http.port).toBe(8080)
    expect(config.storage.days).toBe(14)
  })

  it('counts relative paths from its own folder, and keeps absolute ones', async () => {
    const config = await load(
      'data: /srv/nightjar\ncameras: [{id: a, source: {kind: file, path: clips/a.mp4}}, {id: b, source: {kind: file, path: /b.mp4}}]',
    )
    expect(config.data).toBe('/srv/nightjar')
    expect(config.cameras.map(({ source }) => source)).toMatchObject([
      { path: join(folder, 'clips/a.mp4') },
      { path: '/b.mp4' },
    ])
  })

  it('takes a secret from a file or from the environment, which wins', async () => {
    const text = `
cameras:
  - {id: front-door, source: {kind: rtsp, url_file: address}}
  - {id: yard, source: {kind: rtsp}}
mqtt: {url: mqtt://broker, password_file: broker-password}
`
    const config = await load(text, {
      NIGHTJAR_MQTT_PASSWORD: 'from the environment',
      NIGHTJAR_CAMERAS_YARD_SOURCE_URL: 'rtsp://yard/1',
      NIGHTJAR_DATA: '/data',
    })
    expect(config.mqtt?.password).toBe('from the environment')
    expect(config.cameras.map(({ source }) => source)).toMatchObject([
      { url: 'rtsp://ada:pa%20ss@cam/1' },
      { url: 'rtsp://yard/1' },
    ])
    expect(config.data).toBe('/data')
  })

  it('does not switch MQTT on because a password is in the environment', async () => {
    expect(await load(camera, { NIGHTJAR_MQTT_PASSWORD: 'x' })).not.toHaveProperty('mqtt')
  })
})

describe('a dump', () => {
  const text = `
cameras:
  - {id: a, source: {kind: rtsp, url: "rtsp://ada:geheim1@cam/1"}}
  - {id: b, source: {kind: rtsp, url: "rtsp://ada:geheim2@cam/2", sub: "rtsp://cam/3?token=geheim3"}}
mqtt: {url: "mqtt://ada:geheim4@broker", password: geheim5}
users: [{name: ada, password: geheim6}, {name: bob, role: admin, password: geheim7}]
notify:
  - {kind: webhook, url: "https://a/geheim8", secret: geheim9}
  - {kind: email, host: a, to: [b@c], password: geheim0}
`
  it('holds no secret', async () => {
    const dump = stringify(dumpConfig(await load(text)))
    expect(dump).not.toContain('geheim')
    expect(dump).toContain('password: "***"')
    expect(dump).toContain('url: mqtt://***@broker')
  })

  it('read again is the same configuration, also in another order', async () => {
    const config = await load(text)
    const dump = dumpConfig(config)
    expect(await load(stringify(dump), {}, config)).toEqual(config)
    const turned = {
      ...dump,
      cameras: (dump.cameras as unknown[]).toReversed(),
      users: (dump.users as unknown[]).toReversed(),
    }
    const again = await load(stringify(turned), {}, config)
    expect(again.cameras).toEqual(config.cameras.toReversed())
    expect(again.users).toEqual(config.users.toReversed())
  })

  it("says a camera's infrared filter commands as the file does, beside what may be changed live", async () => {
    const commands = { day: ['/usr/bin/ir cut', '--open'], night: ['ircut', 'out; rm'] }
    const [first] = (await load(camera)).cameras
    expect(first).not.toHaveProperty('irCut')
    const config = await load(
      stringify({ cameras: [{ id: 'a', source: { kind: 'test-pattern' }, night: { ir_cut_command: commands } }] }),
    )
    expect(config.cameras[0]).toMatchObject({ irCut: commands, settings: { night: defaultSettings.night } })
    expect(config.cameras[0]?.settings.night).toEqual(defaultSettings.night)
    expect(await load(stringify(dumpConfig(config)), {}, config)).toEqual(config)
    const wrong = `cameras: [{id: a, source: {kind: test-pattern}, night: {ir_cut_command: {day: ircut, dusk: []}}}]`
    await expect(load(wrong)).rejects.toThrow(
      /ir_cut_command\.dusk: is not an option[\s\S]*\.day: must be a list: a program, then its arguments, all text, not "ircut"/,
    )
  })

  it('keeps what was changed in it', async () => {
    const config = await load(text)
    const changed = stringify(dumpConfig(config)).replace('mqtt://***@broker', 'mqtt://other')
    expect((await load(changed, {}, config)).mqtt).toMatchObject({ url: 'mqtt://other', password: 'geheim5' })
  })

  it('of a camera that nobody knows is refused: its secret is nowhere', async () => {
    const config = await load(text)
    const dump = stringify(dumpConfig(config)).replace('id: b', 'id: c')
    await expect(load(dump, {}, config)).rejects.toThrow('cameras[1].source.url: "***" stands for a secret')
  })
})
