import { describe, expect, it } from 'vitest'
import { decide, isQuiet, type NotifyRule, type Seen } from '../../../src/adapters/notify/notify.js'
import type { Sighting } from '../../../src/camera/events.js'

const rule = (change: Partial<NotifyRule> = {}): NotifyRule => ({
  ...{ cameras: [], labels: ['person'], zones: [], cool_down_s: 60 },
  ...{ quiet: { from: null, to: null }, ...change },
})
const seen = (change: Partial<Sighting> = {}, camera = 'porch'): Seen => ({
  camera,
  sighting: {
    ...{ phase: 'began', track: 1, label: 'person', score: 0.8, zones: [], since: 0, duration_s: 1, item: 'porch-1' },
    ...{ box: { x: 0, y: 0, width: 0.1, height: 0.2 }, ...change },
  },
})
/** Wall ms of a time of day here. */
const at = (hours: number, minutes = 0): number => new Date(2026, 10, 21, hours, minutes).getTime()
const now = { mono: 100_000, wall: at(12) }
const none = new Map<string, number>()

describe('what was seen', () => {
  it.each<[string, Partial<NotifyRule>, Seen, ReadonlyMap<string, number>, string | null | true]>([
    ['is told', {}, seen(), none, true],
    ['of another camera is no business of this one', { cameras: ['yard'] }, seen(), none, null],
    ['of its camera is told', { cameras: ['yard', 'porch'] }, seen(), none, true],
    ['and is over was told when it began', {}, seen({ phase: 'ended' }), none, null],
    ['with another label is not told', {}, seen({ label: 'car' }), none, 'car is none of person'],
    ['with any label is told where no label is asked for', { labels: [] }, seen({ label: 'car' }), none, true],
    ['elsewhere is not told', { zones: ['door', 'gate'] }, seen(), none, 'person is not in door, gate'],
    ['in one of the zones is told', { zones: ['door', 'gate'] }, seen({ zones: ['path', 'gate'] }), none, true],
    [
      'too soon is not told',
      {},
      seen(),
      new Map([['porch/person', 41_000]]),
      'cool-down: person was told 59 s ago, least 60 s',
    ],
    ['after the cool-down is told', {}, seen(), new Map([['porch/person', 40_000]]), true],
    ['of another label has a cool-down of its own', {}, seen(), new Map([['porch/car', 99_000]]), true],
    ['of another camera has one of its own', {}, seen(), new Map([['yard/person', 99_000]]), true],
    ['in quiet hours is not told', { quiet: { from: '11:30', to: '12:01' } }, seen(), none, 'quiet hours 11:30–12:01'],
    ['as quiet hours end is told', { quiet: { from: '11:30', to: '12:00' } }, seen(), none, true],
  ])('%s', (_, change, what, told, expected) => {
    const decision = decide(rule(change), what, told, now)
    expect(decision).toEqual(expected === true ? { tell: true } : { tell: false, reason: expected })
  })

  it.each([
    ['22:00', '06:30', [at(22), at(23, 59), at(0), at(6, 29)], [at(21, 59), at(6, 30), at(12)]],
    ['01:00', '02:00', [at(1), at(1, 59)], [at(0, 59), at(2), at(23)]],
  ])('quiet from %s to %s', (from, to, quiet, loud) => {
    expect(quiet.map((wall) => isQuiet({ from, to }, wall))).toEqual(quiet.map(() => true))
    expect(loud.map((wall) => isQuiet({ from, to }, wall))).toEqual(loud.map(() => false))
  })
})
