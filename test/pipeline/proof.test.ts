// What a look at one picture proves, and what it does not let pass.
import { expect, test } from 'vitest'
import { disprove, parseY4m, type YuvPicture } from '../../src/pipeline/proof.js'
import type { Polygon } from '../../src/sources/mask.js'
import { SLATE_YUV } from '../../src/sources/slate.js'

const WIDTH = 200
const HEIGHT = 120

const paint = (yuv: (x: number, y: number) => readonly [number, number, number]): YuvPicture => {
  const data = new Uint8Array(WIDTH * HEIGHT * 1.5)
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++) {
      const [luma, u, v] = yuv(x, y)
      const at = WIDTH * HEIGHT + (y >> 1) * (WIDTH / 2) + (x >> 1)
      data[y * WIDTH + x] = luma
      data[at] = u
      data[at + (WIDTH * HEIGHT) / 4] = v
    }
  return { data, width: WIDTH, height: HEIGHT }
}
const polygon: Polygon = [
  { x: 0.5, y: 0 },
  { x: 1, y: 0 },
  { x: 1, y: 0.5 },
  { x: 0.5, y: 0.5 },
]
const mask = (...polygons: readonly Polygon[]) => ({ of: 'mask', polygons }) as const
const hidden = (x: number, y: number): boolean => x >= 100 && y < 60

test('black there, up to the picture’s own edge, whatever is elsewhere', () => {
  const picture = paint((x, y) => (hidden(x, y) ? [16, 128, 128] : [200, 90, 150]))
  expect(disprove(mask(polygon), picture)).toBeNull()
})

test('what an encoder mixes at the edge is forgiven', () => {
  const picture = paint((x, y) => (hidden(x - 12, y + 12) ? [16, 128, 128] : [200, 90, 150]))
  expect(disprove(mask(polygon), picture)).toBeNull()
})

test.each<[string, (x: number, y: number) => readonly [number, number, number]]>([
  ['an open picture', () => [200, 128, 128]],
  ['a dark night', (x, y) => [16 + ((x * 7 + y * 13) % 9), 128, 128]],
  ['colours alone', (x, y) => (hidden(x, y) ? [16, 128, 150] : [200, 128, 128])],
  ['a mask that ends too early', (x, y) => (hidden(x, y) && x < 180 ? [16, 128, 128] : [200, 128, 128])],
  ['a mask upside down', (x, y) => (hidden(x, HEIGHT - 1 - y) ? [16, 128, 128] : [200, 128, 128])],
])('%s is no mask', (_name, yuv) => {
  expect(disprove(mask(polygon), paint(yuv))).toBe('the picture is not black in privacy zone 1 of 1')
})

test('each zone counts, also a tiny one', () => {
  const tiny = [
    { x: 0.1, y: 0.7 },
    { x: 0.13, y: 0.7 },
    { x: 0.13, y: 0.75 },
    { x: 0.1, y: 0.75 },
  ]
  const picture = paint((x, y) => (hidden(x, y) ? [16, 128, 128] : [200, 90, 150]))
  expect(disprove(mask(polygon, tiny), picture)).toContain('zone 2 of 2')
})

test('the card is known from a picture', () => {
  expect(
    disprove(
      { of: 'slate' },
      paint(() => SLATE_YUV),
    ),
  ).toBeNull()
  expect(
    disprove(
      { of: 'slate' },
      paint((x) => (x < 8 ? [90, 128, 128] : SLATE_YUV)),
    ),
  ).toContain('slate')
})

test('a picture that is not all there is none', () => {
  const head = Buffer.from('YUV4MPEG2 W4 H2 F25:1 Ip A1:1 C420jpeg\nFRAME\n')
  expect(parseY4m(Buffer.concat([head, Buffer.alloc(12, 7)]))).toMatchObject({ width: 4, height: 2 })
  expect(parseY4m(Buffer.concat([head, Buffer.alloc(11)]))).toBeUndefined()
  expect(parseY4m(Buffer.alloc(0))).toBeUndefined()
})
