// What is wrong, in a sentence; `none` while nothing is.
import { asState, defineEntity } from '../entity.js'

export const problem = defineEntity({
  id: 'problem',
  component: 'sensor',
  discovery: { name: 'Problem', entity_category: 'diagnostic', icon: 'mdi:alert-circle-outline' },
  show: ({ link }) => asState(link.problem ?? '') || 'none',
})
