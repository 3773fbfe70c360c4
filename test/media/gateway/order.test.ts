import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createOrder } from '../../../src/media/gateway/builtin/order.js'
import { addFrame } from '../../../src/media/gateway/builtin/rtp.js'
import { createTestClock } from '../../support/test-clock.js'

const packet = (sequence: number): Buffer => {
  const rtp = Buffer.alloc(12)
  rtp.writeUInt16BE(sequence & 0xffff, 2)
  return addFrame(rtp)
}
const start = () => {
  const clock = createTestClock()
  const given: number[] = []
  const order = createOrder(clock, (framed) => given.push(framed.readUInt16BE(6)))
  return { clock, given, order, push: (...all: number[]) => all.forEach((one) => void order.push(packet(one))) }
}

test('in order nothing waits, over the end of the numbers too', () => {
  const { given, push, clock } = start()
  push(65_534, 65_535, 65_536, 65_537)
  expect(given).toEqual([65_534, 65_535, 0, 1])
  expect(clock.pending).toBe(0)
})

test('what overtook waits for what was overtaken; what comes twice goes once', () => {
  const { given, push, clock } = start()
  push(10, 12, 13, 12, 11, 11, 14)
  expect(given).toEqual([10, 11, 12, 13, 14])
  expect(clock.pending).toBe(0)
})

test('what is lost is waited for 50 ms', async () => {
  const { given, push, clock } = start()
  push(1, 3, 4, 6)
  await clock.advance(49)
  expect(given).toEqual([1])
  await clock.advance(1)
  expect(given).toEqual([1, 3, 4])
  await clock.advance(50)
  push(5, 7)
  expect(given).toEqual([1, 3, 4, 6, 7])
  expect(clock.pending).toBe(0)
})

test('what waits is bounded', () => {
  const { given, push } = start()
  push(0, ...Array.from({ length: 200 }, (_, at) => at + 2))
  expect(given.length).toBeGreaterThan(100)
  expect(given.slice(0, 3)).toEqual([0, 2, 3])
})

test('a publisher that counts anew goes on at once', () => {
  const { given, push, clock } = start()
  push(100, 102, 40_000, 40_001, 101, 102)
  expect(given).toEqual([100, 102, 40_000, 40_001, 101, 102])
  expect(clock.pending).toBe(0)
})

test('any disorder of less than the bound is undone', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 65_535 }),
      fc.array(fc.nat(20), { minLength: 2, maxLength: 60 }),
      (from, late) => {
        const { given, push } = start()
        const sent = late.map((by, at) => ({ at, when: at === 0 ? -1 : at + by })).sort((a, b) => a.when - b.when)
        push(...sent.map(({ at }) => from + at))
        expect(given).toEqual(late.map((_, at) => (from + at) & 0xffff))
      },
    ),
  )
})

test('disposed, nothing is left', () => {
  const { push, clock, order } = start()
  push(1, 3)
  order[Symbol.dispose]()
  expect(clock.pending).toBe(0)
})
