// Pictures from the ring by a real ffmpeg: the right picture of its group, in the asked form, shared, never too old.
import sharp from 'sharp'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createPictures } from '../../src/media/picture.js'
import { createPictureDecoder, type PictureDecoder } from '../../src/media/picture-decode.js'
import { createRing, type Ring } from '../../src/media/ring.js'
import { cutFilm, encode, numbered, numberOf } from '../support/streams.js'
import { createTestClock, type TestClock } from '../support/test-clock.js'

let clock: TestClock
let ring: Ring
let start: number
let drawn: string[]
let decoder: PictureDecoder

beforeEach(() => {
  clock = createTestClock()
  ring = createRing({ seconds: 20, maxBytes: 50e6 })
  start = clock.now().mono
  drawn = []
  decoder = createPictureDecoder(clock)
})
afterEach(async () => {
  await decoder[Symbol.asyncDispose]()
  expect(clock.pending).toBe(0)
})

/** Puts a film of `frames` pictures into the ring, its last picture being 40 ms old. */
const film = async (frames: number, ...more: string[]): Promise<void> => {
  const items = await cutFilm([...numbered(), ...encode(50), ...more, '-frames:v', String(frames)], start)
  for (const item of items) ring.push(item)
  await clock.advance(frames * 40)
}
const pictures = () =>
  createPictures({
    clock,
    decoder,
    ring: (camera) => (camera === 'porch' ? ring : undefined),
    draw: (camera, { data, width, height, channels }, at) => {
      data.fill(255)
      drawn.push(`${camera} ${width}x${height}x${channels} ${at}`)
    },
  })
const read = async (data: Buffer): Promise<number> => {
  const { data: pixels, info } = await sharp(data).raw().toBuffer({ resolveWithObject: true })
  return numberOf(pixels, info.width, info.height, info.channels)
}

test('the newest picture, in full size, with the time at which it was seen', async () => {
  await film(80)
  const picture = await pictures().picture('porch')
  expect(picture).toMatchObject({ format: 'jpg', width: 640, height: 360, at: clock.toWall(start + 79 * 40) })
  expect(await read(picture.data)).toBe(79)
  expect((await sharp(picture.data).metadata()).format).toBe('jpeg')
})

test.each([
  ['in order', []],
  ['out of order', ['-tune', 'film', '-preset', 'veryfast', '-bf', '2', '-flags', '+cgop']],
])('the picture of a moment, stored %s', async (_name, flags) => {
  await film(80, ...flags)
  const source = pictures()
  for (const number of [0, 12, 49, 50, 71]) {
    // Between two pictures it is the one before; a wall time that lost its fraction still finds its picture.
    for (const off of [-0.9, 0, 30]) {
      const at = clock.toWall(start + number * 40 + off)
      const picture = await source.picture('porch', { at, format: 'png' })
      expect(await read(picture.data)).toBe(number)
      expect(picture.at).toBe(clock.toWall(start + number * 40))
    }
  }
})

test('smaller, as PNG, or annotated', async () => {
  await film(10)
  const small = await pictures().picture('porch', { format: 'png', width: 200 })
  expect(small).toMatchObject({ format: 'png', width: 200, height: 112 })
  expect(await sharp(small.data).metadata()).toMatchObject({ format: 'png', width: 200, height: 112 })
  expect((await pictures().picture('porch', { width: 5000 })).width).toBe(640)
  expect(drawn).toEqual([])
  const white = await pictures().picture('porch', { annotated: true })
  expect(await read(white.data)).toBe(1023)
  expect(drawn).toEqual([`porch 640x360x3 ${white.at}`])
  const [fine, coarse] = [
    await pictures().picture('porch', { quality: 95 }),
    await pictures().picture('porch', { quality: 20 }),
  ]
  expect(fine.data.length).toBeGreaterThan(coarse.data.length)
})

test('the same question at the same time is one decode; a new picture is a new one', async () => {
  await film(10)
  const source = pictures()
  const [one, two, other] = await Promise.all([
    source.picture('porch'),
    source.picture('porch'),
    source.picture('porch', { format: 'png' }),
  ])
  expect(two).toBe(one)
  expect(other).not.toBe(one)
  await clock.advance(300)
  expect(await source.picture('porch')).toBe(one)
  // Asked for a younger one than it may be given, it does not give the old one.
  await expect(source.picture('porch', { maxAge: 200 })).rejects.toMatchObject({
    code: 'unavailable',
    message: "porch's newest picture is 0.3 s old",
  })
  const later = await cutFilm([...numbered(), ...encode(5), '-frames:v', '5'], clock.now().mono)
  for (const item of later) ring.push(item)
  await clock.advance(200)
  expect(await read((await source.picture('porch', { maxAge: 200 })).data)).toBe(4)
})

test('what is not there says so', async () => {
  const source = pictures()
  await expect(source.picture('porch')).rejects.toMatchObject({
    code: 'unavailable',
    message: 'porch has no picture yet',
  })
  await expect(source.picture('shed')).rejects.toMatchObject({ code: 'unavailable' })
  await film(10)
  await expect(source.picture('porch', { at: clock.toWall(start - 60_000) })).rejects.toMatchObject({
    message: 'porch no longer holds a picture from 60.4 s ago',
  })
  await clock.advance(5000)
  await expect(source.picture('porch')).rejects.toMatchObject({ message: "porch's newest picture is 5.0 s old" })
  await expect(source.picture('porch', { at: clock.now().wall })).rejects.toMatchObject({
    message: 'porch has no picture of that time: the last one before it is 5.0 s older',
  })
  expect((await source.picture('porch', { maxAge: 6000 })).at).toBe(clock.toWall(start + 9 * 40))
})
