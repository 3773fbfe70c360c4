// Paints straight into the pixels of a picture; what lies outside of it is left out. Runs for every picture of a
// stream: plain loops over whole numbers, nothing made per pixel.
import type { RgbImage } from '../lib/frame.js'
import { layText, type Mask, type PlacedMask } from './overlay-text.js'

/** Red, green, blue 0..255, and how much it hides of what is below, 0..1. */
export type Colour = readonly [red: number, green: number, blue: number, opacity?: number]

/** In whole pixels. */
export interface Area {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** An area; with a radius its corners are round. */
export const fillArea = (image: RgbImage, { x, y, width, height }: Area, colour: Colour, radius = 0): void => {
  const round = Math.ceil(Math.min(radius, width / 2, height / 2))
  blend(image, x, y + round, width, height - 2 * round, colour)
  if (round <= 0) return
  blend(image, x + round, y, width - 2 * round, round, colour)
  blend(image, x + round, y + height - round, width - 2 * round, round, colour)
  const { topLeft, topRight, bottomLeft, bottomRight } = cornersOf(round)
  blend(image, x, y, round, round, colour, topLeft)
  blend(image, x + width - round, y, round, round, colour, topRight)
  blend(image, x, y + height - round, round, round, colour, bottomLeft)
  blend(image, x + width - round, y + height - round, round, round, colour, bottomRight)
}

/** The border of an area, drawn inward. */
export const frameArea = (image: RgbImage, { x, y, width, height }: Area, colour: Colour, line: number): void => {
  blend(image, x, y, width, line, colour)
  blend(image, x, y + height - line, width, line, colour)
  blend(image, x, y + line, line, height - 2 * line, colour)
  blend(image, x + width - line, y + line, line, height - 2 * line, colour)
}

/** A line of text whose capitals are `size` high, their top at `y`; each letter is `around` pixels fatter on all sides. */
export const writeText = (
  image: RgbImage,
  text: string,
  x: number,
  y: number,
  size: number,
  colour: Colour,
  around = 0,
): void => fillMasks(image, layText(text, size, around), colour, x, y)

export const fillMasks = (image: RgbImage, masks: readonly PlacedMask[], colour: Colour, x = 0, y = 0): void => {
  for (const { x: dx, y: dy, mask } of masks) blend(image, x + dx, y + dy, mask.width, mask.height, colour, mask)
}

/** Mixes the colour into an area, as much as the mask covers each pixel. */
const blend = (
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

interface Corners {
  readonly topLeft: Mask
  readonly topRight: Mask
  readonly bottomLeft: Mask
  readonly bottomRight: Mask
}

const corners = new Map<number, Corners>()

/** The quarters of a disc, softly edged. */
const cornersOf = (radius: number): Corners => {
  const known = corners.get(radius)
  if (known) return known
  const quarter = (centreX: number, centreY: number): Mask => {
    const cover = Uint8Array.from({ length: radius * radius }, (_, at) => {
      const away = Math.hypot((at % radius) + 0.5 - centreX, Math.floor(at / radius) + 0.5 - centreY)
      return 255 * Math.min(1, Math.max(0, radius + 0.5 - away))
    })
    return { width: radius, height: radius, cover }
  }
  const made = {
    topLeft: quarter(radius, radius),
    topRight: quarter(0, radius),
    bottomLeft: quarter(radius, 0),
    bottomRight: quarter(0, 0),
  }
  corners.set(radius, made)
  return made
}
