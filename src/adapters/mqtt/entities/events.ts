// The camera's events as one event entity: it shows what the `event` topic tells.
import { eventTypes } from '../../../camera/events.js'
import { defineEntity } from '../entity.js'

export const events = defineEntity({
  id: 'events',
  component: 'event',
  discovery: { name: 'Events', event_types: [...eventTypes], icon: 'mdi:timeline-clock-outline' },
})
