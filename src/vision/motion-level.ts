// From blobs to what the motion eye says: how much moves, where, and in which zones.
import type { MotionSeen } from '../camera/inputs.js'
import type { Box } from '../lib/box.js'
import type { Blob, BlobFinder } from './blobs.js'
import type { Difference } from './motion-difference.js'
import type { ZoneMap } from './motion-zones.js'

/** 0..100 for a share 0..1 of the picture: 0 up to 0.01 %, and 25 more with each tenfold area. */
export const levelOf = (share: number): number =>
  share <= 0 ? 0 : Math.min(100, Math.max(0, 25 * Math.log10(share * 1e4)))

export const boxOf = (blob: Blob, { across, down }: Difference): Box => ({
  x: blob.left / across,
  y: blob.top / down,
  width: (blob.right - blob.left + 1) / across,
  height: (blob.bottom - blob.top + 1) / down,
})

/** The level in each zone, and of the camera: the highest of them and of what moves outside of all zones. */
export const levelsIn = (
  counted: readonly number[],
  { labels }: BlobFinder,
  { counts }: Difference,
  { zones, claimed }: ZoneMap,
  boxes: number,
): Pick<MotionSeen, 'level' | 'zones'> => {
  const areaIn = (tiles: Uint8Array, belongs: number): number => {
    let area = 0
    for (let at = 0; at < tiles.length; at++) {
      if (labels[at] !== 0 && tiles[at] === belongs && counted.includes(labels[at] as number))
        area += counts[at] as number
    }
    return area
  }
  const outside = levelOf(areaIn(claimed, 0) / boxes)
  if (zones.length === 0) return { level: outside }
  const levels = zones.map(({ id, sensitivity, tiles }): [string, number] => [
    id,
    Math.min(100, sensitivity * levelOf(areaIn(tiles, 1) / boxes)),
  ])
  return { level: Math.max(outside, ...levels.map(([, level]) => level)), zones: Object.fromEntries(levels) }
}
