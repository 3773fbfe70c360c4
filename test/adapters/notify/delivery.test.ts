// The line in front of a far end that comes and goes.
import { describe, expect, it } from 'vitest'
import { startDelivery } from '../../../src/adapters/notify/delivery.js'
import type { Outbox, Slip } from '../../../src/adapters/notify/outbox.js'
import { Failure } from '../../../src/lib/failure.js'
import { silentLog } from '../../../src/lib/log.js'
import { createTestClock } from '../../support/test-clock.js'

const HOUR = 3_600_000

/** What lies on the disk, as it were. */
const createOutbox = (left: readonly (readonly [item: string, at: number])[]): Outbox<string> & { on: string[] } => {
  const on: string[] = left.map(([item]) => item)
  const slip = (item: string, at: number): Slip<string> => ({
    item,
    at,
    remove: () => void on.splice(on.indexOf(item), 1),
  })
  return {
    on,
    left: left.map(([item, at]) => slip(item, at)),
    put: (item, at) => {
      on.push(item)
      return slip(item, at)
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

const create = (left: readonly (readonly [item: string, age: number])[] = []) => {
  const clock = createTestClock()
  const outbox = createOutbox(left.map(([item, age]) => [item, clock.now().wall - age]))
  const sent: string[] = []
  const dropped: string[] = []
  const tries: string[] = []
  const far: { problem: Error | null } = { problem: null }
  const delivery = startDelivery<string>({
    name: 'notify mail',
    send: async (item) => {
      tries.push(item)
      if (far.problem) throw far.problem
    },
    onSent: (item) => void sent.push(item),
    onDropped: (item, reason) => void dropped.push(`${item}: ${reason}`),
    ...{ outbox, clock, log: silentLog },
  })
  return { clock, delivery, sent, dropped, tries, far, outbox }
}

describe('delivery', () => {
  it('sends at once, in order, and has nothing to say about a far end it never tried', async () => {
    const { clock, delivery, sent } = create()
    await clock.advance(0)
    expect(delivery.health()).toEqual({ status: 'working', problem: null })
    delivery.put('a')
    delivery.put('b')
    await clock.advance(0)
    expect(sent).toEqual(['a', 'b'])
    expect(delivery.waiting).toBe(0)
    await delivery[Symbol.asyncDispose]()
    expect(clock.pending).toBe(0)
  })

  it('what is not taken waits and is tried again, ever more seldom, until the far end is back', async () => {
    const { clock, delivery, sent, tries, far } = create()
    far.problem = new Error('connect ECONNREFUSED')
    delivery.put('a')
    delivery.put('b')
    await clock.advance(0)
    expect(delivery.health()).toEqual({ status: 'broken', problem: 'connect ECONNREFUSED' })
    await clock.advance(10 * 60_000)
    expect(tries.length).toBeGreaterThan(8)
    expect(tries.length).toBeLessThan(20)
    expect(new Set(tries)).toEqual(new Set(['a']))
    expect(delivery.waiting).toBe(2)
    far.problem = null
    await clock.advance(60_000)
    expect(sent).toEqual(['a', 'b'])
    expect(delivery.health()).toEqual({ status: 'working', problem: null })
    await delivery[Symbol.asyncDispose]()
  })

  it('what the far end will never take is let go, the others are not', async () => {
    const { clock, delivery, sent, dropped, far } = create()
    far.problem = new Failure('refused', '550 no such user')
    delivery.put('a')
    await clock.advance(0)
    expect(dropped).toEqual(['a: 550 no such user'])
    expect(delivery.health()).toEqual({ status: 'broken', problem: '550 no such user' })
    far.problem = null
    delivery.put('b')
    await clock.advance(1000)
    expect(sent).toEqual(['b'])
    expect(delivery.health().status).toBe('working')
    await delivery[Symbol.asyncDispose]()
  })

  it('keeps the newest 50, and none for longer than a day', async () => {
    const { clock, delivery, sent, dropped, far } = create()
    far.problem = new Error('away')
    for (let i = 1; i <= 52; i++) delivery.put(`${i}`)
    await clock.advance(0)
    expect(delivery.waiting).toBe(50)
    // The first is under way.
    expect(dropped).toEqual(['2: 50 newer ones wait', '3: 50 newer ones wait'])
    await clock.advance(23 * HOUR)
    delivery.put('late')
    await clock.advance(2 * HOUR)
    far.problem = null
    await clock.advance(60_000)
    expect(sent).toEqual(['late'])
    expect(dropped.slice(-1)).toEqual(['52: not sent within 24 h'])
    await delivery[Symbol.asyncDispose]()
  })

  it('sends first what an earlier run left, if it is not too old; what is sent or let go is kept no longer', async () => {
    const { clock, delivery, sent, dropped, far, outbox } = create([
      ['old', 25 * HOUR],
      ['late', 23 * HOUR],
      ['ahead', -HOUR],
    ])
    delivery.put('new')
    expect(outbox.on).toEqual(['late', 'ahead', 'new'])
    await clock.advance(0)
    expect(dropped).toEqual(['old: not sent within 24 h'])
    expect(sent).toEqual(['late', 'ahead', 'new'])
    expect(outbox.on).toEqual([])
    far.problem = new Failure('refused', '550 no such user')
    delivery.put('nobody')
    await clock.advance(0)
    expect(outbox.on).toEqual([])
    far.problem = new Error('away')
    delivery.put('a')
    await clock.advance(2000)
    await delivery[Symbol.asyncDispose]()
    expect(outbox.on).toEqual(['a'])
  })

  it('of more than 50 that an earlier run left it lets go of the oldest', async () => {
    const { clock, delivery, dropped, far, outbox } = create(Array.from({ length: 53 }, (_, i) => [`${i}`, 1000]))
    far.problem = new Error('away')
    await clock.advance(0)
    expect(dropped).toEqual(['1', '2', '3'].map((item) => `${item}: 50 newer ones wait`))
    expect(outbox.on).toHaveLength(50)
    await delivery[Symbol.asyncDispose]()
  })

  it('ends also while it waits for the far end', async () => {
    const { clock, delivery, far } = create()
    far.problem = new Error('away')
    delivery.put('a')
    await clock.advance(0)
    await delivery[Symbol.asyncDispose]()
    expect(clock.pending).toBe(0)
  })
})
