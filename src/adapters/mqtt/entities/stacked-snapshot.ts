// Takes a snapshot with less noise, the mean of the newest pictures, and keeps it.
import { askPress, defineEntity } from '../entity.js'

export const stackedSnapshot = defineEntity({
  id: 'stacked_snapshot',
  component: 'button',
  discovery: { name: 'Stacked snapshot', icon: 'mdi:image-multiple' },
  needsVideo: true,
  ask: askPress(() => ({ type: 'stack' })),
})
