// Whether something moves in the picture.
import { defineEntity, onOff } from '../entity.js'

export const motion = defineEntity({
  id: 'motion',
  component: 'binary_sensor',
  discovery: { name: 'Motion', device_class: 'motion' },
  needsVideo: true,
  show: ({ motion }) => onOff(motion.active),
})
