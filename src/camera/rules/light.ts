// Day or night: two thresholds with a gap between them, and so many looks in a row; or as a person has decided.
import type { Instant } from '../../lib/clock.js'
import type { CameraEvent, LightStep } from '../events.js'
import type { CameraState } from '../state.js'
import { type Memory, type Mind, type Note, type Outcome, type RuleInput, unchanged } from './mind.js'

const SHOW_EVERY = 1000
/** A shown dark score moves only by more than the noise of one. */
const SHOW_STEP = 2
/** Night and a step of light so soon after each other are one change, told once: the later is the camera's own or its cause. */
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
  const { mode, dark_threshold, bright_threshold, min_dark_frames, dwell_s } = mind.state.settings.night
  if (mode !== 'auto') return unchanged(mind)
  const night = mind.state.light.mode === 'night'
  const counts = night ? dark <= bright_threshold : dark >= dark_threshold
  const inRow = counts ? mind.memory.light.inRow + 1 : 0
  if (inRow < min_dark_frames) return { ...unchanged(mind), mind: remember(mind, { inRow }) }
  const since = now.mono - mind.memory.light.measuredAt
  if (since < dwell_s * 1000) {
    const reason = `${inRow} looks in a row, but the last change was ${Math.round(since / 1000)} s ago: least ${dwell_s} s`
    const note: Note = { what: night ? 'day' : 'night', decision: 'suppressed', reason }
    return { mind: remember(mind, { inRow }), events: [], notes: inRow === min_dark_frames ? [note] : [] }
  }
  const reason = night
    ? `${inRow} looks in a row with a dark score at or below ${bright_threshold}`
    : `${inRow} looks in a row with a dark score at or above ${dark_threshold}`
  return become(mind, night ? 'day' : 'night', 'measured', reason, now, dark)
}

/** A sudden change of all light is told beside whatever else a look has brought. */
const stepped = (outcome: Outcome, seen: LightStep | undefined, now: Instant): Outcome => {
  if (!seen) return outcome
  const own = now.mono - outcome.mind.memory.light.switchedAt <= OWN_STEP
  const reason = own ? `${seen}, right after night began or ended` : `${seen}: the whole picture changed at once`
  return {
    mind: own ? outcome.mind : remember(outcome.mind, { steppedAt: now.mono }),
    events: own ? outcome.events : [...outcome.events, { type: 'light_step', kind: seen }],
    notes: [...outcome.notes, { what: 'light', decision: own ? 'suppressed' : 'done', reason }],
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
  const ownStep: CameraEvent = { type: 'light_step', kind: 'night switch' }
  const stepKnown = now.mono - mind.memory.light.steppedAt <= OWN_STEP
  const state = { ...mind.state, light: { mode, cause, dark: shown, since: now.wall } }
  return {
    mind: remember(
      { ...mind, state },
      { inRow: 0, switchedAt: now.mono, ...(cause === 'measured' && { measuredAt: now.mono }) },
    ),
    events: [{ type: 'light_changed', mode, dark: shown, cause }, ...(stepKnown ? [] : [ownStep])],
    notes: [
      { what: mode, decision: 'done', reason },
      { what: 'light', decision: 'done', reason: `${mode} begins: the eyes learn the picture anew` },
    ],
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
  const before = mind.memory.light
  const same = Object.entries(change).every(([key, value]) => before[key as keyof Memory['light']] === value)
  return same ? mind : { ...mind, memory: { ...mind.memory, light: { ...before, ...change } } }
}
