// What is drawn over the annotated picture: which items a camera's state asks for, and how they are laid out and drawn.
import type { CameraState } from '../camera/state.js'
import type { RgbImage } from '../lib/frame.js'
import { canDraw } from './glyphs.js'
import { type Colour, fillArea, frameArea, writeText } from './overlay-paint.js'
import { textWidth } from './overlay-text.js'

export type OverlayItem =
  /** A line of text on a dark plate, with a coloured dot before it. */
  | { readonly kind: 'plate'; readonly corner: Corner; readonly text: string; readonly dot?: Colour }
  /** A bar of `value` 0..1 with a mark on it, and its number. */
  | {
      readonly kind: 'meter'
      readonly corner: Corner
      readonly text: string
      readonly value: number
      readonly mark: number
      readonly colour: Colour
    }
  /** Around a thing in the picture: fractions 0..1 of its width and height, from the top left. */
  | {
      readonly kind: 'box'
      readonly x: number
      readonly y: number
      readonly width: number
      readonly height: number
      readonly label: string
      /** 0..1 */
      readonly score: number
      readonly colour: Colour
    }

export type Corner = 'top left' | 'top right' | 'bottom left'

const WHITE: Colour = [255, 255, 255]
const BLACK: Colour = [0, 0, 0]
const PLATE: Colour = [12, 14, 20, 0.62]
const TRACK: Colour = [255, 255, 255, 0.25]
const RED: Colour = [255, 69, 58]
const AMBER: Colour = [255, 179, 64]
const BLUE: Colour = [122, 162, 255]
const GREEN: Colour = [88, 214, 141]

/** What to draw for a picture that the camera saw at `at` (wall milliseconds). */
export const overlayOf = (state: CameraState, at: number): readonly OverlayItem[] => {
  const { motion, light, recording, settings } = state
  const mark = (shown: boolean, text: string, dot: Colour): OverlayItem[] =>
    shown ? [{ kind: 'plate', corner: 'top right', text, dot }] : []
  return [
    { kind: 'plate', corner: 'top left', text: `${canDraw(state.name) ? state.name : state.id}  ${localTime(at)}` },
    ...mark(recording.active, 'REC', RED),
    ...mark(motion.active, 'MOTION', AMBER),
    ...mark(light.mode === 'night', 'NIGHT', BLUE),
    ...(settings.motion.enabled
      ? [
          {
            kind: 'meter',
            corner: 'bottom left',
            text: String(motion.level),
            value: motion.level / 100,
            mark: settings.motion.trigger_level / 100,
            colour: motion.active ? AMBER : GREEN,
          } as const,
        ]
      : []),
  ]
}

/** `2026-11-20 23:41:07` where the machine is. */
const localTime = (at: number): string => {
  const date = new Date(at)
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-')
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`
}

/** Draws into the picture. */
export const drawOverlay = (image: RgbImage, items: readonly OverlayItem[]): void => {
  const measure = measuresOf(image)
  const place = createLayout(image, measure)
  for (const item of items) {
    if (item.kind === 'box') drawBox(image, item, measure)
    else if (item.kind === 'plate') drawPlate(image, item, measure, place)
    else if (item.kind === 'meter') drawMeter(image, item, measure, place)
    else item satisfies never
  }
}

/** All lengths follow from the picture's height, down to where letters would melt. */
interface Measures {
  /** Height of capitals. */
  readonly text: number
  readonly pad: number
  readonly plate: number
  readonly margin: number
  readonly line: number
}

const measuresOf = ({ width, height }: RgbImage): Measures => {
  const text = Math.max(7, Math.round(Math.min(height / 45, width / 60)))
  const pad = Math.round(text * 0.6)
  return { text, pad, plate: text + 2 * pad, margin: Math.round(text * 0.7), line: Math.max(1, Math.round(text / 7)) }
}

type Place = (corner: Corner, width: number) => { readonly x: number; readonly y: number }

/** Plates stand side by side, and begin a new line where they would meet. */
const createLayout = ({ width, height }: RgbImage, { plate, margin }: Measures): Place => {
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

const drawPlate = (image: RgbImage, { corner, text, dot }: ItemOf<'plate'>, m: Measures, place: Place): void => {
  const inset = m.pad + (dot ? m.text + m.pad : 0)
  const width = inset + textWidth(text, m.text) + m.pad
  const { x, y } = place(corner, width)
  fillArea(image, { x, y, width, height: m.plate }, PLATE, m.plate / 4)
  if (dot) fillArea(image, { x: x + m.pad, y: y + m.pad, width: m.text, height: m.text }, dot, m.text / 2)
  writeText(image, text, x + inset, y + m.pad, m.text, WHITE)
}

const drawMeter = (image: RgbImage, item: ItemOf<'meter'>, m: Measures, place: Place): void => {
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

const drawBox = (image: RgbImage, item: ItemOf<'box'>, m: Measures): void => {
  const x = Math.round(item.x * image.width)
  const y = Math.round(item.y * image.height)
  const [width, height] = [Math.round(item.width * image.width), Math.round(item.height * image.height)]
  frameArea(image, { x, y, width, height }, item.colour, 2 * m.line)
  const text = `${item.label} ${Math.round(item.score * 100)}%`
  const plate = { x, y: Math.max(0, y - m.plate), width: textWidth(text, m.text) + 2 * m.pad, height: m.plate }
  fillArea(image, plate, item.colour)
  const [red, green, blue] = item.colour
  const bright = red * 0.3 + green * 0.6 + blue * 0.1 > 140
  writeText(image, text, x + m.pad, plate.y + m.pad, m.text, bright ? BLACK : WHITE)
}
