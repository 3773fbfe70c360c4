import { expect, test } from 'vitest'
import { rgbOf } from '../../src/vision/rgb.js'

/** 3 x 3 pixels of one colour. */
const plain = (y: number, u: number, v: number) => ({
  data: Uint8Array.from([...Array(9).fill(y), ...Array(4).fill(u), ...Array(4).fill(v)]),
  ...{ width: 3, height: 3 },
})

test.each([
  ['black', [16, 128, 128], [0, 0, 0]],
  ['white', [235, 128, 128], [255, 255, 255]],
  ['red', [81, 90, 240], [254, 0, 0]],
  ['green', [145, 54, 34], [0, 255, 1]],
  ['blue', [41, 240, 110], [0, 0, 255]],
  ['blacker than black', [0, 128, 128], [0, 0, 0]],
] as const)('%s is itself, at every pixel of an odd size', (_name, [y, u, v], colour) => {
  const { data, width, height, channels } = rgbOf(plain(y, u, v))
  expect({ width, height, channels }).toEqual({ width: 3, height: 3, channels: 3 })
  expect(data).toHaveLength(27)
  for (const [at, value] of data.entries()) expect(Math.abs(value - (colour[at % 3] ?? -9))).toBeLessThanOrEqual(1)
})
