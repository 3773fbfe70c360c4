import { expect, it } from 'vitest'
import { newMind } from '../../src/camera/rules/mind.js'
import { step } from '../../src/camera/rules/rules.js'
import { defaultSettings } from '../support/settings.js'

const now = { mono: 1000, wall: 2000 }
const first = newMind({ id: 'porch', name: 'Porch', source: 'file' }, defaultSettings, 0)
const working = { name: 'my.mjs', status: 'working', problem: null, facts: { people: 2 } } as const

it('a processor is state and health; its problem is no matter of the link, and is in the trace', () => {
  const good = step(first, { type: 'processor', processor: working }, now)
  expect(good.mind.state.processor).toEqual(working)
  expect(good.mind.state.health.processor).toEqual({ status: 'working', problem: null })
  expect(good.notes).toEqual([])
  expect(step(good.mind, { type: 'processor', processor: { ...working } }, now).mind).toBe(good.mind)

  const broken = { ...working, status: 'broken', problem: 'my.mjs:3: Error: no', facts: {} } as const
  const bad = step(good.mind, { type: 'processor', processor: broken }, now)
  expect(bad.mind.state.health.processor).toEqual({ status: 'broken', problem: 'my.mjs:3: Error: no' })
  expect(bad.mind.state.link).toBe(first.state.link)
  expect(bad.notes).toEqual([{ what: 'processor', decision: 'suppressed', reason: 'my.mjs:3: Error: no' }])

  const gone = step(bad.mind, { type: 'processor', processor: null }, now)
  expect([gone.mind.state.processor, 'processor' in gone.mind.state.health]).toEqual([null, false])
})

it('its events are told in its words', () => {
  const event = { type: 'processor_event', name: 'gate_opened', data: { by: 'cat' } } as const
  expect(step(first, { type: 'happened', event }, now).events).toEqual([event])
})
