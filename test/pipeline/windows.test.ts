// Where to look: few pieces, all that matters in one of them, small things large enough.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { areaOf, type Box, overlapOf } from '../../src/lib/box.js'
import { planGaze, unexplained } from '../../src/pipeline/windows.js'

const SHAPE = 16 / 9
const box = (x: number, y: number, height: number, width = height / 3): Box => ({ x, y, width, height })

test('without anything to look at there is the whole picture', () => {
  expect(planGaze([], SHAPE, false)).toEqual({ windows: [], sweep: true })
})

test('what is tall is found in the whole picture, however many there are', () => {
  expect(planGaze([box(0.1, 0.3, 0.2), box(0.8, 0.3, 0.3)], SHAPE, false)).toEqual({ windows: [], sweep: true })
})

test('who is far away has a window; beside somebody tall the whole picture, too, and when it is due', () => {
  const far = box(0.5, 0.3, 0.07)
  expect(planGaze([far], SHAPE, false)).toEqual({ windows: [far], sweep: false })
  expect(planGaze([far], SHAPE, true)).toEqual({ windows: [far], sweep: true })
  expect(planGaze([far, box(0.1, 0.3, 0.4)], SHAPE, false)).toEqual({ windows: [far], sweep: true })
})

test('two far ones beside each other share a window, two far apart do not', () => {
  expect(planGaze([box(0.5, 0.3, 0.07), box(0.56, 0.31, 0.07)], SHAPE, false).windows).toHaveLength(1)
  expect(planGaze([box(0.1, 0.3, 0.07), box(0.9, 0.31, 0.07)], SHAPE, false).windows).toHaveLength(2)
})

test('specks are nothing', () => {
  expect(planGaze([box(0.1, 0.3, 0.01)], SHAPE, false)).toEqual({ windows: [], sweep: true })
})

test('whatever moves: at most three windows, and each thing in one of them or found in the whole picture', () => {
  const one = fc.record({
    x: fc.double({ min: 0, max: 0.9, noNaN: true }),
    y: fc.double({ min: 0, max: 0.7, noNaN: true }),
    height: fc.double({ min: 0.03, max: 0.3, noNaN: true }),
  })
  fc.assert(
    fc.property(fc.array(one, { maxLength: 12 }), fc.boolean(), (things, due) => {
      const places = things.map(({ x, y, height }) => box(x, y, height))
      const { windows, sweep } = planGaze(places, SHAPE, due)
      expect(windows.length).toBeLessThanOrEqual(3)
      expect(sweep || windows.length > 0).toBe(true)
      expect(sweep || !due).toBe(true)
      for (const place of places) {
        const inside = windows.some((window) => areaOf(overlapOf(window, place)) > 0.99 * areaOf(place))
        expect(inside || sweep).toBe(true)
      }
    }),
  )
})

test('what moves at a known thing is its own; elsewhere it is not', () => {
  const known = [box(0.3, 0.3, 0.3)]
  const arm = { x: 0.38, y: 0.4, width: 0.06, height: 0.05 }
  const other = box(0.7, 0.3, 0.2)
  expect(unexplained([arm, other, box(0.1, 0.1, 0.01)], known)).toEqual([other])
  expect(unexplained([arm], [])).toEqual([arm])
})
