// Zones: parts of the picture with a name, a colour and a use. People give them in percent; the eyes use fractions.
import type { Point } from '../lib/box.js'

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

/** The corners as fractions 0..1. */
export const cornersOf = (zone: Zone): readonly Point[] => zone.points.map(([x, y]) => ({ x: x / 100, y: y / 100 }))

const ID = /^[a-z0-9][a-z0-9_-]{0,31}$/
const KEYS = ['id', 'name', 'color', 'use', 'enabled', 'sensitivity', 'points']
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
  const zone = value as Partial<Record<keyof Zone, unknown>>
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
  const corners = Array.isArray(points) && points.length >= 3 && points.length <= MOST_CORNERS && points.every(isCorner)
  return corners ? null : `points must be 3 to ${MOST_CORNERS} corners [x, y] in percent, 0 to 100`
}

const isCorner = (value: unknown): boolean =>
  Array.isArray(value) && value.length === 2 && value.every((one) => typeof one === 'number' && one >= 0 && one <= 100)

const COLORS = ['#58c98b', '#4ea8f2', '#f2c14e', '#e86fb0', '#9b7bf0', '#ff8a5c']

/** A checked zone with everything that was left out. */
export const completeZone = (zone: Pick<Zone, 'id' | 'points'> & Partial<Zone>, index: number): Zone => ({
  name: zone.id,
  color: COLORS[index % COLORS.length] ?? '#58c98b',
  use: 'motion',
  enabled: true,
  sensitivity: 1,
  ...zone,
})
