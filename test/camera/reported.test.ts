// What a camera that detects by itself tells, and whose word counts.
import { describe, expect, it } from 'vitest'
import type { CameraEvent, TraceEntry } from '../../src/camera/events.js'
import type { Input, ReportedThing } from '../../src/camera/inputs.js'
import { newMind, type RuleInput } from '../../src/camera/rules/mind.js'
import { step } from '../../src/camera/rules/rules.js'
import type { CameraSettings, MotionTrust } from '../../src/camera/settings.js'
import { defaultSettings } from '../support/settings.js'

const create = (trust: MotionTrust, change: Partial<CameraSettings> = {}) => {
  const settings = { ...defaultSettings, motion: { ...defaultSettings.motion, trust }, ...change }
  let mind = newMind({ id: 'porch', name: 'Porch', source: 'onvif', controls: [] }, settings, 0)
  let now = 0
  const events: CameraEvent[] = []
  const notes: Omit<TraceEntry, 'at'>[] = []
  const take = (input: RuleInput): void => {
    const next = step(mind, input, { mono: now, wall: now })
    mind = next.mind
    events.push(...next.events)
    notes.push(...next.notes)
  }
  return {
    events,
    notes,
    state: () => mind.state,
    take: (input: Input) => take(input),
    say: (what: ReportedThing, active: boolean) => take({ type: 'reported', what, active }),
    look: (level: number, count = 1) => {
      for (let at = 0; at < count; at++) {
        now += 100
        take({ type: 'looked', mono: now, motion: { level }, dark: 0 })
      }
    },
    wait: (seconds: number) => {
      for (let at = 0; at < seconds; at++) {
        now += 1000
        take({ type: 'tick' })
      }
    },
    set: (change: object) => take({ type: 'ask', command: { type: 'settings', change }, by: { adapter: 'test' } }),
  }
}

describe('motion', () => {
  it("is our eyes' alone by default; the trace says what the camera said", () => {
    const { say, look, state, notes } = create('eyes')
    say('motion', true)
    expect(state().motion.active).toBe(false)
    expect(notes).toEqual([
      { what: 'reported', decision: 'suppressed', reason: 'the camera says: motion, but motion.trust is eyes' },
    ])
    look(20, 5)
    expect(state().motion.active).toBe(true)
  })

  it("of a camera that is trusted begins with its word and ends its hold time after it; our eyes' level is only shown", () => {
    const { say, look, wait, state, events, notes } = create('camera')
    look(40, 20)
    expect(state().motion).toMatchObject({ active: false, level: 40 })
    say('motion', true)
    expect(state().motion.active).toBe(true)
    expect(events).toEqual([{ type: 'motion_started', level: 40, threshold: 5, frames: 5, by: 'camera' }])
    expect(notes.map(({ reason }) => reason)).toEqual([
      'the camera says: motion',
      'the camera says that something moves',
    ])
    look(0, 100)
    wait(30)
    expect(state().motion.active).toBe(true)
    say('motion', false)
    wait(2)
    expect(state().motion.active).toBe(true)
    wait(1)
    expect(state().motion.active).toBe(false)
    expect(events.at(-1)).toMatchObject({ type: 'motion_ended', duration_s: 43 })
  })

  it('of either begins with the first and ends with the last', () => {
    const { say, look, wait, state, events } = create('either')
    look(20, 5)
    expect(state().motion.active).toBe(true)
    say('motion', true)
    look(0, 50)
    expect(state().motion.active).toBe(true)
    say('motion', false)
    look(20, 50)
    expect(state().motion.active).toBe(true)
    wait(3)
    expect(state().motion.active).toBe(false)
    expect(events.map(({ type }) => type)).toEqual(['motion_started', 'motion_ended'])
  })

  it('follows the setting at once', () => {
    const { say, set, wait, state } = create('eyes')
    say('motion', true)
    set({ motion: { trust: 'either' } })
    expect(state().motion.active).toBe(true)
    set({ motion: { trust: 'eyes' } })
    wait(3)
    expect(state().motion.active).toBe(false)
    set({ motion: { trust: 'camera', enabled: false } })
    expect(state().motion.active).toBe(false)
  })

  it('is nobody’s business while the camera is private, and known when it is not any more', () => {
    const { say, set, state } = create('camera')
    set({ privacy: { enabled: true } })
    say('motion', true)
    say('person', true)
    expect(state().motion.active).toBe(false)
    expect(state().objects.counts).toEqual({ person: 0 })
    set({ privacy: { enabled: false } })
    expect(state().motion.active).toBe(true)
    expect(state().objects.counts).toEqual({ person: 1 })
    set({ privacy: { enabled: true } })
    expect(state().motion.active).toBe(false)
    expect(state().objects.counts).toEqual({ person: 0 })
  })
})

describe('things', () => {
  it('that only the camera tells of are known from its first word on, also a no; not what only our eyes saw', () => {
    const { say, take, set, state } = create('either', { detection: { ...defaultSettings.detection, enabled: true } })
    take({ type: 'tracked', tracks: [] })
    expect(state().objects.counts).toEqual({ person: 0, face: 0 })
    set({ detection: { enabled: false } })
    expect(state().objects.counts).toEqual({})
    say('person', false)
    expect(state().objects.counts).toEqual({ person: 0 })
    say('person', true)
    expect(state().objects.counts).toEqual({ person: 1 })
    set({ motion: { trust: 'eyes' } })
    expect(state().objects.counts).toEqual({})
  })

  const track = (label: string, id: number) => ({
    ...{ id, label, score: 0.9, box: { x: 0, y: 0, width: 0.1, height: 0.1 }, zones: [], since: 0, moving: true },
  })

  it('that a trusted camera sees are counted, beside what our eyes see', () => {
    const { say, take, state } = create('either', { detection: { ...defaultSettings.detection, enabled: true } })
    take({ type: 'tracked', tracks: [] })
    expect(state().objects.counts).toEqual({ person: 0, face: 0 })
    say('person', true)
    say('vehicle', true)
    expect(state().objects.counts).toEqual({ person: 1, face: 0, car: 1 })
    take({ type: 'tracked', tracks: [track('person', 1), track('person', 2)] })
    expect(state().objects.counts).toEqual({ person: 2, face: 0, car: 1 })
    say('person', false)
    say('vehicle', false)
    expect(state().objects.counts).toEqual({ person: 2, face: 0, car: 0 })
    take({ type: 'tracked', tracks: [] })
    expect(state().objects.counts).toEqual({ person: 0, face: 0, car: 0 })
  })

  it('count for nothing by default', () => {
    const { say, state, notes } = create('eyes')
    const before = state()
    say('person', true)
    expect(state()).toBe(before)
    expect(notes[0]?.reason).toBe('the camera says: person, but motion.trust is eyes')
  })

  it('a digital input is in the trace; the same word twice is one', () => {
    const { say, notes } = create('eyes')
    say('digital_input', true)
    say('digital_input', true)
    say('digital_input', false)
    expect(notes.map(({ decision, reason }) => `${decision} ${reason}`)).toEqual([
      'done the camera says: digital input',
      'done the camera says: digital input is over',
    ])
  })

  it('a covered eye is the problem of the camera, whomever we trust', () => {
    const { say, take, state } = create('eyes')
    take({ type: 'health', part: 'tap', health: { status: 'working', problem: null } })
    say('tamper', true)
    expect(state().link).toMatchObject({
      status: 'online',
      problem: 'the camera says that its view is covered or was moved',
    })
    say('tamper', false)
    expect(state().link).toMatchObject({ status: 'online', problem: null })
  })
})
