// All rules of a camera in one pure step: (what it knows, an input, now) -> what it knows then, events, and why.
// No clock, no timer, no I/O; the same object comes back when nothing changed.
import type { Instant } from '../../lib/clock.js'
import type { CameraEvent } from '../events.js'
import { changeSettings } from '../settings.js'
import { captureRule } from './capture.js'
import { lightRule } from './light.js'
import { linkRule } from './link.js'
import type { Mind, Note, Outcome, RuleInput } from './mind.js'
import { motionRule } from './motion.js'
import { objectsRule } from './objects.js'
import { processorRule } from './processor.js'
import { recordingRule } from './recording.js'
import { reportedRule } from './reported.js'
import { isUnseen, shutRule } from './shut.js'

const eyes = [reportedRule, motionRule, lightRule, objectsRule, processorRule]
const rules = [captureRule, linkRule, ...eyes, recordingRule, shutRule]

export const step = (before: Mind, input: RuleInput, now: Instant): Outcome => {
  let mind = applySettings(before, input)
  const events: CameraEvent[] = []
  const notes: Note[] = []
  if (isUnseen(mind, input)) return { mind, events, notes }
  for (const rule of rules) {
    const next = rule(mind, input, now)
    mind = next.mind
    events.push(...next.events)
    notes.push(...next.notes)
  }
  return { mind, events, notes }
}

const applySettings = (mind: Mind, input: RuleInput): Mind => {
  if (input.type !== 'ask' || input.command.type !== 'settings') return mind
  const settings = changeSettings(mind.state.settings, input.command.change)
  return settings === mind.state.settings ? mind : { ...mind, state: { ...mind.state, settings } }
}
