// Whether the camera is off so that nobody sees, keeps or looks at anything.
import { askOnOff, defineEntity, onOff } from '../entity.js'

export const privacy = defineEntity({
  id: 'privacy',
  component: 'switch',
  discovery: { name: 'Privacy', icon: 'mdi:eye-off-outline' },
  show: ({ settings }) => onOff(settings.privacy.enabled),
  ask: askOnOff((enabled) => ({ type: 'settings', change: { privacy: { enabled } } })),
})
