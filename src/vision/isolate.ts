// One zone alone: everything outside of it becomes black, straight in the pixels.
import { cornersOf, type Zone } from '../camera/zones.js'
import type { Point } from '../lib/box.js'
import { halfSide, type Image } from '../lib/frame.js'
import { createKeptOf } from './kept.js'

/** Without a zone (it was removed while somebody watched it) the whole picture becomes black. */
export const isolate = (image: Image, zone: Zone | undefined): void => {
  const { pixels, colours } = zone ? outsideOf(zone, image) : everything(image)
  const { data, width, height } = image
  if (image.channels === 3) {
    for (const { from, to } of pixels) data.fill(0, 3 * from, 3 * to)
    return
  }
  for (const { from, to } of pixels) data.fill(0, from, to)
  const planes = width * height
  const toRed = halfSide(width) * halfSide(height)
  for (const { from, to, quarters } of colours) {
    greyen(data, planes + from, planes + to, quarters)
    greyen(data, planes + toRed + from, planes + toRed + to, quarters)
  }
}

const greyen = (data: Uint8Array, from: number, to: number, quarters: number): void => {
  if (quarters === 4) data.fill(128, from, to)
  else for (let at = from; at < to; at++) data[at] = ((data[at] as number) * (4 - quarters) + 128 * quarters + 2) >> 2
}

type Size = Pick<Image, 'width' | 'height'>

/** Places in a plane. */
interface Run {
  readonly from: number
  readonly to: number
}

interface Outside {
  readonly pixels: readonly Run[]
  /** Samples of colour, and how much of their pixels is black: otherwise black ones at a coloured edge would shine. */
  readonly colours: readonly (Run & { readonly quarters: number })[]
}

const everything = ({ width, height }: Size): Outside => ({
  pixels: [{ from: 0, to: width * height }],
  colours: [{ from: 0, to: halfSide(width) * halfSide(height), quarters: 4 }],
})

/** Sizes of one zone: a camera has a few streams. */
const outsides = createKeptOf<Zone, Outside>(8)

const outsideOf = (zone: Zone, size: Size): Outside =>
  outsides(zone, `${size.width} ${size.height}`, () => findOutside(cornersOf(zone), size))

const findOutside = (corners: readonly Point[], { width, height }: Size): Outside => {
  const rows = Array.from({ length: height }, (_, row) => [
    0,
    ...crossings(corners, (row + 0.5) / height).map((x) => Math.round(x * width)),
    width,
  ])
  const pixels = rows.flatMap((edges, row) =>
    edges.flatMap((from, i) => {
      const to = edges[i + 1]
      return i % 2 === 1 || to === undefined || to <= from ? [] : [{ from: row * width + from, to: row * width + to }]
    }),
  )
  const colours = Array.from({ length: halfSide(height) }, (_, row) => {
    const upper = rows[2 * row] ?? []
    // An odd height's last row has its samples for itself; an odd width's last column, too.
    const lower = rows[2 * row + 1] ?? upper
    const quartersOf = (sample: number): number =>
      [2 * sample, Math.min(2 * sample + 1, width - 1)].reduce(
        (sum, x) => sum + (isBlack(upper, x) ? 1 : 0) + (isBlack(lower, x) ? 1 : 0),
        0,
      )
    // Between these samples all are alike; one with an edge in its middle stands alone.
    const cuts = [...upper, ...lower].flatMap((edge) => [edge >> 1, halfSide(edge)]).sort((one, other) => one - other)
    const start = row * halfSide(width)
    return cuts.flatMap((from, i) => {
      const to = cuts[i + 1] ?? from
      const quarters = to > from ? quartersOf(from) : 0
      return quarters === 0 ? [] : [{ from: start + from, to: start + to, quarters }]
    })
  }).flat()
  return { pixels, colours }
}

/** From each left edge of the zone to its right one the pixels stay. */
const isBlack = (edges: readonly number[], x: number): boolean => edges.filter((edge) => edge <= x).length % 2 === 1

/** Where a polygon's sides meet a row, from left to right: always an even number (even-odd rule). */
const crossings = (corners: readonly Point[], y: number): number[] =>
  corners
    .flatMap((a, i) => {
      const b = corners[(i + 1) % corners.length] ?? a
      return a.y > y === b.y > y ? [] : [a.x + ((b.x - a.x) * (y - a.y)) / (b.y - a.y)]
    })
    .sort((one, other) => one - other)
