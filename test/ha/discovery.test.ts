// The real Home Assistant (../shared/home-assistant) with the adapter and cameras without hardware: it shows every
// entity as meant, drops no key, logs nothing about us, and its buttons and switches work. Run by `npm run test:ha`:
// it needs root, a chroot and minutes to make it.
import { execFile, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MqttAdapter, startMqtt } from '../../src/adapters/mqtt/mqtt.js'
import { createSystemClock } from '../../src/lib/clock.js'
import { silentLog } from '../../src/lib/log.js'
import { createFakeCameras, type FakeCameras, noise, START } from '../support/fake-cameras.js'
import { freePort, type Mosquitto, startMosquitto } from '../support/mosquitto.js'

const run = promisify(execFile)
const harness = join(dirname(fileURLToPath(import.meta.url)), '../../../shared/home-assistant')

const missing = (): string | null => {
  if (!existsSync(join(harness, 'ha.py'))) return `${harness} is not there`
  if (process.getuid?.() !== 0) return 'it needs root, for its chroot'
  if (spawnSync('unshare', ['--mount', 'true']).status !== 0) return 'this machine does not allow mount namespaces'
  return null
}
const why = missing()
if (why) console.warn(`test/ha is skipped: ${why}`)

interface Entity {
  readonly unique_id: string
  readonly entity_id: string
  readonly state: string | null
  readonly attributes: Readonly<Record<string, unknown>>
  readonly device_class: string | null
  readonly entity_category: string | null
}
interface Dump {
  readonly devices: readonly {
    readonly id: string
    readonly name: string
    readonly via_device_id: string | null
    readonly configuration_url: string | null
    readonly sw_version: string | null
    readonly mqtt: { readonly ignored_keys: object }
  }[]
  readonly entities: readonly Entity[]
  readonly issues: readonly { readonly domain: string }[]
  readonly log: { readonly matching: readonly unknown[] }
}

describe.skipIf(why !== null)(`Home Assistant${why ? ` (skipped: ${why})` : ''}`, { timeout: 120_000 }, () => {
  let folder: string
  let broker: Mosquitto
  let cameras: FakeCameras
  let adapter: MqttAdapter

  /** Rejects (exit 1) when what was asked for did not happen. */
  const ha = async (...args: string[]): Promise<string> => {
    const whole = [join(harness, 'ha.py'), '--dir', join(folder, 'ha'), ...args]
    return (await run('python3', whole, { maxBuffer: 64 * 1024 * 1024 })).stdout
  }
  const dump = async (): Promise<Dump> => JSON.parse(await ha('dump', '--platform', 'mqtt')) as Dump
  const entity = (of: Dump, id: string): Entity | undefined => of.entities.find(({ unique_id }) => unique_id === id)
  const wait = (...conditions: string[]): Promise<string> => ha('wait', ...conditions, '--timeout', '20')
  const call = (service: string, id: string, data: object = {}): Promise<string> =>
    ha('call', service, id, '--data', JSON.stringify(data))

  const start = async (): Promise<void> => {
    adapter = await startMqtt({
      config: {
        url: broker.url,
        username: 'nightjar',
        password: 'pw',
        base: 'nightjar',
        discovery_prefix: 'homeassistant',
        client_id: null,
        ca_file: null,
        reject_unauthorized: true,
      },
      cameras,
      pictures: cameras.pictures,
      recordings: cameras.recordings,
      version: '1.2.3',
      urls: { http: () => 'http://127.0.0.1:8080' },
      clock: createSystemClock(),
      log: silentLog,
    })
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nightjar-ha-'))
    if (!existsSync('/opt/ha-chroot/etc/ha-eval-chroot')) await run(join(harness, 'setup.sh'))
    broker = await startMosquitto()
    cameras = createFakeCameras(join(folder, 'shelf'), 'porch', 'back-yard')
    await start()
    await ha('start', '--port', String(await freePort()), '--mqtt', `127.0.0.1:${broker.port}:anna:pw`)
    // Its birth is answered within 5 s.
    await wait('nightjar_porch_motion=off', 'nightjar_back-yard_night_mode=auto')
  }, 600_000)

  afterAll(async () => {
    await ha('stop')
    await adapter[Symbol.asyncDispose]()
    await broker[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  }, 60_000)

  it('shows a bridge and its cameras', async () => {
    const { devices } = await dump()
    const bridge = devices.find(({ name }) => name === 'Nightjar')
    expect(devices.map(({ name }) => name).sort()).toEqual(['Back-yard', 'Nightjar', 'Porch'])
    expect(devices.find(({ name }) => name === 'Porch')).toMatchObject({
      via_device_id: bridge?.id,
      configuration_url: 'http://127.0.0.1:8080',
      sw_version: '1.2.3',
    })
  })

  it('shows every entity with its state, class and category', async () => {
    const shown = await dump()
    const porch = shown.entities
      .filter(({ unique_id }) => unique_id.startsWith('nightjar_porch_'))
      .map(({ entity_id, state, device_class, entity_category }) => [entity_id, state, device_class, entity_category])
      .sort(([a], [b]) => String(a).localeCompare(String(b)))
    expect(porch).toEqual([
      ['binary_sensor.porch_connectivity', 'on', 'connectivity', 'diagnostic'],
      ['binary_sensor.porch_motion', 'off', 'motion', null],
      ['button.porch_snapshot', 'unknown', null, null],
      ['event.porch_events', 'unknown', null, null],
      ['image.porch_last_event', 'unknown', null, null],
      ['image.porch_last_snapshot', 'unknown', null, null],
      ['number.porch_trigger_level', '5', null, 'config'],
      ['select.porch_night_mode', 'auto', null, 'config'],
      ['sensor.porch_dark_level', '40', null, 'diagnostic'],
      ['sensor.porch_light_mode', 'day', 'enum', null],
      ['sensor.porch_motion_level', '0', null, 'diagnostic'],
      ['sensor.porch_problem', 'none', null, 'diagnostic'],
      ['switch.porch_motion_detection', 'on', null, 'config'],
      ['switch.porch_recording', 'off', null, null],
    ])
    expect(entity(shown, 'nightjar_bridge_connectivity')?.state).toBe('on')
    expect(entity(shown, 'nightjar_back-yard_motion')?.entity_id).toBe('binary_sensor.back_yard_motion')
  })

  it('has working buttons, switches, numbers and selects', async () => {
    await call('button.press', 'nightjar_porch_snapshot')
    await call('switch.turn_on', 'nightjar_porch_recording')
    await call('switch.turn_off', 'nightjar_porch_motion_detection')
    await call('number.set_value', 'nightjar_porch_trigger_level', { value: 7.5 })
    await call('select.select_option', 'nightjar_back-yard_night_mode', { option: 'night' })
    await wait('nightjar_porch_recording=on', 'nightjar_porch_motion_detection=off', 'nightjar_porch_trigger_level=7.5')
    await wait('nightjar_back-yard_night_mode=night')
    expect(cameras.commands.map(({ id, command }) => [id, command])).toEqual([
      ['porch', { type: 'snapshot' }],
      ['porch', { type: 'record', action: 'start' }],
      ['porch', { type: 'settings', change: { motion: { enabled: false } } }],
      ['porch', { type: 'settings', change: { motion: { trigger_level: 7.5 } } }],
      ['back-yard', { type: 'settings', change: { night: { mode: 'night' } } }],
    ])
  })

  it('shows the very picture, the motion and its event', async () => {
    const picture = await noise(320, 180, 'jpeg')
    const item = cameras.keep('porch', {}, picture)
    cameras.change('porch', { last: { motion: null, snapshot: item.id, recording: null } })
    cameras.change('porch', { motion: { active: true, level: 33, since: START } })
    cameras.tell('porch', { type: 'motion_started', level: 33, threshold: 5, frames: 5 })
    await wait('nightjar_porch_motion=on', 'nightjar_porch_motion_level=33')
    await wait('nightjar_porch_events[event_type]=motion_started', 'nightjar_porch_events[threshold]=5')
    const file = join(folder, 'shown.jpg')
    await ha('snapshot', 'nightjar_porch_last_snapshot', file)
    expect(readFileSync(file).equals(picture)).toBe(true)
    await ha('snapshot', 'nightjar_porch_last_event', file)
  })

  it('shows a camera without video: what needs to see is unavailable, the rest says why', async () => {
    cameras.change('porch', { link: { status: 'offline', since: START, problem: 'no route to 10.0.0.9' } })
    await wait('nightjar_porch_connectivity=off', 'nightjar_porch_problem=no route to 10.0.0.9')
    await wait(
      'nightjar_porch_motion=unavailable',
      'nightjar_porch_snapshot=unavailable',
      'nightjar_porch_recording=on',
    )
    cameras.change('porch', { link: { status: 'online', since: START, problem: null } })
    await wait('nightjar_porch_motion=on')
  })

  it('sees us leave and come back', async () => {
    await adapter[Symbol.asyncDispose]()
    await wait('nightjar_porch_recording=unavailable', 'nightjar_bridge_connectivity=off')
    await start()
    await wait('nightjar_porch_recording=on', 'nightjar_bridge_connectivity=on')
  })

  it('ignored no key, and has no complaint', async () => {
    const { devices, issues, log } = await dump()
    for (const { mqtt } of devices) expect(mqtt.ignored_keys).toEqual({})
    expect(issues.filter(({ domain }) => domain === 'mqtt')).toEqual([])
    expect(log.matching).toEqual([])
  })
})
