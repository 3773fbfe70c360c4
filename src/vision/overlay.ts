// What is drawn over the annotated picture: which items a camera's state, its tracks and what moves ask for, from the
// lowest to the topmost. overlay-draw lays them out and paints them.
import type { Track } from '../camera/objects.js'
import type { CameraState } from '../camera/state.js'
import { cornersOf, type Zone } from '../camera/zones.js'
import type { Box, Point } from '../lib/box.js'
import { canDraw } from './glyphs.js'
import type { Colour } from './overlay-paint.js'

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
  /** Around a thing in the picture, in fractions of it; without text nothing is written. */
  | { readonly kind: 'box'; readonly box: Box; readonly text?: string; readonly colour: Colour; readonly line: Line }
  /** A closed line through fractions of the picture, with outlined text at its upper left. */
  | {
      readonly kind: 'outline'
      readonly corners: readonly Point[]
      readonly text: string
      readonly colour: Colour
      readonly line: Line
    }

export type Corner = 'top left' | 'top right' | 'bottom left'
export type Line = 'thin' | 'plain' | 'strong'

/** What the eyes see in the picture, beyond the camera's state. */
export interface Seen {
  readonly tracks: readonly Track[]
  /** What moves, as fractions of the picture. */
  readonly moving: readonly Box[]
}

const RED: Colour = [255, 69, 58]
const AMBER: Colour = [255, 179, 64]
const BLUE: Colour = [122, 162, 255]
const GREEN: Colour = [88, 214, 141]
/** Things other than faces, which are green. */
const OTHERS: readonly Colour[] = [AMBER, [88, 178, 255], [255, 122, 182], [186, 148, 255], [120, 226, 226]]
const NOTHING: Seen = { tracks: [], moving: [] }

/** What to draw for a picture that the camera saw at `at` (wall milliseconds). */
export const overlayOf = (state: CameraState, at: number, seen: Seen = NOTHING): readonly OverlayItem[] => {
  const { overlay } = state.settings
  return [
    ...(overlay.zones ? zonesOf(state) : []),
    ...(overlay.boxes ? boxesOf(seen) : []),
    ...namesOf(state, at),
    ...(overlay.marks ? marksOf(state) : []),
    ...(overlay.level ? levelOf(state) : []),
  ]
}

/** Zones of privacy are black in the picture itself. */
const zonesOf = ({ settings, motion, objects }: CameraState): OverlayItem[] =>
  settings.zones
    .filter(({ enabled, use }) => enabled && use !== 'privacy')
    .map((zone) => {
      const busy = motion.zones.includes(zone.id) || (objects.zones[zone.id]?.length ?? 0) > 0
      const text = canDraw(zone.name) ? zone.name : zone.id
      const line = busy ? 'strong' : 'plain'
      return { kind: 'outline', corners: shapeOf(zone), text, colour: parseColour(zone.color), line }
    })

const shapes = new WeakMap<Zone, readonly Point[]>()
/** The same corners for the same zone: outlines are kept by them. */
const shapeOf = (zone: Zone): readonly Point[] => {
  const corners = shapes.get(zone) ?? cornersOf(zone)
  shapes.set(zone, corners)
  return corners
}

const boxesOf = ({ tracks, moving }: Seen): OverlayItem[] => [
  ...moving.map((box): OverlayItem => ({ kind: 'box', box, colour: AMBER, line: 'thin' })),
  ...tracks.map(({ box, label, score, moving: moves }): OverlayItem => {
    const text = `${label} ${Math.round(score * 100)}%`
    return { kind: 'box', box, text, colour: colourOf(label), line: moves ? 'plain' : 'thin' }
  }),
]

const namesOf = ({ id, name, processor, settings: { overlay } }: CameraState, at: number): OverlayItem[] => {
  const words = [...(overlay.name ? [canDraw(name) ? name : id] : []), ...(overlay.time ? [localTime(at)] : [])]
  const plate = (text: string, dot?: Colour): OverlayItem => ({
    ...{ kind: 'plate', corner: 'top left', text },
    ...(dot && { dot }),
  })
  return [
    ...(words.length > 0 ? [plate(words.join('  '))] : []),
    ...(overlay.name && processor ? [plate(processor.name, processor.status === 'broken' ? RED : GREEN)] : []),
  ]
}

const marksOf = ({ motion, light, recording }: CameraState): OverlayItem[] => {
  const mark = (shown: boolean, text: string, dot: Colour): OverlayItem[] =>
    shown ? [{ kind: 'plate', corner: 'top right', text, dot }] : []
  return [
    ...mark(recording.active, 'REC', RED),
    ...mark(motion.active, 'MOTION', AMBER),
    ...mark(light.mode === 'night', 'NIGHT', BLUE),
  ]
}

const levelOf = ({ motion, settings }: CameraState): OverlayItem[] => {
  if (!settings.motion.enabled) return []
  const [value, mark] = [motion.level / 100, settings.motion.trigger_level / 100]
  const colour = motion.active ? AMBER : GREEN
  return [{ kind: 'meter', corner: 'bottom left', text: String(motion.level), value, mark, colour }]
}

/** The same for the same label. */
const colourOf = (label: string): Colour => {
  if (label === 'face') return GREEN
  const sum = [...label].reduce((total, letter) => total + letter.charCodeAt(0), 0)
  return (label === 'person' ? undefined : OTHERS[sum % OTHERS.length]) ?? AMBER
}

/** `#rrggbb` */
const parseColour = (text: string): Colour => {
  const number = Number.parseInt(text.slice(1), 16)
  return [number >> 16, (number >> 8) & 255, number & 255]
}

/** `2026-11-20 23:41:07` where the machine is. */
const localTime = (at: number): string => {
  const date = new Date(at)
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-')
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`
}
