import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import type { Image, RgbImage, YuvImage } from '../../src/lib/frame.js'
import { encodeJpeg } from '../../src/media/jpeg.js'

type Colour = readonly [number, number, number]

const plain = (width: number, height: number, colour: Colour): RgbImage => {
  // Its pixels begin somewhere in a larger buffer.
  const whole = new Uint8Array(width * height * 3 + 7)
  const data = whole.subarray(7)
  for (let i = 0; i < data.length; i++) data[i] = colour[i % 3] ?? 0
  return { data, width, height, channels: 3 }
}
/** Behind each plane come bytes of the next: whoever reads too far shows them. */
const plainYuv = (width: number, height: number, [red, green, blue]: Colour): YuvImage => {
  const luma = 0.299 * red + 0.587 * green + 0.114 * blue
  const chroma = Math.ceil(width / 2) * Math.ceil(height / 2)
  const data = new Uint8Array(5 + width * height + 2 * chroma).subarray(5)
  data.fill(Math.round(luma), 0, width * height)
  data.fill(Math.round(128 + (blue - luma) / 1.772), width * height, width * height + chroma)
  data.fill(Math.min(255, Math.round(128 + (red - luma) / 1.402)), width * height + chroma)
  return { data, width, height, channels: 'yuvj420p' }
}
const decode = async (jpeg: Buffer) => {
  const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true })
  return { size: [info.width, info.height], pixels: data }
}
/** How far the worst pixel is from the colour. */
const farthest = (pixels: Buffer, colour: Colour): number =>
  pixels.reduce((most, value, i) => Math.max(most, Math.abs(value - (colour[i % 3] ?? 0))), 0)

const COLOURS: readonly Colour[] = [
  [250, 10, 10],
  [10, 250, 10],
  [10, 10, 250],
  [255, 255, 255],
  [0, 0, 0],
  [255, 0, 0],
]

describe.each([
  ['RGB', plain],
  ['YUV', plainYuv],
] as const)('%s', (_kind, make) => {
  test.each([
    [64, 64],
    [33, 33],
    [1, 1],
    [1, 7],
    [18, 1],
    [35, 16],
    [16, 17],
  ])('pictures of %ix%i made at the same time are each their own', async (width, height) => {
    const made = await Promise.all(COLOURS.map((colour) => encodeJpeg(make(width, height, colour), 90)))
    const shown = await Promise.all(made.map(decode))
    for (const [i, { size, pixels }] of shown.entries()) {
      expect(size).toEqual([width, height])
      expect(farthest(pixels, COLOURS[i] as Colour)).toBeLessThan(7)
    }
  })

  test('quality is libjpeg’s: fewer bytes for less', async () => {
    const image = make(320, 180, [0, 0, 0])
    for (let i = 0; i < image.data.length; i++) image.data[i] = (i * 7919) % 251
    const [least, low, high] = await Promise.all([1, 20, 95, 100].map((quality) => encodeJpeg(image, quality)))
    expect(least?.length).toBeLessThan(low?.length ?? 0)
    expect(low?.length).toBeLessThan((high?.length ?? 0) / 2)
    expect(await sharp(high).metadata()).toMatchObject({ format: 'jpeg', chromaSubsampling: '4:2:0' })
  })

  test('one of another size may follow, and the worst of pictures fits', async () => {
    for (const [width, height] of [
      [16, 16],
      [640, 360],
      [8, 400],
      [640, 360],
    ] as const) {
      const image = make(width, height, [9, 9, 9])
      for (let i = 0; i < image.data.length; i++) image.data[i] = Math.random() * 256
      expect((await decode(await encodeJpeg(image, 100))).size).toEqual([width, height])
    }
  })

  test('a size that is none, too few bytes and a strange quality never reach native code', async () => {
    const good: Image = make(32, 16, [1, 2, 3])
    const refused = (image: Partial<Image>, quality = 85) => encodeJpeg({ ...good, ...image } as Image, quality)
    for (const side of [0, -2, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      await expect(refused({ width: side })).rejects.toThrow(`a picture of ${side}x16 can't be encoded`)
      await expect(refused({ height: side })).rejects.toThrow(`a picture of 32x${side} can't be encoded`)
    }
    await expect(refused({ data: good.data.subarray(1) })).rejects.toThrow(/32x16 has \d+ bytes, not \d+/)
    await expect(refused({ width: 33 })).rejects.toThrow(/33x16 has \d+ bytes, not \d+/)
    await expect(refused({ width: 70_000, height: 1 })).rejects.toThrow('too large')
    await expect(refused({ width: 30_000, height: 30_000 })).rejects.toThrow('too large')
    for (const quality of [0, 101, 50.5, Number.NaN]) await expect(refused({}, quality)).rejects.toThrow('no quality')
    // It goes on as if nothing had been.
    expect((await decode(await refused({}))).size).toEqual([32, 16])
  })
})
