// One step down with the trigger level: more sensitive.
import { askPress, defineEntity } from '../entity.js'

export const triggerLevelDown = defineEntity({
  id: 'trigger_level_down',
  component: 'button',
  discovery: { name: 'Trigger level down', entity_category: 'config', icon: 'mdi:minus-circle-outline' },
  ask: askPress(({ settings }) => ({
    type: 'settings',
    change: { motion: { trigger_level: Math.max(1, settings.motion.trigger_level - 1) } },
  })),
})
