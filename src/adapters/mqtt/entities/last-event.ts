// What the camera saw when motion began last. One picture an event: the recording's is for those that were missed
// (no broker, or the camera could not give it in time).
import { defineEntity } from '../entity.js'

export const lastEvent = defineEntity({
  id: 'last_event',
  component: 'image',
  discovery: { name: 'Last motion', content_type: 'image/jpeg' },
  picture: (fact) => {
    if (fact.type === 'event') return fact.event.type === 'motion_started' ? { of: 'moment', at: fact.at } : undefined
    const { recording } = fact.state.last
    return recording && recording !== fact.previous?.last.recording ? { of: 'item', item: recording } : undefined
  },
})
