// Whether a snapshot at night is the mean of the newest pictures.
import { askOnOff, defineEntity, onOff } from '../entity.js'

export const stackAtNight = defineEntity({
  id: 'stack_at_night',
  component: 'switch',
  discovery: {
    name: 'Stack snapshots at night',
    entity_category: 'config',
    icon: 'mdi:image-filter-hdr',
    enabled_by_default: false,
  },
  show: ({ settings }) => onOff(settings.night.stack_snapshots),
  ask: askOnOff((stack_snapshots) => ({ type: 'settings', change: { night: { stack_snapshots } } })),
})
