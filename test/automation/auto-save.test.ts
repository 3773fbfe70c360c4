import { expect, test } from 'vitest'
import { startAutoSave } from '../../src/automation/auto-save.js'
import type { Command } from '../../src/camera/commands.js'
import type { CameraState } from '../../src/camera/state.js'
import { Failure } from '../../src/lib/failure.js'
import { type Log, silentLog } from '../../src/lib/log.js'
import { fakeState } from '../support/fake-cameras.js'
import { defaultSettings } from '../support/settings.js'
import { createTestClock } from '../support/test-clock.js'

const saving = (every_s: number, stack_at_night = 10) => ({ ...defaultSettings, save: { every_s, stack_at_night } })

const setUp = (settings = saving(60)) => {
  const clock = createTestClock()
  const asked: { readonly at: number; readonly command: Command }[] = []
  const warnings: string[] = []
  const begin = clock.now().mono
  let state: CameraState = fakeState('porch', { settings })
  let outcome: () => Promise<never> = () => new Promise((resolve) => resolve(undefined as never))
  const log = { ...silentLog, warn: (...[, words]: [unknown, string]) => void warnings.push(words) } as unknown as Log
  const watching = startAutoSave({
    cameras: {
      list: () => [state],
      execute: async (_id, command) => {
        asked.push({ at: (clock.now().mono - begin) / 1000, command })
        return outcome()
      },
    },
    ...{ clock, log },
  })
  return {
    ...{ clock, asked, warnings, watching },
    become: (change: Partial<CameraState>) => {
      state = { ...state, ...change }
    },
    answer: (next: () => Promise<never>) => {
      outcome = next
    },
    times: () => asked.map(({ at }) => at),
  }
}

test('one picture every so often, evenly, from when it begins', async () => {
  const { clock, times, asked, watching } = setUp(saving(60))
  await clock.advance(200_000)
  expect(times()).toEqual([0.5, 60.5, 120.5, 180.5])
  expect(asked[0]?.command).toEqual({ type: 'snapshot', causes: ['schedule'] })
  watching[Symbol.dispose]()
  expect(clock.pending).toBe(0)
  await clock.advance(200_000)
  expect(asked).toHaveLength(4)
})

test('a rhythm that is no multiple of the look keeps its mean', async () => {
  const { clock, times } = setUp(saving(1.3))
  await clock.advance(131_000)
  expect(times().length).toBeGreaterThanOrEqual(100)
  expect(times().length).toBeLessThanOrEqual(102)
})

test('at night the mean of several, or one picture as it is', async () => {
  const night = { light: { mode: 'night', dark: 230, cause: 'measured', since: 0 } } as const
  const { clock, asked, become } = setUp(saving(10, 20))
  await clock.advance(5000)
  become(night)
  await clock.advance(10_000)
  become({ settings: saving(10, 0) })
  await clock.advance(10_000)
  expect(asked.map(({ command }) => command)).toEqual([
    { type: 'snapshot', causes: ['schedule'] },
    { type: 'stack', frames: 20, causes: ['schedule'] },
    { type: 'snapshot', causes: ['schedule'] },
  ])
})

test('off, without video or in privacy mode nothing is asked; afterwards one, and nothing is made up for', async () => {
  const { clock, times, become } = setUp(saving(0))
  await clock.advance(100_000)
  become({ settings: saving(10), link: { status: 'offline', since: 0, problem: 'away' } })
  await clock.advance(100_000)
  become({
    settings: { ...saving(10), privacy: { enabled: true } },
    link: { status: 'online', since: 0, problem: null },
  })
  await clock.advance(100_000)
  expect(times()).toEqual([])
  become({ settings: saving(10) })
  await clock.advance(25_000)
  expect(times()).toEqual([300.5, 310.5, 320.5])
})

test('an outage is told once, and never two pictures at a time', async () => {
  const { clock, times, warnings, answer } = setUp(saving(10))
  answer(() => Promise.reject(new Failure('storage', 'the disk is full')))
  await clock.advance(45_000)
  expect(warnings).toEqual(['auto-save of porch: the disk is full'])
  expect(times()).toHaveLength(5)
  let end = (): void => {}
  answer(
    () =>
      new Promise((resolve) => {
        end = () => resolve(undefined as never)
      }),
  )
  await clock.advance(60_000)
  expect(times()).toHaveLength(6)
  end()
  await clock.advance(1000)
  expect(times()).toHaveLength(7)
})
