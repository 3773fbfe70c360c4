// Pictures as JPEG keeps them, to and from RGB, straight from the definition (BT.601, full range).
import type { RgbImage, YuvImage } from '../../src/lib/frame.js'

export type Rgb = readonly [red: number, green: number, blue: number]
type Yuv = readonly [luma: number, blue: number, red: number]

export const yuvOf = ([red, green, blue]: Rgb): Yuv => [
  0.299 * red + 0.587 * green + 0.114 * blue,
  128 - 0.168736 * red - 0.331264 * green + 0.5 * blue,
  128 + 0.5 * red - 0.418688 * green - 0.081312 * blue,
]

export const plainRgb = (width: number, height: number, colour: Rgb): RgbImage => ({
  data: Uint8Array.from({ length: width * height * 3 }, (_, i) => colour[i % 3] as number),
  ...{ width, height, channels: 3 },
})

export const plainYuv = (width: number, height: number, colour: Rgb): YuvImage => {
  const pixels = width * height
  const samples = ((width + 1) >> 1) * ((height + 1) >> 1)
  const data = new Uint8Array(pixels + 2 * samples)
  const [luma, blue, red] = yuvOf(colour).map(Math.round) as unknown as Yuv
  data.fill(luma, 0, pixels)
  data.fill(blue, pixels, pixels + samples)
  data.fill(red, pixels + samples)
  return { data, width, height, channels: 'yuvj420p' }
}

/** Luma of a pixel, and the colours of its sample. */
export const yuvAt = ({ data, width, height }: YuvImage, x: number, y: number): Yuv => {
  const across = (width + 1) >> 1
  const blue = width * height + (y >> 1) * across + (x >> 1)
  return [data[y * width + x], data[blue], data[blue + across * ((height + 1) >> 1)]] as unknown as Yuv
}

export const rgbAt = ({ data, width }: RgbImage, x: number, y: number): Rgb =>
  [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)] as unknown as Rgb

export const toRgb = (image: YuvImage): RgbImage => {
  const { width, height } = image
  const data = new Uint8ClampedArray(width * height * 3)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [luma, blue, red] = yuvAt(image, x, y)
      const [cb, cr] = [blue - 128, red - 128]
      data.set([luma + 1.402 * cr, luma - 0.344136 * cb - 0.714136 * cr, luma + 1.772 * cb], (y * width + x) * 3)
    }
  }
  return { data: new Uint8Array(data.buffer), width, height, channels: 3 }
}
