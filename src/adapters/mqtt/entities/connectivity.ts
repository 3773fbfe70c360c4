// Whether the camera's video arrives.
import { defineEntity, onOff } from '../entity.js'

export const connectivity = defineEntity({
  id: 'connectivity',
  component: 'binary_sensor',
  discovery: { name: 'Connectivity', device_class: 'connectivity', entity_category: 'diagnostic' },
  show: ({ link }) => onOff(link.status === 'online'),
})
