// Since when video has arrived without a break. (A moment, not a duration: that would change every second.)
import { defineEntity } from '../entity.js'
import { isoTime } from '../item.js'

export const uptime = defineEntity({
  id: 'uptime',
  component: 'sensor',
  discovery: {
    name: 'Online since',
    device_class: 'timestamp',
    entity_category: 'diagnostic',
    icon: 'mdi:clock-start',
  },
  needsVideo: true,
  show: ({ link }) => (link.status === 'online' ? (isoTime(link.since) ?? undefined) : undefined),
})
