// Lays the items of an overlay out and paints them: every length follows from the picture's height, so that words are as
// legible at 320x180 as at 4K.
import type { Image } from '../lib/frame.js'
import type { Corner, Line, OverlayItem } from './overlay.js'
import { outlineOf } from './overlay-outline.js'
import { type Area, type Colour, fillArea, fillMasks, frameArea, writeText } from './overlay-paint.js'
import { textWidth } from './overlay-text.js'

const WHITE: Colour = [255, 255, 255]
const BLACK: Colour = [0, 0, 0]
const DARK: Colour = [10, 12, 16]
const PLATE: Colour = [12, 14, 20, 0.62]
const TRACK: Colour = [255, 255, 255, 0.25]

/** Draws into the picture. */
export const drawOverlay = (image: Image, items: readonly OverlayItem[]): void => {
  const measure = measuresOf(image)
  const place = createLayout(image, measure)
  const written: Area[] = []
  for (const item of items) {
    if (item.kind === 'box') drawBox(image, item, measure, written)
    else if (item.kind === 'outline') drawOutline(image, item, measure, written)
    else if (item.kind === 'plate') drawPlate(image, item, measure, place)
    else if (item.kind === 'meter') drawMeter(image, item, measure, place)
    else item satisfies never
  }
}

/** In pixels, down to where letters would melt. */
interface Measures {
  /** Height of capitals. */
  readonly text: number
  readonly pad: number
  readonly plate: number
  readonly margin: number
  readonly line: number
}

const measuresOf = ({ width, height }: Image): Measures => {
  const text = Math.max(7, Math.round(Math.min(height / 45, width / 60)))
  const pad = Math.round(text * 0.6)
  return { text, pad, plate: text + 2 * pad, margin: Math.round(text * 0.7), line: Math.max(1, Math.round(text / 7)) }
}

const TIMES: Readonly<Record<Line, number>> = { thin: 1, plain: 2, strong: 3 }

type Place = (corner: Corner, width: number) => { readonly x: number; readonly y: number }

/** Plates stand side by side, and begin a new line where they would meet. */
const createLayout = ({ width, height }: Image, { plate, margin }: Measures): Place => {
  const gap = Math.ceil(margin / 2)
  let y = margin
  let [left, right, bottom] = [margin, width - margin, margin]
  return (corner, wide) => {
    if (corner === 'bottom left') {
      bottom += wide + gap
      return { x: bottom - wide - gap, y: height - margin - plate }
    }
    if (left + wide > right) {
      y += plate + gap
      left = margin
      right = width - margin
    }
    if (corner === 'top left') {
      left += wide + gap
      return { x: left - wide - gap, y }
    }
    right -= wide + gap
    return { x: right + gap, y }
  }
}

type ItemOf<Kind> = Extract<OverlayItem, { kind: Kind }>

const drawPlate = (image: Image, { corner, text, dot }: ItemOf<'plate'>, m: Measures, place: Place): void => {
  const inset = m.pad + (dot ? m.text + m.pad : 0)
  const width = inset + textWidth(text, m.text) + m.pad
  const { x, y } = place(corner, width)
  fillArea(image, { x, y, width, height: m.plate }, PLATE, m.plate / 4)
  if (dot) fillArea(image, { x: x + m.pad, y: y + m.pad, width: m.text, height: m.text }, dot, m.text / 2)
  writeText(image, text, x + inset, y + m.pad, m.text, WHITE)
}

const drawMeter = (image: Image, item: ItemOf<'meter'>, m: Measures, place: Place): void => {
  const [bar, number] = [m.text * 8, textWidth('100', m.text)]
  const width = 3 * m.pad + bar + number
  const { x, y } = place(item.corner, width)
  fillArea(image, { x, y, width, height: m.plate }, PLATE, m.plate / 4)
  const thick = Math.max(3, Math.round(m.text / 2))
  const [barX, barY] = [x + m.pad, y + Math.round((m.plate - thick) / 2)]
  const part = (share: number): number => Math.round(bar * Math.min(1, Math.max(0, share)))
  fillArea(image, { x: barX, y: barY, width: bar, height: thick }, TRACK, thick / 2)
  fillArea(image, { x: barX, y: barY, width: part(item.value), height: thick }, item.colour, thick / 2)
  const tick = {
    x: barX + part(item.mark) - m.line,
    y: barY - 2 * m.line,
    width: 2 * m.line,
    height: thick + 4 * m.line,
  }
  fillArea(image, tick, WHITE, m.line)
  writeText(image, item.text, barX + bar + m.pad, y + m.pad, m.text, WHITE)
}

const drawBox = (image: Image, item: ItemOf<'box'>, m: Measures, written: Area[]): void => {
  const { box, text, colour, line } = item
  const [x, y] = [Math.round(box.x * image.width), Math.round(box.y * image.height)]
  const [width, height] = [Math.round(box.width * image.width), Math.round(box.height * image.height)]
  // A far face is not to vanish below its own line.
  const thick = Math.max(1, Math.min(TIMES[line] * m.line, Math.round(Math.min(width, height) / 8)))
  frameArea(image, { x, y, width, height }, colour, thick)
  if (text === undefined) return
  const wide = textWidth(text, m.text) + 2 * m.pad
  const left = within(x, wide, image.width)
  // Above the box, below it, or in it: where there is room, and nothing stands yet.
  const places = [y - m.plate, y + height, y + thick].map((top) => ({ x: left, y: top, width: wide, height: m.plate }))
  const free = (area: Area): boolean =>
    area.y >= firstLine(m) && area.y + area.height <= image.height && !written.some((one) => meets(one, area, 0))
  const plate = places.find(free) ?? places.at(-1)
  if (!plate) return
  written.push(plate)
  fillArea(image, plate, colour)
  // Once more at one go where the two meet: a sample of colour with pixels of both would keep some of what is below.
  const [from, to] = [Math.max(x, plate.x), Math.min(x + width, plate.x + wide)]
  const seam = plate.y < y ? y : plate.y
  fillArea(image, { x: from, y: seam - 1, width: to - from, height: 2 }, colour)
  const [red, green, blue] = colour
  const bright = red * 0.3 + green * 0.6 + blue * 0.1 > 140
  writeText(image, text, plate.x + m.pad, plate.y + m.pad, m.text, bright ? BLACK : WHITE)
}

/** Plates stand above it. */
const firstLine = ({ margin, plate }: Measures): number => 2 * margin + plate

const meets = (a: Area, b: Area, gap: number): boolean =>
  a.x < b.x + b.width + gap && b.x < a.x + a.width + gap && a.y < b.y + b.height + gap && b.y < a.y + a.height + gap

/** The nearest place to `at` for something that wide; things that are outside stay outside. */
const within = (at: number, wide: number, room: number): number =>
  at >= room ? at : Math.max(0, Math.min(at, room - wide))

/** Its words move down from where others stand already. */
const drawOutline = (image: Image, item: ItemOf<'outline'>, m: Measures, written: Area[]): void => {
  const { corners, text, colour, line } = item
  const thick = TIMES[line] * m.line
  fillMasks(image, outlineOf(corners, image.width, image.height, thick), colour)
  const upperLeft = corners.reduce((best, one) => (one.x + one.y < best.x + best.y ? one : best))
  const [width, height] = [textWidth(text, m.text), m.text]
  const x = within(Math.round(upperLeft.x * image.width) + thick + m.pad, width + m.margin, image.width)
  let y = Math.max(Math.round(upperLeft.y * image.height) + thick + m.pad, firstLine(m))
  while (written.some((one) => meets(one, { x, y, width, height }, m.pad))) y += height + m.pad
  y = Math.min(y, image.height - height - m.margin)
  written.push({ x, y, width, height })
  // A little fatter than on plates: no calm ground lies below.
  writeText(image, text, x, y, m.text, DARK, m.text / 6)
  writeText(image, text, x, y, m.text, colour, m.text / 30)
}
