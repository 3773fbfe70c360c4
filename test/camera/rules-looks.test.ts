// What the rules make of zones, steps of light and vetoes that a look brings.
import { expect, test } from 'vitest'
import type { MotionSeen } from '../../src/camera/inputs.js'
import { newMind, type RuleInput } from '../../src/camera/rules/mind.js'
import { step } from '../../src/camera/rules/rules.js'
import { defaultSettings } from '../support/settings.js'

const live = () => {
  let mind = newMind({ id: 'porch', name: 'Porch', source: 'file' }, defaultSettings, 0)
  let mono = 100_000
  const events: object[] = []
  const reasons: string[] = []
  const give = (input: RuleInput) => {
    const outcome = step(mind, input, { mono, wall: mono })
    mind = outcome.mind
    events.push(...outcome.events)
    reasons.push(...outcome.notes.map(({ reason }) => reason))
  }
  const look = (motion: MotionSeen, count = 1, dark: number | null = null) => {
    for (let i = 0; i < count; i++) {
      mono += 100
      give({ type: 'looked', mono, motion, dark })
    }
  }
  return { look, events, reasons, motion: () => mind.state.motion }
}

test('while something moves, the zones in which it does are told, each for the hold time', () => {
  const camera = live()
  camera.look({ level: 20, zones: { gate: 20, drive: 4 } }, 4)
  expect(camera.motion().zones).toEqual([])
  camera.look({ level: 20, zones: { gate: 20, drive: 4 } })
  expect(camera.motion().zones).toEqual(['gate'])
  camera.look({ level: 9, zones: { gate: 0, drive: 9 } })
  expect(camera.motion().zones).toEqual(['drive', 'gate'])
  camera.look({ level: 9, zones: { gate: 0, drive: 9 } }, 30)
  expect(camera.motion().zones).toEqual(['drive'])
  camera.look({ level: 0, zones: { gate: 0, drive: 0 } }, 31)
  expect(camera.motion()).toMatchObject({ active: false, zones: [] })
})

test('a zone does not count with what was only light', () => {
  const camera = live()
  camera.look({ level: 20, zones: { gate: 20 }, veto: 'light change' }, 3)
  camera.look({ level: 20, zones: { gate: 0 } }, 5)
  expect(camera.motion()).toMatchObject({ active: true, zones: [] })
})

test('a step of light is an event of its own kind, and never motion', () => {
  const camera = live()
  camera.look({ level: 90, veto: 'light change', light: 'global step' })
  expect(camera.events).toEqual([{ type: 'light_step', kind: 'global step' }])
  expect(camera.reasons.join()).toContain('the whole picture changed at once')
})

test('the step that follows the beginning of night is the camera at work; a later one is not', () => {
  const camera = live()
  const { min_dark_frames } = defaultSettings.night
  camera.look({ level: 0 }, min_dark_frames, 250)
  camera.look({ level: 80, veto: 'light change', light: 'global step' }, 1, 250)
  camera.look({ level: 0 }, 60, 250)
  camera.look({ level: 80, veto: 'light change', light: 'exposure step' }, 1, 250)
  expect(camera.events).toMatchObject([
    { type: 'light_changed', mode: 'night' },
    { type: 'light_step', kind: 'night switch' },
    { type: 'light_step', kind: 'exposure step' },
  ])
})

test('a veto that comes and goes all day is noted once in ten seconds', () => {
  const camera = live()
  for (let i = 0; i < 60; i++) {
    camera.look({ level: 40, veto: 'clouds' })
    camera.look({ level: 0 }, 4)
  }
  expect(camera.reasons.filter((reason) => reason.includes('clouds'))).toHaveLength(3)
  camera.look({ level: 40, veto: 'something else' })
  expect(camera.reasons.at(-1)).toContain('something else')
})
