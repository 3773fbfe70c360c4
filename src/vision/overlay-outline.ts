// Closed lines as coverage masks: small tiles along the line, made once for each shape and size of picture.
import type { Point } from '../lib/box.js'
import { createKeptOf } from './kept.js'
import { type PlacedMask, trimMask } from './overlay-mask.js'

const TILE = 8
/** Half of a tile's diagonal. */
const REACH = TILE * Math.SQRT1_2

/** In pixels. */
type Side = readonly [ax: number, ay: number, bx: number, by: number]

/** Sizes of one shape: a camera has a few streams. */
const outlines = createKeptOf<readonly Point[], readonly PlacedMask[]>(8)

/**
 * A line `thick` pixels wide through `corners` (fractions of a picture of that size), back to the first one, its edge
 * one pixel soft. Along the picture's edge it is moved inward, so that it is seen whole. The same `corners` object must
 * stay as it is.
 */
export const outlineOf = (
  corners: readonly Point[],
  width: number,
  height: number,
  thick: number,
): readonly PlacedMask[] =>
  outlines(corners, `${width} ${height} ${thick}`, () =>
    rasterise(sidesOf(corners, width, height, thick / 2), thick / 2),
  )

const sidesOf = (corners: readonly Point[], width: number, height: number, half: number): readonly Side[] => {
  const inside = (at: number, most: number): number => Math.min(most - half, Math.max(half, at * most))
  const points = corners.map(({ x, y }) => [inside(x, width), inside(y, height)] as const)
  return points.map(([ax, ay], i) => {
    const [bx, by] = points[(i + 1) % points.length] ?? [ax, ay]
    return [ax, ay, bx, by]
  })
}

const rasterise = (sides: readonly Side[], half: number): readonly PlacedMask[] => {
  const tiles = new Map<string, { readonly x: number; readonly y: number; readonly sides: Side[] }>()
  for (const side of sides) {
    for (const [x, y] of tilesAlong(side, half + 1)) {
      const tile = tiles.get(`${x} ${y}`) ?? { x, y, sides: [] }
      tiles.set(`${x} ${y}`, tile)
      tile.sides.push(side)
    }
  }
  return [...tiles.values()].map(({ x, y, sides: near }) => {
    const cover = Uint8Array.from({ length: TILE * TILE }, (_, at) => {
      const [px, py] = [x + (at % TILE) + 0.5, y + Math.floor(at / TILE) + 0.5]
      const away = near.reduce((least, side) => Math.min(least, distance(px, py, side)), Number.POSITIVE_INFINITY)
      return 255 * Math.min(1, Math.max(0, half + 0.5 - away))
    })
    return trimMask({ x, y, mask: { width: TILE, height: TILE, cover } })
  })
}

/** The left upper corners of the tiles that a line of that half width can touch. */
const tilesAlong = (side: Side, half: number): (readonly [x: number, y: number])[] => {
  const [ax, ay, bx, by] = side
  const first = (a: number, b: number): number => Math.floor((Math.min(a, b) - half) / TILE) * TILE
  const found: (readonly [number, number])[] = []
  for (let y = first(ay, by); y <= Math.max(ay, by) + half; y += TILE) {
    for (let x = first(ax, bx); x <= Math.max(ax, bx) + half; x += TILE) {
      if (distance(x + TILE / 2, y + TILE / 2, side) <= half + REACH) found.push([x, y])
    }
  }
  return found
}

const distance = (px: number, py: number, [ax, ay, bx, by]: Side): number => {
  const [dx, dy] = [bx - ax, by - ay]
  const length = dx * dx + dy * dy
  const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((px - ax) * dx + (py - ay) * dy) / length))
  return Math.hypot(px - ax - along * dx, py - ay - along * dy)
}
