// What is there now: counts by label and by zone, from the confirmed tracks, and what the camera itself says where its
// word counts.
import type { ReportedThing } from '../inputs.js'
import type { Track } from '../objects.js'
import { type Memory, type Mind, type Outcome, type RuleInput, unchanged } from './mind.js'
import { isBelieved } from './reported.js'

const NOTHING: Memory['tracked'] = { counts: {}, zones: {} }

/** What it is to a detector. */
const labels: Readonly<Partial<Record<ReportedThing, string>>> = { person: 'person', face: 'face', vehicle: 'car' }

export const objectsRule = (mind: Mind, input: RuleInput): Outcome => {
  const { objects, settings } = mind.state
  switch (input.type) {
    case 'tracked':
      return become(mind, objects.detector, standing(input.tracks, settings.detection.labels))
    case 'detector':
      return become(mind, input.detector, mind.memory.tracked)
    case 'reported':
      return become(mind, objects.detector, mind.memory.tracked)
    case 'ask':
      return settings.detection.enabled
        ? become(mind, objects.detector, mind.memory.tracked)
        : become(mind, null, NOTHING)
    default:
      return unchanged(mind)
  }
}

/** A label that is looked for counts 0 when nothing is there. */
const standing = (tracks: readonly Track[], wanted: readonly string[]): Memory['tracked'] => {
  const counts: Record<string, number> = Object.fromEntries(wanted.map((label) => [label, 0]))
  const zones: Record<string, string[]> = {}
  for (const { label, zones: standsIn } of tracks) {
    counts[label] = (counts[label] ?? 0) + 1
    for (const zone of standsIn) zones[zone] = [...new Set([...(zones[zone] ?? []), label])].sort()
  }
  return { counts, zones }
}

/** A camera that says so sees at least one; one that speaks of it at all, none more than our eyes do. */
const counted = (mind: Mind, { counts }: Memory['tracked']): Readonly<Record<string, number>> => {
  const all: Record<string, number> = { ...counts }
  for (const [what, label] of Object.entries(labels)) {
    if (isBelieved(mind, what as ReportedThing)) all[label] = Math.max(1, all[label] ?? 0)
    else if (all[label] === undefined && isTold(mind, what as ReportedThing)) all[label] = 0
  }
  return all
}

/** Whether the camera's silence about it says that there is none. */
const isTold = ({ state: { settings }, memory }: Mind, what: ReportedThing): boolean =>
  memory.heard.includes(what) && settings.motion.trust !== 'eyes'

const become = (mind: Mind, detector: Mind['state']['objects']['detector'], tracked: Memory['tracked']): Outcome => {
  const objects = { counts: counted(mind, tracked), zones: tracked.zones, detector }
  const same = JSON.stringify(objects) === JSON.stringify(mind.state.objects)
  const state = same ? mind.state : { ...mind.state, objects }
  const known = tracked === mind.memory.tracked
  return { ...unchanged(mind), mind: same && known ? mind : { state, memory: { ...mind.memory, tracked } } }
}
