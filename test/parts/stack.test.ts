// A stacked picture from the ring by a real ffmpeg: which pictures, how much less noise, in which form.
import sharp from 'sharp'
import { beforeEach, expect, test } from 'vitest'
import { createRing, type Ring } from '../../src/media/ring.js'
import { createStackedPictures } from '../../src/media/stacked-pictures.js'
import { createStack } from '../../src/vision/stack.js'
import { cutFilm, encode } from '../support/streams.js'
import { createTestClock, type TestClock } from '../support/test-clock.js'

let clock: TestClock
let ring: Ring
let counts: number[]

beforeEach(() => {
  clock = createTestClock()
  ring = createRing({ seconds: 20, maxBytes: 90e6 })
  counts = []
})

/** Puts a film into the ring; its last picture is one frame old. */
const film = async (frames: number, scene: string, epoch = 1, ...more: string[]): Promise<void> => {
  const start = clock.now().mono
  const args = ['-f', 'lavfi', '-i', scene, ...encode(25), ...more, '-frames:v', String(frames)]
  for (const { init, fragment } of await cutFilm(args, start))
    ring.push({ init: { ...init, epoch }, fragment: { ...fragment, epoch } })
  await clock.advance(frames * 40)
}
const pictures = () =>
  createStackedPictures({
    clock,
    ring: (camera) => (camera === 'porch' ? ring : undefined),
    createStack: (width, height) => {
      const stack = createStack(width, height)
      const at = counts.push(0) - 1
      return {
        add: async (image) => {
          await stack.add(image)
          counts[at] = stack.count
        },
        mean: stack.mean,
      }
    },
  })
const pixels = (data: Buffer) => sharp(data).removeAlpha().raw().toBuffer()
const spread = (data: Buffer): number => {
  const mean = data.reduce((sum, code) => sum + code, 0) / data.length
  return Math.sqrt(data.reduce((sum, code) => sum + (code - mean) ** 2, 0) / data.length)
}

test('of a grey wall with noise, 16 pictures have about a quarter of the noise of one', async () => {
  await film(40, 'color=c=gray:s=640x360:r=25,noise=c0s=25:c0f=t+u', 1, '-crf', '4')
  const source = pictures()
  const noise: number[] = []
  for (const stack of [1, 16]) {
    const { data } = await source.picture('porch', { stack, format: 'png' })
    noise.push(spread(await pixels(data)))
  }
  expect(counts).toEqual([1, 16])
  const gain = (noise[0] ?? 0) / (noise[1] ?? 1)
  expect(gain).toBeGreaterThan(3.2)
  expect(gain).toBeLessThan(4.8)
})

test.each([
  ['in order', []],
  ['out of order', ['-tune', 'film', '-preset', 'veryfast', '-bf', '2', '-flags', '+cgop']],
])('exactly the newest pictures count, in linear light, stored %s', async (_name, flags) => {
  // 52 black pictures, then 8 white ones.
  const scene = "color=c=black:s=320x180:r=25,drawbox=c=white:t=fill:enable='gte(n,52)'"
  await film(60, scene, 1, ...flags)
  const source = pictures()
  const codeOf = async (stack: number): Promise<number> => {
    const { data } = await source.picture('porch', { stack, format: 'png' })
    return (await pixels(data))[0] ?? -1
  }
  expect(await codeOf(8)).toBeGreaterThanOrEqual(254)
  // Half the light is 70.5 percent of the code.
  expect(Math.abs((await codeOf(16)) - 180)).toBeLessThanOrEqual(1)
  expect(counts).toEqual([8, 16])
})

test('in full size, as JPEG or PNG, with the time of the newest', async () => {
  await film(20, 'testsrc2=s=1280x720:r=25')
  const newest = ring.newest?.fragment.mono ?? 0
  const jpeg = await pictures().picture('porch', { stack: 12, quality: 90 })
  expect(jpeg).toMatchObject({ format: 'jpg', width: 1280, height: 720, at: clock.toWall(newest) })
  expect((await sharp(jpeg.data).metadata()).format).toBe('jpeg')
  const png = await pictures().picture('porch', { stack: 2, format: 'png' })
  expect(await sharp(png.data).metadata()).toMatchObject({ format: 'png', width: 1280, height: 720 })
  expect(counts).toEqual([12, 2])
})

test('only pictures of the present stream, and none from before it was away, are mixed', async () => {
  await film(30, 'color=c=white:s=320x180:r=25')
  await film(6, 'color=c=black:s=320x180:r=25', 2, '-output_ts_offset', '100')
  const source = pictures()
  const first = await source.picture('porch', { stack: 20, format: 'png' })
  expect((await pixels(first.data))[0]).toBeLessThan(2)
  await clock.advance(5000)
  await film(4, 'color=c=white:s=320x180:r=25', 2, '-output_ts_offset', '110')
  const second = await source.picture('porch', { stack: 20, format: 'png' })
  expect((await pixels(second.data))[0]).toBeGreaterThan(253)
  expect(counts).toEqual([6, 4])
})

test('what is not there says so', async () => {
  const source = pictures()
  await expect(source.picture('porch', { stack: 5 })).rejects.toMatchObject({
    code: 'unavailable',
    message: 'porch has no picture yet',
  })
  await film(10, 'color=c=white:s=320x180:r=25')
  await clock.advance(5000)
  await expect(source.picture('porch', { stack: 5 })).rejects.toMatchObject({
    code: 'unavailable',
    message: "porch's newest picture is 5.0 s old",
  })
})

test('a sum that fails ends its ffmpeg, and is told', async () => {
  await film(30, 'testsrc2=s=640x360:r=25')
  const failing = createStackedPictures({
    clock,
    ring: () => ring,
    createStack: () => ({ add: () => Promise.reject(new Error('no memory')), mean: () => Promise.reject(new Error()) }),
  })
  await expect(failing.picture('porch', { stack: 20 })).rejects.toMatchObject({
    code: 'unavailable',
    message: 'porch: no memory',
  })
})
