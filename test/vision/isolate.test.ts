import { expect, test } from 'vitest'
import { completeZone } from '../../src/camera/zones.js'
import type { RgbImage } from '../../src/lib/frame.js'
import { isolate } from '../../src/vision/isolate.js'

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
