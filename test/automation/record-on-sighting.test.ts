import { expect, test } from 'vitest'
import { startRecordOnSighting } from '../../src/automation/record-on-sighting.js'
import { createCameras } from '../../src/camera/cameras.js'
import type { Sighting } from '../../src/camera/events.js'
import type { RecordTrigger } from '../../src/camera/settings.js'
import { silentLog } from '../../src/lib/log.js'
import { defaultSettings } from '../support/settings.js'
import { createTestClock } from '../support/test-clock.js'

const setUp = (on: readonly RecordTrigger[] = ['sighting']) => {
  const clock = createTestClock()
  const recording = { ...defaultSettings.recording, on }
  const cameras = createCameras({
    cameras: [{ ...{ id: 'porch', name: 'Porch', source: 'file' }, settings: { ...defaultSettings, recording } }],
    ...{ clock, log: silentLog, saveSettings: async () => {} },
  })
  const [camera] = cameras.parts
  if (!camera) throw new Error('no camera')
  camera.learn({ type: 'health', part: 'tap', health: { status: 'working', problem: null } })
  const look = async (level: number, count: number): Promise<void> => {
    for (let at = 0; at < count; at++) {
      camera.learn({ type: 'looked', mono: clock.now().mono, motion: { level }, dark: 0 })
      await clock.advance(100)
    }
  }
  const see = async (phase: Sighting['phase'], track = 1): Promise<void> => {
    const thing = { track, label: 'person', score: 0.9, zones: [], duration_s: 0, item: null }
    const box = { x: 0.1, y: 0.1, width: 0.1, height: 0.2 }
    const sighting = { ...thing, phase, box, since: clock.now().wall - 700 }
    camera.learn({ type: 'happened', event: { type: 'sighting', sighting } })
    await clock.advance(0)
  }
  const settings = (change: object) => cameras.execute('porch', { type: 'settings', change }, { adapter: 'test' })
  return { clock, cameras, look, see, settings, recording: () => cameras.state('porch').recording }
}

test('it records from the first look at a thing until the last one is gone, and the post-roll after it', async () => {
  const { clock, cameras, look, see, recording } = setUp()
  using _watching = startRecordOnSighting({ cameras, log: silentLog })
  await look(20, 10)
  expect(recording().active).toBe(false)
  const since = clock.now().wall - 700
  await see('began', 1)
  expect(recording()).toMatchObject({ active: true, causes: ['sighting'], since })
  await look(20, 10)
  await see('began', 2)
  await see('ended', 1)
  await look(20, 50)
  expect(recording().active).toBe(true)
  await see('ended', 2)
  await look(20, 29)
  expect(recording().active).toBe(true)
  await look(20, 2)
  expect(recording().active).toBe(false)
})

test('what came and stays holds it only while something moves', async () => {
  const { cameras, look, see, recording } = setUp()
  using _watching = startRecordOnSighting({ cameras, log: silentLog })
  await look(20, 10)
  await see('began')
  await look(20, 10)
  // Hold (3 s) and post-roll (3 s).
  await look(0, 65)
  expect(recording().active).toBe(false)
  await look(20, 10)
  expect(recording()).toMatchObject({ active: true, causes: ['sighting'] })
  await see('ended')
  await look(0, 65)
  expect(recording().active).toBe(false)
  await look(20, 10)
  expect(recording().active).toBe(false)
})

test('it is no trigger unless set, and taking it away ends what runs', async () => {
  const quiet = setUp(['motion'])
  using _first = startRecordOnSighting({ cameras: quiet.cameras, log: silentLog })
  await quiet.look(20, 10)
  await quiet.see('began')
  expect(quiet.recording().active).toBe(false)

  const { cameras, look, see, settings, recording } = setUp()
  using _second = startRecordOnSighting({ cameras, log: silentLog })
  await look(20, 10)
  await see('began')
  expect(recording().active).toBe(true)
  await settings({ recording: { on: [], after_s: 0 } })
  expect(recording().active).toBe(false)
})

test('it holds beside motion: each ends by itself', async () => {
  const { cameras, look, see, recording } = setUp()
  using _watching = startRecordOnSighting({ cameras, log: silentLog })
  await cameras.execute('porch', { type: 'record', action: 'start', cause: 'motion' }, { adapter: 'test' })
  await look(20, 10)
  await see('began')
  expect(recording().causes).toEqual(['motion', 'sighting'])
  await see('ended')
  await look(20, 31)
  expect(recording().causes).toEqual(['motion'])
})
