// Paints straight into the pixels of a picture; what lies outside of it is left out. Runs for every picture of a
// stream: plain loops over whole numbers, nothing made per pixel.
import type { Image } from '../lib/frame.js'
import { createKept } from './kept.js'
import type { Mask, PlacedMask } from './overlay-mask.js'
import { blendRgb } from './overlay-rgb.js'
import { layText } from './overlay-text.js'
import { blendYuv } from './overlay-yuv.js'

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
export const fillArea = (image: Image, { x, y, width, height }: Area, colour: Colour, radius = 0): void => {
  const round = Math.ceil(Math.min(radius, width / 2, height / 2))
  blend(image, x, y, width, height, colour, round > 0 ? roundArea(width, height, round) : undefined)
}

/** The border of an area, drawn inward. */
export const frameArea = (image: Image, { x, y, width, height }: Area, colour: Colour, line: number): void => {
  blend(image, x, y, width, line, colour)
  blend(image, x, y + height - line, width, line, colour)
  blend(image, x, y + line, line, height - 2 * line, colour)
  blend(image, x + width - line, y + line, line, height - 2 * line, colour)
}

/** A line of text whose capitals are `size` high, their top at `y`; each letter is `around` pixels fatter on all sides. */
export const writeText = (
  image: Image,
  text: string,
  x: number,
  y: number,
  size: number,
  colour: Colour,
  around = 0,
): void => fillMasks(image, layText(text, size, around), colour, x, y)

export const fillMasks = (image: Image, masks: readonly PlacedMask[], colour: Colour, x = 0, y = 0): void => {
  for (const { x: dx, y: dy, mask } of masks) blend(image, x + dx, y + dy, mask.width, mask.height, colour, mask)
}

/** Mixes the colour into an area, as much as the mask covers each pixel. */
const blend = (image: Image, x: number, y: number, width: number, height: number, colour: Colour, mask?: Mask): void =>
  image.channels === 3
    ? blendRgb(image, x, y, width, height, colour, mask)
    : blendYuv(image, x, y, width, height, colour, mask)

/** Plates are as wide for many pictures; a meter's bar is not. */
const rounds = createKept<Mask>(100)

/**
 * Its corners are quarters of a disc, softly edged. One mask, not pieces side by side: where two meet within a sample of
 * colour, each would leave some of what is below.
 */
const roundArea = (width: number, height: number, radius: number): Mask =>
  rounds(`${width} ${height} ${radius}`, () => makeRound(width, height, radius))

const makeRound = (width: number, height: number, radius: number): Mask => {
  const cover = new Uint8Array(width * height).fill(255)
  for (let y = 0; y < Math.min(radius, height); y++) {
    for (let x = 0; x < Math.min(radius, width); x++) {
      const away = Math.hypot(radius - 0.5 - x, radius - 0.5 - y)
      const covered = 255 * Math.min(1, Math.max(0, radius + 0.5 - away))
      for (const row of [y, height - 1 - y]) {
        for (const at of [row * width + x, row * width + width - 1 - x]) {
          cover[at] = Math.min(cover[at] as number, covered)
        }
      }
    }
  }
  return { width, height, cover }
}
