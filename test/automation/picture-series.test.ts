import { expect, test } from 'vitest'
import { startPictureSeries } from '../../src/automation/picture-series.js'
import { startRecordOnMotion } from '../../src/automation/record-on-motion.js'
import { createCameras } from '../../src/camera/cameras.js'
import type { Cause } from '../../src/camera/state.js'
import { silentLog } from '../../src/lib/log.js'
import { defaultSettings } from '../support/settings.js'
import { createTestClock } from '../support/test-clock.js'

const setUp = (recording: Partial<typeof defaultSettings.recording>) => {
  const clock = createTestClock()
  const settings = { ...defaultSettings, recording: { ...defaultSettings.recording, ...recording } }
  const cameras = createCameras({
    cameras: [{ ...{ id: 'porch', name: 'Porch', source: 'file' }, settings }],
    ...{ clock, log: silentLog, saveSettings: async () => {} },
  })
  const [camera] = cameras.parts
  camera?.learn({ type: 'health', part: 'tap', health: { status: 'working', problem: null } })
  const taken: { readonly at: number; readonly causes: readonly Cause[] | undefined }[] = []
  const begin = clock.now().mono
  /** How long a picture takes. */
  let takes = 0
  camera?.equip({
    snapshot: async ({ causes }) => {
      taken.push({ at: (clock.now().mono - begin) / 1000, causes })
      if (takes > 0) await clock.sleep(takes)
      return {} as never
    },
    clip: async () => ({}) as never,
  })
  const look = async (level: number, count: number): Promise<void> => {
    for (let at = 0; at < count; at++) {
      camera?.learn({ type: 'looked', mono: clock.now().mono, motion: { level }, dark: 0 })
      await clock.advance(100)
    }
  }
  return {
    ...{ clock, cameras, look, taken },
    state: () => cameras.state('porch'),
    times: () => taken.map(({ at }) => at),
    slow: (ms: number) => {
      takes = ms
    },
  }
}

test('instead of a video: a picture when motion begins and every so often until the post-roll is over', async () => {
  const { clock, cameras, look, taken, times, state } = setUp({ as: 'pictures', picture_every_s: 2, after_s: 3 })
  using _video = startRecordOnMotion({ cameras, log: silentLog })
  using _series = startPictureSeries({ cameras, clock, log: silentLog })
  await look(0, 10)
  await look(20, 50)
  expect(state().recording.active).toBe(false)
  // Motion begins at 1.4 s; its hold ends at 9 s, the post-roll at 12 s.
  await look(0, 100)
  expect(times()).toEqual([1.4, 3.4, 5.4, 7.4, 9.4, 11.4])
  expect(taken.map(({ causes }) => causes)).toEqual(Array(6).fill(['motion']))
  expect(state().motion.active).toBe(false)
})

test('beside a video, or not at all', async () => {
  const both = setUp({ as: 'both' })
  using _video = startRecordOnMotion({ cameras: both.cameras, log: silentLog })
  using _series = startPictureSeries({ cameras: both.cameras, clock: both.clock, log: silentLog })
  await both.look(20, 20)
  expect(both.state().recording).toMatchObject({ active: true, causes: ['motion'] })
  expect(both.times()).toEqual([0.4, 1.4])

  for (const recording of [{ as: 'video' }, { as: 'pictures', on: [] }] as const) {
    const none = setUp(recording)
    using _none = startPictureSeries({ cameras: none.cameras, clock: none.clock, log: silentLog })
    await none.look(20, 30)
    expect(none.times()).toEqual([])
  }
})

test('motion that goes on within the post-roll goes on with its series', async () => {
  const { clock, cameras, look, times } = setUp({ as: 'pictures', picture_every_s: 1, after_s: 4 })
  using _series = startPictureSeries({ cameras, clock, log: silentLog })
  await look(20, 5)
  await look(0, 50)
  await look(20, 10)
  await look(0, 10)
  expect(times()).toEqual([0.4, 1.4, 2.4, 3.4, 4.4, 5.4, 6.4, 7.4])
})

test('a slow picture is waited for; a change of the settings or its end leaves no timer', async () => {
  const { clock, cameras, look, times, slow } = setUp({ as: 'pictures', picture_every_s: 0.5 })
  const series = startPictureSeries({ cameras, clock, log: silentLog })
  slow(1200)
  await look(20, 38)
  expect(times()).toEqual([0.4, 1.6, 2.8])
  slow(0)
  const change = { recording: { as: 'video' } } as const
  await cameras.execute('porch', { type: 'settings', change }, { adapter: 'test' })
  await look(20, 30)
  expect(times()).toHaveLength(3)
  const back = { recording: { as: 'pictures' } } as const
  await cameras.execute('porch', { type: 'settings', change: back }, { adapter: 'test' })
  await look(20, 2)
  expect(times()).toHaveLength(4)
  series[Symbol.dispose]()
  expect(clock.pending).toBe(0)
  await look(20, 20)
  expect(times()).toHaveLength(4)
})

test('privacy ends it at once', async () => {
  const { clock, cameras, look, times } = setUp({ as: 'pictures' })
  using _series = startPictureSeries({ cameras, clock, log: silentLog })
  await look(20, 10)
  const change = { privacy: { enabled: true } }
  await cameras.execute('porch', { type: 'settings', change }, { adapter: 'test' })
  await look(20, 30)
  expect(times()).toEqual([0.4])
})
