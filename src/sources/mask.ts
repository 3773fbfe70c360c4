// What nobody may ever see, drawn by ffmpeg before the encoder: the privacy zones as black rectangles in fractions of the
// picture. Nothing but words in the command: there is no mask file that could be missing, no second input that could be
// lost when a camera changes its picture size in the middle, and the size needn't be known.
import type { Point } from '../lib/box.js'

export type Polygon = readonly Point[]

export interface Mask {
  /** Fractions of the picture. */
  readonly polygons: readonly Polygon[]
  /** A chain of ffmpeg's filters, the last before the encoder. */
  readonly filter: string
}

interface Span {
  readonly from: number
  readonly to: number
}

interface Bar extends Span {
  readonly top: number
  bottom: number
}

/** From fine to coarse; coarser bars hide more, never less. `gap`: what lies closer is hidden, too. */
const GRAINS = [
  { rows: 120, exact: true, gap: 0 },
  { rows: 60, exact: true, gap: 1 / 256 },
  { rows: 30, exact: false, gap: 1 / 64 },
  { rows: 16, exact: false, gap: 1 / 24 },
] as const
/** A word of a command may have 128 kB; a bar takes about 110 bytes, and a look at each picture. */
const MOST_BARS = 240
const DIGITS = 1e5

/** Null when there is nothing to hide. */
export const createMask = (polygons: readonly Polygon[]): Mask | null =>
  polygons.length === 0 ? null : { polygons, filter: ['format=yuv420p', ...barsOf(polygons).map(draw)].join(',') }

/** Rectangles that cover all polygons. */
export const barsOf = (polygons: readonly Polygon[]): readonly Readonly<Bar>[] => {
  const solid = polygons.map(solidOf)
  for (const grain of GRAINS) {
    const bars = barsAt(solid, grain)
    if (bars.length <= MOST_BARS || grain === GRAINS.at(-1)) return bars
  }
  return []
}

const draw = ({ from, to, top, bottom }: Bar): string => {
  const [x, y] = [`floor(iw*${down(from)})`, `floor(ih*${down(top)})`]
  return `drawbox=x=${x}:y=${y}:w=ceil(iw*${up(to)})-${x}:h=ceil(ih*${up(bottom)})-${y}:c=black:t=fill`
}

const down = (value: number): number => Math.floor(value * DIGITS) / DIGITS
/** At least a little more than `down` gives: a width of 0 would mean the whole picture to ffmpeg. */
const up = (value: number): number => (Math.floor(value * DIGITS) + 1) / DIGITS

/** A zone without any area is hidden as the box around it. */
const solidOf = (polygon: Polygon): Polygon => {
  const { length } = polygon
  const twice = polygon.reduce((sum, { x, y }, at) => {
    const next = polygon[(at + 1) % length]
    return sum + (next ? x * next.y - next.x * y : 0)
  }, 0)
  if (Math.abs(twice) > 1e-6) return polygon
  const [xs, ys] = [polygon.map(({ x }) => x), polygon.map(({ y }) => y)]
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys) + 1 / DIGITS]
  return [
    { x: left, y: top },
    { x: right, y: top },
    { x: right, y: bottom },
    { x: left, y: bottom },
  ]
}

const barsAt = (polygons: readonly Polygon[], { rows, exact, gap }: (typeof GRAINS)[number]): Bar[] => {
  const grid = Array.from({ length: rows + 1 }, (_, row) => row / rows)
  const corners = exact ? polygons.flatMap((polygon) => polygon.map(({ y }) => y)) : []
  const edges = [...new Set([...grid, ...corners])].sort((a, b) => a - b)
  const done: Bar[] = []
  let open: Bar[] = []
  for (const [at, top] of edges.entries()) {
    const bottom = edges[at + 1]
    if (bottom === undefined) break
    const spans = join(
      polygons.flatMap((polygon) => spansOf(polygon, top, bottom)),
      gap,
    )
    const next = spans.map(({ from, to }): Bar => {
      const above = open.find((bar) => bar.from === from && bar.to === to)
      return above ? Object.assign(above, { bottom }) : { from, to, top, bottom }
    })
    done.push(...open.filter((bar) => !next.includes(bar)))
    open = next
  }
  return [...done, ...open]
}

/** What a polygon covers of the slice from `top` to `bottom`, seen from above. Where it crosses itself, all of it counts. */
const spansOf = (polygon: Polygon, top: number, bottom: number): Span[] => {
  const sides = polygon.flatMap((a, at): readonly Side[] => {
    const b = polygon[(at + 1) % polygon.length]
    if (!b || a.y === b.y || Math.max(a.y, b.y) <= top || Math.min(a.y, b.y) >= bottom) return []
    return [a.y < b.y ? { upper: a, lower: b, turn: 1 } : { upper: b, lower: a, turn: -1 }]
  })
  // Between two neighbouring cuts no side begins, ends or crosses another.
  const cuts = [top, bottom, ...sides.flatMap(({ upper, lower }) => [upper.y, lower.y]), ...crossings(sides)]
  const inside = [...new Set(cuts)].filter((y) => y >= top && y <= bottom).sort((a, b) => a - b)
  return inside.flatMap((above, at) => {
    const below = inside[at + 1]
    return below === undefined ? [] : slabOf(sides, above, below)
  })
}

interface Side {
  readonly upper: Point
  readonly lower: Point
  readonly turn: 1 | -1
}

const slabOf = (sides: readonly Side[], above: number, below: number): Span[] => {
  const middle = (above + below) / 2
  const cut = sides
    .filter(({ upper, lower }) => upper.y <= middle && lower.y >= middle)
    .sort((a, b) => xAt(a, middle) - xAt(b, middle))
  const spans: Span[] = []
  let winding = 0
  let left: Side | undefined
  for (const side of cut) {
    if (winding === 0) left = side
    winding += side.turn
    if (winding !== 0 || !left) continue
    spans.push({
      from: Math.min(xAt(left, above), xAt(left, below)),
      to: Math.max(xAt(side, above), xAt(side, below)),
    })
  }
  return spans
}

const xAt = ({ upper, lower }: Side, y: number): number =>
  upper.x + ((lower.x - upper.x) * (y - upper.y)) / (lower.y - upper.y)

const crossings = (sides: readonly Side[]): number[] =>
  sides.flatMap((a, at) =>
    sides.slice(at + 1).flatMap((b) => {
      const [slopeA, slopeB] = [slope(a), slope(b)]
      if (slopeA === slopeB) return []
      return [(b.upper.x - slopeB * b.upper.y - (a.upper.x - slopeA * a.upper.y)) / (slopeA - slopeB)]
    }),
  )

const slope = ({ upper, lower }: Side): number => (lower.x - upper.x) / (lower.y - upper.y)

const join = (spans: readonly Span[], gap: number): Span[] => {
  const joined: { from: number; to: number }[] = []
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1)
    if (last && from <= last.to + gap) last.to = Math.max(last.to, to)
    else joined.push({ from, to })
  }
  return joined
}
