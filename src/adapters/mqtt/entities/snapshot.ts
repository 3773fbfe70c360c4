// Takes a snapshot and keeps it.
import { askPress, defineEntity } from '../entity.js'

export const snapshot = defineEntity({
  id: 'snapshot',
  component: 'button',
  discovery: { name: 'Snapshot', icon: 'mdi:camera' },
  needsVideo: true,
  ask: askPress(() => ({ type: 'snapshot' })),
})
