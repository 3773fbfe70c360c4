// From a yuv420p picture to one that can be drawn into and encoded: BT.601, 16..235, as cameras give and as ffmpeg takes
// a stream that says nothing else.
import { type Frame, halfSide, type RgbImage } from '../lib/frame.js'

/** A picture of its own: the frame's bytes are not kept. */
export const rgbOf = ({ data, width, height }: Pick<Frame, 'data' | 'width' | 'height'>): RgbImage => {
  const out = Buffer.allocUnsafeSlow(width * height * 3)
  const across = halfSide(width)
  const blue = width * height
  const red = blue + across * halfSide(height)
  let to = 0
  for (let y = 0; y < height; y++) {
    const line = y * width
    const colours = (y >> 1) * across
    for (let x = 0; x < width; x++) {
      const at = colours + (x >> 1)
      // In 65536ths.
      const luma = 76_309 * ((data[line + x] as number) - 16) + 32_768
      const u = (data[blue + at] as number) - 128
      const v = (data[red + at] as number) - 128
      out[to++] = within((luma + 104_597 * v) >> 16)
      out[to++] = within((luma - 25_675 * u - 53_279 * v) >> 16)
      out[to++] = within((luma + 132_201 * u) >> 16)
    }
  }
  return { data: out, width, height, channels: 3 }
}

const within = (value: number): number => (value < 0 ? 0 : value > 255 ? 255 : value)
