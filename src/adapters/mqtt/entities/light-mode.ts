// Day or night, as measured or as a person decided. (Home Assistant has no device class for night.)
import { defineEntity } from '../entity.js'

export const lightMode = defineEntity({
  id: 'light_mode',
  component: 'sensor',
  discovery: { name: 'Light mode', device_class: 'enum', options: ['day', 'night'], icon: 'mdi:theme-light-dark' },
  needsVideo: true,
  show: ({ light }) => light.mode,
})
