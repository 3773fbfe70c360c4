import { expect, it } from 'vitest'
import { createPaced, createQuota } from '../../../src/vision/processor/pace.js'
import { createTestClock } from '../../support/test-clock.js'

it('gives the first at once, then the newest of each half second', async () => {
  const clock = createTestClock()
  const got: number[] = []
  const paced = createPaced<number>(clock, 500, (value) => got.push(value))
  for (let i = 0; i < 30; i++) {
    paced.put(i)
    await clock.advance(40)
  }
  expect(got).toEqual([0, 12, 24])
  await clock.advance(2000)
  expect(got).toEqual([0, 12, 24, 29])
  paced.put(30)
  paced.put(31)
  paced.clear()
  await clock.advance(2000)
  expect(got).toEqual([0, 12, 24, 29, 30])
  paced.put(32)
  paced[Symbol.dispose]()
  expect(clock.pending).toBe(0)
})

it('lets so many pass in each window, and says once that there were more', () => {
  let now = 0
  const quota = createQuota(2, 1000, () => now)
  const ask = (): string => {
    const { passes, first } = quota.ask()
    return passes ? 'passes' : first ? 'first' : 'no'
  }
  expect([ask(), ask(), ask(), ask()]).toEqual(['passes', 'passes', 'first', 'no'])
  now = 1000
  expect([ask(), ask(), ask()]).toEqual(['passes', 'passes', 'first'])
})
