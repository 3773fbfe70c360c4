// What two replays have apart.
import { expect, test } from 'vitest'
import { compareReplays, type ReplayEvent, toldIn } from '../../src/pipeline/replay-events.js'

const motion = (from: number, to: number): ReplayEvent[] => [
  { at: from, event: 'motion', on: true, level: 9, reason: '' },
  { at: to, event: 'motion', on: false, peak: 9, reason: '' },
]
const person = (at: number, on: boolean, track: number): ReplayEvent => ({
  ...{ at, event: 'sighting', on, label: 'person', score: 0.9, track },
})

test('events become what was told, from when to when; what is open ends with the recording', () => {
  const events: ReplayEvent[] = [
    ...motion(1, 4),
    { at: 2, event: 'suppressed', what: 'motion', reason: 'too few' },
    { at: 5, event: 'light', kind: 'global step', reason: '' },
    { at: 6, event: 'light', mode: 'night', reason: '' },
    person(7, true, 1),
    person(8, true, 2),
    person(9, false, 2),
  ]
  expect(toldIn(events, 20)).toEqual([
    { what: 'motion', from: 1, to: 4 },
    { what: 'light: global step', from: 5, to: 5 },
    { what: 'light: night', from: 6, to: 6 },
    { what: 'sighting: person', from: 7, to: 20 },
    { what: 'sighting: person', from: 8, to: 9 },
  ])
})

test('what begins a little later is the same; what only one has is gained or lost', () => {
  const before = toldIn([...motion(1, 4), ...motion(20, 25)], 60)
  const after = toldIn([...motion(2, 8), ...motion(40, 45)], 60)
  expect(compareReplays(before, after)).toEqual({
    gained: [{ what: 'motion', from: 40, to: 45 }],
    lost: [{ what: 'motion', from: 20, to: 25 }],
  })
  expect(compareReplays(before, before)).toEqual({ gained: [], lost: [] })
})
