// Which box is which track: where each track is expected, how alike the two are, and the best pairs first.
import type { Detection } from '../camera/objects.js'
import { areaOf, type Box, likeness, overlapOf } from '../lib/box.js'

/** Fractions of the picture in a second. */
export interface Motion {
  readonly x: number
  readonly y: number
}

interface Known {
  readonly label: string
  readonly box: Box
  readonly motion: Motion
  readonly seenAt: number
  readonly hits: number
}

/** A steady speed is believed for so long. */
const STEADY_MS = 1200

/** Where it is expected at `now` (mono ms). */
export const move = ({ box, motion, seenAt }: Pick<Known, 'box' | 'motion' | 'seenAt'>, now: number): Box => {
  const seconds = Math.min(STEADY_MS, Math.max(0, now - seenAt)) / 1000
  return { ...box, x: box.x + motion.x * seconds, y: box.y + motion.y * seconds }
}

/** A box may be off the expected place by this many of its longer sides, and by so many more for each second. */
const OFF = 0.3
const OFF_PER_SECOND = 0.7
const MOST_OFF = 1.5
/** Sizes that differ by more are different things. */
const SIZES = 2

/** 0 (not the same thing) to 2. `shape`: width over height of the picture. */
export const alike = (track: Known, { label, box }: Detection, now: number, shape: number): number => {
  if (track.label !== label) return 0
  const there = move(track, now)
  const ratio = Math.max(there.height / box.height, box.height / there.height)
  if (ratio > SIZES) return 0
  const dx = (there.x + there.width / 2 - box.x - box.width / 2) * shape
  const dy = there.y + there.height / 2 - box.y - box.height / 2
  const size = Math.max(there.width * shape, there.height, box.width * shape, box.height)
  const unknown = track.hits < 2 ? 1.3 : 1
  const limit = Math.min(MOST_OFF, OFF + (OFF_PER_SECOND * unknown * Math.max(0, now - track.seenAt)) / 1000)
  const off = Math.hypot(dx, dy) / size
  return off >= limit ? 0 : likeness(there, box) + 1 - off / limit
}

/** Best pairs first, each track and each box once. */
export const pairUp = <T extends Known, D extends Detection>(
  tracks: readonly T[],
  detections: readonly D[],
  now: number,
  shape: number,
  possible: (track: T, found: D, now: number) => boolean = () => true,
): { readonly pairs: readonly (readonly [T, D])[]; readonly leftTracks: T[]; readonly leftDetections: D[] } => {
  const candidates = tracks
    .flatMap((track) => detections.map((found) => ({ track, found, value: alike(track, found, now, shape) })))
    .filter(({ track, found, value }) => value > 0 && possible(track, found, now))
    .sort((a, b) => b.value - a.value)
  const pairs = new Map<T, D>()
  const taken = new Set<D>()
  for (const { track, found } of candidates) {
    if (pairs.has(track) || taken.has(found)) continue
    pairs.set(track, found)
    taken.add(found)
  }
  return {
    pairs: [...pairs],
    leftTracks: tracks.filter((track) => !pairs.has(track)),
    leftDetections: detections.filter((found) => !taken.has(found)),
  }
}

/** Whether a box is only another one of a thing that was seen already. */
export const isPartOf = (track: { readonly label: string; readonly box: Box }, { label, box }: Detection): boolean => {
  if (track.label !== label) return false
  const shared = areaOf(overlapOf(track.box, box))
  return shared > 0.6 * Math.min(areaOf(track.box), areaOf(box))
}
