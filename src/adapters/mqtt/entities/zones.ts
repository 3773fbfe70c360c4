// What a camera has for each zone that is in use: whether something moves there, or what stands there.
import type { CameraState } from '../../../camera/state.js'
import type { Zone } from '../../../camera/zones.js'
import { type EntityDefinition, onOff } from '../entity.js'

export const zoneEntities = ({ settings }: CameraState): readonly EntityDefinition[] =>
  settings.zones.flatMap((zone) => {
    if (!zone.enabled) return []
    if (zone.use === 'motion') return [moves(zone)]
    return zone.use === 'objects' ? [stands(zone)] : []
  })

const moves = ({ id, name }: Zone): EntityDefinition => ({
  id: `zone_${id}_motion`,
  component: 'binary_sensor',
  discovery: { name: `${name} motion`, device_class: 'motion' },
  needsVideo: true,
  show: ({ motion }) => onOff(motion.active && motion.zones.includes(id)),
})

const stands = ({ id, name }: Zone): EntityDefinition => ({
  id: `zone_${id}_occupancy`,
  component: 'binary_sensor',
  discovery: { name: `${name} occupancy`, device_class: 'occupancy' },
  needsVideo: true,
  needsDetection: true,
  show: ({ objects }) => onOff((objects.zones[id]?.length ?? 0) > 0),
  attributes: ({ objects }) => ({ labels: objects.zones[id] ?? [] }),
})
