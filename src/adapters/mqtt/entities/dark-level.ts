// How dark the picture is: 0 (bright) to 255 (black).
import { defineEntity } from '../entity.js'

export const darkLevel = defineEntity({
  id: 'dark_level',
  component: 'sensor',
  discovery: {
    name: 'Dark level',
    state_class: 'measurement',
    entity_category: 'diagnostic',
    icon: 'mdi:brightness-4',
  },
  needsVideo: true,
  show: ({ light }) => light.dark ?? undefined,
})
