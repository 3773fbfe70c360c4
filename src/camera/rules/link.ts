// Whether the camera's video arrives, from the health of the parts on its way; and what the camera's hands have done.
import type { Instant } from '../../lib/clock.js'
import type { CameraState, PartName } from '../state.js'
import { type Mind, type Outcome, type RuleInput, unchanged } from './mind.js'

/** In the order in which one explains the next. */
const onTheWay: readonly PartName[] = ['gateway', 'source', 'publisher', 'tap']
/** Those that a stopped camera does not have: what they tell then is of before. */
export const captured: readonly PartName[] = ['source', 'publisher', 'tap', 'events']
const others: readonly PartName[] = ['storage', 'recorder', 'detector', 'ir_cut', 'view', 'events']

export const linkRule = (mind: Mind, input: RuleInput, now: Instant): Outcome => {
  switch (input.type) {
    case 'health': {
      const known = mind.state.health[input.part]
      if (known?.status === input.health.status && known.problem === input.health.problem) return unchanged(mind)
      if (!mind.state.settings.capture.enabled && captured.includes(input.part)) return unchanged(mind)
      const health = { ...mind.state.health, [input.part]: input.health }
      return { ...unchanged(mind), mind: linked({ ...mind, state: { ...mind.state, health } }, now) }
    }
    case 'media': {
      const { video, audio } = mind.state.media
      if (audio === input.audio && JSON.stringify(video) === JSON.stringify(input.video)) return unchanged(mind)
      return {
        ...unchanged(mind),
        mind: { ...mind, state: { ...mind.state, media: { video: input.video, audio: input.audio } } },
      }
    }
    case 'happened': {
      const { event } = input
      const { last } = mind.state
      const next =
        event.type === 'snapshot_taken'
          ? { ...last, snapshot: event.item.id }
          : event.type === 'recording_finished'
            ? { ...last, recording: event.item.id }
            : last
      return {
        mind: next === last ? mind : { ...mind, state: { ...mind.state, last: next } },
        events: [event],
        notes: [],
      }
    }
    case 'noted':
      return { ...unchanged(mind), notes: [input.note] }
    default:
      return unchanged(mind)
  }
}

/** With the link as its parts and settings make it. */
export const linked = (mind: Mind, now: Instant): Mind => {
  const { state } = mind
  const link = linkOf(state, now)
  return link === state.link ? mind : { ...mind, state: { ...state, link } }
}

const linkOf = ({ link, health, settings }: CameraState, now: Instant): CameraState['link'] => {
  const broken = [...onTheWay, ...others].find((part) => health[part]?.status === 'broken')
  const cut = onTheWay.some((part) => health[part]?.status === 'broken')
  const status = !settings.capture.enabled
    ? 'stopped'
    : cut
      ? 'offline'
      : health.tap?.status === 'working'
        ? 'online'
        : 'starting'
  const problem = broken ? (health[broken]?.problem ?? null) : null
  if (status === link.status && problem === link.problem) return link
  return { status, problem, since: status === link.status ? link.since : now.wall }
}
