// The whole house with the real Home Assistant: people walk through the footage, the blueprints act, and everybody is
// killed and started again.
import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { footage, models, withoutFootage } from '../support/footage.js'
import { type Dump, type Entity, type HomeAssistant, startHomeAssistant, whyNot } from '../support/home-assistant.js'
import { type Mosquitto, startMosquitto } from '../support/mosquitto.js'
import { type Listener, listen } from '../support/mqtt-listener.js'
import { type Nightjar, startNightjar, until } from '../support/nightjar.js'

const why = whyNot() ?? (withoutFootage ? 'there is no footage' : null)
if (why) console.warn(`test/ha/house is skipped: ${why}`)

/** What the blueprints act on: a light, somebody who lives here, and a place where messages arrive. */
const YAML = `
input_boolean:
  porch_light:
  somebody:
input_text:
  told: {max: 255}
  told_title: {max: 255}
script:
  tell:
    fields: {title: {}, message: {}, data: {}}
    sequence:
      - {action: input_text.set_value, target: {entity_id: input_text.told}, data: {value: "{{ data.image }}"}}
      - {action: input_text.set_value, target: {entity_id: input_text.told_title}, data: {value: "{{ title }}: {{ message }}"}}
automation:
  - id: seen
    alias: seen
    use_blueprint:
      path: nightjar/tell-when-seen.yaml
      input: {events: [event.walk_events], notify: script.tell, pause: 0}
  - id: light
    alias: light
    use_blueprint:
      path: nightjar/light-at-motion-in-the-dark.yaml
      input:
        motion: [binary_sensor.walk_motion]
        light_mode: sensor.walk_light_mode
        light: {entity_id: input_boolean.porch_light}
        wait: 0
  - id: away
    alias: away
    use_blueprint:
      path: nightjar/record-while-away.yaml
      input: {people: [device_tracker.ada], switch_on: [switch.walk_recording], switch_off: [switch.walk_privacy], wait: 0}
`

interface Asked {
  readonly service: string
  readonly data: object
  /** As Home Assistant then shows it. */
  readonly shows: string
}
/** What to ask of each kind of entity, for another state than it has. */
const controlled: Readonly<Record<string, (state: string, attributes: Entity['attributes']) => Asked>> = {
  switch: (state) => {
    const shows = state === 'on' ? 'off' : 'on'
    return { service: `switch.turn_${shows}`, data: {}, shows }
  },
  number: (state, { step, max }) => {
    const by = Number(state) < Number(max) ? Number(step) : -Number(step)
    const value = Math.round((Number(state) + by) * 1e6) / 1e6
    return { service: 'number.set_value', data: { value }, shows: String(value) }
  },
  select: (state, { options }) => {
    const shows = (options as readonly string[]).find((option) => option !== state) ?? ''
    return { service: 'select.select_option', data: { option: shows }, shows }
  },
  button: () => ({ service: 'button.press', data: {}, shows: '' }),
}
const rank = (id: string): number => ['privacy', 'camera'].indexOf(id) + 1

const on =
  (topic: string) =>
  (message: { topic: string }): boolean =>
    message.topic === topic

describe.skipIf(why !== null)('the house and Home Assistant', { timeout: 120_000 }, () => {
  let folder: string
  let broker: Mosquitto
  let nightjar: Nightjar
  let home: HomeAssistant
  let ear: Listener

  const start = async (): Promise<Nightjar> =>
    startNightjar(['serve', '--config', join(folder, 'nightjar.yaml')], folder)
  const set = (id: string, value: string): Promise<void> => ear.publish(`nightjar/walk/${id}/set`, value)
  const entity = ({ entities }: Dump, id: string): Entity | undefined =>
    entities.find(({ unique_id }) => unique_id === `nightjar_walk_${id}`)
  const ids = ({ entities }: Dump): string[] =>
    entities.flatMap(({ unique_id, entity_id }) => (unique_id?.startsWith('nightjar_') ? [entity_id] : [])).sort()

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nightjar-house-'))
    broker = await startMosquitto()
    const config = {
      data: join(folder, 'data'),
      http: { port: 0, host: '127.0.0.1' },
      rtsp: { port: 0, host: '127.0.0.1', gateway: 'builtin' },
      mqtt: { url: broker.url, username: 'nightjar', password: 'pw' },
      detection: { models_path: models },
      cameras: [
        {
          id: 'walk',
          name: 'Walk',
          source: { kind: 'file', path: footage('walkers.mp4') },
          detection: { enabled: true, labels: ['person'] },
          zones: [
            { id: 'all', name: 'All of it', use: 'motion', x: 0, y: 0, width: 100, height: 100 },
            { id: 'ground', name: 'Ground', use: 'objects', x: 0, y: 0, width: 100, height: 100 },
          ],
        },
      ],
      users: [{ name: 'ada', role: 'admin', password: 'ada-password' }],
    }
    writeFileSync(join(folder, 'nightjar.yaml'), JSON.stringify(config))
    nightjar = await start()
    ear = await listen(broker.url, { username: 'anna', password: 'pw' })
    const blueprints = resolve('addon/blueprints')
    home = await startHomeAssistant(`127.0.0.1:${broker.port}:anna:pw`, { yaml: YAML, blueprints })
    await home.wait('nightjar_walk_connectivity=on')
  }, 600_000)

  afterAll(async () => {
    await home?.[Symbol.asyncDispose]()
    await ear?.[Symbol.asyncDispose]()
    await nightjar?.[Symbol.asyncDispose]()
    await broker?.[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  }, 60_000)

  it('people walk: motion, zones, counts, events, and the right pictures', async () => {
    await set('night_mode', 'night')
    await home.wait('nightjar_walk_night_mode=night', 'nightjar_walk_light_mode=night')
    await home.wait('nightjar_walk_motion=off')
    await home.wait('nightjar_walk_motion=on', 'nightjar_walk_zone_all_motion=on')
    await home.wait('nightjar_walk_person=on', 'nightjar_walk_zone_ground_occupancy=on')
    await home.wait('input_boolean.porch_light=on')
    const told = await until('a sighting with a picture', () =>
      ear.heard
        .filter(({ topic }) => topic === 'nightjar/walk/event')
        .map(({ text }) => JSON.parse(text) as Record<string, string>)
        .findLast(({ event_type, phase, item }) => event_type === 'sighting' && phase === 'began' && item),
    )
    const answer = await fetch(told.url ?? '')
    expect(answer.status).toBe(200)
    const picture = Buffer.from(await answer.arrayBuffer())
    expect(picture.subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]))
    // No sign-in, but this one address only.
    expect((await fetch((told.url ?? '').replace(/signature=./, 'signature=_'))).status).toBe(401)
    const published = ear.heard.findLast(({ topic }) => topic === 'nightjar/walk/last_person')?.payload
    const shown = join(folder, 'person.jpg')
    await home.picture('nightjar_walk_last_person', shown)
    expect(
      ear.heard.some(({ topic, payload }) => topic.endsWith('last_person') && payload.equals(readFileSync(shown))),
    ).toBe(true)
    expect(published?.subarray(0, 2)).toEqual(picture.subarray(0, 2))
    await home.wait(`input_text.told_title~Walk: Person seen at`)
  })

  it('the message about somebody shows the picture of that very sighting', async () => {
    const image = await home.state('input_text.told')
    const items = ear.heard
      .filter(({ topic }) => topic === 'nightjar/walk/event')
      .map(({ text }) => JSON.parse(text) as Record<string, string>)
      .filter(({ event_type, phase }) => event_type === 'sighting' && phase === 'began')
    expect(items.map(({ url }) => url)).toContain(image)
    expect((await fetch(image)).headers.get('content-type')).toBe('image/jpeg')
  })

  it('records while nobody is at home', async () => {
    const tracker = { name: 'ada', unique_id: 'ada', default_entity_id: 'device_tracker.ada', state_topic: 'ada' }
    await ear.publish('homeassistant/device_tracker/ada/config', JSON.stringify(tracker), true)
    await home.wait('device_tracker.ada')
    await ear.publish('ada', 'home', true)
    await home.wait('device_tracker.ada=home', 'nightjar_walk_privacy=on')
    await ear.publish('ada', 'not_home', true)
    await home.wait('nightjar_walk_privacy=off')
    await home.wait('nightjar_walk_recording=on')
    await ear.publish('ada', 'home', true)
    await home.wait('nightjar_walk_recording=off', 'nightjar_walk_privacy=on')
    await home.call('automation.turn_off', 'automation.away')
    await set('privacy', 'OFF')
    await home.wait('nightjar_walk_privacy=off')
  })

  it('a clip is kept from memory, answered with an address, and deleted again', async () => {
    await home.wait('nightjar_walk_connectivity=on')
    await new Promise((resolve) => setTimeout(resolve, 4000))
    await ear.publish('nightjar/walk/command/clip', '{"id": "c", "last_s": 3}')
    const clip = JSON.parse((await ear.until('a clip', on('nightjar/walk/response/clip'))).text)
    expect(clip).toMatchObject({ id: 'c', status: 'ok', kind: 'recording', format: 'mp4', causes: ['manual'] })
    expect((await fetch(clip.url, { headers: { range: 'bytes=0-99' } })).status).toBe(206)
    await ear.publish('nightjar/walk/command/delete', clip.item)
    expect(JSON.parse((await ear.until('it is gone', on('nightjar/walk/response/delete'))).text)).toEqual({
      ...{ id: null, status: 'ok', item: clip.item },
    })
    expect((await fetch(clip.url)).status).toBe(404)
  })

  it('each switch, number, select and button does its work within a second', async () => {
    const { entities } = await home.dump()
    const disabled = entities.flatMap(({ unique_id, disabled_by }) =>
      unique_id?.startsWith('nightjar_walk_') && disabled_by ? [unique_id] : [],
    )
    await home.enable(...disabled)
    // Who walks must not turn the switches.
    await ear.publish('nightjar/walk/command/settings', '{"recording": {"on": []}}')
    await home.wait('nightjar_walk_recording=off')
    await home.wait('nightjar_walk_connectivity=on', 'nightjar_walk_motion=off')
    const shown = await home.dump()
    const controls = shown.entities
      .flatMap(({ unique_id, entity_id, ...entity }) => {
        const id = unique_id?.startsWith('nightjar_walk_') ? unique_id.slice('nightjar_walk_'.length) : null
        const kind = entity_id.split('.')[0] ?? ''
        return id !== null && kind in controlled ? [{ ...entity, id, kind }] : []
      })
      // What takes the video away from the others comes last.
      .sort((one, other) => rank(one.id) - rank(other.id))
    expect(controls.length).toBeGreaterThan(25)
    const took: [ms: number, id: string][] = []
    for (const { id, kind, state, attributes } of controls) {
      const to = controlled[kind]?.(state ?? '', attributes)
      if (!to) continue
      const from = performance.now()
      const shown = kind === 'button' ? [] : [`nightjar_walk_${id}=${to.shows}`]
      await home.call(to.service, `nightjar_walk_${id}`, to.data, ...shown)
      const asked = await ear.until(
        `${id} to be asked`,
        ({ topic, mono }) => mono >= from && topic === `nightjar/walk/${id}/set`,
      )
      const done = await ear.until(`${id} to be done`, ({ topic, text, mono }) => {
        if (mono < asked.mono) return false
        if (kind !== 'button') return topic === `nightjar/walk/${id}` && text === asked.text
        return topic === `nightjar/walk/response/${id}` && JSON.parse(text).status === 'ok'
      })
      took.push([Math.round(done.mono - asked.mono), id])
      if (kind === 'button') continue
      await set(id, kind === 'switch' ? `${state}`.toUpperCase() : `${state}`)
      if (rank(id) > 0) await home.wait('nightjar_walk_connectivity=on', 'nightjar_walk_motion=off')
    }
    console.info('from the asking to the state, ms:', JSON.stringify(took.sort(([one], [other]) => other - one)))
    // The mean of ten pictures takes as long as it takes to decode them.
    expect(took.filter(([ms, id]) => ms > 1000 && id !== 'stacked_snapshot')).toEqual([])
  }, 300_000)

  /** States that were there before, and the same entities. */
  const isBack = async (before: readonly string[]): Promise<void> => {
    await home.within(
      10,
      ...['nightjar_bridge_connectivity=on', 'nightjar_walk_connectivity=on', 'nightjar_walk_night_mode=night'],
      ...['nightjar_walk_detection=on', 'nightjar_walk_light_mode=night'],
    )
    expect(ids(await home.dump())).toEqual(before)
  }

  it('killed: unavailable within the keep-alive; started again: the same entities with their states', async () => {
    await set('night_mode', 'night')
    await home.wait('nightjar_walk_night_mode=night', 'nightjar_walk_light_mode=night')
    const before = ids(await home.dump())
    nightjar.signal('SIGKILL')
    await nightjar.exited
    await home.within(30, 'nightjar_walk_motion=unavailable', 'nightjar_bridge_connectivity=off')
    nightjar = await start()
    await isBack(before)
  })

  it('restarted by its button: the same', async () => {
    const before = ids(await home.dump())
    await home.enable('nightjar_bridge_restart')
    await home.wait('nightjar_walk_connectivity=on')
    await home.call('button.press', 'nightjar_bridge_restart')
    expect(await nightjar.exited).toBe(0)
    await home.wait('nightjar_walk_motion=unavailable', 'nightjar_bridge_connectivity=off')
    nightjar = await start()
    await isBack(before)
  })

  it('a restart of the broker loses nothing', async () => {
    const before = ids(await home.dump())
    await broker.kill()
    await home.wait('nightjar_walk_motion=unavailable')
    await broker.start()
    await ear[Symbol.asyncDispose]()
    ear = await listen(broker.url, { username: 'anna', password: 'pw' })
    await isBack(before)
  })

  it('a restart of Home Assistant loses nothing', async () => {
    const before = ids(await home.dump())
    await home.restart()
    await isBack(before)
  })

  it('a zone that is removed takes its entity along', async () => {
    const client = await listen(broker.url, { username: 'anna', password: 'pw' }, ['nightjar/walk/response/#'])
    await client.publish('nightjar/walk/command/zones', '{"action": "remove", "zone": "all"}')
    const { text } = await client.until('an answer', on('nightjar/walk/response/zones'))
    expect(JSON.parse(text)).toMatchObject({ status: 'ok', zones: [{ id: 'ground' }] })
    await until('the entity is gone', async () => entity(await home.dump(), 'zone_all_motion') === undefined)
    await client[Symbol.asyncDispose]()
  })

  it('and in all this Home Assistant had no complaint', async () => {
    const { devices, issues, log } = await home.dump()
    for (const { mqtt } of devices) expect(mqtt.ignored_keys).toEqual({})
    expect(issues.filter(({ domain }) => domain === 'mqtt')).toEqual([])
    expect(
      log.matching.filter(
        (line) => !/Failed to connect|Error returned from MQTT|disconnect/i.test(JSON.stringify(line)),
      ),
    ).toEqual([])
    const walk = devices.find(({ name }) => name === 'Walk')
    expect(walk?.device_triggers.map(({ type, subtype }) => `${subtype} ${type}`).sort()).toEqual([
      'motion ended',
      'motion started',
      'person seen',
      'recording finished',
      'snapshot taken',
    ])
  })
})
