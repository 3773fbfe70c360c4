import { expect, test } from 'vitest'
import { createPpmReader } from '../../src/media/mjpeg-read.js'
import { createPictureReader } from '../../src/media/picture-reader.js'

const ppm = (value: number): Buffer => Buffer.concat([Buffer.from('P6\n2 1\n255\n'), Buffer.alloc(6, value)])
const stamp = (ticks: number, number = 0): Buffer => Buffer.from(`frame:${number}    pts:${ticks}   pts_time:1\nn=1\n`)

test('pictures and times are joined in order, whichever comes first; memory is used again', () => {
  const seen: { readonly value: number; readonly pts: number; readonly data: Uint8Array }[] = []
  const reader = createPictureReader({
    cut: createPpmReader,
    spares: 1,
    onImage: (image, pts) => seen.push({ value: image.data[0] ?? 0, pts, data: image.data }),
  })
  reader.readImages(ppm(1))
  reader.readImages(ppm(2))
  expect(seen).toEqual([])
  reader.readStamps(stamp(90_000))
  expect(seen).toMatchObject([{ value: 1, pts: 1 }])
  reader.readStamps(Buffer.concat([stamp(93_600), stamp(97_200)]))
  const [first] = seen
  if (first) reader.giveBack({ data: first.data, width: 2, height: 1, channels: 3 })
  reader.readImages(ppm(3))
  expect(seen.map(({ value, pts }) => [value, pts])).toEqual([
    [1, 1],
    [2, 1.04],
    [3, 1.08],
  ])
  expect(seen[2]?.data).toBe(first?.data)
  expect(seen[1]?.data).not.toBe(first?.data)
})

test('a change of the stream is told before its first picture', () => {
  const told: (number | 'change')[] = []
  const reader = createPictureReader({
    cut: createPpmReader,
    spares: 1,
    onImage: (_, pts) => told.push(pts),
    onChange: () => told.push('change'),
  })
  for (const value of [1, 2, 3]) reader.readImages(ppm(value))
  for (const [ticks, number] of [
    [90_000, 0],
    [180_000, 1],
    [270_000, 0],
  ] as const)
    reader.readStamps(stamp(ticks, number))
  expect(told).toEqual([1, 2, 'change', 3])
})

test('pictures whose times never come are refused, not kept', () => {
  const reader = createPictureReader({ cut: createPpmReader, spares: 1, onImage: () => {} })
  const many = (): void => {
    for (let value = 0; value < 20; value++) reader.readImages(ppm(value))
  }
  expect(many).toThrow('without their times')
})
