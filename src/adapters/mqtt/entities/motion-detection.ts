// Whether to look for motion at all.
import { askOnOff, defineEntity, onOff } from '../entity.js'

export const motionDetection = defineEntity({
  id: 'motion_detection',
  component: 'switch',
  discovery: { name: 'Motion detection', entity_category: 'config', icon: 'mdi:motion-sensor' },
  show: ({ settings }) => onOff(settings.motion.enabled),
  ask: askOnOff((enabled) => ({ type: 'settings', change: { motion: { enabled } } })),
})
