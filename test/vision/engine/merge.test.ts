import { expect, it } from 'vitest'
import { type Candidate, merge } from '../../../src/vision/engine/merge.js'

const candidate = (score: number, box: [number, number, number, number], cut = false, label = 'person'): Candidate => {
  const [x, y, width, height] = box
  return { label, score, cut, box: { x, y, width, height } }
}
const scores = (candidates: Candidate[]): number[] => merge(candidates).map(({ score }) => score)

it('keeps the best of boxes that are alike, best first', () => {
  const near = [
    candidate(0.6, [0.1, 0.1, 0.2, 0.4]),
    candidate(0.9, [0.11, 0.1, 0.2, 0.4]),
    candidate(0.95, [0.5, 0.5, 0.1, 0.1]),
  ]
  expect(scores(near)).toEqual([0.95, 0.9])
})

it('keeps two that touch, and two labels in one place', () => {
  expect(scores([candidate(0.9, [0.1, 0.1, 0.1, 0.4]), candidate(0.8, [0.17, 0.1, 0.1, 0.4])])).toEqual([0.9, 0.8])
  expect(scores([candidate(0.9, [0, 0, 1, 1]), candidate(0.8, [0, 0, 1, 1], false, 'face')])).toEqual([0.9, 0.8])
})

it('prefers the whole box to a better one that its view cuts', () => {
  const half = candidate(0.9, [0.1, 0.1, 0.2, 0.2], true)
  const whole = candidate(0.6, [0.1, 0.1, 0.2, 0.5])
  expect(merge([half, whole])).toEqual([{ label: 'person', score: 0.6, box: whole.box }])
  expect(scores([half])).toEqual([0.9])
  // A whole small one inside a large one is something else, whichever is better.
  expect(scores([candidate(0.5, [0.12, 0.2, 0.1, 0.1]), candidate(0.8, [0.1, 0.1, 0.2, 0.5])])).toEqual([0.8, 0.5])
  expect(scores([{ ...half, cut: false }, whole])).toEqual([0.9, 0.6])
})
