// Commands about one zone, and about times: what a camera makes of them, whoever asks.
import { expect, test } from 'vitest'
import { createCamera } from '../../src/camera/camera.js'
import type { CameraSettings } from '../../src/camera/settings.js'
import type { StoredItem } from '../../src/camera/stored-item.js'
import { defaultSettings } from '../support/settings.js'
import { createTestClock } from '../support/test-clock.js'

const by = { adapter: 'test' }
const clip = { id: 'porch-1' } as StoredItem

const house = () => {
  const clock = createTestClock()
  const saved: CameraSettings[] = []
  const asked: object[] = []
  const camera = createCamera({
    ...{ id: 'porch', name: 'Porch', source: 'file', clock, settings: defaultSettings, tell: () => {} },
    saveSettings: async (settings) => {
      await Promise.resolve()
      saved.push(settings)
    },
  })
  camera.learn({ type: 'health', part: 'tap', health: { status: 'working', problem: null } })
  const take = async (request: object): Promise<StoredItem> => {
    asked.push(request)
    return clip
  }
  camera.equip({ snapshot: take, clip: take })
  return { camera, clock, saved, asked, zones: () => camera.state().settings.zones.map(({ id }) => id) }
}
const path = { name: 'Path', x: 0, y: 50, width: 50, height: 50 }

test('zones are added, changed, replaced and removed in turn, each on top of the one before', async () => {
  const { camera, saved, zones } = house()
  const zone = (change: Parameters<typeof camera.execute>[0] & { type: 'zone' }) => camera.execute(change, by)
  const [first, second] = await Promise.all([
    zone({ type: 'zone', change: { action: 'add', zone: path } }),
    zone({ type: 'zone', change: { action: 'add', zone: { ...path, name: 'Door' } } }),
  ])
  expect([first, second]).toMatchObject([{ id: 'path' }, { id: 'door', use: 'motion', enabled: true }])
  expect(zones()).toEqual(['path', 'door'])
  await zone({ type: 'zone', change: { action: 'change', id: 'door', zone: { use: 'objects', sensitivity: 2 } } })
  expect(camera.state().settings.zones[1]).toMatchObject({ name: 'Door', use: 'objects', sensitivity: 2 })
  await zone({ type: 'zone', change: { action: 'replace', id: 'door', zone: { x: 1, y: 1, width: 9, height: 9 } } })
  expect(camera.state().settings.zones[1]).toMatchObject({ name: 'door', use: 'motion', sensitivity: 1 })
  expect(await zone({ type: 'zone', change: { action: 'remove', id: 'path' } })).toBeNull()
  expect(zones()).toEqual(['door'])
  expect(saved).toHaveLength(5)
})

test.each([
  [{ action: 'add', zone: { ...path, id: 'Path' } }, /id must be small letters/],
  [{ action: 'add', zone: { ...path, name: '…' } }, /needs an id/],
  [{ action: 'add', zone: { ...path, name: 'Known' } }, /has a zone "known" already/],
  [{ action: 'change', id: 'known', zone: { id: 'other' } }, /the id of a zone stays/],
  [{ action: 'change', id: 'door', zone: {} }, /no zone "door": it has known/],
  [{ action: 'remove', id: 'door' }, /no zone "door"/],
] as const)('%j changes nothing', async (change, sentence) => {
  const { camera, zones } = house()
  await camera.execute({ type: 'zone', change: { action: 'add', zone: { ...path, name: 'Known' } } }, by)
  await expect(camera.execute({ type: 'zone', change }, by)).rejects.toThrow(sentence)
  expect(zones()).toEqual(['known'])
})

test('clips and snapshots are of times that have been', async () => {
  const { camera, clock, asked } = house()
  const { wall } = clock.now()
  expect(await camera.execute({ type: 'clip', from: wall - 2000, to: wall }, by)).toBe(clip)
  await camera.execute({ type: 'snapshot', at: wall - 500 }, by)
  expect(asked).toEqual([
    { from: wall - 2000, to: wall },
    { format: 'jpg', at: wall - 500 },
  ])
  for (const wrong of [
    { type: 'clip', from: wall, to: wall - 1 },
    { type: 'clip', from: Number.NaN, to: wall },
    { type: 'clip', from: wall, to: wall + 1 },
    { type: 'snapshot', at: wall + 1 },
  ] as const)
    await expect(camera.execute(wrong, by)).rejects.toMatchObject({ code: 'invalid' })
  await camera.execute({ type: 'settings', change: { privacy: { enabled: true } } }, by)
  const refused = camera.execute({ type: 'clip', from: wall - 2000, to: wall }, by)
  await expect(refused).rejects.toMatchObject({ code: 'refused' })
  expect(asked).toHaveLength(2)
})

test('a recording with a length ends by itself; a longer wish counts more, and its pre-roll is remembered', async () => {
  const { camera, clock } = house()
  const pass = async (ms: number): Promise<boolean> => {
    await clock.advance(ms)
    camera.learn({ type: 'tick' })
    return camera.state().recording.active
  }
  const start = { type: 'record', action: 'start' } as const
  expect(await camera.execute({ ...start, duration_s: 10, before_s: 5 }, by)).toMatchObject({
    active: true,
    before_s: 5,
  })
  expect(await pass(9000)).toBe(true)
  await camera.execute({ ...start, duration_s: 5 }, by)
  expect(await pass(4900)).toBe(true)
  expect(await pass(200)).toBe(false)
  expect(camera.state().recording).toEqual({ active: false, causes: [], since: null })
  await camera.execute({ ...start, duration_s: 1 }, by)
  await camera.execute(start, by)
  expect(await pass(60_000)).toBe(true)
  for (const wrong of [{ duration_s: 0 }, { before_s: 121 }, { after_s: -1 }])
    await expect(camera.execute({ ...start, ...wrong }, by)).rejects.toMatchObject({ code: 'invalid' })
})
