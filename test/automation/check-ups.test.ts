// When the doctor is asked by itself, and what of it is logged.
import { expect, test } from 'vitest'
import { startCheckUps } from '../../src/automation/check-ups.js'
import type { Finding } from '../../src/camera/ports.js'
import { type Log, silentLog } from '../../src/lib/log.js'
import { createTestClock } from '../support/test-clock.js'

const HOUR = 3_600_000
const MISSING: Finding = { about: 'ffmpeg', status: 'bad', what: 'ffmpeg is not there', todo: 'install it' }
const SLOW: Finding = { about: 'disk', status: 'warn', what: '1 MB a second', todo: 'a faster card' }

const setUp = (first: readonly Finding[] | Error) => {
  const clock = createTestClock()
  const begun = clock.now().mono
  const looks: number[] = []
  const warnings: string[] = []
  let seen = first
  const watching = startCheckUps({
    house: {
      findings: async () => {
        looks.push(clock.now().mono - begun)
        if (seen instanceof Error) throw seen
        return seen
      },
    },
    clock,
    log: { ...silentLog, warn: (words: string) => void warnings.push(words) } as Log,
  })
  const see = (next: readonly Finding[] | Error): void => {
    seen = next
  }
  return { clock, looks, warnings, watching, see }
}

test('a house that is well is looked at a minute after its start and then once a day', async () => {
  const { clock, looks, warnings, watching } = setUp([SLOW])
  await clock.advance(48 * HOUR)
  expect(looks).toEqual([60_000, 60_000 + 24 * HOUR])
  expect(warnings).toEqual([])
  watching[Symbol.dispose]()
  expect(clock.pending).toBe(0)
})

test('while something is grave it is looked at each hour; each thing is logged once, and again when it comes back', async () => {
  const { clock, looks, warnings, watching, see } = setUp([MISSING, SLOW])
  await clock.advance(60_000 + 2 * HOUR)
  expect(looks).toHaveLength(3)
  expect(warnings).toEqual(['doctor: ffmpeg is not there -> install it'])
  see([])
  await clock.advance(HOUR)
  see([MISSING])
  await clock.advance(24 * HOUR)
  expect(warnings).toHaveLength(2)
  watching[Symbol.dispose]()
})

test('a look that fails is tried again in an hour', async () => {
  const { clock, looks, warnings, watching, see } = setUp(new Error('no more files'))
  await clock.advance(60_000)
  see([])
  await clock.advance(HOUR)
  expect(looks).toHaveLength(2)
  expect(warnings).toEqual(['doctor: the look did not come to an end: no more files'])
  watching[Symbol.dispose]()
})
