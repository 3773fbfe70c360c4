// The snapshot taken last.
import { defineEntity } from '../entity.js'

export const lastSnapshot = defineEntity({
  id: 'last_snapshot',
  component: 'image',
  discovery: { name: 'Last snapshot', content_type: 'image/jpeg' },
  picture: (fact) => {
    if (fact.type !== 'state') return undefined
    const { snapshot } = fact.state.last
    return snapshot && snapshot !== fact.previous?.last.snapshot ? { of: 'item', item: snapshot } : undefined
  },
})
