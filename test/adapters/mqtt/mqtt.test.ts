// The adapter on our own broker, in this process: what it publishes, and what it does with what it hears.

import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Aedes } from 'aedes'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Broker, startBroker } from '../../../src/adapters/mqtt/broker.js'
import type { MqttAdapter } from '../../../src/adapters/mqtt/mqtt.js'
import type { Accounts } from '../../../src/camera/ports.js'
import { type Clock, createSystemClock } from '../../../src/lib/clock.js'
import { Failure } from '../../../src/lib/failure.js'
import { silentLog } from '../../../src/lib/log.js'
import { createFakeCameras, type FakeCameras, noise, START } from '../../support/fake-cameras.js'
import { startFakeMqtt } from '../../support/mqtt-adapter.js'
import { type Listener, listen } from '../../support/mqtt-listener.js'
import { until } from '../../support/streams.js'

const nobody: Accounts = {
  verify: async (name, password) => (name === 'anna' && password === 'pw' ? { name, role: 'operator' } : null),
  verifyToken: async () => null,
  streamPassword: () => null,
  list: () => [],
}
const service = { name: 'nightjar-service', password: 'secret' }
const login = { username: 'anna', password: 'pw' }

/** Home Assistant's birth is answered after up to 5 s: not in a test. */
const clock: Clock = { ...createSystemClock(), after: (ms, run) => createSystemClock().after(Math.min(ms, 1000), run) }
const impatient: Clock = { ...clock, after: (ms, run) => clock.after(ms / 100, run) }

let folder: string
let broker: Broker
let cameras: FakeCameras
let adapter: MqttAdapter
let home: Listener

const start = (over: { url?: string } = {}): Promise<MqttAdapter> =>
  startFakeMqtt(
    cameras,
    { url: broker.url, username: service.name, password: service.password, ...over },
    { clock: impatient },
  )

const on =
  (topic: string, text?: string) =>
  (message: { topic: string; text: string }): boolean =>
    message.topic === topic && (text === undefined || message.text === text)

const reply = async (name: string, id: unknown): Promise<Record<string, unknown>> => {
  const fits = (message: { topic: string; text: string }): boolean =>
    message.topic === `nightjar/porch/response/${name}` && JSON.parse(message.text).id === id
  return JSON.parse((await home.until(`answer ${id} of ${name}`, fits)).text)
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nightjar-mqtt-'))
  broker = await startBroker({
    config: { host: '127.0.0.1', port: 0 },
    accounts: nobody,
    service,
    base: 'nightjar',
    prefix: 'homeassistant',
    log: silentLog,
  })
  cameras = createFakeCameras(folder, 'porch', 'yard')
  adapter = await start()
  home = await listen(broker.url, login)
  await home.until('the last state of the yard', on('nightjar/yard/picture_quality'))
})

afterEach(async () => {
  await adapter[Symbol.asyncDispose]()
  await home[Symbol.asyncDispose]()
  await broker[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

describe('states', () => {
  it('are retained from the start, each on its own topic', async () => {
    await using late = await listen(broker.url, login, ['nightjar/#'])
    await late.until('night mode', on('nightjar/yard/picture_quality'))
    const porch = Object.fromEntries(
      late.heard
        .filter(({ topic }) => topic.startsWith('nightjar/porch/'))
        .map(({ topic, text }) => [topic.slice(15), text]),
    )
    expect(JSON.parse(porch['connectivity/attributes'] ?? '')).toEqual({
      rtsp: 'rtsp://nightjar.lan:8554/porch',
      page: 'http://nightjar.lan:8080',
      source: 'test-pattern',
      video: { codec: 'h264', width: 1280, height: 720 },
      audio: false,
    })
    expect(porch).toEqual({
      'connectivity/attributes': expect.any(String),
      availability: 'online',
      bright_threshold: '170',
      camera: 'ON',
      dark_threshold: '200',
      detection_confirm: '2',
      detection_idle: '60',
      detection_interval: '5',
      detection_score: '0.5',
      fps: '25',
      min_area: '0.02',
      min_dark_frames: '20',
      motion_frames: '5',
      motion_hold: '3',
      night_dwell: '10',
      picture_quality: '85',
      record_after: '3',
      record_before: '3',
      record_longest: '300',
      save_every: '0',
      stack_at_night: 'OFF',
      storage_used: '0',
      uptime: '2026-11-20T12:00:00.000Z',
      motion: 'OFF',
      connectivity: 'ON',
      privacy: 'OFF',
      problem: 'none',
      recording: 'OFF',
      light_mode: 'day',
      motion_level: '0',
      dark_level: '40',
      trigger_level: '5',
      motion_detection: 'ON',
      detection: 'OFF',
      night_mode: 'auto',
    })
    expect(late.last('nightjar/bridge/state')).toBe('online')
    expect(late.heard.every(({ retained, qos }) => retained && qos === 1)).toBe(true)
  })

  it('are published only when they change', async () => {
    const before = home.heard.length
    cameras.change('porch', { motion: { active: true, level: 12, since: START, zones: [] } })
    cameras.change('porch', { motion: { active: true, level: 12, since: START, zones: [] } })
    cameras.change('porch', { motion: { active: false, level: 0, since: null, zones: [] } })
    await home.until(
      'level 0 again',
      ({ topic, text }) => topic.endsWith('/motion_level') && text === '0' && home.heard.length > before + 3,
    )
    expect(home.heard.slice(before).map(({ topic, text }) => `${topic} ${text}`)).toEqual([
      'nightjar/porch/motion ON',
      'nightjar/porch/motion_level 12',
      'nightjar/porch/motion OFF',
      'nightjar/porch/motion_level 0',
    ])
  })

  it('say what is wrong in at most 255 letters', async () => {
    cameras.change('porch', { link: { status: 'offline', since: START, problem: `no video\n${'ö'.repeat(300)}` } })
    const { text } = await home.until(
      'a problem',
      ({ topic, text }) => topic === 'nightjar/porch/problem' && text !== 'none',
    )
    expect(text).toMatch(/^no video ö+…$/)
    expect([...text]).toHaveLength(255)
    expect(home.last('nightjar/porch/connectivity')).toBe('OFF')
    expect(home.last('nightjar/porch/availability')).toBe('online')
  })

  it('become unknown when they are not known any more', async () => {
    cameras.change('porch', { light: { mode: 'day', dark: null, cause: 'measured', since: START } })
    await home.until('an unknown dark level', on('nightjar/porch/dark_level', 'None'))
  })

  it('are all said again when Home Assistant is born', async () => {
    const before = home.heard.length
    await home.publish('homeassistant/status', 'online')
    await home.until(
      'the last of all',
      (message) => home.heard.indexOf(message) > before && on('nightjar/yard/picture_quality')(message),
    )
    const again = new Set(home.heard.slice(before).map(({ topic }) => topic))
    expect(again).toContain('homeassistant/device/nightjar_bridge/config')
    expect(again).toContain('homeassistant/device/nightjar_porch/config')
    expect(again).toContain('nightjar/porch/motion')
    expect(cameras.watchers).toBe(1)
  })
})

describe('events', () => {
  it('are told once, flat, with the actual pre-roll, and not retained', async () => {
    const item = cameras.keep(
      'porch',
      { kind: 'recording', format: 'mp4', from: START, to: START + 9000 },
      await noise(64, 36, 'jpeg'),
    )
    cameras.tell('porch', { type: 'recording_finished', item })
    const { text } = await home.until('the event', on('nightjar/porch/event'))
    expect(JSON.parse(text)).toEqual({
      event_type: 'recording_finished',
      id: 'event-2',
      at: '2026-11-20T12:00:00.000Z',
      item: item.id,
      kind: 'recording',
      format: 'mp4',
      from: '2026-11-20T12:00:00.000Z',
      to: '2026-11-20T12:00:09.000Z',
      bytes: item.bytes,
      keep: false,
      path: item.path,
      causes: ['motion'],
      pre_roll_s: 3.2,
      url: `http://nightjar.lan:8080/api/recordings/${item.id}/video.mp4?signed`,
      picture_url: `http://nightjar.lan:8080/api/recordings/${item.id}/picture.jpg?signed`,
    })
    await using late = await listen(broker.url, login, ['nightjar/#'])
    await late.until('night mode', on('nightjar/yard/picture_quality'))
    expect(late.last('nightjar/porch/event')).toBeUndefined()
  })

  it('of motion bring the picture of that moment, after the state; the recording brings no second one', async () => {
    cameras.change('porch', { motion: { active: true, level: 9, since: START, zones: [] } })
    cameras.tell('porch', { type: 'motion_started', level: 9, threshold: 5, frames: 5 }, START + 500)
    const { payload } = await home.until('the picture', on('nightjar/porch/last_event'))
    expect((await sharp(payload).metadata()).format).toBe('jpeg')
    expect(cameras.pictures.asked).toEqual([{ camera: 'porch', at: START + 500, format: 'jpg' }])
    const order = home.heard.map(({ topic }) => topic)
    expect(order.lastIndexOf('nightjar/porch/motion')).toBeLessThan(order.indexOf('nightjar/porch/last_event'))

    const picture = await noise(64, 36, 'jpeg')
    const same = cameras.keep('porch', { kind: 'recording', from: START - 3000, to: START + 4000 }, picture)
    cameras.change('porch', { last: { motion: START, snapshot: null, recording: same.id } })
    const byHand = cameras.keep('porch', { kind: 'recording', from: START + 30_000, causes: ['manual'] }, picture)
    cameras.change('porch', { last: { motion: START, snapshot: null, recording: byHand.id } })
    await new Promise((resolve) => setTimeout(resolve, 100))
    const another = await noise(48, 36, 'jpeg')
    const next = cameras.keep('porch', { kind: 'recording', from: START + 60_000, to: START + 70_000 }, another)
    cameras.change('porch', { last: { motion: START, snapshot: null, recording: next.id } })
    await home.until('the picture of the next', (message) => message.payload.equals(another))
    expect(home.heard.filter(on('nightjar/porch/last_event'))).toHaveLength(2)
  })
})

describe('commands', () => {
  it('of entities change the camera', async () => {
    await home.publish('nightjar/porch/recording/set', 'ON')
    await home.until('recording', on('nightjar/porch/recording', 'ON'))
    await home.publish('nightjar/porch/trigger_level/set', '7.5')
    await home.until('the level', on('nightjar/porch/trigger_level', '7.5'))
    await home.publish('nightjar/porch/motion_detection/set', 'OFF')
    await home.until('the switch', on('nightjar/porch/motion_detection', 'OFF'))
    await home.publish('nightjar/yard/night_mode/set', 'night')
    await home.until('the mode', on('nightjar/yard/night_mode', 'night'))
    expect(cameras.commands.map(({ id, command }) => [id, command])).toEqual([
      ['porch', { type: 'record', action: 'start' }],
      ['porch', { type: 'settings', change: { motion: { trigger_level: 7.5 } } }],
      ['porch', { type: 'settings', change: { motion: { enabled: false } } }],
      ['yard', { type: 'settings', change: { night: { mode: 'night' } } }],
    ])
  })

  it('are answered with what came of them', async () => {
    await home.publish('nightjar/porch/command/snapshot', '{"id": "a", "format": "png"}')
    const item = cameras.recordings.list
    expect(await reply('snapshot', 'a')).toMatchObject({ status: 'ok', kind: 'snapshot', format: 'png' })
    const [kept] = item()
    expect(await reply('snapshot', 'a')).toMatchObject({
      item: kept?.id,
      path: kept?.path,
      url: `http://nightjar.lan:8080/api/recordings/${kept?.id}/picture.jpg?signed`,
    })
    await home.publish('nightjar/porch/command/stack', '{"id": "b", "frames": 20, "format": "png"}')
    expect(await reply('stack', 'b')).toMatchObject({ status: 'ok', kind: 'snapshot', format: 'png' })
    await home.publish('nightjar/porch/command/stack', '7')
    expect(await reply('stack', null)).toMatchObject({ status: 'ok' })
    await home.publish('nightjar/porch/stacked_snapshot/set', 'PRESS')
    await until(() => cameras.commands.length === 4)
    expect(cameras.commands.slice(1).map(({ command }) => command)).toEqual([
      { type: 'stack', frames: 20, format: 'png' },
      { type: 'stack', frames: 7 },
      { type: 'stack' },
    ])
    const { payload } = await home.until('the snapshot', on('nightjar/porch/last_snapshot'))
    expect((await sharp(payload).metadata()).format).toBe('jpeg')

    await home.publish('nightjar/porch/command/record', 'start')
    expect(await reply('record', null)).toEqual({
      id: null,
      status: 'ok',
      recording: { active: true, causes: ['manual'], since: '2026-11-20T12:00:00.000Z' },
    })
    await home.publish('nightjar/porch/command/settings', '{"id": 7, "change": {"motion": {"trigger_level": 8}}}')
    expect(await reply('settings', 7)).toMatchObject({ status: 'ok', settings: { motion: { trigger_level: 8 } } })
    await home.publish('nightjar/porch/command/settings', '{"id": 8, "night": {"mode": "day"}}')
    expect(await reply('settings', 8)).toMatchObject({ status: 'ok', settings: { night: { mode: 'day' } } })
  })

  it.each([
    ['nightjar/porch/command/snapshot', '{"id": 1, "format": "gif"}', 'format must be jpg or png'],
    [
      'nightjar/porch/command/snapshot',
      '{"id": 1, "fromat": "png"}',
      '"fromat" is not known here; there are format, at, stacked',
    ],
    ['nightjar/porch/command/snapshot', '{"id": 1', 'the payload begins like a JSON object, but is none'],
    ['nightjar/porch/command/snapshot', 'x'.repeat(20_000), 'a command is at most 16384 bytes long'],
    ['nightjar/porch/command/stack', '{"id": 1, "frames": 61}', 'frames must be a whole number from 2 to 60'],
    ['nightjar/porch/command/stack', 'many', 'frames must be a whole number from 2 to 60'],
    ['nightjar/porch/command/stack', '{"pictures": 3}', '"pictures" is not known here; there are frames, format'],
    ['nightjar/porch/command/record', 'pause', 'action must be start or stop'],
    ['nightjar/porch/command/record', '', 'action must be start or stop'],
    [
      'nightjar/porch/command/settings',
      'loud',
      'settings takes a JSON object such as {"motion": {"trigger_level": 8}}',
    ],
    [
      'nightjar/porch/command/settings',
      '{"id": 1, "motion": {"trigger_level": 500}}',
      'motion.trigger_level: must be a number from 1 to 100, not 500',
    ],
    ['nightjar/porch/command/settings', '{"id": 1, "motion": 5}', 'motion: must be a group of options, not 5'],
    [
      'nightjar/porch/command/dance',
      '',
      'there is no command "dance"; there are snapshot, stack, record, clip, settings, zones, keep, delete',
    ],
    [
      'nightjar/porch/command/constructor',
      '',
      'there is no command "constructor"; there are snapshot, stack, record, clip, settings, zones, keep, delete',
    ],
    ['nightjar/attic/command/snapshot', '', 'there is no camera "attic"'],
    ['nightjar/attic/recording/set', 'ON', 'there is no camera "attic"'],
    ['nightjar/porch/recording/set', 'yes', 'recording takes ON or OFF, not "yes"'],
    ['nightjar/porch/night_mode/set', 'dusk', 'night_mode takes auto, day, night, not "dusk"'],
    ['nightjar/porch/trigger_level/set', 'high', 'trigger_level takes a number from 1 to 100, not "high"'],
    ['nightjar/porch/trigger_level/set', ' ', 'trigger_level takes a number from 1 to 100, not " "'],
    ['nightjar/porch/trigger_level/set', '101', 'motion.trigger_level: must be a number from 1 to 100, not 101'],
    ['nightjar/porch/snapshot/set', '', 'snapshot takes PRESS, not ""'],
    ['nightjar/porch/motion/set', 'ON', 'there is nothing to set at "motion"'],
  ])('%s: error %#', async (topic, payload, error) => {
    await home.publish(topic, payload)
    const { topic: answered, text } = await home.until('an answer', (message) => message.topic.includes('/response/'))
    const [, camera, first, second] = topic.split('/')
    expect(answered).toBe(`nightjar/${camera}/response/${first === 'command' ? second : first}`)
    expect(JSON.parse(text)).toMatchObject({ status: 'error', error })
    expect(cameras.commands).toEqual([])
  })

  it('that the camera refuses are answered with its sentence; a bug is not told to strangers', async () => {
    cameras.failNext(new Failure('unavailable', 'no video yet'))
    await home.publish('nightjar/porch/command/snapshot', '{"id": "one"}')
    expect(await reply('snapshot', 'one')).toEqual({
      id: 'one',
      status: 'error',
      error: 'no video yet',
      code: 'unavailable',
    })
    cameras.failNext(new TypeError('x is not a function'))
    await home.publish('nightjar/porch/command/snapshot', '{"id": "two"}')
    expect(await reply('snapshot', 'two')).toMatchObject({ status: 'error', code: 'internal' })
    expect(JSON.stringify(await reply('snapshot', 'two'))).not.toContain('not a function')
  })
})

describe('an old broker', () => {
  it('that knows MQTT 3.1.1 only is spoken to in that, at once', async () => {
    const aedes = await Aedes.createBroker()
    const server = createServer(aedes.handle).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const old = await start({ url: `mqtt://127.0.0.1:${port}` })
    await using late = await listen(`mqtt://127.0.0.1:${port}`)
    await late.until('the last state', on('nightjar/yard/picture_quality'))
    expect(old.health()).toEqual({ connected: true, problem: null })
    await old[Symbol.asyncDispose]()
    await late.until('the end', on('nightjar/bridge/state', 'offline'))
    aedes.close()
    server.close()
  })
})

describe('the end', () => {
  it('says offline everywhere and hears nothing more', async () => {
    await adapter[Symbol.asyncDispose]()
    await home.until('offline', on('nightjar/bridge/state', 'offline'))
    expect(home.last('nightjar/porch/availability')).toBe('offline')
    expect(cameras.watchers).toBe(0)
    expect(adapter.health().connected).toBe(false)
  })
})
