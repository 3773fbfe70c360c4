// Privacy mode as the camera's rules and commands have it.
import { expect, test } from 'vitest'
import { createCameras } from '../../src/camera/cameras.js'
import { silentLog } from '../../src/lib/log.js'
import { defaultSettings } from '../support/settings.js'
import { createTestClock } from '../support/test-clock.js'

const by = { adapter: 'test' }

const setUp = () => {
  const clock = createTestClock()
  const told: string[] = []
  const cameras = createCameras({
    cameras: [{ id: 'porch', name: 'Porch', source: 'file', settings: defaultSettings }],
    ...{ clock, log: silentLog, saveSettings: async () => {} },
  })
  cameras.watch('test', (fact) => {
    if (fact.type === 'event') told.push(fact.event.type)
  })
  const [camera] = cameras.parts
  camera?.learn({ type: 'health', part: 'tap', health: { status: 'working', problem: null } })
  const look = async (level: number, count: number): Promise<void> => {
    for (let n = 0; n < count; n++) {
      await clock.advance(100)
      camera?.learn({ type: 'looked', mono: clock.now().mono, motion: { level }, dark: 100 })
    }
  }
  const privacy = (enabled: boolean) =>
    cameras.execute('porch', { type: 'settings', change: { privacy: { enabled } } }, by)
  return { cameras, clock, told, look, privacy, state: () => cameras.state('porch') }
}

test('all that was going on ends in the same moment', async () => {
  const { cameras, told, look, privacy, state } = setUp()
  await look(40, 8)
  await cameras.execute('porch', { type: 'record', action: 'start' }, by)
  await cameras.execute('porch', { type: 'record', action: 'start', cause: 'motion' }, by)
  expect(state()).toMatchObject({ motion: { active: true }, recording: { active: true } })
  await privacy(true)
  expect(state()).toMatchObject({
    motion: { active: false, level: 0, since: null },
    recording: { active: false, causes: [], since: null },
    link: { status: 'online' },
  })
  expect(told).toEqual(['motion_started', 'motion_ended'])
  expect(cameras.trace('porch').at(-1)).toMatchObject({ what: 'privacy', decision: 'done' })
  // Nothing of it is left over for later.
  await privacy(false)
  expect(state().recording.active).toBe(false)
  await cameras.execute('porch', { type: 'record', action: 'start' }, by)
  expect(state().recording).toMatchObject({ active: true, causes: ['manual'] })
})

test('what is still on its way counts for nothing', async () => {
  const { cameras, clock, told, look, privacy, state } = setUp()
  await look(1, 1)
  await privacy(true)
  const { light } = state()
  await look(90, 20)
  const tracks = [
    { id: 1, label: 'person', score: 1, box: { x: 0, y: 0, width: 1, height: 1 }, zones: [], since: 0, moving: true },
  ]
  cameras.parts[0]?.learn({ type: 'tracked', tracks })
  await clock.advance(60_000)
  expect(told).toEqual([])
  expect(state()).toMatchObject({ motion: { active: false, level: 0 }, light, objects: { counts: {} } })
})

test('nothing is recorded and no picture is taken, and the answer says why; a stop is no mistake', async () => {
  const { cameras, privacy, state } = setUp()
  await privacy(true)
  for (const command of [{ type: 'record', action: 'start' }, { type: 'snapshot' }] as const)
    await expect(cameras.execute('porch', command, by)).rejects.toMatchObject({
      ...{ code: 'refused', message: /^porch is private: .* until privacy is switched off$/ },
    })
  await cameras.execute('porch', { type: 'record', action: 'stop' }, by)
  await privacy(false)
  await cameras.execute('porch', { type: 'record', action: 'start' }, by)
  expect(state().recording.active).toBe(true)
})

test('motion begins anew afterwards', async () => {
  const { told, look, privacy } = setUp()
  await look(40, 4)
  await privacy(true)
  await privacy(false)
  await look(40, 4)
  expect(told).toEqual([])
  await look(40, 1)
  expect(told).toEqual(['motion_started'])
})
