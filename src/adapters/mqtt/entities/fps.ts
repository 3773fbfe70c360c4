// Pictures a second that arrive.
import { defineEntity } from '../entity.js'

export const fps = defineEntity({
  id: 'fps',
  component: 'sensor',
  discovery: {
    name: 'Frame rate',
    unit_of_measurement: 'fps',
    state_class: 'measurement',
    entity_category: 'diagnostic',
    icon: 'mdi:filmstrip',
  },
  needsVideo: true,
  show: (_, vitals) => (vitals.fps ? Math.round(vitals.fps) : undefined),
})
