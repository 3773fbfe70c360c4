// One step up with the trigger level: less sensitive.
import { askPress, defineEntity } from '../entity.js'

export const triggerLevelUp = defineEntity({
  id: 'trigger_level_up',
  component: 'button',
  discovery: { name: 'Trigger level up', entity_category: 'config', icon: 'mdi:plus-circle-outline' },
  ask: askPress(({ settings }) => ({
    type: 'settings',
    change: { motion: { trigger_level: Math.min(100, settings.motion.trigger_level + 1) } },
  })),
})
