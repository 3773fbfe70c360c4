// The motion level at which motion begins.
import { askNumber, defineEntity } from '../entity.js'

export const triggerLevel = defineEntity({
  id: 'trigger_level',
  component: 'number',
  discovery: { name: 'Trigger level', min: 1, max: 100, step: 0.5, entity_category: 'config', icon: 'mdi:tune' },
  show: ({ settings }) => settings.motion.trigger_level,
  ask: askNumber((trigger_level) => ({ type: 'settings', change: { motion: { trigger_level } } })),
})
