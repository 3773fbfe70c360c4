import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRing, type RingItem } from '../../src/media/ring.js'

interface Parts {
  readonly at: number
  readonly key?: boolean
  readonly epoch?: number
  readonly bytes?: number
  readonly track?: 'video' | 'audio'
}
const item = ({ at, key = false, epoch = 1, bytes = 10, track = 'video' }: Parts): RingItem => ({
  init: {
    epoch,
    data: Buffer.alloc(0),
    mime: '',
    video: { codec: 'h264', width: 2, height: 2 },
    audio: false,
  },
  fragment: { epoch, data: Buffer.alloc(bytes), track, key, pts: at / 1000, mono: at },
})
const times = (items: readonly RingItem[]): number[] => items.map(({ fragment }) => fragment.mono)

test('readers start at the key frame at or before the moment they ask for', () => {
  const ring = createRing({ seconds: 100, maxBytes: 1e6 })
  for (let at = 0; at < 500; at += 100) ring.push(item({ at, key: at % 200 === 0 }))
  expect(times(ring.from(250))).toEqual([200, 300, 400])
  expect(times(ring.from(200))).toEqual([200, 300, 400])
  expect(times(ring.from(199))).toEqual([0, 100, 200, 300, 400])
  expect(times(ring.from(-1))).toEqual([0, 100, 200, 300, 400])
  expect(times(ring.from(9999))).toEqual([400])
  expect(ring.newest?.fragment.mono).toBe(400)
})

test('it begins with a key frame: what came before, and sound before it, is not kept', () => {
  const ring = createRing({ seconds: 100, maxBytes: 1e6 })
  const heard: number[] = []
  ring.watch(({ fragment }) => heard.push(fragment.mono))
  ring.push(item({ at: 0 }))
  ring.push(item({ at: 1, track: 'audio', key: true }))
  expect(ring.newest).toBeUndefined()
  ring.push(item({ at: 2, key: true }))
  ring.push(item({ at: 3, track: 'audio' }))
  expect(times(ring.from(0))).toEqual([2, 3])
  expect(heard).toEqual([2, 3])
})

test('once full it holds the seconds it promises, and drops whole groups', () => {
  const ring = createRing({ seconds: 10, maxBytes: 1e6 })
  for (let at = 0; at <= 60_000; at += 500) {
    ring.push(item({ at, key: at % 4000 === 0 }))
    if (at >= 10_000) expect(ring.stats().seconds).toBeGreaterThanOrEqual(10)
    expect(ring.stats().seconds).toBeLessThan(14)
  }
})

test('bytes are a hard limit, also for a single group', () => {
  const ring = createRing({ seconds: 1000, maxBytes: 1000 })
  for (let at = 0; at < 30; at++) ring.push(item({ at, key: at % 10 === 0, bytes: 60 }))
  expect(times(ring.from(0))[0]).toBe(20)
  for (let at = 30; at < 200; at++) {
    ring.push(item({ at, bytes: 60 }))
    expect(ring.stats().bytes).toBeLessThanOrEqual(1000)
  }
  // The rest of a group that was dropped is of no use.
  expect(ring.from(0)).toEqual([])
  expect(ring.newest).toBeUndefined()
  ring.push(item({ at: 200, key: true }))
  expect(times(ring.from(0))).toEqual([200])
})

test('a new epoch is kept behind the old one, from its first key frame on', () => {
  const ring = createRing({ seconds: 100, maxBytes: 1e6 })
  ring.push(item({ at: 0, key: true }))
  ring.push(item({ at: 1, epoch: 2 }))
  ring.push(item({ at: 2, epoch: 2, key: true }))
  ring.push(item({ at: 3, epoch: 2 }))
  expect(ring.from(0).map(({ init, fragment }) => [init.epoch, fragment.mono])).toEqual([
    [1, 0],
    [2, 2],
    [2, 3],
  ])
})

test('clear forgets all, watchers stay; a disposed watcher hears nothing', () => {
  const ring = createRing({ seconds: 100, maxBytes: 1e6 })
  const heard: number[] = []
  const watch = ring.watch(({ fragment }) => heard.push(fragment.mono))
  ring.push(item({ at: 0, key: true }))
  ring.clear()
  expect(ring.stats()).toEqual({ seconds: 0, bytes: 0, fragments: 0, fps: 0 })
  expect(ring.newest).toBeUndefined()
  ring.push(item({ at: 1 }))
  ring.push(item({ at: 2, key: true }))
  watch[Symbol.dispose]()
  ring.push(item({ at: 3 }))
  expect(heard).toEqual([0, 2])
})

test('whatever comes: counted right, within its bytes, beginning with a key frame', () => {
  const step = fc.record({
    step: fc.integer({ min: 0, max: 900 }),
    key: fc.boolean(),
    bytes: fc.integer({ min: 1, max: 400 }),
    audio: fc.boolean(),
    epoch: fc.integer({ min: 0, max: 9 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const ring = createRing({ seconds: 3, maxBytes: 1500 })
      let at = 0
      let epoch = 1
      for (const next of steps) {
        at += next.step
        if (next.epoch === 0) epoch++
        ring.push(
          item({ at, key: next.key && !next.audio, bytes: next.bytes, epoch, track: next.audio ? 'audio' : 'video' }),
        )
        const held = ring.from(-1)
        expect(ring.stats().fragments).toBe(held.length)
        expect(ring.stats().bytes).toBe(held.reduce((sum, { fragment }) => sum + fragment.data.length, 0))
        expect(ring.stats().bytes).toBeLessThanOrEqual(1500)
        if (held[0]) expect(held[0].fragment).toMatchObject({ track: 'video', key: true })
        for (const [index, { fragment }] of held.entries())
          if (fragment.epoch !== held[Math.max(0, index - 1)]?.fragment.epoch) expect(fragment.key).toBe(true)
      }
    }),
    { numRuns: 200 },
  )
})
