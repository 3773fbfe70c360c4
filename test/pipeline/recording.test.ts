import { expect, test } from 'vitest'
import { createCameras } from '../../src/camera/cameras.js'
import { silentLog } from '../../src/lib/log.js'
import type { Recorder } from '../../src/media/recorder.js'
import { followRecording } from '../../src/pipeline/recording.js'
import { defaultSettings } from '../support/settings.js'
import { createTestClock } from '../support/test-clock.js'

test('the recorder is told of beginning, causes and end, on the clock of the pictures', async () => {
  const clock = createTestClock()
  const cameras = createCameras({
    cameras: [{ id: 'porch', name: 'Porch', source: 'file', settings: defaultSettings }],
    ...{ clock, log: silentLog, saveSettings: async () => {} },
  })
  cameras.parts[0]?.learn({ type: 'health', part: 'tap', health: { status: 'working', problem: null } })
  const told: unknown[] = []
  const recorder: Recorder = {
    start: (request) => told.push(['start', request]),
    stop: (at) => told.push(['stop', at]),
    causesChanged: (causes) => told.push(['causes', causes]),
    [Symbol.asyncDispose]: async () => {},
  }
  cameras.watch('test', (fact) => {
    if (fact.type === 'state') followRecording(recorder, clock, fact.previous?.recording ?? null, fact.state, fact.at)
  })
  const heard = () => told.splice(0)
  const by = { adapter: 'test' }
  const { mono, wall } = clock.now()
  expect(heard()).toEqual([])

  await cameras.execute('porch', { type: 'record', action: 'start', cause: 'motion', at: wall - 400 }, by)
  expect(heard()).toEqual([['start', { trigger: mono - 400, before_s: 3, causes: ['motion'] }]])
  await cameras.execute('porch', { type: 'record', action: 'start' }, by)
  expect(heard()).toEqual([['causes', ['motion', 'manual']]])
  await cameras.execute('porch', { type: 'settings', change: { motion: { hold_s: 9 } } }, by)
  expect(heard()).toEqual([])
  await clock.advance(5000)
  await cameras.execute('porch', { type: 'record', action: 'stop' }, by)
  expect(heard()).toEqual([['stop', mono + 5000]])
})
