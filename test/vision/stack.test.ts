// The mean of pictures: in linear light, not of the codes; a camera that shook is followed, one that did not is not.
import { expect, test } from 'vitest'
import type { RgbImage } from '../../src/lib/frame.js'
import { createStack } from '../../src/vision/stack.js'
import { MOST_SHIFT } from '../../src/vision/stack-align.js'

const image = (width: number, height: number, at: (x: number, y: number) => number): RgbImage => {
  const data = new Uint8Array(width * height * 3)
  for (let i = 0; i < width * height; i++) data.fill(at(i % width, Math.floor(i / width)), i * 3, i * 3 + 3)
  return { data, width, height, channels: 3 }
}
const meanOf = async (...images: RgbImage[]) => {
  const [{ width, height }] = images as [RgbImage]
  const stack = createStack(width, height)
  for (const one of images) await stack.add(one)
  return { stack, mean: await stack.mean() }
}
const random = (seed: number) => () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
  return seed / 2 ** 32
}

test('black and white give half the light, which is not half the code', async () => {
  const { mean } = await meanOf(
    image(8, 8, () => 0),
    image(8, 8, () => 255),
  )
  // BT.709: 1.099 * 0.5^0.45 - 0.099 = 0.7055 of 255.
  expect([...new Set(mean.data)]).toEqual([180])
  const dim = await meanOf(
    image(8, 8, () => 40),
    image(8, 8, () => 200),
  )
  // Light 0.0392 and 0.6154 (of 40/255 and 200/255) have the mean 0.3273, whose code is 144; the codes' own is 120.
  expect([...new Set(dim.mean.data)]).toEqual([144])
})

test('equal pictures stay what they are, every code of them, each colour for itself', async () => {
  const ramp = image(256, 2, (x) => x)
  ramp.data.forEach((_, at) => {
    if (at % 3 === 2) ramp.data[at] = 255 - (ramp.data[at] ?? 0)
  })
  const { mean, stack } = await meanOf(...Array<RgbImage>(60).fill(ramp))
  expect(stack).toMatchObject({ count: 60, furthest: 0 })
  expect(Buffer.compare(mean.data, ramp.data)).toBe(0)
})

test('noise shrinks with the square root of the number of pictures', async () => {
  const next = random(1)
  const noisy = () => image(160, 120, () => 118 + Math.round((next() + next() + next() + next() - 2) * 20))
  const spread = ({ data }: RgbImage): number => {
    const mean = data.reduce((sum, code) => sum + code, 0) / data.length
    return Math.sqrt(data.reduce((sum, code) => sum + (code - mean) ** 2, 0) / data.length)
  }
  const images = Array.from({ length: 16 }, noisy)
  const { mean, stack } = await meanOf(...images)
  const gain = spread(images[0] as RgbImage) / spread(mean)
  expect(gain).toBeGreaterThan(3.6)
  expect(gain).toBeLessThan(4.4)
  expect(stack.furthest).toBe(0)
})

/** Blocks of light without any pattern, seen from `right`, `down`. */
const street = (right: number, down: number, noise = () => 0) =>
  image(200, 150, (x, y) => {
    const block = Math.imul(Math.floor((x - right + 100) / 9), 73_856_093) ^ Math.floor((y - down + 100) / 7)
    const mixed = Math.imul(block ^ (block >>> 13), 0x85ebca6b)
    return 40 + (Math.imul(mixed ^ (mixed >>> 16), 0xc2b2ae35) >>> 25) + noise()
  })

test('a camera that shook is followed: the mean is as sharp as the first picture', async () => {
  const next = random(7)
  const noise = () => Math.round(next() * 12)
  const shifts = [
    [0, 0],
    [3, -2],
    [-7, 5],
    [12, 12],
    [-MOST_SHIFT, 0],
  ] as const
  const { mean, stack } = await meanOf(...shifts.map(([right, down]) => street(right, down, noise)))
  expect(stack.furthest).toBe(MOST_SHIFT)
  const still = (await meanOf(...shifts.map(() => street(0, 0, noise)))).mean
  const off = mean.data.reduce((sum, code, at) => sum + Math.abs(code - (still.data[at] ?? 0)), 0) / mean.data.length
  // Two different samples of the noise of five pictures differ by about as much.
  expect(off).toBeLessThan(2.5)
})

test('something that moves through a scene that stands still is no shaking', async () => {
  const scene = (left: number) => {
    const picture = street(0, 0)
    for (let y = 60; y < 110; y++) picture.data.fill(255, (y * 200 + left) * 3, (y * 200 + left + 25) * 3)
    return picture
  }
  const { stack } = await meanOf(scene(20), scene(24), scene(30), scene(90))
  expect(stack.furthest).toBe(0)
})

test('further than it may be followed, a picture is taken as it is', async () => {
  const { stack } = await meanOf(street(0, 0), street(60, 0))
  expect(stack.furthest).toBe(0)
})

test('the event loop has its turn while large pictures are summed', async () => {
  const large = image(1920, 1080, (x) => x & 255)
  const stack = createStack(1920, 1080)
  let turns = 0
  const count = setInterval(() => {
    turns += 1
  }, 0)
  for (let i = 0; i < 4; i++) await stack.add(large)
  await stack.mean()
  clearInterval(count)
  expect(turns).toBeGreaterThan(10)
})
