// What a camera has for each label that is looked for, by us or by the camera itself: whether one is there, how many, and
// of people the last picture. They exist for the labels that are configured, and are unavailable while nobody looks.
import type { CameraState } from '../../../camera/state.js'
import { capital, type EntityDefinition, onOff, slug } from '../entity.js'

/** With those that are looked for now; the same set when nothing is new. */
export const learnLabels = (known: ReadonlySet<string>, state: CameraState): ReadonlySet<string> => {
  const { enabled, labels } = state.settings.detection
  const added = labels.filter((label) => !known.has(label) && (enabled || countOf(state, label) !== undefined))
  return added.length > 0 ? new Set([...known, ...added]) : known
}

/** How many there are; undefined while nobody looks: neither our detection nor a camera that talks. */
const countOf = ({ settings, health, objects }: CameraState, label: string): number | undefined =>
  settings.detection.enabled || health.events ? objects.counts[label] : undefined

/** Those of the `known` labels that are configured, by an id of their own. `taken`: ids of a camera's other entities. */
export const labelIds = (
  { settings }: CameraState,
  known: ReadonlySet<string>,
  taken: ReadonlySet<string>,
): ReadonlyMap<string, string> => {
  const used = new Set(taken)
  const ids = new Map<string, string>()
  for (const label of settings.detection.labels.filter((one) => known.has(one))) {
    const own = slug(label)
    const id = [own, `${own}_object`].find((one) => !madeOf(one).some((made) => used.has(made)))
    if (id === undefined) continue
    for (const made of madeOf(id)) used.add(made)
    ids.set(id, label)
  }
  return ids
}

const madeOf = (id: string): string[] => [id, `${id}_count`, `last_${id}`]

export const labelEntities = (ids: ReadonlyMap<string, string>): EntityDefinition[] =>
  [...ids].flatMap(([id, label]) => [
    isThere(id, label),
    howMany(id, label),
    ...(label === 'person' ? [lastOf(id, label)] : []),
  ])

const isThere = (id: string, label: string): EntityDefinition => ({
  id,
  component: 'binary_sensor',
  discovery: { name: capital(label), device_class: 'occupancy' },
  needsVideo: true,
  needsState: true,
  show: (state) => {
    const count = countOf(state, label)
    return count === undefined ? undefined : onOff(count > 0)
  },
})

const howMany = (id: string, label: string): EntityDefinition => ({
  id: `${id}_count`,
  component: 'sensor',
  discovery: { name: `${capital(label)} count`, state_class: 'measurement', icon: 'mdi:counter' },
  needsVideo: true,
  needsState: true,
  show: (state) => countOf(state, label),
})

/** The best picture of the one that was told last. */
const lastOf = (id: string, label: string): EntityDefinition => ({
  id: `last_${id}`,
  component: 'image',
  discovery: { name: `Last ${label}`, content_type: 'image/jpeg' },
  picture: (fact) => {
    if (fact.type !== 'event' || fact.event.type !== 'sighting') return undefined
    const { sighting } = fact.event
    return sighting.label === label && sighting.item !== null ? { of: 'item', item: sighting.item } : undefined
  },
})
