import { describe, expect, it } from 'vitest'
import type { CameraEvent } from '../../src/camera/events.js'
import { type Mind, type Note, newMind, type RuleInput } from '../../src/camera/rules/mind.js'
import { step } from '../../src/camera/rules/rules.js'
import { defaultSettings } from '../support/settings.js'

const WALL = 1_000_000
const by = { adapter: 'test' }

const live = () => {
  let mind: Mind = newMind({ id: 'porch', name: 'Porch', source: 'file' }, defaultSettings, WALL)
  const events: CameraEvent[] = []
  const notes: Note[] = []
  let mono = 0
  const give = (input: RuleInput): Mind => {
    const outcome = step(mind, input, { mono, wall: WALL + mono })
    mind = outcome.mind
    events.push(...outcome.events)
    notes.push(...outcome.notes)
    return mind
  }
  const look = (level: number, count = 1, more: { veto?: string; dark?: number } = {}): void => {
    for (let i = 0; i < count; i++) {
      mono += 100
      const motion = more.veto === undefined ? { level } : { level, veto: more.veto }
      give({ type: 'looked', mono, motion, dark: more.dark ?? null })
    }
  }
  const pass = (ms: number): void => {
    mono += ms
    give({ type: 'tick' })
  }
  return {
    give,
    look,
    pass,
    events,
    notes,
    state: () => mind.state,
    mind: () => mind,
    types: () => events.map((event) => event.type),
  }
}

describe('motion', () => {
  it('begins at the fifth look in a row, not before', () => {
    const camera = live()
    camera.look(20, 4)
    expect(camera.state().motion.active).toBe(false)
    camera.look(20)
    expect(camera.state().motion).toEqual({ active: true, level: 20, since: WALL + 500, zones: [] })
    expect(camera.events).toEqual([{ type: 'motion_started', level: 20, threshold: 5, frames: 5 }])
  })
  it('says why four looks were not enough', () => {
    const camera = live()
    camera.look(12, 4)
    camera.look(1)
    camera.look(12, 4)
    expect(camera.types()).toEqual([])
    expect(camera.notes[0]).toEqual({
      what: 'motion',
      decision: 'suppressed',
      reason: '4 of 5 looks in a row at or above 5 (highest 12): too few',
    })
  })
  it('never begins while the eye has a veto, and tells the veto once', () => {
    const camera = live()
    camera.look(90, 30, { veto: 'the light changed' })
    expect(camera.types()).toEqual([])
    expect(camera.notes).toEqual([
      { what: 'motion', decision: 'suppressed', reason: 'level 90 at or above 5, but: the light changed' },
    ])
  })
  it('ends after the hold time below the level, with its length and its peak', () => {
    const camera = live()
    camera.look(20, 5)
    camera.look(40, 5)
    camera.look(0, 29)
    expect(camera.state().motion.active).toBe(true)
    camera.look(0)
    expect(camera.state().motion.active).toBe(false)
    expect(camera.events[1]).toEqual({ type: 'motion_ended', duration_s: 3.5, peak: 40 })
  })
  it('ends by time alone when no picture comes any more', () => {
    const camera = live()
    camera.look(20, 5)
    camera.pass(2900)
    expect(camera.state().motion.active).toBe(true)
    camera.pass(100)
    expect(camera.state().motion.active).toBe(false)
  })
  it('a look at the level within the hold time keeps it', () => {
    const camera = live()
    camera.look(20, 5)
    for (let i = 0; i < 5; i++) {
      camera.look(0, 28)
      camera.look(9)
    }
    expect(camera.types()).toEqual(['motion_started'])
  })
  it('counts anew after a seam', () => {
    const camera = live()
    camera.look(20, 4)
    camera.give({ type: 'seam' })
    camera.look(20, 4)
    expect(camera.types()).toEqual([])
  })
  it('publishes the level at most twice a second, and then the highest', () => {
    const camera = live()
    const shown = new Set<number>()
    for (const level of [0, 1, 2, 3, 4, 1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0]) {
      camera.look(level)
      shown.add(camera.state().motion.level)
    }
    expect([...shown]).toEqual([0, 4, 1, 2])
  })
  it('ends at once when it is switched off, and sees nothing then', () => {
    const camera = live()
    camera.look(20, 6)
    camera.give({ type: 'ask', command: { type: 'settings', change: { motion: { enabled: false } } }, by })
    expect(camera.state().motion).toEqual({ active: false, level: 0, since: null, zones: [] })
    camera.look(50, 20)
    expect(camera.types()).toEqual(['motion_started', 'motion_ended'])
  })
})

describe('light', () => {
  it('becomes night after enough dark looks, and day only below the other threshold', () => {
    const camera = live()
    camera.look(0, 19, { dark: 210 })
    expect(camera.state().light.mode).toBe('day')
    camera.look(0, 1, { dark: 210 })
    expect(camera.state().light).toMatchObject({ mode: 'night', dark: 210, cause: 'measured' })
    camera.look(0, 100, { dark: 180 })
    expect(camera.state().light.mode).toBe('night')
    camera.look(0, 20, { dark: 160 })
    expect(camera.state().light.mode).toBe('day')
    expect(camera.types()).toEqual(['light_changed', 'light_step', 'light_changed', 'light_step'])
    expect(camera.events[1]).toEqual({ type: 'light_step', kind: 'night switch' })
  })
  it('that follows a step of light is the same change: told once', () => {
    const camera = live()
    const step = { level: 0, light: 'global step' } as const
    camera.look(0, 10, { dark: 20 })
    camera.give({ type: 'looked', mono: 1000, motion: step, dark: 240 })
    camera.look(0, 19, { dark: 240 })
    expect(camera.types()).toEqual(['light_step', 'light_changed'])
  })
  it('keeps to what it has become for the least time, says so once, and obeys a person meanwhile', () => {
    const camera = live()
    camera.look(0, 20, { dark: 210 })
    camera.look(0, 99, { dark: 160 })
    expect(camera.state().light.mode).toBe('night')
    expect(camera.notes.filter(({ what }) => what === 'day')).toEqual([
      {
        what: 'day',
        decision: 'suppressed',
        reason: '20 looks in a row, but the last change was 2 s ago: least 10 s',
      },
    ])
    camera.look(0, 1, { dark: 160 })
    expect(camera.state().light.mode).toBe('day')
    const night: RuleInput = {
      type: 'ask',
      command: { type: 'settings', change: { night: { mode: 'night', dwell_s: 0 } } },
      by,
    }
    camera.give(night)
    expect(camera.state().light.mode).toBe('night')
    camera.give({ type: 'ask', command: { type: 'settings', change: { night: { mode: 'auto' } } }, by })
    camera.look(0, 20, { dark: 160 })
    expect(camera.state().light.mode).toBe('day')
  })
  it('one bright look starts the count again', () => {
    const camera = live()
    camera.look(0, 19, { dark: 230 })
    camera.look(0, 1, { dark: 100 })
    camera.look(0, 19, { dark: 230 })
    expect(camera.state().light.mode).toBe('day')
  })
  it('obeys an override at once, and goes back to measuring', () => {
    const camera = live()
    camera.give({ type: 'ask', command: { type: 'settings', change: { night: { mode: 'night' } } }, by })
    expect(camera.state().light).toMatchObject({ mode: 'night', cause: 'override' })
    camera.look(0, 50, { dark: 10 })
    expect(camera.state().light.mode).toBe('night')
    camera.give({ type: 'ask', command: { type: 'settings', change: { night: { mode: 'auto' } } }, by })
    camera.look(0, 20, { dark: 10 })
    expect(camera.state().light).toMatchObject({ mode: 'day', cause: 'measured' })
  })
})

describe('recording', () => {
  const record = (action: 'start' | 'stop', more: object = {}): RuleInput => ({
    type: 'ask',
    command: { type: 'record', action, ...more },
    by,
  })
  it('runs while any cause holds it', () => {
    const camera = live()
    camera.give(record('start', { cause: 'motion' }))
    camera.give(record('start'))
    expect(camera.state().recording).toEqual({ active: true, causes: ['motion', 'manual'], since: WALL })
    camera.give(record('stop', { cause: 'motion' }))
    expect(camera.state().recording.causes).toEqual(['manual'])
    camera.give(record('stop'))
    expect(camera.state().recording).toEqual({ active: false, causes: [], since: null })
  })
  it('holds on for the post-roll, and a start within it takes the stop back', () => {
    const camera = live()
    camera.give(record('start', { cause: 'motion' }))
    camera.give(record('stop', { cause: 'motion', after_s: 3 }))
    camera.pass(2000)
    camera.give(record('start', { cause: 'motion' }))
    camera.pass(10_000)
    expect(camera.state().recording.active).toBe(true)
    camera.give(record('stop', { cause: 'motion', after_s: 3 }))
    camera.pass(2900)
    expect(camera.state().recording.active).toBe(true)
    camera.pass(100)
    expect(camera.state().recording.active).toBe(false)
  })
  it("a person's stop ends every cause", () => {
    const camera = live()
    camera.give(record('start', { cause: 'motion' }))
    camera.give(record('start'))
    camera.give(record('stop'))
    expect(camera.state().recording.active).toBe(false)
  })
})

describe('link', () => {
  it('is online when the tap works and offline with the first problem on the way', () => {
    const camera = live()
    const health = (part: 'publisher' | 'tap' | 'storage', problem: string | null): void =>
      void camera.give({ type: 'health', part, health: { status: problem === null ? 'working' : 'broken', problem } })
    expect(camera.state().link.status).toBe('starting')
    health('publisher', null)
    health('tap', null)
    expect(camera.state().link).toEqual({ status: 'online', problem: null, since: WALL })
    health('tap', 'no frame for 10 s')
    health('publisher', 'the camera does not answer')
    expect(camera.state().link).toMatchObject({ status: 'offline', problem: 'the camera does not answer' })
    health('publisher', null)
    health('tap', null)
    health('storage', 'the disk is full')
    expect(camera.state().link).toMatchObject({ status: 'online', problem: 'the disk is full' })
  })
})

it('gives the same object back when nothing changed', () => {
  const camera = live()
  const before = camera.state()
  camera.give({ type: 'tick' })
  camera.give({ type: 'media', video: null, audio: false })
  camera.look(0, 3)
  expect(camera.state()).toBe(before)
})

describe('objects', () => {
  const track = (id: number, label: string, zones: string[]) =>
    ({ id, label, zones, score: 0.8, box: { x: 0, y: 0, width: 0.1, height: 0.1 }, since: WALL, moving: true }) as const
  it('are counted by label, with 0 for a label that is looked for, and by zone', () => {
    const camera = live()
    camera.give({
      type: 'tracked',
      tracks: [track(1, 'person', ['drive']), track(2, 'person', []), track(3, 'car', ['drive'])],
    })
    expect(camera.state().objects).toEqual({
      counts: { person: 2, face: 0, car: 1 },
      zones: { drive: ['car', 'person'] },
      detector: null,
    })
    const before = camera.state()
    camera.give({
      type: 'tracked',
      tracks: [track(2, 'person', []), track(1, 'person', ['drive']), track(3, 'car', ['drive'])],
    })
    expect(camera.state()).toBe(before)
  })
  it('are gone when detection is switched off', () => {
    const camera = live()
    camera.give({ type: 'tracked', tracks: [track(1, 'person', ['drive'])] })
    camera.give({ type: 'ask', command: { type: 'settings', change: { detection: { enabled: false } } }, by })
    expect(camera.state().objects.counts).toEqual({})
  })
})
