// What the motion eye tells of zones, of small things, and of where something moves.
import { expect, test } from 'vitest'
import type { Zone } from '../../src/camera/zones.js'
import { createMotionEye, type MotionOptions } from '../../src/vision/motion.js'
import { levelOf } from '../../src/vision/motion-level.js'

const WIDTH = 320
const HEIGHT = 180

/** A box of `size`, brighter than a textured ground, three pixels further to the right in each frame. */
const frame = (at: number, [left, top]: readonly [number, number], size: number) => {
  const data = new Uint8Array(WIDTH * HEIGHT)
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const lit = x >= left + 3 * at && x < left + 3 * at + size && y >= top && y < top + 2 * size
      data[y * WIDTH + x] = 80 + ((x * 7 + y * 13) % 11) + (lit ? 90 - ((x + 3 * y) % 20) : 0)
    }
  }
  return { data, width: WIDTH, height: HEIGHT, mono: at * 100, pts: at / 10 }
}

const watch = (options: Partial<MotionOptions>, place: readonly [number, number] = [30, 40], size = 12) => {
  const eye = createMotionEye()
  const all = { zones: [], min_area: 0.02, ...options }
  return Array.from({ length: 9 }, (_, at) => eye.look(frame(at, place, size), all)).slice(5)
}

const zone = (use: Zone['use'], more: Partial<Zone> = {}): Zone => ({
  ...{ id: use, name: use, color: '#ffffff', use, enabled: true, sensitivity: 1 },
  points: [
    [0, 0],
    [50, 0],
    [50, 100],
    [0, 100],
  ],
  ...more,
})

test('the level is 25 more with each tenfold area, between 0.01 % of the picture and all of it', () => {
  expect([0, 0.00001, 0.0001, 0.001, 0.01, 0.1, 1].map(levelOf)).toEqual([0, 0, 0, 25, 50, 75, 100])
})

test('it says where something moves', () => {
  for (const { boxes = [] } of watch({})) {
    expect(boxes).toHaveLength(1)
    const [{ x, y, width, height }] = boxes as [NonNullable<(typeof boxes)[0]>]
    expect(x).toBeGreaterThan(0.08)
    expect(x + width).toBeLessThan(0.25)
    expect(y).toBeCloseTo(40 / HEIGHT, 1)
    expect(height).toBeGreaterThan(0.08)
  }
})

test('what is smaller than the minimum area is not told; the least person is', () => {
  expect(watch({ min_area: 5 }).every(({ level, boxes }) => level === 0 && boxes?.length === 0)).toBe(true)
  expect(watch({}, [30, 40], 4).every(({ level }) => level >= 5)).toBe(true)
})

test.each(['ignore', 'privacy'] as const)('in an %s zone nothing moves, beside it everything does', (use) => {
  expect(watch({ zones: [zone(use)] }).map(({ level }) => level)).toEqual([0, 0, 0, 0])
  expect(watch({ zones: [zone(use)] }, [200, 40]).every(({ level }) => level >= 5)).toBe(true)
  expect(watch({ zones: [zone(use, { enabled: false })] }).every(({ level }) => level >= 5)).toBe(true)
})

test('a motion zone tells its own level, more or less sensitive; elsewhere still counts', () => {
  const [plain] = watch({})
  const level = plain?.level ?? 0
  const inside = (sensitivity: number) => watch({ zones: [zone('motion', { sensitivity })] })[0]
  expect(inside(1)).toMatchObject({ level, zones: { motion: level } })
  expect(inside(0.5)?.level).toBeCloseTo(level / 2)
  expect(inside(0)).toMatchObject({ level: 0, zones: { motion: 0 } })
  const [outside] = watch({ zones: [zone('motion')] }, [200, 40])
  expect(outside?.zones).toEqual({ motion: 0 })
  expect(outside?.level).toBeGreaterThan(5)
})

test('zones that change are seen at the next look', () => {
  const eye = createMotionEye()
  for (let at = 0; at < 6; at++) eye.look(frame(at, [30, 40], 12))
  expect(eye.look(frame(6, [30, 40], 12)).level).toBeGreaterThan(5)
  expect(eye.look(frame(7, [30, 40], 12), { zones: [zone('ignore')], min_area: 0.02 }).level).toBe(0)
})
