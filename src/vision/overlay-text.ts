// Lines of text as coverage masks: each letter is rasterised once per size.
import { CAPITAL, lettersOf, type Point, type Shape, shapeOf } from './glyphs.js'

export interface Mask {
  readonly width: number
  readonly height: number
  /** 0..255 for each pixel, row after row. */
  readonly cover: Uint8Array
}

export interface PlacedMask {
  /** Of the mask's corner, seen from where the line begins at the top of its capitals. */
  readonly x: number
  readonly y: number
  readonly mask: Mask
}

const GAP = 2.6
const PEN = 0.62
const THINNEST = 0.55

/** How wide a line is, in pixels, when its capitals are `size` pixels high. */
export const textWidth = (text: string, size: number): number => {
  const letters = lettersOf(text)
  const units = letters.reduce((sum, letter) => sum + shapeOf(letter).width + GAP, -GAP)
  return Math.max(0, Math.ceil((units * size) / CAPITAL))
}

export const layText = (text: string, size: number): readonly PlacedMask[] => {
  let units = 0
  return lettersOf(text).map((letter) => {
    const pen = Math.round((units * size) / CAPITAL)
    units += shapeOf(letter).width + GAP
    const { x, y, mask } = letterMask(letter, size)
    return { x: pen + x, y, mask }
  })
}

const masks = new Map<string, PlacedMask>()
const letterMask = (letter: string, size: number): PlacedMask => {
  const key = `${size} ${letter}`
  const known = masks.get(key)
  if (known) return known
  const mask = rasterise(shapeOf(letter), size / CAPITAL)
  masks.set(key, mask)
  return mask
}

type Side = readonly [from: Point, to: Point]

/** A round pen drawn along the strokes; its edge is one pixel soft. */
const rasterise = ({ strokes }: Shape, unit: number): PlacedMask => {
  const scaled = strokes.map((stroke) => stroke.map(([x, y]): Point => [x * unit, y * unit]))
  const sides = scaled.flatMap((stroke) => stroke.map((from, i): Side => [from, stroke[i + 1] ?? from]))
  const pen = Math.max(THINNEST, PEN * unit)
  const margin = Math.ceil(pen) + 1
  const [xs, ys] = [scaled.flat().map(([x]) => x), scaled.flat().map(([, y]) => y)]
  const [x, y] = [Math.floor(Math.min(0, ...xs)) - margin, Math.floor(Math.min(0, ...ys)) - margin]
  const [width, height] = [
    Math.ceil(Math.max(0, ...xs)) + margin + 1 - x,
    Math.ceil(Math.max(0, ...ys)) + margin + 1 - y,
  ]
  const cover = Uint8Array.from({ length: width * height }, (_, at) => {
    const pixel: Point = [x + (at % width) + 0.5, y + Math.floor(at / width) + 0.5]
    const away = sides.reduce((least, side) => Math.min(least, distance(pixel, side)), margin)
    return 255 * Math.min(1, Math.max(0, pen + 0.5 - away))
  })
  return { x, y, mask: { width, height, cover } }
}

const distance = ([px, py]: Point, [[ax, ay], [bx, by]]: Side): number => {
  const [dx, dy] = [bx - ax, by - ay]
  const length = dx * dx + dy * dy
  const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((px - ax) * dx + (py - ay) * dy) / length))
  return Math.hypot(px - ax - along * dx, py - ay - along * dy)
}
