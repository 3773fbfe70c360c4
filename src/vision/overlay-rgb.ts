// Mixes a colour into an area of an RGB picture. What lies outside of it is left out.
import type { RgbImage } from '../lib/frame.js'
import type { Mask } from './overlay-mask.js'
import type { Colour } from './overlay-paint.js'

/** As much as the mask covers each pixel. */
export const blendRgb = (
  image: RgbImage,
  x: number,
  y: number,
  width: number,
  height: number,
  [red, green, blue, opacity = 1]: Colour,
  mask?: Mask,
): void => {
  // Small whole numbers for the engine's eyes, too: with anything else among them the loops below are much slower.
  const left = Math.max(0, x) | 0
  const right = Math.min(image.width, x + width) | 0
  const bottom = Math.min(image.height, y + height) | 0
  const most = Math.round(opacity * 256) | 0
  const top = Math.max(0, y) | 0
  for (let row = top; row < bottom; row++) {
    const at = ((row * image.width + left) * 3) | 0
    if (mask) {
      const over = ((row - y) * width + left - x) | 0
      stamp(image.data, at, mask.cover, over, (right - left) | 0, most, red | 0, green | 0, blue | 0)
    } else tint(image.data, at, at + (right - left) * 3, 256 - most, red * most, green * most, blue * most)
  }
}

const tint = (
  data: Uint8Array,
  from: number,
  to: number,
  rest: number,
  red: number,
  green: number,
  blue: number,
): void => {
  for (let at = from; at < to; at += 3) {
    data[at] = ((data[at] as number) * rest + red) >> 8
    data[at + 1] = ((data[at + 1] as number) * rest + green) >> 8
    data[at + 2] = ((data[at + 2] as number) * rest + blue) >> 8
  }
}

const stamp = (
  data: Uint8Array,
  from: number,
  cover: Uint8Array,
  over: number,
  pixels: number,
  most: number,
  red: number,
  green: number,
  blue: number,
): void => {
  for (let i = 0, at = from; i < pixels; i++, at += 3) {
    const covered = cover[over + i] as number
    if (covered === 0) continue
    // 255 of 255 is all.
    const weight = (most * (covered + (covered >> 7)) + 128) >> 8
    const rest = 256 - weight
    data[at] = ((data[at] as number) * rest + red * weight) >> 8
    data[at + 1] = ((data[at + 1] as number) * rest + green * weight) >> 8
    data[at + 2] = ((data[at + 2] as number) * rest + blue * weight) >> 8
  }
}
