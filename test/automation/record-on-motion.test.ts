import { expect, test } from 'vitest'
import { startRecordOnMotion } from '../../src/automation/record-on-motion.js'
import { createCameras } from '../../src/camera/cameras.js'
import { silentLog } from '../../src/lib/log.js'
import { defaultSettings } from '../support/settings.js'
import { createTestClock } from '../support/test-clock.js'

const setUp = (on: readonly 'motion'[] = ['motion']) => {
  const clock = createTestClock()
  const cameras = createCameras({
    cameras: [
      {
        ...{ id: 'porch', name: 'Porch', source: 'file' },
        settings: { ...defaultSettings, recording: { ...defaultSettings.recording, on } },
      },
    ],
    ...{ clock, log: silentLog, saveSettings: async () => {} },
  })
  const [camera] = cameras.parts
  camera?.learn({ type: 'health', part: 'tap', health: { status: 'working', problem: null } })
  const look = async (level: number, count: number): Promise<void> => {
    for (let at = 0; at < count; at++) {
      camera?.learn({ type: 'looked', mono: clock.now().mono, motion: { level }, dark: 0 })
      await clock.advance(100)
    }
  }
  return { cameras, look, recording: () => cameras.state('porch').recording }
}

test('it records from the motion on, through a short pause, and for the post-roll after the last of it', async () => {
  const { cameras, look, recording } = setUp()
  using _watching = startRecordOnMotion({ cameras, log: silentLog })
  await look(20, 4)
  expect(recording().active).toBe(false)
  await look(20, 1)
  expect(recording()).toMatchObject({ active: true, causes: ['motion'], since: cameras.state('porch').motion.since })
  // Still for hold (3 s) and a part of the post-roll (3 s), then motion again.
  await look(0, 40)
  expect(cameras.state('porch').motion.active).toBe(false)
  expect(recording().active).toBe(true)
  await look(20, 10)
  await look(0, 55)
  expect(recording().active).toBe(true)
  await look(0, 10)
  expect(recording().active).toBe(false)
})

test('without motion among the triggers nothing is asked, and taking it away ends what runs', async () => {
  const quiet = setUp([])
  using _first = startRecordOnMotion({ cameras: quiet.cameras, log: silentLog })
  await quiet.look(20, 10)
  expect(quiet.cameras.state('porch').motion.active).toBe(true)
  expect(quiet.recording().active).toBe(false)

  const { cameras, look, recording } = setUp()
  using _second = startRecordOnMotion({ cameras, log: silentLog })
  await look(20, 10)
  const change = { recording: { on: [], after_s: 0 } }
  await cameras.execute('porch', { type: 'settings', change }, { adapter: 'test' })
  await look(20, 2)
  expect(recording().active).toBe(false)
})

test('a recording that a person holds goes on when the motion ends', async () => {
  const { cameras, look, recording } = setUp()
  using _watching = startRecordOnMotion({ cameras, log: silentLog })
  await look(20, 10)
  await cameras.execute('porch', { type: 'record', action: 'start' }, { adapter: 'test' })
  await look(0, 80)
  expect(recording()).toMatchObject({ active: true, causes: ['manual'] })
})

test('motion that is there before it starts is recorded, and after its end it asks nothing', async () => {
  const { cameras, look, recording } = setUp()
  await look(20, 10)
  startRecordOnMotion({ cameras, log: silentLog })[Symbol.dispose]()
  await look(0, 1)
  expect(recording().active).toBe(true)
  await look(0, 40)
  await look(20, 10)
  expect(recording()).toMatchObject({ active: true })
  await look(0, 100)
  // Nobody lets go any more.
  expect(recording().active).toBe(true)
})
