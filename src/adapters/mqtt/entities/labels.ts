// What a camera has for each label that it looks for: whether one is there, how many, and of people the last picture.
// They exist for the labels that are configured, and are unavailable while nobody looks.
import type { CameraState } from '../../../camera/state.js'
import { type EntityDefinition, onOff } from '../entity.js'

/** `taken`: ids of a camera's other entities. */
export const labelEntities = ({ settings }: CameraState, taken: ReadonlySet<string>): EntityDefinition[] => {
  const known = new Set(taken)
  return settings.detection.labels.flatMap((label) => {
    const own = slug(label)
    const id = known.has(own) || known.has(`${own}_count`) ? `${own}_object` : own
    if (known.has(id)) return []
    const made = [isThere(id, label), howMany(id, label), ...(label === 'person' ? [lastOf(id, label)] : [])]
    for (const entity of made) known.add(entity.id)
    return made
  })
}

const slug = (label: string): string => label.replace(/[^a-z0-9]+/g, '_')
const nameOf = (label: string): string => label.charAt(0).toUpperCase() + label.slice(1)

const isThere = (id: string, label: string): EntityDefinition => ({
  id,
  component: 'binary_sensor',
  discovery: { name: nameOf(label), device_class: 'occupancy' },
  needsVideo: true,
  needsDetection: true,
  show: ({ objects }) => {
    const count = objects.counts[label]
    return count === undefined ? undefined : onOff(count > 0)
  },
})

const howMany = (id: string, label: string): EntityDefinition => ({
  id: `${id}_count`,
  component: 'sensor',
  discovery: { name: `${nameOf(label)} count`, state_class: 'measurement', icon: 'mdi:counter' },
  needsVideo: true,
  needsDetection: true,
  show: ({ objects }) => objects.counts[label],
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
