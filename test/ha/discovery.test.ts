// The real Home Assistant (../shared/home-assistant) with the adapter and cameras without hardware: it shows every
// entity as meant, drops no key, logs nothing about us, and its buttons and switches work. Run by `npm run test:ha`:
// it needs root, a chroot and minutes to make it.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startBroker } from '../../src/adapters/mqtt/broker.js'
import type { MqttAdapter } from '../../src/adapters/mqtt/mqtt.js'
import { silentLog } from '../../src/lib/log.js'
import { createFakeCameras, type FakeCameras, noise, START } from '../support/fake-cameras.js'
import { type Dump, type HomeAssistant, startHomeAssistant, whyNot } from '../support/home-assistant.js'
import { type Mosquitto, startMosquitto } from '../support/mosquitto.js'
import { startFakeMqtt } from '../support/mqtt-adapter.js'
import { defaultSettings } from '../support/settings.js'

const why = whyNot()
if (why) console.warn(`test/ha is skipped: ${why}`)
const skipped = why ? ` (skipped: ${why})` : ''

const start = (url: string, cameras: FakeCameras): Promise<MqttAdapter> => startFakeMqtt(cameras, { url })

const expectNoComplaint = ({ devices, issues, log }: Dump): void => {
  for (const { mqtt } of devices) expect(mqtt.ignored_keys).toEqual({})
  expect(issues.filter(({ domain }) => domain === 'mqtt')).toEqual([])
  expect(log.matching).toEqual([])
}

describe.skipIf(why !== null)(`Home Assistant and a real broker${skipped}`, { timeout: 120_000 }, () => {
  let folder: string
  let broker: Mosquitto
  let cameras: FakeCameras
  let adapter: MqttAdapter

  let home: HomeAssistant

  const entity = (of: Dump, id: string) => of.entities.find(({ unique_id }) => unique_id === id)

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nightjar-ha-'))
    broker = await startMosquitto()
    cameras = createFakeCameras(join(folder, 'shelf'), 'porch', 'back-yard')
    adapter = await start(broker.url, cameras)
    home = await startHomeAssistant(`127.0.0.1:${broker.port}:anna:pw`)
    // Its birth is answered within 5 s.
    await home.wait('nightjar_porch_motion=off', 'nightjar_back-yard_night_mode=auto')
  }, 600_000)

  afterAll(async () => {
    await home[Symbol.asyncDispose]()
    await adapter[Symbol.asyncDispose]()
    await broker[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  }, 60_000)

  it('shows a bridge and its cameras', async () => {
    const { devices } = await home.dump()
    const bridge = devices.find(({ name }) => name === 'Nightjar')
    expect(devices.map(({ name }) => name).sort()).toEqual(['Back-yard', 'Nightjar', 'Porch'])
    expect(devices.find(({ name }) => name === 'Porch')).toMatchObject({
      via_device_id: bridge?.id,
      configuration_url: 'http://nightjar.lan:8080',
      sw_version: '1.2.3',
    })
  })

  it('shows every entity with its state, class and category', async () => {
    const shown = await home.dump()
    const lines = shown.entities
      .filter(({ unique_id }) => /^nightjar_(porch|bridge)_/.test(unique_id ?? ''))
      .map(({ entity_id, state, device_class, unit, entity_category, disabled_by }) => {
        const passing = /(^sensor.nightjar_uptime|^button)/.test(entity_id) && !disabled_by
        return [entity_id, passing ? '…' : disabled_by ? 'disabled' : state, device_class, unit, entity_category]
      })
      .map((parts) => parts.map((part) => part ?? '-').join(' | '))
      .sort()
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('./entities.txt')
    expect(entity(shown, 'nightjar_bridge_connectivity')?.state).toBe('on')
    expect(entity(shown, 'nightjar_back-yard_motion')?.entity_id).toBe('binary_sensor.back_yard_motion')
  })

  it('has device triggers', async () => {
    const { devices } = await home.dump()
    const triggers = devices.find(({ name }) => name === 'Porch')?.device_triggers ?? []
    expect(triggers.map(({ type, subtype }) => `${subtype} ${type}`).sort()).toEqual([
      ...['motion ended', 'motion started', 'recording finished', 'snapshot taken'],
    ])
  })

  it('changes every setting that it shows, also the seldom used', async () => {
    const { entities } = await home.dump()
    const settings = entities.filter(
      ({ unique_id, entity_id }) => unique_id?.startsWith('nightjar_porch_') && entity_id.startsWith('number.'),
    )
    expect(settings.length).toBeGreaterThan(15)
    await home.enable(
      ...settings.flatMap(({ unique_id, disabled_by }) => (disabled_by && unique_id ? [unique_id] : [])),
    )
    const enabled = await home.dump()
    for (const { unique_id: id } of settings) {
      const { attributes, state } = entity(enabled, id ?? '') ?? {}
      const step = Number(attributes?.step)
      const value = Number(state) + (Number(state) < Number(attributes?.max) ? step : -step)
      await home.call('number.set_value', id ?? '', { value }, `${id}>${value - step / 2}`, `${id}<${value + step / 2}`)
    }
    await home.call('switch.turn_off', 'nightjar_porch_camera', {}, 'nightjar_porch_camera=off')
    await home.call('switch.turn_on', 'nightjar_porch_camera', {}, 'nightjar_porch_camera=on')
    cameras.commands.splice(0)
    cameras.change('porch', { settings: defaultSettings })
  }, 300_000)

  it('has working buttons, switches, numbers and selects', async () => {
    await home.call('button.press', 'nightjar_porch_snapshot')
    await home.call('switch.turn_on', 'nightjar_porch_recording')
    await home.call('switch.turn_off', 'nightjar_porch_motion_detection')
    await home.call('number.set_value', 'nightjar_porch_trigger_level', { value: 7.5 })
    await home.call('select.select_option', 'nightjar_back-yard_night_mode', { option: 'night' })
    await home.wait(
      'nightjar_porch_recording=on',
      'nightjar_porch_motion_detection=off',
      'nightjar_porch_trigger_level=7.5',
    )
    await home.wait('nightjar_back-yard_night_mode=night')
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
    cameras.change('porch', { motion: { active: true, level: 33, since: START, zones: [] } })
    cameras.tell('porch', { type: 'motion_started', level: 33, threshold: 5, frames: 5 })
    await home.wait('nightjar_porch_motion=on', 'nightjar_porch_motion_level=33')
    await home.wait('nightjar_porch_events[event_type]=motion_started', 'nightjar_porch_events[threshold]=5')
    const file = join(folder, 'shown.jpg')
    await home.picture('nightjar_porch_last_snapshot', file)
    expect(readFileSync(file).equals(picture)).toBe(true)
    await home.picture('nightjar_porch_last_event', file)
  })

  it('has what is looked for while it is configured: there or not, how many, and the picture of people', async () => {
    const { settings } = cameras.state('porch')
    const detect = (enabled: boolean, ...labels: string[]) =>
      cameras.change('porch', { settings: { ...settings, detection: { ...settings.detection, enabled, labels } } })
    detect(true, 'person', 'traffic light')
    cameras.change('porch', { objects: { counts: { person: 2, 'traffic light': 0 }, zones: {}, detector: null } })
    await home.wait('nightjar_porch_person=on', 'nightjar_porch_person_count=2', 'nightjar_porch_traffic_light=off')
    const picture = await noise(320, 180, 'jpeg')
    const { id } = cameras.keep('porch', {}, picture)
    const seen = { track: 1, label: 'person', score: 0.8, zones: [], since: START, duration_s: 1, item: id } as const
    const sighting = { phase: 'began', box: { x: 0.1, y: 0.2, width: 0.1, height: 0.3 }, ...seen } as const
    cameras.tell('porch', { type: 'sighting', sighting })
    await home.wait('nightjar_porch_events[event_type]=sighting', 'nightjar_porch_events[label]=person')
    const file = join(folder, 'person.jpg')
    await home.picture('nightjar_porch_last_person', file)
    expect(readFileSync(file).equals(picture)).toBe(true)
    detect(false, 'person', 'traffic light')
    await home.wait('nightjar_porch_detection=off', 'nightjar_porch_person=unavailable')
    detect(true, 'person')
    await home.wait('nightjar_porch_person=on')
    const { entities } = await home.dump()
    expect(entities.map(({ unique_id }) => unique_id)).not.toContain('nightjar_porch_traffic_light')
    expect(entity(await home.dump(), 'nightjar_porch_person')).toMatchObject({ device_class: 'occupancy' })
  })

  it('shows a camera without video: what needs to see is unavailable, the rest says why', async () => {
    cameras.change('porch', { link: { status: 'offline', since: START, problem: 'no route to 10.0.0.9' } })
    await home.wait('nightjar_porch_connectivity=off', 'nightjar_porch_problem=no route to 10.0.0.9')
    await home.wait(
      'nightjar_porch_motion=unavailable',
      'nightjar_porch_snapshot=unavailable',
      'nightjar_porch_recording=on',
    )
    cameras.change('porch', { link: { status: 'online', since: START, problem: null } })
    await home.wait('nightjar_porch_motion=on')
  })

  it('sees us leave and come back', async () => {
    await adapter[Symbol.asyncDispose]()
    await home.wait('nightjar_porch_recording=unavailable', 'nightjar_bridge_connectivity=off')
    adapter = await start(broker.url, cameras)
    await home.wait('nightjar_porch_recording=on', 'nightjar_bridge_connectivity=on')
  })

  it('ignored no key, and has no complaint', async () => {
    expectNoComplaint(await home.dump())
  })
})

/** Made by `HA_SUITES=trixie HA_EVAL_CHROOT=/opt/ha-trixie setup.sh`. */
const OLDER = '/opt/ha-trixie'
const chroots = [{}, ...(existsSync(OLDER) ? [{ chroot: OLDER }] : [])]
if (!existsSync(OLDER)) console.warn(`test/ha: the older Home Assistant is left out: there is no ${OLDER}`)

describe.skipIf(why !== null).each(chroots)(
  `Home Assistant and our own broker${skipped} %j`,
  { timeout: 600_000 },
  (which) => {
    it('find each other in the way that its form suggests (MQTT 5), and have no complaint', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'nightjar-ha-'))
      await using broker = await startBroker({
        config: { host: '127.0.0.1', port: 0 },
        accounts: {
          verify: async (name, password) => (name === 'anna' && password === 'pw' ? { name, role: 'operator' } : null),
          verifyToken: async () => null,
          streamPassword: () => null,
          list: () => [],
        },
        service: { name: 'nightjar', password: 'pw' },
        base: 'nightjar',
        prefix: 'homeassistant',
        log: silentLog,
      })
      const cameras = createFakeCameras(join(folder, 'shelf'), 'porch')
      await using _adapter = await start(broker.url, cameras)
      await using home = await startHomeAssistant(`127.0.0.1:${broker.port}:anna:pw`, which)
      await home.wait('nightjar_porch_motion=off')
      await home.call('switch.turn_on', 'nightjar_porch_recording')
      await home.call('button.press', 'nightjar_porch_snapshot')
      await home.wait('nightjar_porch_recording=on')
      await home.picture('nightjar_porch_last_snapshot', join(folder, 'shown.jpg'))
      expect(cameras.commands).toHaveLength(2)
      expectNoComplaint(await home.dump())
      rmSync(folder, { recursive: true, force: true })
    })
  },
)
