import { describe, expect, it } from 'vitest'
import { createCameras } from '../../src/camera/cameras.js'
import type { Fact } from '../../src/camera/events.js'
import type { CameraSettings } from '../../src/camera/settings.js'
import type { StoredItem } from '../../src/camera/stored-item.js'
import { Failure } from '../../src/lib/failure.js'
import { silentLog } from '../../src/lib/log.js'
import { defaultSettings } from '../support/settings.js'
import { createTestClock } from '../support/test-clock.js'

const by = { adapter: 'test' }

const house = (saveSettings: (id: string, settings: CameraSettings) => Promise<void> = async () => {}) => {
  const clock = createTestClock()
  const cameras = createCameras({
    cameras: ['porch', 'yard'].map((id) => ({ id, name: id, source: 'file', settings: defaultSettings })),
    clock,
    log: silentLog,
    saveSettings,
  })
  const porch = cameras.parts[0]
  if (!porch) throw new Error('no camera')
  return { cameras, porch, clock }
}
const working = { status: 'working', problem: null } as const
const line = (fact: Fact): string =>
  fact.type === 'state'
    ? `${fact.camera} ${fact.state.link.status}${fact.previous ? '' : ' (first)'}`
    : `${fact.camera} ${fact.event.type}`

describe('watchers', () => {
  it('first hear the present state of every camera', () => {
    const { cameras, porch } = house()
    porch.learn({ type: 'health', part: 'tap', health: working })
    const heard: string[] = []
    cameras.watch('test', (fact) => heard.push(line(fact)))
    expect(heard).toEqual(['porch online (first)', 'yard starting (first)'])
  })
  it('all hear one order, also of facts that one of them causes', () => {
    const { cameras, porch } = house()
    const first: string[] = []
    const second: string[] = []
    cameras.watch('first', (fact) => {
      first.push(line(fact))
      if (fact.type === 'state' && fact.state.link.status === 'online') {
        porch.learn({ type: 'health', part: 'tap', health: { status: 'broken', problem: 'gone' } })
      }
    })
    cameras.watch('second', (fact) => second.push(line(fact)))
    porch.learn({ type: 'health', part: 'tap', health: working })
    expect(second.slice(2)).toEqual(['porch online', 'porch offline'])
    expect(first.slice(2)).toEqual(second.slice(2))
  })
  it('one that throws costs the others nothing', () => {
    const { cameras, porch } = house()
    const heard: string[] = []
    cameras.watch('broken', () => {
      throw new Error('no')
    })
    cameras.watch('good', (fact) => heard.push(line(fact)))
    porch.learn({ type: 'health', part: 'tap', health: working })
    expect(heard.at(-1)).toBe('porch online')
  })
  it('hear nothing after they left', () => {
    const { cameras, porch } = house()
    const heard: string[] = []
    const watcher = cameras.watch('test', (fact) => heard.push(line(fact)))
    watcher[Symbol.dispose]()
    porch.learn({ type: 'health', part: 'tap', health: working })
    expect(heard).toHaveLength(2)
  })
})

describe('commands', () => {
  const item = { id: 'porch-1' } as StoredItem
  it('refuse a camera that is not there, one without hands, and recording without video', async () => {
    const { cameras } = house()
    await expect(cameras.execute('attic', { type: 'snapshot' }, by)).rejects.toMatchObject({ code: 'not-found' })
    await expect(cameras.execute('porch', { type: 'snapshot' }, by)).rejects.toMatchObject({ code: 'unavailable' })
    await expect(cameras.execute('porch', { type: 'record', action: 'start' }, by)).rejects.toBeInstanceOf(Failure)
  })
  it('give a snapshot to the hands of the camera', async () => {
    const { cameras, porch } = house()
    porch.equip({ snapshot: async ({ format }) => ({ ...item, format }), clip: async () => item })
    expect(await cameras.execute('porch', { type: 'snapshot', format: 'png' }, by)).toMatchObject({
      id: 'porch-1',
      format: 'png',
    })
  })
  it('change settings only when they are right and could be saved', async () => {
    const saved: [string, CameraSettings][] = []
    const { cameras } = house(async (id, settings) => void saved.push([id, settings]))
    const settings = await cameras.execute('yard', { type: 'settings', change: { motion: { trigger_level: 9 } } }, by)
    expect(settings.motion).toEqual({ ...defaultSettings.motion, trigger_level: 9 })
    expect(saved).toEqual([['yard', settings]])
    const wrong = { motion: { trigger_level: 'high' } } as never
    await expect(cameras.execute('yard', { type: 'settings', change: wrong }, by)).rejects.toMatchObject({
      code: 'invalid',
    })
    expect(cameras.state('yard').settings).toBe(settings)

    const full = house(async () => {
      throw new Failure('storage', 'the disk is full')
    })
    const change = { type: 'settings', change: { jpeg: { quality: 50 } } } as const
    await expect(full.cameras.execute('porch', change, by)).rejects.toMatchObject({ code: 'storage' })
    expect(full.cameras.state('porch').settings).toEqual(defaultSettings)
  })
  it('events have ids of their own', async () => {
    const { cameras, porch } = house()
    const ids = new Set<string>()
    cameras.watch('test', (fact) => fact.type === 'event' && ids.add(fact.id))
    for (let i = 0; i < 3; i++) porch.learn({ type: 'happened', event: { type: 'snapshot_taken', item } })
    expect(ids.size).toBe(3)
    expect(cameras.state('porch').last.snapshot).toBe('porch-1')
  })
})
