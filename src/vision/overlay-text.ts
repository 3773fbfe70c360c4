// Lines of text as coverage masks: each letter is rasterised once per size.
import { CAPITAL, lettersOf, type Point, type Shape, shapeOf } from './glyphs.js'
import { createKept } from './kept.js'
import { type Mask, type PlacedMask, trimMask } from './overlay-mask.js'

const GAP = 2.6
const PEN = 0.62
const THINNEST = 0.55

/** How wide a line is, in pixels, when its capitals are `size` pixels high. */
export const textWidth = (text: string, size: number): number => {
  const letters = lettersOf(text)
  const units = letters.reduce((sum, letter) => sum + shapeOf(letter).width + GAP, -GAP)
  return Math.max(0, Math.ceil((units * size) / CAPITAL))
}

/** Most words stay for many pictures. */
const lines = createKept<readonly PlacedMask[]>(200)

/**
 * Masks seen from where the line begins at the top of its capitals. `grow`: pixels by which every line is wider on each side; what lies below
 * letters to set them off.
 */
export const layText = (text: string, size: number, grow = 0): readonly PlacedMask[] =>
  lines(`${size} ${grow} ${text}`, () => makeLine(text, size, grow))

const makeLine = (text: string, size: number, grow: number): readonly PlacedMask[] => {
  let units = 0
  return lettersOf(text).map((letter) => {
    const pen = Math.round((units * size) / CAPITAL)
    units += shapeOf(letter).width + GAP
    const { x, y, mask } = letterMask(letter, size, grow)
    return { x: pen + x, y, mask }
  })
}

const masks = new Map<string, PlacedMask>()
const letterMask = (letter: string, size: number, grow: number): PlacedMask => {
  const key = `${size} ${grow} ${letter}`
  const known = masks.get(key)
  if (known) return known
  const mask = rasterise(shapeOf(letter), size / CAPITAL, grow)
  masks.set(key, mask)
  return mask
}

/** A round pen drawn along the strokes; its edge is one pixel soft. */
const rasterise = ({ strokes }: Shape, unit: number, grow: number): PlacedMask => {
  const scaled = strokes.map((stroke) => stroke.map(([x, y]): Point => [x * unit, y * unit]))
  const pen = Math.max(THINNEST, PEN * unit) + grow
  const margin = Math.ceil(pen) + 1
  const [xs, ys] = [scaled.flat().map(([x]) => x), scaled.flat().map(([, y]) => y)]
  const [x, y] = [Math.floor(Math.min(0, ...xs)) - margin, Math.floor(Math.min(0, ...ys)) - margin]
  const [width, height] = [
    Math.ceil(Math.max(0, ...xs)) + margin + 1 - x,
    Math.ceil(Math.max(0, ...ys)) + margin + 1 - y,
  ]
  const mask = { width, height, cover: new Uint8Array(width * height) }
  for (const stroke of scaled) {
    stroke.forEach(([fromX, fromY], i) => {
      const [toX, toY] = stroke[i + 1] ?? [fromX, fromY]
      if (i === 0 || i < stroke.length - 1) drawSide(mask, fromX - x, fromY - y, toX - x, toY - y, pen)
    })
  }
  return trimMask({ x, y, mask })
}

/** One straight side of a stroke: only the pixels around it are looked at. */
const drawSide = (
  { width, height, cover }: Mask,
  ax: number,
  ay: number,
  bx: number,
  by: number,
  pen: number,
): void => {
  const [dx, dy] = [bx - ax, by - ay]
  const length = dx * dx + dy * dy
  const [left, right] = [
    Math.max(0, Math.floor(Math.min(ax, bx) - pen - 1)),
    Math.min(width, Math.ceil(Math.max(ax, bx) + pen + 1)),
  ]
  const [top, bottom] = [
    Math.max(0, Math.floor(Math.min(ay, by) - pen - 1)),
    Math.min(height, Math.ceil(Math.max(ay, by) + pen + 1)),
  ]
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) {
      const [px, py] = [column + 0.5 - ax, row + 0.5 - ay]
      const along = length === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / length))
      const [awayX, awayY] = [px - along * dx, py - along * dy]
      const soft = 255 * Math.min(1, pen + 0.5 - Math.sqrt(awayX * awayX + awayY * awayY))
      const at = row * width + column
      if (soft > (cover[at] as number)) cover[at] = soft
    }
  }
}
