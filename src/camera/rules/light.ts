// Day or night: two thresholds with a gap between them, and so many looks in a row; or as a person has decided.
import type { Instant } from '../../lib/clock.js'
import type { LightStep } from '../events.js'
import type { CameraState } from '../state.js'
import { type Memory, type Mind, type Outcome, type RuleInput, unchanged } from './mind.js'

const SHOW_EVERY = 1000
/** A shown dark score moves only by more than the noise of one. */
const SHOW_STEP = 2
/** A step of light this soon after night began or ended is the camera's own: its filter, its lamp, its shutter. */
const OWN_STEP = 5000

export const lightRule = (mind: Mind, input: RuleInput, now: Instant): Outcome => {
  switch (input.type) {
    case 'looked':
      return stepped(
        input.dark === null ? unchanged(mind) : looked(show(mind, input.dark, now), input.dark, now),
        input.motion?.light,
        now,
      )
    case 'seam':
      return { ...unchanged(mind), mind: remember(mind, { inRow: 0 }) }
    case 'ask':
      return override(mind, now)
    default:
      return unchanged(mind)
  }
}

const looked = (mind: Mind, dark: number, now: Instant): Outcome => {
  const { mode, dark_threshold, bright_threshold, min_dark_frames } = mind.state.settings.night
  if (mode !== 'auto') return unchanged(mind)
  const night = mind.state.light.mode === 'night'
  const counts = night ? dark <= bright_threshold : dark >= dark_threshold
  const inRow = counts ? mind.memory.light.inRow + 1 : 0
  if (inRow < min_dark_frames) return { ...unchanged(mind), mind: remember(mind, { inRow }) }
  const reason = night
    ? `${inRow} looks in a row with a dark score at or below ${bright_threshold}`
    : `${inRow} looks in a row with a dark score at or above ${dark_threshold}`
  return become(mind, night ? 'day' : 'night', 'measured', reason, now, dark)
}

/** A sudden change of all light is told beside whatever else a look has brought. */
const stepped = (outcome: Outcome, seen: LightStep | undefined, now: Instant): Outcome => {
  if (!seen) return outcome
  const own = now.mono - outcome.mind.memory.light.switchedAt <= OWN_STEP
  const kind = own ? 'night switch' : seen
  const reason = own ? `${seen}, right after night began or ended` : `${kind}: the whole picture changed at once`
  return {
    ...outcome,
    events: [...outcome.events, { type: 'light_step', kind }],
    notes: [...outcome.notes, { what: 'light', decision: 'done', reason }],
  }
}

const override = (mind: Mind, now: Instant): Outcome => {
  const { mode } = mind.state.settings.night
  const { light } = mind.state
  const cause = mode === 'auto' ? 'measured' : 'override'
  if (mode !== 'auto' && mode !== light.mode)
    return become(mind, mode, 'override', `night mode was set to ${mode}`, now, light.dark)
  if (cause === light.cause) return unchanged(mind)
  return { ...unchanged(mind), mind: { ...mind, state: { ...mind.state, light: { ...light, cause } } } }
}

const become = (
  mind: Mind,
  mode: CameraState['light']['mode'],
  cause: CameraState['light']['cause'],
  reason: string,
  now: Instant,
  dark: number | null,
): Outcome => {
  const shown = dark === null ? null : Math.round(dark)
  const state = { ...mind.state, light: { mode, cause, dark: shown, since: now.wall } }
  return {
    mind: remember({ ...mind, state }, { inRow: 0, switchedAt: now.mono }),
    events: [{ type: 'light_changed', mode, dark: shown, cause }],
    notes: [{ what: mode, decision: 'done', reason }],
  }
}

const show = (mind: Mind, dark: number, now: Instant): Mind => {
  const shown = mind.state.light.dark
  const due = now.mono - mind.memory.light.shownAt >= SHOW_EVERY
  if (shown !== null && (!due || Math.abs(dark - shown) < SHOW_STEP)) return mind
  const state = { ...mind.state, light: { ...mind.state.light, dark: Math.round(dark) } }
  return remember({ ...mind, state }, { shownAt: now.mono })
}

const remember = (mind: Mind, change: Partial<Memory['light']>): Mind => {
  const light = { ...mind.memory.light, ...change }
  const before = mind.memory.light
  const same =
    light.inRow === before.inRow && light.shownAt === before.shownAt && light.switchedAt === before.switchedAt
  return same ? mind : { ...mind, memory: { ...mind.memory, light } }
}
