// What is there now: counts by label and by zone, from the confirmed tracks.
import type { Track } from '../objects.js'
import { type Mind, type Outcome, type RuleInput, unchanged } from './mind.js'

export const objectsRule = (mind: Mind, input: RuleInput): Outcome => {
  const { objects, settings } = mind.state
  switch (input.type) {
    case 'tracked':
      return become(mind, { ...objects, ...standing(input.tracks, settings.detection.labels) })
    case 'detector':
      return become(mind, { ...objects, detector: input.detector })
    case 'ask': {
      const off = !settings.detection.enabled
      return off ? become(mind, { counts: {}, zones: {}, detector: null }) : unchanged(mind)
    }
    default:
      return unchanged(mind)
  }
}

/** A label that is looked for counts 0 when nothing is there. */
const standing = (
  tracks: readonly Track[],
  labels: readonly string[],
): Pick<Mind['state']['objects'], 'counts' | 'zones'> => {
  const counts: Record<string, number> = Object.fromEntries(labels.map((label) => [label, 0]))
  const zones: Record<string, string[]> = {}
  for (const { label, zones: standsIn } of tracks) {
    counts[label] = (counts[label] ?? 0) + 1
    for (const zone of standsIn) zones[zone] = [...new Set([...(zones[zone] ?? []), label])].sort()
  }
  return { counts, zones }
}

const become = (mind: Mind, objects: Mind['state']['objects']): Outcome =>
  JSON.stringify(objects) === JSON.stringify(mind.state.objects)
    ? unchanged(mind)
    : { ...unchanged(mind), mind: { ...mind, state: { ...mind.state, objects } } }
