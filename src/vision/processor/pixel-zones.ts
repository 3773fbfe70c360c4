// A camera's zones in the pixels of one picture, and the pixels of one zone.
import { cornersOf, type Zone } from '../../camera/zones.js'
import { boxAround, isInside, type Point } from '../../lib/box.js'
import { nearest } from '../../lib/suggest.js'
import type { Pixels } from './draw.js'

/** A zone; its rectangle and corners in whole pixels of the picture. */
export interface PixelZone extends Omit<Zone, 'points'> {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly points: readonly Point[]
}

export interface ZoneView extends PixelZone {
  /** `height` rows of `width * 3` bytes, which are the picture's own: what is written there is in the picture. */
  readonly rows: readonly Uint8Array[]
  /** `width * height`: 1 inside of the zone, 0 in the corners of its rectangle. */
  readonly mask: Uint8Array
  /** The zone alone, as a picture of its own; black where it is not. */
  copy(): Pixels
}

export const pixelZone = ({ points, ...zone }: Zone, width: number, height: number): PixelZone => {
  const corners = cornersOf({ ...zone, points })
  const box = boxAround(corners)
  const [x, y] = [Math.min(width - 1, Math.round(box.x * width)), Math.min(height - 1, Math.round(box.y * height))]
  return {
    ...zone,
    ...{ x, y },
    width: Math.max(1, Math.round((box.x + box.width) * width) - x),
    height: Math.max(1, Math.round((box.y + box.height) * height) - y),
    points: corners.map((corner) => ({ x: Math.round(corner.x * width), y: Math.round(corner.y * height) })),
  }
}

const masks = new WeakMap<PixelZone, Uint8Array>()

const maskOf = (zone: PixelZone): Uint8Array => {
  const known = masks.get(zone)
  if (known) return known
  const { x, y, width, height, points } = zone
  const mask = new Uint8Array(width * height)
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      if (isInside({ x: x + column + 0.5, y: y + row + 0.5 }, points)) mask[row * width + column] = 1
    }
  }
  masks.set(zone, mask)
  return mask
}

export const viewOf = (zone: PixelZone, frame: Pixels): ZoneView => {
  const { x, y, width, height } = zone
  const mask = maskOf(zone)
  const rows = Array.from({ length: height }, (_, row) => {
    const start = ((y + row) * frame.width + x) * 3
    return frame.data.subarray(start, start + width * 3)
  })
  const copy = (): Pixels => {
    const data = new Uint8Array(width * height * 3)
    rows.forEach((row, index) => {
      for (let column = 0; column < width; column++) {
        if (mask[index * width + column] !== 1) continue
        data.set(row.subarray(column * 3, column * 3 + 3), (index * width + column) * 3)
      }
    })
    return { data, width, height }
  }
  return { ...zone, rows, mask, copy }
}

/** By id or name; otherwise an error that lists the zones there are. */
export const findZone = (zones: readonly PixelZone[], name: unknown): PixelZone => {
  const zone = zones.find(({ id }) => id === name) ?? zones.find((one) => one.name === name)
  if (zone) return zone
  if (zones.length === 0) throw new Error(`there is no zone ${JSON.stringify(name)}: the camera has no zones yet`)
  const known = zones.map(({ id }) => id)
  const near = typeof name === 'string' ? nearest(name, known) : undefined
  const hint = near ? ` (did you mean "${near}"?)` : ''
  throw new Error(`there is no zone ${JSON.stringify(name)}${hint}; there are ${known.join(', ')}`)
}
