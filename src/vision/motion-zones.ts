// The zones of a camera laid over the tiles of the motion eye, once per change: which tiles nobody looks at, and which
// belong to which motion zone. A tile belongs to a zone when its middle lies in it.
import { cornersOf, type Zone } from '../camera/zones.js'
import { isInside } from '../lib/box.js'

export interface ZoneMap {
  /** 1: what moves there does not count. */
  readonly ignored: Uint8Array
  /** 1: it belongs to a motion zone. */
  readonly claimed: Uint8Array
  readonly zones: readonly { readonly id: string; readonly sensitivity: number; readonly tiles: Uint8Array }[]
}

const tilesIn = (zone: Zone, across: number, down: number): Uint8Array => {
  const corners = cornersOf(zone)
  const tiles = new Uint8Array(across * down)
  for (let at = 0; at < tiles.length; at++) {
    const middle = { x: ((at % across) + 0.5) / across, y: (Math.floor(at / across) + 0.5) / down }
    tiles[at] = isInside(middle, corners) ? 1 : 0
  }
  return tiles
}

const unite = (parts: readonly Uint8Array[], length: number): Uint8Array => {
  const all = new Uint8Array(length)
  for (const part of parts) for (let at = 0; at < length; at++) if (part[at] === 1) all[at] = 1
  return all
}

/** Zones that are switched off, or are for objects, are no concern of motion. */
export const mapZones = (zones: readonly Zone[], across: number, down: number): ZoneMap => {
  const used = zones.filter(({ enabled }) => enabled)
  const blind = used.filter(({ use }) => use === 'ignore' || use === 'privacy')
  const own = used.flatMap((zone) => {
    const { id, use, sensitivity } = zone
    return use === 'motion' ? [{ id, sensitivity, tiles: tilesIn(zone, across, down) }] : []
  })
  return {
    ignored: unite(
      blind.map((zone) => tilesIn(zone, across, down)),
      across * down,
    ),
    claimed: unite(
      own.map(({ tiles }) => tiles),
      across * down,
    ),
    zones: own,
  }
}
