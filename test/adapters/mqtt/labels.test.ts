// What is published for the labels that a camera looks for: entities that come and go with the settings, their states,
// pictures of people, and sightings as events.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { PictureWanted } from '../../../src/adapters/mqtt/entity.js'
import { openSession, type Session } from '../../../src/adapters/mqtt/session.js'
import { createTopics } from '../../../src/adapters/mqtt/topics.js'
import type { Sighting } from '../../../src/camera/events.js'
import type { CameraSettings } from '../../../src/camera/settings.js'
import { createSystemClock } from '../../../src/lib/clock.js'
import { createFakeCameras, type FakeCameras, START } from '../../support/fake-cameras.js'
import { fakeLinks } from '../../support/mqtt-adapter.js'
import { defaultSettings } from '../../support/settings.js'

const topics = createTopics('nightjar', 'homeassistant')
const CONFIG = topics.discovery('porch')

let folder: string
let cameras: FakeCameras
let session: Session
let published: [topic: string, payload: string][]
let wanted: [topic: string, wanted: PictureWanted][]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nightjar-labels-'))
  cameras = createFakeCameras(folder, 'porch')
  published = []
  wanted = []
  session = openSession({
    cameras,
    gallery: { want: (topic, _camera, picture) => void wanted.push([topic, picture]), forget: () => {} },
    recordings: cameras.recordings,
    links: fakeLinks,
    page: () => 'http://nightjar.lan:8080',
    vitals: () => ({ fps: 25, bytes: 0, addresses: {} }),
    clock: createSystemClock(),
    ...{ version: '1.2.3', startedAt: START, problems: () => ({}) },
    ...{ topics, base: 'nightjar' },
    publish: async (topic, payload) => {
      published.push([topic, payload])
      return true
    },
  })
  session.announce()
})
afterEach(() => {
  session.pause()
  rmSync(folder, { recursive: true })
})

const detect = (change: Partial<CameraSettings['detection']>): void => {
  const { settings } = cameras.state('porch')
  cameras.change('porch', { settings: { ...settings, detection: { ...settings.detection, ...change } } })
}
const last = (topic: string): string | undefined => published.findLast(([to]) => to === topic)?.[1]
const announced = (payload = last(CONFIG)): Record<string, { platform: string; unique_id?: string }> =>
  JSON.parse(payload ?? '{}').components
/** Those that are not there whatever is looked for. */
const forLabels = (payload?: string): string[] => {
  const always = announced(published.find(([to]) => to === CONFIG)?.[1])
  return Object.keys(announced(payload)).filter((id) => !(id in always))
}

test('without detection there is its switch and nothing else; the switch asks for it', () => {
  expect(last('nightjar/porch/detection')).toBe('OFF')
  expect(announced().detection).toMatchObject({ platform: 'switch', command_topic: 'nightjar/porch/detection/set' })
  expect(JSON.stringify(announced())).not.toContain('person')
})

test('with it each label has occupancy and a count, people a picture; all are unavailable while the switch is off', () => {
  detect({ enabled: true, labels: ['person', 'traffic light'] })
  const ids = ['person', 'person_count', 'last_person', 'traffic_light', 'traffic_light_count']
  const triggers = ['trigger_seen_person', 'trigger_seen_traffic_light']
  expect(forLabels()).toEqual([...ids, ...triggers])
  const { person, person_count: count } = announced()
  expect(person).toMatchObject({ platform: 'binary_sensor', device_class: 'occupancy', name: 'Person' })
  expect(count).toMatchObject({ platform: 'sensor', state_class: 'measurement', name: 'Person count' })
  for (const [each, topic] of [
    [person, 'nightjar/porch/person'],
    [count, 'nightjar/porch/person_count'],
  ] as const) {
    expect(each).toMatchObject({ availability_mode: 'all' })
    expect((each as { availability?: unknown }).availability).toContainEqual({
      topic,
      value_template: "{{ 'offline' if value == 'None' else 'online' }}",
    })
  }
  detect({ enabled: false })
  expect(forLabels()).toEqual([...ids, ...triggers])
  expect(last('nightjar/porch/detection')).toBe('OFF')
})

test('where the camera itself tells of people they are there without our detection, and no other label is', () => {
  cameras.change('porch', { health: { events: { status: 'working', problem: null } } })
  expect(forLabels()).toEqual([])
  const objects = { counts: { person: 0 }, zones: {}, detector: null }
  cameras.change('porch', { objects })
  expect(forLabels()).toEqual(['person', 'person_count', 'last_person', 'trigger_seen_person'])
  expect([last('nightjar/porch/person'), last('nightjar/porch/person_count')]).toEqual(['OFF', '0'])
  cameras.change('porch', { objects: { ...objects, counts: { person: 1 } } })
  expect(last('nightjar/porch/person')).toBe('ON')
  cameras.change('porch', { objects: { ...objects, counts: {} } })
  expect(last('nightjar/porch/person')).toBe('None')
})

test('with detection off, what a camera that does not talk showed before is no state', () => {
  detect({ enabled: true })
  cameras.change('porch', { objects: { counts: { person: 2 }, zones: {}, detector: null } })
  detect({ enabled: false })
  expect([last('nightjar/porch/person'), last('nightjar/porch/person_count')]).toEqual(['None', 'None'])
})

test('counts are states', () => {
  detect({ enabled: true })
  expect(last('nightjar/porch/person')).toBe('None')
  const objects = { counts: { person: 2, face: 0 }, zones: {}, detector: null }
  cameras.change('porch', { objects })
  expect(last('nightjar/porch/person')).toBe('ON')
  expect(last('nightjar/porch/person_count')).toBe('2')
  expect(last('nightjar/porch/face')).toBe('OFF')
  cameras.change('porch', { objects: { ...objects, counts: {} } })
  expect(last('nightjar/porch/person')).toBe('None')
})

test('a label that nobody looks for any more is taken back, with its state', () => {
  detect({ enabled: true })
  cameras.change('porch', { objects: { counts: { person: 1, face: 0 }, zones: {}, detector: null } })
  detect({ labels: ['person'] })
  expect(last('nightjar/porch/face')).toBe('')
  const [parting, present] = published.filter(([to]) => to === CONFIG).slice(-2)
  expect(announced(parting?.[1]).face).toEqual({ platform: 'binary_sensor' })
  expect(announced(parting?.[1]).face_count).toEqual({ platform: 'sensor' })
  expect(forLabels(present?.[1])).toEqual(['person', 'person_count', 'last_person', 'trigger_seen_person'])
})

test('a label that is called like something else keeps out of its way', () => {
  detect({ enabled: true, labels: ['motion', 'dark level', 'dark_level'] })
  expect(forLabels().filter((id) => !id.startsWith('trigger_'))).toEqual([
    ...['motion_object', 'motion_object_count', 'dark_level_object', 'dark_level_object_count'],
  ])
})

const sighting: Sighting = {
  ...{ phase: 'began', track: 3, label: 'person', score: 0.81234, zones: ['path'], since: START, duration_s: 0.5 },
  ...{ box: { x: 0.12345, y: 0.5, width: 0.1, height: 0.3 }, item: 'porch-7' },
}

test('a sighting is an event with everything about it, flat', () => {
  cameras.tell('porch', { type: 'sighting', sighting })
  expect(JSON.parse(last('nightjar/porch/event') ?? '')).toMatchObject({
    ...{ event_type: 'sighting', phase: 'began', track: 3, label: 'person', score: 0.812, zones: ['path'] },
    ...{ since: '2026-11-20T12:00:00.000Z', duration_s: 0.5, item: 'porch-7' },
    box: { x: 0.123, y: 0.5, width: 0.1, height: 0.3 },
    url: 'http://nightjar.lan:8080/api/recordings/porch-7/picture.jpg?signed',
  })
  cameras.tell('porch', { type: 'sighting', sighting: { ...sighting, item: null } })
  expect(JSON.parse(last('nightjar/porch/event') ?? '')).not.toHaveProperty('url')
})

test('the picture of a person is its sighting’s; of nothing else, and of none that has none', () => {
  detect({ enabled: true })
  cameras.tell('porch', { type: 'sighting', sighting: { ...sighting, label: 'face' } })
  cameras.tell('porch', { type: 'sighting', sighting: { ...sighting, item: null } })
  expect(wanted).toEqual([])
  cameras.tell('porch', { type: 'sighting', sighting })
  expect(wanted).toEqual([['nightjar/porch/last_person', { of: 'item', item: 'porch-7' }]])
})

test('what is announced anew says what it says', () => {
  cameras.change('porch', {
    settings: { ...defaultSettings, detection: { ...defaultSettings.detection, enabled: true } },
  })
  const before = published.length
  session.announce()
  expect(published.length).toBeGreaterThan(before)
  expect(forLabels()).toEqual([
    ...['person', 'person_count', 'last_person', 'face', 'face_count'],
    ...['trigger_seen_person', 'trigger_seen_face'],
  ])
})
