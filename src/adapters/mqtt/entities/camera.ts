// The camera on or off: while it is off nothing runs for it.
import { askOnOff, defineEntity, onOff } from '../entity.js'

export const camera = defineEntity({
  id: 'camera',
  component: 'switch',
  discovery: { name: 'Camera', icon: 'mdi:cctv' },
  show: ({ settings }) => onOff(settings.capture.enabled),
  ask: askOnOff((enabled) => ({ type: 'settings', change: { capture: { enabled } } })),
})
