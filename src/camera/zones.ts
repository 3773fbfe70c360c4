// Zones: parts of the picture with a name, a colour and a use. People give them in percent; the eyes use fractions.
import type { Box, Point } from '../lib/box.js'
import { Failure } from '../lib/failure.js'

export const zoneUses = ['motion', 'objects', 'ignore', 'privacy'] as const
/**
 * motion: motion there is told by the zone's name, with its own sensitivity. objects: what stands there is told by the
 * zone's name. ignore: nothing that moves there counts. privacy: nobody ever sees it.
 * Where a camera has a motion zone, motion elsewhere still counts for the camera.
 */
export type ZoneUse = (typeof zoneUses)[number]

export interface Zone {
  /** Unique in the camera, `[a-z0-9][a-z0-9_-]*`: part of topics and addresses. */
  readonly id: string
  /** For people. */
  readonly name: string
  /** `#rrggbb` */
  readonly color: string
  readonly use: ZoneUse
  readonly enabled: boolean
  /** Multiplies the motion level in the zone: 1 as everywhere, 2 twice as sensitive. */
  readonly sensitivity: number
  /** At least three corners, in percent 0..100 of the picture; a rectangle is four. */
  readonly points: readonly (readonly [x: number, y: number])[]
}

/** What people may write: everything but id and place can be left out; the place is corners or a rectangle in percent. */
export type ZoneInput = Pick<Zone, 'id'> & Partial<Zone> & Partial<Box>

/** The corners as fractions 0..1. */
export const cornersOf = (zone: Zone): readonly Point[] => zone.points.map(([x, y]) => ({ x: x / 100, y: y / 100 }))

const ID = /^[a-z0-9][a-z0-9_-]{0,31}$/
const RECTANGLE = ['x', 'y', 'width', 'height'] as const
const KEYS = ['id', 'name', 'color', 'use', 'enabled', 'sensitivity', 'points', ...RECTANGLE]
const MOST_ZONES = 32
const MOST_CORNERS = 64

/** Throws a sentence that says which zone is wrong, and how. What was left out is not filled in: see `completeZone`. */
export const checkZones = (value: unknown): void => {
  if (!Array.isArray(value) || value.length > MOST_ZONES)
    throw new Error(`must be a list of at most ${MOST_ZONES} zones`)
  const ids = new Set<string>()
  value.forEach((zone: unknown, index) => {
    const problem = zoneProblem(zone)
    if (problem) throw new Error(`zone ${index + 1}: ${problem}`)
    const { id } = zone as Zone
    if (ids.has(id)) throw new Error(`zone ${index + 1}: there are two zones "${id}"`)
    ids.add(id)
  })
}

const zoneProblem = (value: unknown): string | null => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be a group of options'
  const zone = value as Partial<Record<keyof ZoneInput, unknown>>
  const unknown = Object.keys(zone).find((key) => !KEYS.includes(key))
  if (unknown) return `${unknown} is not an option; there are ${KEYS.join(', ')}`
  const { id, name, color, use, enabled, sensitivity, points } = zone
  if (typeof id !== 'string' || !ID.test(id)) return 'id must be small letters, digits, dashes and underscores'
  if (name !== undefined && (typeof name !== 'string' || name.trim() === '' || name.length > 60))
    return 'name must be text'
  if (color !== undefined && (typeof color !== 'string' || !/^#[0-9a-f]{6}$/i.test(color)))
    return 'color must be like #ff8800'
  if (use !== undefined && !zoneUses.includes(use as ZoneUse)) return `use must be one of ${zoneUses.join(', ')}`
  if (enabled !== undefined && typeof enabled !== 'boolean') return 'enabled must be true or false'
  if (sensitivity !== undefined && !(typeof sensitivity === 'number' && sensitivity >= 0 && sensitivity <= 10)) {
    return 'sensitivity must be a number from 0 to 10'
  }
  if (RECTANGLE.some((key) => zone[key] !== undefined)) {
    if (points !== undefined) return 'either points or x, y, width and height, not both'
    return isRectangle(zone) ? null : 'x, y, width and height must be a rectangle in percent, inside of 0 to 100'
  }
  const corners = Array.isArray(points) && points.length >= 3 && points.length <= MOST_CORNERS && points.every(isCorner)
  return corners ? null : `points must be 3 to ${MOST_CORNERS} corners [x, y] in percent, 0 to 100`
}

/** Sums of fractions may be a hair over. */
const HAIR = 0.001

const isRectangle = (zone: Partial<Record<keyof Box, unknown>>): zone is Box => {
  if (!RECTANGLE.every((key) => Number.isFinite(zone[key]))) return false
  const { x, y, width, height } = zone as Box
  return x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= 100 + HAIR && y + height <= 100 + HAIR
}

const isCorner = (value: unknown): boolean =>
  Array.isArray(value) && value.length === 2 && value.every((one) => typeof one === 'number' && one >= 0 && one <= 100)

const COLORS = ['#58c98b', '#4ea8f2', '#f2c14e', '#e86fb0', '#9b7bf0', '#ff8a5c']

/** A checked zone with everything that was left out. */
export const completeZone = ({ x, y, width, height, ...zone }: ZoneInput, index: number): Zone => ({
  name: zone.id,
  color: COLORS[index % COLORS.length] ?? '#58c98b',
  use: 'motion',
  enabled: true,
  sensitivity: 1,
  points: rectanglePoints({ x: x ?? 0, y: y ?? 0, width: width ?? 0, height: height ?? 0 }),
  ...zone,
})

const rectanglePoints = ({ x, y, width, height }: Box): Zone['points'] => {
  const [right, bottom] = [Math.min(100, x + width), Math.min(100, y + height)]
  return [
    [x, y],
    [right, y],
    [right, bottom],
    [x, bottom],
  ]
}

/** An id for a zone of that name; empty when the name has nothing to make one of. */
export const zoneIdOf = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replaceAll('ß', 'ss')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+/, '')
    .slice(0, 32)
    .replace(/_+$/, '')

/** Failure 'not-found' with a sentence that says which there are. */
export const findZone = (camera: string, zones: readonly Zone[], id: string): Zone => {
  const found = zones.find((zone) => zone.id === id)
  if (found) return found
  const known = zones.length > 0 ? `it has ${zones.map((zone) => zone.id).join(', ')}` : 'it has no zones'
  throw new Failure('not-found', `${camera} has no zone "${id}": ${known}`)
}
