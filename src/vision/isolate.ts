// One zone alone: everything outside of it becomes black, straight in the pixels.
import { cornersOf, type Zone } from '../camera/zones.js'
import type { Point } from '../lib/box.js'
import type { RgbImage } from '../lib/frame.js'

/** Without a zone (it was removed while somebody watched it) the whole picture becomes black. */
export const isolate = (image: RgbImage, zone: Zone | undefined): void => {
  const corners = zone ? cornersOf(zone) : []
  for (let row = 0; row < image.height; row++) {
    let from = 0
    // From each left edge of the zone to its right one the pixels stay.
    const edges = crossings(corners, (row + 0.5) / image.height).map((x) => Math.round(x * image.width))
    for (let i = 0; i < edges.length; i += 2) {
      blacken(image, row, from, edges[i] ?? from)
      from = edges[i + 1] ?? from
    }
    blacken(image, row, from, image.width)
  }
}

/** Where a polygon's sides meet a row, from left to right: always an even number (even-odd rule). */
const crossings = (corners: readonly Point[], y: number): number[] =>
  corners
    .flatMap((a, i) => {
      const b = corners[(i + 1) % corners.length] ?? a
      return a.y > y === b.y > y ? [] : [a.x + ((b.x - a.x) * (y - a.y)) / (b.y - a.y)]
    })
    .sort((one, other) => one - other)

const blacken = ({ data, width }: RgbImage, row: number, from: number, to: number): void => {
  if (to > from) data.fill(0, (row * width + from) * 3, (row * width + to) * 3)
}
