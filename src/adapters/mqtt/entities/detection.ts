// Whether to look for people and other things.
import { askOnOff, defineEntity, onOff } from '../entity.js'

export const detection = defineEntity({
  id: 'detection',
  component: 'switch',
  discovery: { name: 'Detection', entity_category: 'config', icon: 'mdi:account-search' },
  show: ({ settings }) => onOff(settings.detection.enabled),
  ask: askOnOff((enabled) => ({ type: 'settings', change: { detection: { enabled } } })),
})
