// What is hidden covers what was drawn, whatever its shape; little more of the picture than that; in few words.
import { expect, test } from 'vitest'
import { isInside, type Point } from '../../src/lib/box.js'
import { barsOf, createMask, type Polygon } from '../../src/sources/mask.js'
import { slate } from '../../src/sources/slate.js'

const shape = (...corners: (readonly [number, number])[]): Polygon => corners.map(([x, y]) => ({ x, y }))
const box = (x: number, y: number, width: number, height: number): Polygon =>
  shape([x, y], [x + width, y], [x + width, y + height], [x, y + height])

/** A generator of numbers 0..1 that gives the same ones each time. */
const dice = (seed: number) => (): number => {
  seed = (seed * 1103515245 + 12345) & 0x7fffffff
  return seed / 0x7fffffff
}
const points = (count: number, next: () => number): Point[] =>
  Array.from({ length: count }, () => ({ x: next(), y: next() }))
const covered = ({ x, y }: Point, bars: ReturnType<typeof barsOf>): boolean =>
  bars.some(({ from, to, top, bottom }) => x >= from - 1e-9 && x <= to + 1e-9 && y >= top && y <= bottom)

test('a rectangle is one box, outwards to whole pixels', () => {
  expect(createMask([box(0.2, 0.5, 0.3, 0.25)])?.filter).toBe(
    'format=yuv420p,drawbox=x=floor(iw*0.2):y=floor(ih*0.5):' +
      'w=ceil(iw*0.50001)-floor(iw*0.2):h=ceil(ih*0.75001)-floor(ih*0.5):c=black:t=fill',
  )
  expect(createMask([])).toBeNull()
})

test.each<[string, readonly Polygon[], number]>([
  ['a triangle', [shape([0.1, 0.1], [0.9, 0.2], [0.3, 0.9])], 0.02],
  ['the letter C', [shape([0, 0], [1, 0], [1, 0.3], [0.3, 0.3], [0.3, 0.7], [1, 0.7], [1, 1], [0, 1])], 0.001],
  ['a thin sloping line', [shape([0, 0.1], [1, 0.8], [1, 0.81])], 0.02],
  ['a bow tie', [shape([0.1, 0.1], [0.9, 0.9], [0.9, 0.1], [0.1, 0.9])], 0.02],
  ['two that overlap', [box(0.1, 0.1, 0.5, 0.5), shape([0.4, 0.4], [0.9, 0.5], [0.5, 0.9])], 0.02],
  ['all', [box(0, 0, 1, 1)], 0],
])('%s is covered, and hardly more', (_name, polygons, most) => {
  const bars = barsOf(polygons)
  const all = points(5000, dice(7))
  const inside = all.filter((point) => polygons.some((polygon) => isInside(point, polygon)))
  expect(inside.filter((point) => !covered(point, bars))).toEqual([])
  const hidden = all.filter((point) => covered(point, bars))
  expect((hidden.length - inside.length) / all.length).toBeLessThanOrEqual(most)
})

test('where a shape crosses itself, all that it goes around is hidden', () => {
  const star = [0, 2, 4, 1, 3].map((at) => ({
    x: 0.5 + 0.4 * Math.sin((at * 2 * Math.PI) / 5),
    y: 0.5 - 0.4 * Math.cos((at * 2 * Math.PI) / 5),
  }))
  expect(isInside({ x: 0.5, y: 0.5 }, star)).toBe(false)
  expect(covered({ x: 0.5, y: 0.5 }, barsOf([star]))).toBe(true)
})

test('as many and as wild shapes as there may be are covered in few words', () => {
  const next = dice(3)
  const polygons = Array.from({ length: 32 }, () => {
    const [x, y] = [next() * 0.9, next() * 0.9]
    return points(64, next).map((point): Point => ({ x: x + point.x * 0.1, y: y + point.y * 0.1 }))
  })
  const bars = barsOf(polygons)
  expect(bars.length).toBeGreaterThan(0)
  const inside = points(5000, next).filter((point) => polygons.some((polygon) => isInside(point, polygon)))
  expect(inside.length).toBeGreaterThan(100)
  expect(inside.filter((point) => !covered(point, bars))).toEqual([])
  expect(createMask(polygons)?.filter.length).toBeLessThan(100_000)
})

test('a zone that is only a line or a point is hidden, too', () => {
  for (const flat of [shape([0.1, 0.5], [0.5, 0.5], [0.9, 0.5]), shape([1, 1], [1, 1], [1, 1])]) {
    const bars = barsOf([flat])
    expect(bars).not.toEqual([])
    expect(flat.filter((point) => !covered(point, bars))).toEqual([])
  }
})

test('the card is painted once and sent five times a second', () => {
  const { args } = slate({ width: 640, height: 360 }, 'rtsp://gateway/main')
  const graph = args[args.indexOf('-i') + 1] ?? ''
  expect(graph).toMatch(/^color=c=black:s=640x360:r=25,trim=end_frame=1,.*,loop=-1:1,setpts=.*mod\(n\\,5\)/)
  expect(args.at(-1)).toBe('rtsp://gateway/main')
})
