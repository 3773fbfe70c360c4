// A camera that is shut (private or stopped): what was going on ends at once, and what is still on its way from the
// eyes counts for nothing.
import type { Instant } from '../../lib/clock.js'
import type { CameraEvent } from '../events.js'
import { isShut } from '../shut.js'
import { type Mind, type Note, type Outcome, type RuleInput, unchanged } from './mind.js'

/** What the eyes or the detector saw before, told after. */
export const isUnseen = ({ state }: Mind, { type }: RuleInput): boolean =>
  isShut(state.settings) && (type === 'looked' || type === 'tracked')

export const shutRule = (mind: Mind, input: RuleInput, now: Instant): Outcome => {
  const { settings, recording, motion, objects } = mind.state
  if (input.type !== 'ask' || !isShut(settings)) return unchanged(mind)
  const held = Object.keys(mind.memory.holds).length > 0
  const seen = motion.active || motion.level > 0 || Object.values(objects.counts).some((count) => count > 0)
  if (!held && !seen && !recording.active) return unchanged(mind)
  const { startedAt, peak } = mind.memory.motion
  const ended: CameraEvent = {
    type: 'motion_ended',
    duration_s: Math.round((now.mono - startedAt) / 100) / 10,
    peak: Math.round(peak),
  }
  const counts = Object.fromEntries(Object.keys(objects.counts).map((label) => [label, 0]))
  const note: Note = {
    what: settings.capture.enabled ? 'privacy' : 'capture',
    decision: 'done',
    reason: settings.capture.enabled
      ? 'privacy was switched on: all that was going on ends'
      : 'the camera was stopped: all that was going on ends',
  }
  return {
    mind: {
      state: {
        ...mind.state,
        motion: { active: false, level: 0, since: null, zones: [] },
        objects: { ...objects, counts, zones: {} },
        recording: { active: false, causes: [], since: null },
      },
      memory: {
        ...mind.memory,
        motion: { ...mind.memory.motion, above: 0, peak: 0, shownPeak: 0 },
        light: { ...mind.memory.light, inRow: 0 },
        tracked: { counts, zones: {} },
        holds: {},
      },
    },
    events: motion.active ? [ended] : [],
    notes: [note],
  }
}
