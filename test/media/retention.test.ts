import { expect, test } from 'vitest'
import type { StoredItem } from '../../src/camera/stored-item.js'
import { planRetention, type RetentionFacts } from '../../src/media/retention.js'

const DAY = 86_400_000
const NOW = 100 * DAY
const HOUR = 3_600_000

const item = (id: string, daysOld: number, bytes = 100, more: Partial<StoredItem> = {}): StoredItem => ({
  ...{ id, camera: 'porch', kind: 'recording', from: NOW - daysOld * DAY, to: NOW - daysOld * DAY + 1000 },
  ...{ state: 'finished', causes: [], pre_roll_s: 0, bytes, keep: false, width: 1, height: 1, format: 'mp4' },
  ...{ path: id, picture: false },
  ...more,
})
const shelf = [item('oldest', 30), item('old', 15), item('young', 13), item('newest', 0)]
const plan = (facts: Partial<RetentionFacts>, items = shelf): string[] =>
  planRetention(items, {
    limits: { days: 0, max_bytes: 0, min_free_bytes: 0, ...facts.limits },
    ...{ now: NOW, steadyFor: HOUR, free: 1000, used: items.reduce((sum, { bytes }) => sum + bytes, 0) },
    ...facts,
  }).map((removal) => `${removal.item.id}: ${removal.reason}`)
const limits = { days: 0, max_bytes: 0, min_free_bytes: 0 }

test.each([
  ['no limit: all stay', { limits }, []],
  ['by age', { limits: { ...limits, days: 14 } }, ['oldest: age', 'old: age']],
  [
    'by size: as many of the oldest as are too much',
    { limits: { ...limits, max_bytes: 250 } },
    ['oldest: size', 'old: size'],
  ],
  ['just within the size', { limits: { ...limits, max_bytes: 400 } }, []],
  [
    'what goes by age counts for size',
    { limits: { ...limits, days: 14, max_bytes: 200 } },
    ['oldest: age', 'old: age'],
  ],
  ['below the floor', { limits: { ...limits, min_free_bytes: 1150 } }, ['oldest: free space', 'old: free space']],
  ['the floor unknown', { limits: { ...limits, min_free_bytes: 1150 }, free: null }, []],
  ['a clock that has just stepped: no age', { limits: { ...limits, days: 14 }, steadyFor: 599_999 }, []],
  ['a clock that has just stepped: no size', { limits: { ...limits, max_bytes: 100 }, steadyFor: 0 }, []],
  ['a clock steady for ten minutes', { limits: { ...limits, days: 29 }, steadyFor: 600_000 }, ['oldest: age']],
  [
    'a full disk does not wait for the clock',
    { limits: { ...limits, min_free_bytes: 1001 }, steadyFor: 0 },
    ['oldest: free space'],
  ],
] as const)('%s', (_, facts, removed) => {
  expect(plan(facts)).toEqual(removed)
})

test('kept and running items stay, whatever the limits; the next oldest goes', () => {
  const items = [
    item('kept', 40, 100, { keep: true }),
    item('running', 40, 0, { state: 'running', to: null }),
    item('recovered', 20, 100, { state: 'recovered' }),
    item('newest', 0),
  ]
  expect(plan({ limits: { days: 14, max_bytes: 250, min_free_bytes: 0 } }, items)).toEqual(['recovered: age'])
  expect(plan({ limits: { days: 0, max_bytes: 0, min_free_bytes: 1_000_000 } }, items)).toEqual([
    'recovered: free space',
    'newest: free space',
  ])
})
