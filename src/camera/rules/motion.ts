// When motion begins and ends: so many looks in a row at or above the trigger level; below it for the whole hold time.
// Or when the camera itself says so: `motion.trust` tells whose word counts.
import type { Instant } from '../../lib/clock.js'
import type { CameraEvent } from '../events.js'
import type { MotionSeen } from '../inputs.js'
import { type Memory, type Mind, type Note, type Outcome, type RuleInput, unchanged } from './mind.js'
import { isBelieved } from './reported.js'

const SHOW_EVERY = 500
/** A veto that lasts, as on a day of clouds, is noted so seldom that the trace has room for more. */
const NOTE_VETO_EVERY = 10_000

export const motionRule = (mind: Mind, input: RuleInput, now: Instant): Outcome => {
  switch (input.type) {
    case 'looked':
      return input.motion ? looked(mind, input.motion, now) : unchanged(mind)
    case 'tick':
      return overdue(mind, now) ? ended(mind, now, 'no motion was seen for the hold time') : unchanged(mind)
    case 'seam':
      return mind.memory.motion.above === 0
        ? unchanged(mind)
        : { ...unchanged(mind), mind: remember(mind, { above: 0 }) }
    case 'ask':
      return disabled(mind) ? switchedOff(mind, now) : heed(mind, now)
    case 'reported':
      return input.what === 'motion' ? heed(mind, now) : unchanged(mind)
    default:
      return unchanged(mind)
  }
}

const looked = (mind: Mind, seen: MotionSeen, now: Instant): Outcome => {
  if (disabled(mind)) return unchanged(mind)
  const { trigger_level, frames, trust } = mind.state.settings.motion
  const { memory } = mind
  const over = seen.level >= trigger_level && trust !== 'camera'
  const counts = over && seen.veto === undefined
  const notes: Note[] = []
  const vetoed = over ? (seen.veto ?? null) : null
  const news = vetoed !== null && (memory.motion.veto !== vetoed || now.mono - memory.motion.vetoAt >= NOTE_VETO_EVERY)
  if (news) {
    notes.push({
      what: 'motion',
      decision: 'suppressed',
      reason: `level ${round(seen.level)} at or above ${trigger_level}, but: ${seen.veto}`,
    })
  }
  if (!counts && !mind.state.motion.active && memory.motion.above > 0) {
    notes.push({
      what: 'motion',
      decision: 'suppressed',
      reason: `${memory.motion.above} of ${frames} looks in a row at or above ${trigger_level} (highest ${round(memory.motion.peak)}): too few`,
    })
  }
  const above = counts ? memory.motion.above + 1 : 0
  const peak = counts
    ? Math.max(seen.level, above === 1 && !mind.state.motion.active ? 0 : memory.motion.peak)
    : memory.motion.peak
  const learnt = remember(mind, {
    above,
    peak,
    lastAbove: counts ? now.mono : memory.motion.lastAbove,
    ...(news ? { veto: vetoed, vetoAt: now.mono } : {}),
    ...(counts ? { zones: movingZones(memory.motion.zones, seen, trigger_level, now) } : {}),
  })
  const next = learnt.state.motion.active ? showZones(learnt, now) : learnt
  if (next.state.motion.active) {
    if (overdue(next, now)) return join(ended(next, now, 'below the trigger level for the hold time'), notes)
  } else if (above >= frames) {
    const reason = `${frames} looks in a row at or above ${trigger_level}; level ${round(seen.level)}`
    const { mind: active, ...begun } = began(next, seen.level, reason, now)
    return join({ ...begun, mind: showZones(active, now) }, notes)
  }
  return { mind: show(next, seen.level, now), events: [], notes }
}

const movingZones = (known: Memory['motion']['zones'], seen: MotionSeen, trigger: number, now: Instant) => {
  const over = Object.entries(seen.zones ?? {}).filter(([, level]) => level >= trigger)
  return over.length === 0 ? known : { ...known, ...Object.fromEntries(over.map(([id]) => [id, now.mono])) }
}

/** The zones in which something has moved within the hold time. */
const showZones = (mind: Mind, now: Instant): Mind => {
  const { motion, settings } = mind.state
  const moving = Object.entries(mind.memory.motion.zones).flatMap(([id, at]) =>
    now.mono - at < Math.max(settings.motion.hold_s, 1) * 1000 ? [id] : [],
  )
  const zones = moving.sort()
  const same = zones.length === motion.zones.length && zones.every((id, i) => id === motion.zones[i])
  return same ? mind : { ...mind, state: { ...mind.state, motion: { ...motion, zones } } }
}

/** The camera's own word, where it counts: motion begins at once, and the hold time is counted from its end. */
const heed = (mind: Mind, now: Instant): Outcome => {
  const { active, level } = mind.state.motion
  const says = isBelieved(mind, 'motion')
  if (disabled(mind) || (!says && !mind.memory.motion.heeded)) return unchanged(mind)
  const moving = remember(mind, { heeded: says, lastAbove: now.mono })
  if (active || !says) return { ...unchanged(mind), mind: moving }
  return began(moving, level, 'the camera says that something moves', now, 'camera')
}

const began = (mind: Mind, level: number, reason: string, now: Instant, by?: 'camera'): Outcome => {
  const { trigger_level, frames } = mind.state.settings.motion
  return {
    mind: {
      state: {
        ...mind.state,
        motion: { ...mind.state.motion, active: true, level: round(level), since: now.wall },
        last: { ...mind.state.last, motion: now.wall },
      },
      memory: {
        ...mind.memory,
        motion: { ...mind.memory.motion, startedAt: now.mono, shownAt: now.mono, shownPeak: 0 },
      },
    },
    events: [{ type: 'motion_started', level: round(level), threshold: trigger_level, frames, ...(by && { by }) }],
    notes: [{ what: 'motion', decision: 'done', reason }],
  }
}

const ended = (mind: Mind, now: Instant, reason: string): Outcome => {
  const event: CameraEvent = {
    type: 'motion_ended',
    duration_s: Math.round((now.mono - mind.memory.motion.startedAt) / 100) / 10,
    peak: round(mind.memory.motion.peak),
  }
  const state = { ...mind.state, motion: { active: false, level: 0, since: null, zones: [] } }
  return {
    mind: remember({ ...mind, state }, { above: 0, peak: 0, shownAt: now.mono, shownPeak: 0, zones: {} }),
    events: [event],
    notes: [{ what: 'motion ends', decision: 'done', reason }],
  }
}

const switchedOff = (mind: Mind, now: Instant): Outcome => {
  if (mind.state.motion.active) return ended(mind, now, 'motion detection was switched off')
  if (mind.state.motion.level === 0 && mind.memory.motion.above === 0) return unchanged(mind)
  const state = { ...mind.state, motion: { ...mind.state.motion, level: 0 } }
  return { ...unchanged(mind), mind: remember({ ...mind, state }, { above: 0, shownPeak: 0 }) }
}

const disabled = (mind: Mind): boolean => !mind.state.settings.motion.enabled

const overdue = (mind: Mind, now: Instant): boolean =>
  mind.state.motion.active &&
  !isBelieved(mind, 'motion') &&
  now.mono - mind.memory.motion.lastAbove >= mind.state.settings.motion.hold_s * 1000

/** The published level is the highest since it was last published, at most twice a second. */
const show = (mind: Mind, level: number, now: Instant): Mind => {
  const highest = Math.max(level, mind.memory.motion.shownPeak)
  if (now.mono - mind.memory.motion.shownAt < SHOW_EVERY) return remember(mind, { shownPeak: highest })
  const shown = remember(mind, { shownAt: now.mono, shownPeak: 0 })
  if (round(highest) === mind.state.motion.level) return shown
  return { ...shown, state: { ...mind.state, motion: { ...mind.state.motion, level: round(highest) } } }
}

const remember = (mind: Mind, change: Partial<Memory['motion']>): Mind => ({
  ...mind,
  memory: { ...mind.memory, motion: { ...mind.memory.motion, ...change } },
})

const join = (outcome: Outcome, notes: readonly Note[]): Outcome => ({
  ...outcome,
  notes: [...notes, ...outcome.notes],
})

const round = (level: number): number => Math.round(Math.min(100, Math.max(0, level)))
