// Rectangles and polygons in fractions of the picture: 0..1 from its left upper corner. Pure geometry.

export interface Point {
  readonly x: number
  readonly y: number
}

/** `x`, `y`: the left upper corner. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export const areaOf = ({ width, height }: Box): number => Math.max(0, width) * Math.max(0, height)

/** The part that two boxes share; its size may be 0. */
export const overlapOf = (a: Box, b: Box): Box => {
  const x = Math.max(a.x, b.x)
  const y = Math.max(a.y, b.y)
  return {
    x,
    y,
    width: Math.max(0, Math.min(a.x + a.width, b.x + b.width) - x),
    height: Math.max(0, Math.min(a.y + a.height, b.y + b.height) - y),
  }
}

/** Intersection over union, 0..1. */
export const likeness = (a: Box, b: Box): number => {
  const shared = areaOf(overlapOf(a, b))
  const all = areaOf(a) + areaOf(b) - shared
  return all > 0 ? shared / all : 0
}

/** Where something stands: the middle of its lower edge. */
export const footOf = ({ x, y, width, height }: Box): Point => ({ x: x + width / 2, y: y + height })

/** Even-odd rule. */
export const isInside = ({ x, y }: Point, polygon: readonly Point[]): boolean => {
  let inside = false
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const a = polygon[i] as Point
    const b = polygon[j] as Point
    if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) inside = !inside
  }
  return inside
}

/** The smallest box around points. */
export const boxAround = (points: readonly Point[]): Box => {
  const xs = points.map(({ x }) => x)
  const ys = points.map(({ y }) => y)
  const x = Math.min(...xs)
  const y = Math.min(...ys)
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y }
}
