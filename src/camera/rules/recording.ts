// A recording runs while any cause holds it. A cause that is told to stop may hold on for its post-roll; a start
// within it takes the stop back. A person's stop ends every cause.
import type { Instant } from '../../lib/clock.js'
import type { Command } from '../commands.js'
import type { Cause } from '../state.js'
import { type Memory, type Mind, type Note, type Outcome, type RuleInput, unchanged } from './mind.js'

type Record = Extract<Command, { type: 'record' }>

export const recordingRule = (mind: Mind, input: RuleInput, now: Instant): Outcome => {
  switch (input.type) {
    case 'ask':
      return input.command.type === 'record' ? asked(mind, input.command, now) : unchanged(mind)
    case 'looked':
    case 'tick':
      return expired(mind, now)
    default:
      return unchanged(mind)
  }
}

const asked = (mind: Mind, command: Record, now: Instant): Outcome => {
  const { action, cause = 'manual', at = now.wall, after_s = 0, duration_s, before_s } = command
  const { holds } = mind.memory
  if (action === 'start') {
    const ends = duration_s === undefined ? null : now.mono + duration_s * 1000
    if (holds[cause] === ends) return unchanged(mind)
    const reason = ends === null ? `${cause} holds it` : `${cause} holds it for ${duration_s} s`
    return hold(mind, { ...holds, [cause]: ends }, at, { what: 'recording', decision: 'done', reason }, before_s)
  }
  const ending = cause === 'manual' ? (Object.keys(holds) as Cause[]) : [cause]
  const until = after_s > 0 ? now.mono - Math.max(0, now.wall - at) + after_s * 1000 : undefined
  const left = { ...holds }
  for (const each of ending) {
    if (holds[each] === undefined) continue
    if (until === undefined) delete left[each]
    else left[each] = until
  }
  const reason = until === undefined ? `${cause} lets go` : `${cause} lets go after ${after_s} s`
  return hold(mind, left, at, { what: 'recording', decision: 'done', reason })
}

const expired = (mind: Mind, now: Instant): Outcome => {
  const over = (Object.entries(mind.memory.holds) as [Cause, number | null][]).filter(
    ([, until]) => until !== null && until <= now.mono,
  )
  if (over.length === 0) return unchanged(mind)
  const left = { ...mind.memory.holds }
  for (const [cause] of over) delete left[cause]
  return hold(mind, left, now.wall, {
    what: 'recording',
    decision: 'done',
    reason: `${over.map(([cause]) => cause).join(', ')}: time is over`,
  })
}

/** `before_s`: of the start, where it is one. */
const hold = (mind: Mind, holds: Memory['holds'], at: number, note: Note, before_s?: number): Outcome => {
  const causes = Object.keys(holds) as Cause[]
  const { recording } = mind.state
  const memory = { ...mind.memory, holds }
  const same = causes.length === recording.causes.length && causes.every((cause) => recording.causes.includes(cause))
  if (same) return { mind: { ...mind, memory }, events: [], notes: [note] }
  const active = causes.length > 0
  const since = active ? (recording.since ?? at) : null
  const before = recording.active ? recording.before_s : before_s
  const next = { active, causes, since, ...(active && before !== undefined && { before_s: before }) }
  return { mind: { memory, state: { ...mind.state, recording: next } }, events: [], notes: [note] }
}
