// What is wrong, in a sentence; `none` while nothing is.
import { defineEntity } from '../entity.js'

/** Home Assistant refuses longer states. */
const LONGEST = 255

export const problem = defineEntity({
  id: 'problem',
  component: 'sensor',
  discovery: { name: 'Problem', entity_category: 'diagnostic', icon: 'mdi:alert-circle-outline' },
  show: ({ link }) => {
    const letters = [...(link.problem?.replace(/\s+/g, ' ').trim() ?? '')]
    if (letters.length === 0) return 'none'
    return letters.length > LONGEST ? `${letters.slice(0, LONGEST - 1).join('')}…` : letters.join('')
  },
})
