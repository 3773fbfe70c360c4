// When motion last began.
import { defineEntity } from '../entity.js'
import { isoTime } from '../item.js'

export const lastEventTime = defineEntity({
  id: 'last_event_time',
  component: 'sensor',
  discovery: { name: 'Last event time', device_class: 'timestamp', icon: 'mdi:clock-outline' },
  show: ({ last }) => isoTime(last.motion) ?? undefined,
})
