// What the camera itself tells of what it sees: remembered here, for the other rules to weigh by `motion.trust`. A cover
// over its eye is its problem.
import type { Instant } from '../../lib/clock.js'
import type { ReportedThing } from '../inputs.js'
import { isShut } from '../shut.js'
import { linked } from './link.js'
import { type Mind, type Outcome, type RuleInput, unchanged } from './mind.js'

/** Whether it says so now, and its word counts. */
export const isBelieved = ({ state: { settings }, memory }: Mind, what: ReportedThing): boolean =>
  memory.reported.includes(what) && settings.motion.trust !== 'eyes' && !isShut(settings)

const weighed: readonly ReportedThing[] = ['motion', 'person', 'face', 'vehicle']
const TAMPERED = 'the camera says that its view is covered or was moved'

export const reportedRule = (mind: Mind, input: RuleInput, now: Instant): Outcome => {
  if (input.type !== 'reported') return unchanged(mind)
  const { what, active } = input
  const { memory } = mind
  const heard = memory.heard.includes(what) ? memory : { ...memory, heard: [...memory.heard, what] }
  if (memory.reported.includes(what) === active) return unchanged(heard === memory ? mind : { ...mind, memory: heard })
  const others = memory.reported.filter((one) => one !== what)
  const told: Mind = { ...mind, memory: { ...heard, reported: active ? [...others, what] : others } }
  const said = `the camera says: ${what.replace('_', ' ')}${active ? '' : ' is over'}`
  const ignored = weighed.includes(what) && mind.state.settings.motion.trust === 'eyes'
  return {
    mind: what === 'tamper' ? linked(tampered(told, active), now) : told,
    events: [],
    notes: [
      ignored
        ? { what: 'reported', decision: 'suppressed', reason: `${said}, but motion.trust is eyes` }
        : { what: 'reported', decision: 'done', reason: said },
    ],
  }
}

const tampered = (mind: Mind, active: boolean): Mind => {
  const view = active
    ? ({ status: 'broken', problem: TAMPERED } as const)
    : ({ status: 'working', problem: null } as const)
  return { ...mind, state: { ...mind.state, health: { ...mind.state.health, view } } }
}
