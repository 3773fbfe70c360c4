// Ten thousand payloads from anybody, on every topic that we listen to, against real cameras: each is answered, none is
// a bug, and what is refused changes nothing.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createSystem } from '../../../src/adapters/mqtt/bridge.js'
import { type Answering, answer } from '../../../src/adapters/mqtt/commands.js'
import { cameraDiscovery } from '../../../src/adapters/mqtt/discovery.js'
import { entitiesOf } from '../../../src/adapters/mqtt/entities/index.js'
import { createTopics } from '../../../src/adapters/mqtt/topics.js'
import { vocabulary } from '../../../src/adapters/mqtt/vocabulary.js'
import { createCameras } from '../../../src/camera/cameras.js'
import { checkSettingsChange } from '../../../src/camera/check-settings.js'
import type { StoredItem } from '../../../src/camera/stored-item.js'
import { Failure } from '../../../src/lib/failure.js'
import { silentLog } from '../../../src/lib/log.js'
import { fakeState } from '../../support/fake-cameras.js'
import { fakeLinks } from '../../support/mqtt-adapter.js'
import { defaultSettings } from '../../support/settings.js'
import { createTestClock } from '../../support/test-clock.js'

const RUNS = 10_000
const topics = createTopics('nightjar', 'homeassistant')

const item: StoredItem = {
  ...{ id: 'porch-1', camera: 'porch', kind: 'snapshot', state: 'finished', causes: [], pre_roll_s: null, keep: false },
  ...{ from: 0, to: 0, bytes: 1, width: 1, height: 1, format: 'jpg', path: 'porch/1.jpg', picture: true },
}

const house = () => {
  const clock = createTestClock()
  const cameras = createCameras({
    cameras: [{ id: 'porch', name: 'Porch', source: 'file', controls: ['brightness'], settings: defaultSettings }],
    ...{ clock, log: silentLog, saveSettings: async () => {} },
  })
  const [porch] = cameras.parts
  porch?.learn({ type: 'health', part: 'tap', health: { status: 'working', problem: null } })
  porch?.equip({ snapshot: async () => item, clip: async () => item })
  const get = (id: string): StoredItem => {
    if (id !== item.id) throw new Failure('not-found', `there is no ${id}`)
    return item
  }
  const bugs: unknown[] = []
  const desk: Answering = {
    cameras,
    recordings: { get, keep: async (id, keep) => ({ ...get(id), keep }), remove: async (id) => void get(id) },
    links: fakeLinks,
    system: createSystem(undefined, clock),
    now: () => clock.now().wall,
    log: { ...silentLog, error: (...what: unknown[]) => void bugs.push(what) } as never,
  }
  return { cameras, desk, bugs }
}

const settable = entitiesOf(fakeState('porch', { controls: ['brightness'] }), {
  labels: new Set(['person']),
  facts: new Map(),
})
const name = fc.oneof(
  fc.constantFrom(...Object.keys(vocabulary), ...settable.map(({ id }) => id), '__proto__', 'constructor', 'restart'),
  fc.string({ maxLength: 12 }),
)
const topic = fc
  .tuple(fc.constantFrom('porch', 'porch', 'porch', 'attic', 'bridge', '__proto__'), name, fc.boolean())
  .map(([camera, what, set]) => `nightjar/${camera}/${set ? `${what}/set` : `command/${what}`}`)

const words = [
  ...['id', 'action', 'at', 'from', 'to', 'last_s', 'format', 'stacked', 'frames', 'duration_s', 'before_s', 'after_s'],
  ...['zone', 'item', 'keep', 'change', 'motion', 'night', 'zones', 'detection', 'labels', 'enabled', 'trigger_level'],
  ...['name', 'use', 'points', 'x', 'y', 'width', 'height', 'sensitivity', 'color', '__proto__', 'constructor'],
]
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', maxDepth: 4 },
    fc.constantFrom<unknown>(
      'start',
      'stop',
      'add',
      'change',
      'remove',
      'replace',
      'jpg',
      'png',
      'motion',
      'path',
      'porch-1',
    ),
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.string({ maxLength: 20 }),
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...words), tie('any'), { maxKeys: 5 }),
  ),
})).any
const message = (to: fc.Arbitrary<string>, said: fc.Arbitrary<unknown>) =>
  fc.tuple(
    to.map((what) => `nightjar/porch/${what}`),
    said.map((any) => Buffer.from(typeof any === 'string' ? any : JSON.stringify(any))),
  )
const some = <T>(model: { [Key in keyof T]: fc.Arbitrary<T[Key]> }) => fc.record(model, { requiredKeys: [] })
/** Near enough to what is right that much of it gets through. */
const near = fc.oneof(
  message(
    fc.constant('command/record'),
    some({ action: fc.constantFrom('start', 'stop'), duration_s: fc.integer({ min: -1, max: 100 }) }),
  ),
  message(fc.constant('command/clip'), some({ last_s: fc.double({ min: -1, max: 400, noNaN: true }) })),
  message(
    fc.constant('command/settings'),
    some({ motion: some({ trigger_level: fc.integer({ min: -5, max: 120 }), frames: fc.integer({ max: 60 }) }) }),
  ),
  message(
    fc.constant('command/zones'),
    some({
      action: fc.constantFrom('add', 'change', 'replace', 'remove'),
      zone: some({
        ...{ id: fc.constantFrom('path', 'door'), name: fc.string({ maxLength: 5 }) },
        ...{ x: fc.integer({ min: -5, max: 105 }), y: fc.constant(1), width: fc.constant(10), height: fc.constant(10) },
      }),
    }),
  ),
  message(fc.constantFrom('command/keep', 'command/delete'), fc.constantFrom('porch-1', 'porch-2')),
  message(
    fc.constantFrom(...settable.flatMap(({ id, component }) => (component === 'number' ? [`${id}/set`] : []))),
    fc.integer({ min: -1, max: 300 }),
  ),
  message(
    fc.constantFrom(...settable.flatMap(({ id, ask }) => (ask ? [`${id}/set`] : []))),
    fc.constantFrom('ON', 'OFF', 'PRESS', 'auto'),
  ),
)
const payload = fc.oneof(
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  fc.string().map((text) => Buffer.from(text)),
  fc
    .constantFrom('ON', 'OFF', 'PRESS', 'auto', 'night', '5', '1e9', '-1', 'NaN', '{', '[]', 'null', 'porch-1')
    .map((text) => Buffer.from(text)),
  fc.double().map((number) => Buffer.from(String(number))),
  value.map((any) => Buffer.from(JSON.stringify(any) ?? '')),
)
const anything = fc.oneof(fc.tuple(topic, payload), near)

it(`${RUNS} payloads: each is answered, none breaks anything, what is refused changes nothing`, {
  timeout: 60_000,
}, async () => {
  const { cameras, desk, bugs } = house()
  const counts = { ok: 0, error: 0 }
  await fc.assert(
    fc.asyncProperty(anything, async ([to, bytes]) => {
      const asked = topics.parse(to)
      if (!asked) return
      const before = cameras.state('porch')
      const reply = await answer(asked, bytes, desk)
      expect(bugs).toEqual([])
      counts[reply.status] += 1
      expect(JSON.parse(JSON.stringify(reply)).status).toBe(reply.status)
      if (reply.status === 'ok') return
      expect(reply.error).toMatch(/\S/)
      expect(cameras.state('porch')).toBe(before)
    }),
    { numRuns: RUNS },
  )
  // Both ways were tried, and what came of it is sound.
  expect(Math.min(counts.ok, counts.error)).toBeGreaterThan(RUNS / 50)
  const state = cameras.state('porch')
  checkSettingsChange(state.settings, defaultSettings)
  expect(Object.keys(cameraDiscovery(state, { topics, version: '1', url: '' }).components).length).toBeGreaterThan(40)
})
