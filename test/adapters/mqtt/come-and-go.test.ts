// Entities that come and go: of zones, of what a processor reports, of what the source can; and what is measured.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSession, type Session } from '../../../src/adapters/mqtt/session.js'
import { createTopics } from '../../../src/adapters/mqtt/topics.js'
import type { CameraState } from '../../../src/camera/state.js'
import { completeZone, type ZoneInput } from '../../../src/camera/zones.js'
import { createFakeCameras, type FakeCameras, START } from '../../support/fake-cameras.js'
import { fakeLinks } from '../../support/mqtt-adapter.js'
import { createTestClock, type TestClock } from '../../support/test-clock.js'

const topics = createTopics('nightjar', 'homeassistant')
const CONFIG = topics.discovery('porch')

let folder: string
let cameras: FakeCameras
let clock: TestClock
let session: Session
let published: [topic: string, payload: string][]
let wrong: Record<string, string>
let measured: { fps: number | undefined; bytes: number; free: number | null; problem: string | null }

const open = (): Session =>
  openSession({
    cameras,
    gallery: { want: () => {}, forget: () => {} },
    recordings: { usage: () => ({ items: 1, ...measured, bytes: 5e9 }) },
    links: fakeLinks,
    page: () => '',
    vitals: () => ({ ...measured, addresses: { rtsp: 'rtsp://nightjar.lan:8554/porch' } }),
    ...{ clock, topics, base: 'nightjar', version: '1.2.3', startedAt: START, problems: () => wrong },
    publish: async (topic, payload) => {
      published.push([topic, payload])
      return true
    },
  })

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nightjar-entities-'))
  cameras = createFakeCameras(folder, 'porch')
  clock = createTestClock()
  published = []
  wrong = {}
  measured = { fps: 24.6, bytes: 1_234_567, free: 89e9, problem: null }
  session = open()
  session.announce()
})
afterEach(() => {
  session.pause()
  expect(clock.pending).toBe(0)
  rmSync(folder, { recursive: true })
})

const last = (topic: string): string | undefined => published.findLast(([to]) => to === topic)?.[1]
const shown = (id: string): string | undefined => last(topics.entity('porch', id))
const announced = (payload = last(CONFIG)): Record<string, Record<string, unknown>> =>
  JSON.parse(payload ?? '{}').components
const set = (change: Partial<CameraState['settings']>): void =>
  cameras.change('porch', { settings: { ...cameras.state('porch').settings, ...change } })
const zonesAre = (...zones: ZoneInput[]): void => set({ zones: zones.map(completeZone) })
const box = { x: 0, y: 0, width: 50, height: 50 }

test('a motion zone tells of motion in it, a zone for objects of what stands there; each goes with its zone', () => {
  zonesAre({ id: 'path', name: 'The path', use: 'motion', ...box }, { id: 'door', use: 'objects', ...box })
  expect(announced().zone_path_motion).toMatchObject({ name: 'The path motion', device_class: 'motion' })
  expect(announced().zone_door_occupancy).toMatchObject({ name: 'door occupancy', device_class: 'occupancy' })
  expect(announced()).not.toHaveProperty('zone_door_motion')
  expect([shown('zone_path_motion'), shown('zone_door_occupancy')]).toEqual(['OFF', 'OFF'])
  cameras.change('porch', { motion: { active: true, level: 9, since: START, zones: ['path'] } })
  cameras.change('porch', { objects: { counts: {}, zones: { door: ['dog', 'person'] }, detector: null } })
  expect([shown('zone_path_motion'), shown('zone_door_occupancy')]).toEqual(['ON', 'ON'])
  expect(JSON.parse(last('nightjar/porch/zone_door_occupancy/attributes') ?? '')).toEqual({ labels: ['dog', 'person'] })

  zonesAre({ id: 'door', name: 'The door', use: 'objects', ...box })
  const [parting, present] = published.filter(([to]) => to === CONFIG).slice(-2)
  expect(announced(parting?.[1]).zone_path_motion).toEqual({ platform: 'binary_sensor' })
  expect(announced(present?.[1])).not.toHaveProperty('zone_path_motion')
  expect(announced().zone_door_occupancy).toMatchObject({ name: 'The door occupancy' })
  expect(shown('zone_path_motion')).toBe('')
  zonesAre({ id: 'door', use: 'objects', enabled: false, ...box })
  expect([shown('zone_door_occupancy'), last('nightjar/porch/zone_door_occupancy/attributes')]).toEqual(['', ''])
})

test('privacy and ignored zones have nothing to tell', () => {
  const before = Object.keys(announced())
  zonesAre({ id: 'neighbour', use: 'privacy', ...box }, { id: 'tree', use: 'ignore', ...box })
  expect(Object.keys(announced())).toEqual(before)
})

const processor = (facts: Record<string, string | number | boolean>) => ({
  ...({ name: 'my.mjs', status: 'working', problem: null, facts } as const),
})

test('what a processor reports becomes sensors, which stay while it says nothing', () => {
  cameras.change('porch', { processor: processor({ 'Cars today': 3, gate_open: true, note: 'x'.repeat(300) }) })
  expect(announced()).toMatchObject({
    fact_cars_today: { platform: 'sensor', name: 'Cars today', state_class: 'measurement' },
    fact_gate_open: { platform: 'binary_sensor', name: 'Gate open' },
    fact_note: { platform: 'sensor', name: 'Note' },
  })
  expect([shown('fact_cars_today'), shown('fact_gate_open'), shown('fact_note')?.length]).toEqual(['3', 'ON', 255])
  cameras.change('porch', { processor: processor({ 'Cars today': 'many' }) })
  expect(announced()).toHaveProperty('fact_gate_open')
  expect([shown('fact_cars_today'), shown('fact_gate_open')]).toEqual(['None', 'None'])
})

test('after a restart the sensors of a processor wait for its first report, and then those go that it has no more', () => {
  cameras.change('porch', { processor: processor({ cars: 1, bikes: 2 }) })
  const earlier = last(CONFIG) ?? ''
  session.pause()
  cameras.change('porch', { processor: processor({}) })
  session = open()
  session.announce()
  published = []
  session.found(CONFIG, earlier)
  expect(published).toEqual([])
  cameras.change('porch', { processor: processor({ cars: 4 }) })
  expect(announced()).toHaveProperty('fact_cars')
  expect(announced()).not.toHaveProperty('fact_bikes')
  expect(shown('fact_bikes')).toBe('')
  expect(published.some(([to, text]) => to === CONFIG && text.includes('"fact_bikes":{"platform":"sensor"}'))).toBe(
    true,
  )
})

test('the picture can be set only where the source can', () => {
  expect(Object.keys(announced()).filter((id) => id.startsWith('image_'))).toEqual([])
  cameras.change('porch', { controls: ['brightness', 'contrast'] })
  expect(Object.keys(announced()).filter((id) => id.startsWith('image_'))).toEqual([
    'image_brightness',
    'image_contrast',
  ])
  expect(announced().image_brightness).toMatchObject({ min: -100, max: 100, entity_category: 'config' })
  expect(shown('image_brightness')).toBe('0')
})

test('what is measured is measured again every so often; the bridge says how the disk is', async () => {
  expect([shown('fps'), shown('storage_used')]).toEqual(['25', '1'])
  const bridge = (id: string): string | undefined => last(`nightjar/bridge/${id}`)
  expect(['version', 'free_space', 'storage_used', 'problem'].map(bridge)).toEqual(['1.2.3', '89.00', '5.00', 'none'])
  expect(bridge('uptime')).toBe('2026-11-20T12:00:00.000Z')
  measured = { fps: undefined, bytes: 9e6, free: null, problem: null }
  await clock.advance(10_000)
  expect([shown('fps'), shown('storage_used')]).toEqual(['None', '9'])
  expect(bridge('free_space')).toBe('None')
})

test('the problem of the bridge is a word for each, and a sentence beside it; it changes with the words alone', async () => {
  const problem = (): readonly [string | undefined, unknown] => [
    last('nightjar/bridge/problem'),
    JSON.parse(last('nightjar/bridge/problem/attributes') ?? ''),
  ]
  expect(problem()).toEqual(['none', {}])
  measured = { ...measured, problem: 'The disk is full' }
  wrong = { 'notify mail': 'smtp.example.org:587: no answer after 15.1 s', ffmpeg: 'ffmpeg is not there' }
  await clock.advance(10_000)
  expect(problem()).toEqual(['storage, notify mail, ffmpeg', { storage: 'The disk is full', ...wrong }])
  const times = (): number => published.filter(([to]) => to === 'nightjar/bridge/problem').length
  const before = times()
  wrong = { ...wrong, 'notify mail': 'smtp.example.org:587: no answer after 15.3 s' }
  await clock.advance(10_000)
  expect(problem()[1]).toMatchObject(wrong)
  expect(times()).toBe(before)
  measured = { ...measured, problem: null }
  wrong = {}
  await clock.advance(10_000)
  expect(problem()).toEqual(['none', {}])
})

test('a camera that is off is off: its switch says so, its video and what needs it are not there', () => {
  set({ capture: { enabled: false } })
  cameras.change('porch', { link: { status: 'stopped', since: START, problem: null } })
  expect([shown('camera'), shown('connectivity'), shown('uptime')]).toEqual(['OFF', 'OFF', 'None'])
})
