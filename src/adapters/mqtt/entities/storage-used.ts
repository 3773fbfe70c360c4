// What all that is kept of the camera takes on the disk.
import { defineEntity } from '../entity.js'

export const storageUsed = defineEntity({
  id: 'storage_used',
  component: 'sensor',
  discovery: {
    name: 'Storage used',
    device_class: 'data_size',
    unit_of_measurement: 'MB',
    state_class: 'measurement',
    entity_category: 'diagnostic',
    icon: 'mdi:harddisk',
  },
  show: (_, { bytes }) => Math.round(bytes / 1e6),
})
