// How much moves: 0 to 100, on the scale of the trigger level.
import { defineEntity } from '../entity.js'

export const motionLevel = defineEntity({
  id: 'motion_level',
  component: 'sensor',
  discovery: {
    name: 'Motion level',
    state_class: 'measurement',
    entity_category: 'diagnostic',
    icon: 'mdi:chart-bell-curve',
  },
  needsVideo: true,
  show: ({ motion }) => motion.level,
})
