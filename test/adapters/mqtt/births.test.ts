// Home Assistant is born again and again: when all is said anew.
import { expect, test } from 'vitest'
import { createBirths } from '../../../src/adapters/mqtt/births.js'
import { createTestClock } from '../../support/test-clock.js'

const create = (random: () => number = () => 0.5) => {
  const clock = createTestClock()
  const begun = clock.now().mono
  const said: number[] = []
  const births = createBirths({ random, clock, announce: () => void said.push(clock.now().mono - begun) })
  return { clock, births, said }
}

test.each([0, 0.25, 0.999])('with luck %d it is answered after that part of five seconds', async (luck) => {
  const { clock, births, said } = create(() => luck)
  births.heard()
  await clock.advance(5000)
  expect(said).toEqual([luck * 5000])
})

test('many in a row are answered once, and not put off by one another', async () => {
  const { clock, births, said } = create()
  for (let i = 0; i < 20; i++) {
    births.heard()
    await clock.advance(100)
  }
  await clock.advance(10_000)
  expect(said).toEqual([2500])
  births.heard()
  await clock.advance(2500)
  expect(said).toEqual([2500, 14_500])
  expect(clock.pending).toBe(0)
})

test('forty devices that hear one birth spread over the five seconds', async () => {
  const all = Array.from({ length: 40 }, () => create(Math.random))
  for (const { births, clock } of all) {
    births.heard()
    await clock.advance(5000)
  }
  const times = all.flatMap(({ said }) => said)
  expect(times).toHaveLength(40)
  expect(new Set(times).size).toBeGreaterThan(30)
})

test('a connection that is lost owes nothing; the next birth is answered again', async () => {
  const { clock, births, said } = create()
  births.heard()
  births[Symbol.dispose]()
  expect(clock.pending).toBe(0)
  await clock.advance(5000)
  expect(said).toEqual([])
  births.heard()
  await clock.advance(5000)
  expect(said).toEqual([7500])
})
