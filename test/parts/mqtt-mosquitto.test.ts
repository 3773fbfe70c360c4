// The adapter against a real mosquitto: outages, last will, retained commands, what an earlier run left behind, and
// what the command line tools see.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect as connectTcp, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { MqttAdapter } from '../../src/adapters/mqtt/mqtt.js'
import { createFakeCameras, type FakeCameras, noise, START } from '../support/fake-cameras.js'
import { freePort, type Mosquitto, startMosquitto } from '../support/mosquitto.js'
import { startFakeMqtt } from '../support/mqtt-adapter.js'
import { type Listener, listen } from '../support/mqtt-listener.js'

const ANNA = { username: 'anna', password: 'pw' }

let folder: string
let broker: Mosquitto
let cameras: FakeCameras
const ends: (() => Promise<void>)[] = []

const use = <T extends AsyncDisposable>(part: T): T => {
  ends.push(async () => part[Symbol.asyncDispose]())
  return part
}

const start = async (over: { url?: string; password?: string; base?: string } = {}): Promise<MqttAdapter> =>
  use(await startFakeMqtt(cameras, { url: broker.url, ...over }))

/** From start to end. */
const run = async (over: { base?: string } = {}): Promise<void> => {
  const adapter = await start(over)
  await until('a connection', () => adapter.health().connected)
  await adapter[Symbol.asyncDispose]()
}

const hear = async (topics = ['#']): Promise<Listener> => use(await listen(broker.url, ANNA, topics))

const on =
  (topic: string, text?: string) =>
  (message: { topic: string; text: string }): boolean =>
    message.topic === topic && (text === undefined || message.text === text)

const until = async (what: string, holds: () => boolean): Promise<void> => {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 160) throw new Error(`never: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Timers and sockets of this process. */
const resources = (): number =>
  process.getActiveResourcesInfo().filter((each) => ['Timeout', 'TCPSocketWrap', 'TCPConnectWrap'].includes(each))
    .length

/** A way to the broker that can be cut, or held so that nothing comes through any more. */
const startLine = async (): Promise<{ url: string; cut(): void; hold(): void }> => {
  const sockets = new Set<Socket>()
  let held = false
  const port = await freePort()
  const server = createServer((near) => {
    near.on('error', () => {})
    sockets.add(near)
    if (held) return
    const far = connectTcp(broker.port, '127.0.0.1')
    far.on('error', () => {})
    sockets.add(far)
    near.pipe(far).pipe(near)
  }).listen(port, '127.0.0.1')
  const cut = (): void => {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  ends.push(async () => cut())
  const hold = (): void => {
    held = true
    for (const socket of sockets) socket.unpipe().pause()
  }
  return { url: `mqtt://127.0.0.1:${port}`, cut, hold }
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nightjar-mqtt-'))
  broker = await startMosquitto()
  cameras = createFakeCameras(folder, 'porch')
})

afterEach(async () => {
  for (let end = ends.pop(); end; end = ends.pop()) await end()
  await broker[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

it('a client with nothing but the command line tools finds the device, commands it and reads the answers', async () => {
  await start()
  const home = await hear()
  await home.until('the last state', on('nightjar/porch/night_mode'))
  const tool = (program: string, ...args: string[]): string =>
    execFileSync(program, ['-p', String(broker.port), '-u', 'anna', '-P', 'pw', ...args], { encoding: 'utf8' })
  const found = tool('mosquitto_sub', '-C', '1', '-t', 'homeassistant/device/nightjar_porch/config')
  const { snapshot, recording } = JSON.parse(found).components
  tool('mosquitto_pub', '-t', snapshot.command_topic, '-m', 'PRESS')
  const answer = await home.until('an answer', on('nightjar/porch/response/snapshot'))
  expect(JSON.parse(answer.text)).toMatchObject({ id: null, status: 'ok', kind: 'snapshot', format: 'jpg' })
  tool('mosquitto_pub', '-t', recording.command_topic, '-m', 'ON')
  await home.until('recording', on(recording.state_topic, 'ON'))
  expect(tool('mosquitto_sub', '-C', '1', '-t', recording.state_topic)).toBe('ON\n')
})

it('a missing broker delays nothing, and is used when it comes', async () => {
  await broker.kill()
  const adapter = await start()
  await until('a problem', () => adapter.health().problem?.startsWith('nothing listens at') ?? false)
  expect(adapter.health().connected).toBe(false)
  await broker.start()
  await until('a connection', () => adapter.health().connected)
  expect(adapter.health().problem).toBeNull()
})

it('a wrong password is said in words', async () => {
  const adapter = await start({ password: 'wrong' })
  await until('a problem', () => adapter.health().problem?.includes('refuses user "nightjar"') ?? false)
})

it('after a restart of the broker everything is there again, also what changed meanwhile', async () => {
  const adapter = await start()
  await until('a connection', () => adapter.health().connected)
  const item = cameras.keep('porch', {}, await noise(64, 36, 'jpeg'))
  cameras.change('porch', { last: { motion: null, snapshot: item.id, recording: null } })
  await broker.kill()
  await until('the loss', () => !adapter.health().connected)
  expect(cameras.watchers).toBe(0)
  cameras.change('porch', { recording: { active: true, causes: ['manual'], since: START } })
  await broker.start()
  await until('a connection', () => adapter.health().connected)
  const home = await hear()
  await home.until('recording', on('nightjar/porch/recording', 'ON'))
  await home.until('the snapshot', on('nightjar/porch/last_snapshot'))
  await home.until('discovery', on('homeassistant/device/nightjar_porch/config'))
  await home.until('the bridge', on('nightjar/bridge/state', 'online'))
  await home.publish('nightjar/porch/recording/set', 'OFF')
  await home.until('no recording', on('nightjar/porch/recording', 'OFF'))
})

it('when we vanish the broker says so for us', async () => {
  const line = await startLine()
  const home = await hear()
  const adapter = await start({ url: line.url })
  await home.until('the bridge', on('nightjar/bridge/state', 'online'))
  line.cut()
  await home.until('the last will', on('nightjar/bridge/state', 'offline'))
  await until('the loss', () => !adapter.health().connected)
  const late = await hear(['nightjar/bridge/state'])
  expect((await late.until('the will', on('nightjar/bridge/state'))).retained).toBe(true)
})

it.each(['away', 'silent from the start', 'silent later'])(
  'with a broker that is %s it ends, and leaves nothing',
  async (broken) => {
    const line = await startLine()
    const before = resources()
    if (broken === 'away') line.cut()
    if (broken === 'silent from the start') line.hold()
    const adapter = await start({ url: line.url })
    if (broken === 'silent later') {
      await until('a connection', () => adapter.health().connected)
      line.hold()
    } else {
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
    const began = performance.now()
    await adapter[Symbol.asyncDispose]()
    expect(performance.now() - began).toBeLessThan(3000)
    line.cut()
    await until('nothing left', () => resources() <= before)
  },
)

it('retained commands are ignored, at the start and later', async () => {
  const home = await hear()
  await home.publish('nightjar/porch/recording/set', 'ON', true)
  await home.publish('nightjar/porch/command/snapshot', '{"id": "old"}', true)
  await start()
  await home.until('the last state', on('nightjar/porch/night_mode'))
  await home.publish('nightjar/porch/night_mode/set', 'night', true)
  await home.publish('nightjar/porch/command/snapshot', '{"id": "new"}')
  await home.until('an answer', on('nightjar/porch/response/snapshot'))
  expect(cameras.commands.map(({ command }) => command)).toEqual([{ type: 'snapshot' }])
})

it('what an earlier run left is cleaned, and nothing of anybody else', async () => {
  await run()
  const neighbours = createFakeCameras(folder, 'porch', 'attic')
  const mine = cameras
  cameras = neighbours
  await run({ base: 'garage' })
  cameras = mine
  const before = await hear()
  const text = (await before.until('discovery', on('homeassistant/device/nightjar_porch/config'))).text
  // An older Nightjar had a camera `shed`, and an entity `siren` of the porch.
  const old = JSON.parse(text)
  await before.publish('homeassistant/device/nightjar_shed/config', text.replaceAll('/porch/', '/shed/'), true)
  await before.publish('nightjar/shed/motion', 'OFF', true)
  old.components.siren = {
    platform: 'switch',
    unique_id: 'x',
    state_topic: 'nightjar/porch/siren',
    command_topic: 'a/b',
  }
  await before.publish('homeassistant/device/nightjar_porch/config', JSON.stringify(old), true)
  await before.publish('nightjar/porch/siren', 'OFF', true)
  await before.publish('homeassistant/device/nightjar_other/config', '{"origin": {"name": "Somebody"}}', true)

  const during = await hear()
  await start()
  const parting = await during.until(
    'the parting',
    ({ topic, text }) =>
      topic === 'homeassistant/device/nightjar_porch/config' && text.includes('"siren":{"platform":"switch"}'),
  )
  await during.until('the shed is gone', on('homeassistant/device/nightjar_shed/config', ''))
  await during.until('the siren is gone', on('nightjar/porch/siren', ''))
  const after = during.heard.slice(during.heard.indexOf(parting) + 1)
  expect(after.find(on('homeassistant/device/nightjar_porch/config'))?.text).not.toContain('siren')

  const late = await hear()
  await late.until('a neighbour', on('garage/attic/night_mode'))
  const left = late.heard.map(({ topic }) => topic)
  expect(left.filter((topic) => topic.startsWith('nightjar/shed/') || topic.endsWith('siren'))).toEqual([])
  expect(left.filter((topic) => topic.includes('/device/')).sort()).toEqual([
    'homeassistant/device/nightjar_bridge/config',
    'homeassistant/device/nightjar_garage_attic/config',
    'homeassistant/device/nightjar_garage_bridge/config',
    'homeassistant/device/nightjar_garage_porch/config',
    'homeassistant/device/nightjar_other/config',
    'homeassistant/device/nightjar_porch/config',
  ])
})

it('pictures are JPEGs that the broker takes: large ones are made smaller, PNG is turned into JPEG', async () => {
  await broker[Symbol.asyncDispose]()
  broker = await startMosquitto('max_packet_size 60000')
  const adapter = await start()
  await until('a connection', () => adapter.health().connected)
  const home = await hear()
  const shown = async (topic: string, count: number): Promise<Buffer> => {
    await until(`picture ${count}`, () => home.heard.filter(on(topic)).length === count)
    return home.heard.findLast(on(topic))?.payload ?? Buffer.alloc(0)
  }
  const png = cameras.keep('porch', { format: 'png' }, await noise(640, 360, 'png'))
  cameras.change('porch', { last: { motion: null, snapshot: png.id, recording: null } })
  const first = await shown('nightjar/porch/last_snapshot', 1)
  expect((await sharp(first).metadata()).format).toBe('jpeg')
  expect(first.length).toBeLessThan(59_000)
  const large = cameras.keep('porch', {}, await noise(1920, 1080, 'jpeg'))
  expect(large.bytes).toBeGreaterThan(1_000_000)
  cameras.change('porch', { last: { motion: null, snapshot: large.id, recording: null } })
  expect((await shown('nightjar/porch/last_snapshot', 2)).length).toBeLessThan(59_000)
  expect(adapter.health()).toEqual({ connected: true, problem: null })
})
