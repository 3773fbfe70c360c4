// Drawing for processors: text with an outline, boxes, lines, straight into red, green and blue bytes. Sizes follow from
// the picture's height, so that the same words are as legible in a small picture as in a large one. Whatever lies
// outside of the picture is left out.
import type { Mask } from '../overlay-mask.js'
import { layText, textWidth } from '../overlay-text.js'

/** Shape: `width * height * 3` bytes, row after row. */
export interface Pixels {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
}

/** `#rgb`, `#rrggbb`, a name, or [red, green, blue] 0..255. */
export type Colour = string | readonly [red: number, green: number, blue: number]
type Rgb = readonly [red: number, green: number, blue: number]

export interface TextOptions {
  readonly color?: Colour
  /** Times the usual size. */
  readonly size?: number
  /** What `x` is of the text. */
  readonly align?: 'left' | 'center' | 'right'
}
export interface LineOptions {
  readonly color?: Colour
  /** Pixels. */
  readonly width?: number
}
export interface BoxOptions extends LineOptions {
  readonly label?: string
}

const NAMES: Readonly<Record<string, string>> = {
  white: '#ffffff',
  black: '#000000',
  red: '#ff453a',
  green: '#58d68d',
  blue: '#4ea8f2',
  yellow: '#ffd60a',
  orange: '#ff9f0a',
  pink: '#ff6bb5',
}

/** Throws a sentence. */
export const parseColour = (colour: Colour): Rgb => {
  if (Array.isArray(colour)) {
    const [red, green, blue] = colour as readonly number[]
    if (colour.length >= 3 && [red, green, blue].every((part) => Number.isFinite(part))) return colour as unknown as Rgb
  } else if (typeof colour === 'string') {
    const hex = (NAMES[colour.toLowerCase()] ?? colour).replace(/^#(.)(.)(.)$/, '#$1$1$2$2$3$3')
    const found = /^#([0-9a-f]{6})$/i.exec(hex)?.[1]
    if (found) return [0, 2, 4].map((at) => Number.parseInt(found.slice(at, at + 2), 16)) as unknown as Rgb
  }
  const names = Object.keys(NAMES).join(', ')
  throw new TypeError(`${JSON.stringify(colour)} is no colour: use "#ff8800", [255, 136, 0] or ${names}`)
}

/** Height of capitals. */
const capitals = ({ width, height }: Pixels, size: number): number =>
  Math.max(7, Math.round(Math.min(height / 36, width / 48) * size))

const thickness = (pixels: Pixels): number => Math.max(1, Math.round(capitals(pixels, 1) / 8))

const DARK: Rgb = [10, 12, 16]

/** `x`, `y`: where the first line's capitals begin, left and at the top. */
export const drawText = (to: Pixels, x: number, y: number, words: string, options: TextOptions = {}): void => {
  const { color = 'white', size = 1, align = 'left' } = options
  const rgb = parseColour(color)
  const high = capitals(to, size)
  const edge = Math.max(1, Math.round(high / 7))
  String(words)
    .split('\n')
    .forEach((line, row) => {
      const wide = align === 'left' ? 0 : textWidth(line, high)
      const left = Math.round(align === 'center' ? x - wide / 2 : x - wide)
      const top = Math.round(y + row * high * 1.8)
      for (const { x: dx, y: dy, mask } of layText(line, high, edge)) stamp(to, left + dx, top + dy, mask, DARK)
      for (const { x: dx, y: dy, mask } of layText(line, high)) stamp(to, left + dx, top + dy, mask, rgb)
    })
}

/** A frame drawn inward, with a label above it (or in it, at the picture's top). */
export const drawBox = (
  to: Pixels,
  x: number,
  y: number,
  width: number,
  height: number,
  { color = 'green', width: thick = 2 * thickness(to), label }: BoxOptions = {},
): void => {
  const rgb = parseColour(color)
  const [left, top] = [Math.round(x), Math.round(y)]
  const [wide, high] = [Math.round(width), Math.round(height)]
  fill(to, left, top, wide, thick, rgb)
  fill(to, left, top + high - thick, wide, thick, rgb)
  fill(to, left, top, thick, high, rgb)
  fill(to, left + wide - thick, top, thick, high, rgb)
  if (label === undefined) return
  const text = capitals(to, 0.8)
  const above = top - Math.round(text * 1.6)
  drawText(to, left, above < 0 ? top + Math.round(text * 0.6) : above, label, { color, size: 0.8 })
}

/** With round ends and soft sides. */
export const drawLine = (
  to: Pixels,
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  { color = 'green', width = 2 * thickness(to) }: LineOptions = {},
): void => {
  const [red, green, blue] = parseColour(color)
  const reach = width / 2
  const [dx, dy] = [x2 - x1, y2 - y1]
  const length = dx * dx + dy * dy
  const rows = [Math.floor(Math.min(y1, y2) - reach - 1), Math.ceil(Math.max(y1, y2) + reach + 1)] as const
  for (let y = Math.max(0, rows[0]); y < Math.min(to.height, rows[1]); y++) {
    // Only the piece of the row near the line: a long slanting one has a large box around it.
    const [from, until] = nearRow(y + 0.5, x1, y1, x2, y2, reach + 1)
    for (let x = Math.max(0, Math.floor(from)); x < Math.min(to.width, Math.ceil(until)); x++) {
      const [px, py] = [x + 0.5 - x1, y + 0.5 - y1]
      const along = length === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / length))
      const cover = reach + 0.5 - Math.hypot(px - along * dx, py - along * dy)
      if (cover > 0) mix(to.data, (y * to.width + x) * 3, Math.min(256, cover * 256), red, green, blue)
    }
  }
}

/** From where to where a row of pixels can be within `reach` of a line. */
const nearRow = (y: number, x1: number, y1: number, x2: number, y2: number, reach: number): [number, number] => {
  const [dx, dy] = [x2 - x1, y2 - y1]
  if (Math.abs(dy) < 0.01) return [Math.min(x1, x2) - reach, Math.max(x1, x2) + reach]
  const middle = x1 + ((y - y1) / dy) * dx
  const side = (reach * Math.hypot(dx, dy)) / Math.abs(dy)
  return [Math.max(middle - side, Math.min(x1, x2) - reach), Math.min(middle + side, Math.max(x1, x2) + reach)]
}

const fill = (to: Pixels, x: number, y: number, width: number, height: number, [red, green, blue]: Rgb): void => {
  const [left, right] = [Math.max(0, x), Math.min(to.width, x + width)]
  for (let row = Math.max(0, y); row < Math.min(to.height, y + height); row++) {
    for (let at = (row * to.width + left) * 3; at < (row * to.width + right) * 3; at += 3) {
      to.data[at] = red
      to.data[at + 1] = green
      to.data[at + 2] = blue
    }
  }
}

const mix = (data: Uint8Array, at: number, weight: number, red: number, green: number, blue: number): void => {
  const rest = 256 - weight
  data[at] = ((data[at] as number) * rest + red * weight) >> 8
  data[at + 1] = ((data[at + 1] as number) * rest + green * weight) >> 8
  data[at + 2] = ((data[at + 2] as number) * rest + blue * weight) >> 8
}

const stamp = (to: Pixels, x: number, y: number, { width, height, cover }: Mask, [red, green, blue]: Rgb): void => {
  const [left, right] = [Math.max(0, x), Math.min(to.width, x + width)]
  for (let row = Math.max(0, y); row < Math.min(to.height, y + height); row++) {
    for (let column = left; column < right; column++) {
      const weight = cover[(row - y) * width + column - x] as number
      if (weight > 0) mix(to.data, (row * to.width + column) * 3, weight + (weight >> 7), red, green, blue)
    }
  }
}
