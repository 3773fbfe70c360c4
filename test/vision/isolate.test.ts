import { expect, test } from 'vitest'
import { completeZone } from '../../src/camera/zones.js'
import type { RgbImage } from '../../src/lib/frame.js'
import { isolate } from '../../src/vision/isolate.js'
import { plainYuv, yuvAt } from '../support/yuv.js'

const grey = (width: number, height: number): RgbImage => ({
  data: new Uint8Array(width * height * 3).fill(90),
  ...{ width, height, channels: 3 },
})
/** Row by row, # where the picture is left. */
const left = ({ data, width, height }: RgbImage): string[] =>
  Array.from({ length: height }, (_, row) =>
    Array.from({ length: width }, (_, at) => (data[(row * width + at) * 3] === 90 ? '#' : '.')).join(''),
  )

test('only the zone is left: a rectangle', () => {
  const image = grey(10, 4)
  isolate(image, completeZone({ id: 'a', x: 20, y: 25, width: 50, height: 50 }, 0))
  expect(left(image)).toEqual(['..........', '..#####...', '..#####...', '..........'])
})

test('a shape with a notch', () => {
  const image = grey(10, 4)
  const points = [
    [0, 0],
    [100, 0],
    [100, 100],
    [70, 100],
    [70, 50],
    [30, 50],
    [30, 100],
    [0, 100],
  ] as const
  isolate(image, completeZone({ id: 'a', points }, 0))
  expect(left(image)).toEqual(['##########', '##########', '###....###', '###....###'])
})

test('without a zone nothing is left', () => {
  const image = grey(4, 2)
  isolate(image, undefined)
  expect(left(image)).toEqual(['....', '....'])
})

test.each([
  [10, 4],
  [11, 5],
  [37, 23],
])('in %ix%i the same pixels are left of both kinds of pictures, colours as much as their pixels', (width, height) => {
  const points = [
    [12, 10],
    [100, 20],
    [70, 90],
    [45, 50],
    [0, 100],
  ] as const
  for (const zone of [completeZone({ id: 'a', points }, 0), undefined]) {
    const [rgb, yuv] = [grey(width, height), plainYuv(width, height, [200, 60, 40])]
    const [luma, blue, red] = yuvAt(yuv, 0, 0)
    isolate(rgb, zone)
    isolate(yuv, zone)
    const stays = left(rgb).map((row) => [...row].map((pixel) => pixel === '#'))
    for (const [y, row] of stays.entries()) {
      for (const [x, stay] of row.entries()) {
        const [even, under] = [x - (x % 2), y - (y % 2)]
        const pixels = [stays[under], stays[under + 1]]
          .flatMap((line) => [line?.[even], line?.[even + 1]])
          .filter((pixel) => pixel !== undefined)
        const share = pixels.filter(Boolean).length / pixels.length
        const [isLuma, isBlue, isRed] = yuvAt(yuv, x, y)
        expect(isLuma).toBe(stay ? luma : 0)
        expect(Math.abs(isBlue - 128 - (blue - 128) * share)).toBeLessThan(1)
        expect(Math.abs(isRed - 128 - (red - 128) * share)).toBeLessThan(1)
      }
    }
  }
})
