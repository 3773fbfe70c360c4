// A camera switched off and on again, as its rules and commands have it.
import { expect, test } from 'vitest'
import { createCameras } from '../../src/camera/cameras.js'
import type { CameraSettings } from '../../src/camera/settings.js'
import { silentLog } from '../../src/lib/log.js'
import { defaultSettings } from '../support/settings.js'
import { createTestClock } from '../support/test-clock.js'

const by = { adapter: 'test' }
const fine = { status: 'working', problem: null } as const
const broken = { status: 'broken', problem: 'it went away' } as const

const setUp = (settings: CameraSettings = defaultSettings) => {
  const clock = createTestClock()
  const told: string[] = []
  const saved: CameraSettings[] = []
  const cameras = createCameras({
    cameras: [{ id: 'porch', name: 'Porch', source: 'file', settings }],
    ...{ clock, log: silentLog, saveSettings: async (_: string, next: CameraSettings) => void saved.push(next) },
  })
  cameras.watch('test', (fact) => {
    if (fact.type === 'event') told.push(fact.event.type)
  })
  const learn: NonNullable<(typeof cameras.parts)[0]>['learn'] = (input) => cameras.parts[0]?.learn(input)
  const capture = (enabled: boolean) =>
    cameras.execute('porch', { type: 'settings', change: { capture: { enabled } } }, by)
  return { cameras, clock, told, saved, learn, capture, state: () => cameras.state('porch') }
}

test('stopped: what was going on ends at once, and what is still told of before counts for nothing', async () => {
  const { cameras, clock, told, saved, learn, capture, state } = setUp()
  learn({ type: 'health', part: 'publisher', health: fine })
  learn({ type: 'health', part: 'tap', health: fine })
  for (let n = 0; n < 8; n++) {
    await clock.advance(100)
    learn({ type: 'looked', mono: clock.now().mono, motion: { level: 40 }, dark: 100 })
  }
  await cameras.execute('porch', { type: 'record', action: 'start' }, by)
  expect(state()).toMatchObject({ link: { status: 'online' }, motion: { active: true }, recording: { active: true } })
  await clock.advance(1000)
  await capture(false)
  expect(saved.at(-1)?.capture).toEqual({ enabled: false })
  const stopped = {
    link: { status: 'stopped', since: clock.now().wall, problem: null },
    health: {},
    motion: { active: false, level: 0 },
    recording: { active: false, causes: [] },
  }
  expect(state()).toMatchObject(stopped)
  expect(state().health).toEqual({})
  expect(told).toEqual(['motion_started', 'motion_ended'])
  const before = state()
  learn({ type: 'health', part: 'publisher', health: broken })
  learn({ type: 'health', part: 'tap', health: fine })
  learn({ type: 'looked', mono: clock.now().mono, motion: { level: 90 }, dark: 250 })
  expect(state()).toBe(before)
  expect(cameras.trace('porch').map(({ reason }) => reason)).toContain('the camera was stopped: nothing runs for it')
})

test('stopped: a picture and a recording are refused with a sentence; other parts may still be broken', async () => {
  const { cameras, learn, capture, state } = setUp()
  learn({ type: 'health', part: 'tap', health: fine })
  await capture(false)
  const refusal = { code: 'refused', message: expect.stringMatching(/^porch is stopped: .* until it is started$/) }
  await expect(cameras.execute('porch', { type: 'snapshot' }, by)).rejects.toMatchObject(refusal)
  await expect(cameras.execute('porch', { type: 'record', action: 'start' }, by)).rejects.toMatchObject(refusal)
  learn({ type: 'health', part: 'storage', health: broken })
  expect(state().link).toMatchObject({ status: 'stopped', problem: 'it went away' })
})

test('started again: it begins anew', async () => {
  const { learn, capture, state } = setUp()
  learn({ type: 'health', part: 'tap', health: fine })
  await capture(false)
  await capture(true)
  expect(state().link).toMatchObject({ status: 'starting', problem: null })
  learn({ type: 'health', part: 'tap', health: fine })
  expect(state().link.status).toBe('online')
})

test('a camera that was stopped before a restart is stopped after it', () => {
  const { learn, state } = setUp({ ...defaultSettings, capture: { enabled: false } })
  expect(state().link.status).toBe('stopped')
  learn({ type: 'health', part: 'gateway', health: fine })
  expect(state().link.status).toBe('stopped')
})
