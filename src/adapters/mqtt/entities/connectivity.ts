// Whether the camera's video arrives; and where to see it.
import { defineEntity, onOff } from '../entity.js'

export const connectivity = defineEntity({
  id: 'connectivity',
  component: 'binary_sensor',
  discovery: { name: 'Connectivity', device_class: 'connectivity', entity_category: 'diagnostic' },
  show: ({ link }) => onOff(link.status === 'online'),
  attributes: ({ media, source }, { addresses }) => ({ ...addresses, source, video: media.video, audio: media.audio }),
})
