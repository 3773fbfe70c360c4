// Who decides between day and night: the picture, or a person.
import { nightModes } from '../../../camera/settings.js'
import { defineEntity } from '../entity.js'

export const nightMode = defineEntity({
  id: 'night_mode',
  component: 'select',
  discovery: { name: 'Night mode', options: [...nightModes], entity_category: 'config', icon: 'mdi:weather-night' },
  show: ({ settings }) => settings.night.mode,
  ask: (payload) => {
    const mode = nightModes.find((each) => each === payload)
    return mode && { type: 'settings', change: { night: { mode } } }
  },
})
