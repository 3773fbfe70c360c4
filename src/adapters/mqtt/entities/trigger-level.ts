// The motion level at which motion begins.
import { defineEntity } from '../entity.js'

export const triggerLevel = defineEntity({
  id: 'trigger_level',
  component: 'number',
  discovery: { name: 'Trigger level', min: 1, max: 100, step: 0.5, entity_category: 'config', icon: 'mdi:tune' },
  show: ({ settings }) => settings.motion.trigger_level,
  ask: (payload) => {
    const level = payload.trim() === '' ? Number.NaN : Number(payload)
    return Number.isFinite(level) ? { type: 'settings', change: { motion: { trigger_level: level } } } : undefined
  },
})
