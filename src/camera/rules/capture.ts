// The camera's switch: stopped, it has no parts that could be broken; started, it begins anew.
import type { Instant } from '../../lib/clock.js'
import { captured, linked } from './link.js'
import { type Mind, type Note, type Outcome, type RuleInput, unchanged } from './mind.js'

export const captureRule = (mind: Mind, input: RuleInput, now: Instant): Outcome => {
  const { settings, link, health } = mind.state
  const { enabled } = settings.capture
  if (input.type !== 'ask' || enabled === (link.status !== 'stopped')) return unchanged(mind)
  const left = Object.fromEntries(Object.entries(health).filter(([part]) => !captured.some((one) => one === part)))
  const reason = enabled ? 'the camera was started' : 'the camera was stopped: nothing runs for it'
  const note: Note = { what: 'capture', decision: 'done', reason }
  return { mind: linked({ ...mind, state: { ...mind.state, health: left } }, now), events: [], notes: [note] }
}
