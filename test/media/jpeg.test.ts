import sharp from 'sharp'
import { expect, test } from 'vitest'
import type { RgbImage } from '../../src/lib/frame.js'
import { encodeJpeg } from '../../src/media/jpeg.js'

const plain = (width: number, height: number, colour: readonly number[]): RgbImage => {
  // Its pixels begin somewhere in a larger buffer.
  const whole = new Uint8Array(width * height * 3 + 7)
  const data = whole.subarray(7)
  for (let i = 0; i < data.length; i++) data[i] = colour[i % 3] ?? 0
  return { data, width, height, channels: 3 }
}
const decode = async (jpeg: Buffer) => {
  const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true })
  return { size: [info.width, info.height], first: [...data.subarray(0, 3)] }
}

test('pictures made at the same time are each their own', async () => {
  const colours = [
    [250, 10, 10],
    [10, 250, 10],
    [10, 10, 250],
  ]
  for (const size of [64, 33]) {
    const made = await Promise.all(colours.map((colour) => encodeJpeg(plain(size, size, colour), 90)))
    const shown = await Promise.all(made.map(decode))
    for (const [i, { size: of, first }] of shown.entries()) {
      expect(of).toEqual([size, size])
      for (const [part, value] of first.entries()) expect(Math.abs(value - (colours[i]?.[part] ?? 0))).toBeLessThan(6)
    }
  }
})

test('quality is libjpeg’s: fewer bytes for less', async () => {
  const image = plain(320, 180, [0, 0, 0])
  for (let i = 0; i < image.data.length; i++) image.data[i] = (i * 7919) % 251
  const [low, high] = await Promise.all([encodeJpeg(image, 20), encodeJpeg(image, 95)])
  expect(low.length).toBeLessThan(high.length / 2)
  expect(await sharp(high).metadata()).toMatchObject({ format: 'jpeg', chromaSubsampling: '4:2:0' })
})
