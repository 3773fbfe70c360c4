import { expect, test } from 'vitest'
import { createCamera } from '../../src/camera/camera.js'
import { checkSettingsChange } from '../../src/camera/check-settings.js'
import type { Command } from '../../src/camera/commands.js'
import { defaultSettings } from '../support/settings.js'
import { createTestClock } from '../support/test-clock.js'

const setUp = (night: Partial<typeof defaultSettings.night>) => {
  const camera = createCamera({
    ...{ id: 'porch', name: 'Porch', source: 'file', clock: createTestClock() },
    settings: { ...defaultSettings, night: { ...defaultSettings.night, ...night } },
    tell: () => {},
    saveSettings: async () => {},
  })
  const asked: object[] = []
  camera.equip({
    snapshot: async (request) => {
      asked.push(request)
      return {} as never
    },
    clip: async () => ({}) as never,
  })
  return { asked, ask: (command: Command) => camera.execute(command, { adapter: 'test' }) }
}

test('a stack is of so many pictures as asked, 10 by default, never of one or of too many', async () => {
  const { asked, ask } = setUp({})
  await ask({ type: 'stack' })
  await ask({ type: 'stack', frames: 60, format: 'png' })
  expect(asked).toEqual([
    { format: 'jpg', stack: 10 },
    { format: 'png', stack: 60 },
  ])
  for (const frames of [0, 1, 61, 2.5, Number.NaN]) {
    await expect(ask({ type: 'stack', frames })).rejects.toMatchObject({
      code: 'invalid',
      message: 'frames must be a whole number from 2 to 60',
    })
  }
  expect(asked).toHaveLength(2)
})

test('a snapshot is one picture; at night the mean of 10 for who wants that, but not of an event', async () => {
  const cases = [
    { mode: 'day', stack_snapshots: true },
    { mode: 'night', stack_snapshots: false },
    { mode: 'night', stack_snapshots: true },
  ] as const
  const requests: object[][] = []
  for (const night of cases) {
    const { asked, ask } = setUp(night)
    await ask({ type: 'snapshot' })
    await ask({ type: 'snapshot', causes: ['motion'] })
    requests.push(asked)
  }
  const [plain, event] = [{ format: 'jpg' }, { format: 'jpg', causes: ['motion'] }]
  expect(requests).toEqual([
    [plain, event],
    [plain, event],
    [{ ...plain, stack: 10 }, event],
  ])
})

test.each([
  [{ save: { every_s: 0.5 } }, 'save.every_s: must be a number from 1 to 86400, not 0.5'],
  [{ save: { stack_at_night: 1 } }, 'save.stack_at_night: must be a whole number from 2 to 60, not 1'],
  [{ recording: { as: 'film' } }, 'recording.as: must be video, pictures or both, not "film"'],
  [{ night: { dwell_s: -1 } }, 'night.dwell_s: must be a number from 0 to 3600, not -1'],
  [{ night: { ir_cut_command: { day: ['reboot'] } } }, 'night.ir_cut_command: is not an option'],
])('%j is refused', (change, sentence) => {
  expect(() => checkSettingsChange(change, defaultSettings)).toThrow(sentence)
})

test('0 switches auto-save and its stacking off', () => {
  const change = { save: { every_s: 0, stack_at_night: 0 } }
  expect(checkSettingsChange(change, defaultSettings)).toEqual(change)
})
