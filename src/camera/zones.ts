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
