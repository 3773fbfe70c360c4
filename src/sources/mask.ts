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
/** Where there are more, slices do not begin and end at each. */
const MOST_CORNERS = 256
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

/** One without any height gets a little. */
const solidOf = (polygon: Polygon): Polygon => {
  const ys = polygon.map(({ y }) => y)
  const top = Math.min(...ys)
  if (Math.max(...ys) > top) return polygon
  return polygon.flatMap(({ x }) => [
    { x, y: top },
    { x, y: top + 1 / DIGITS },
  ])
}

const barsAt = (polygons: readonly Polygon[], { rows, exact, gap }: (typeof GRAINS)[number]): Bar[] => {
  const grid = Array.from({ length: rows + 1 }, (_, row) => row / rows)
  const corners = polygons.flatMap((polygon) => polygon.map(({ y }) => y))
  const edges = [...new Set([...grid, ...(exact && corners.length <= MOST_CORNERS ? corners : [])])].sort(
    (a, b) => a - b,
  )
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

/**
 * What a polygon covers of the slice from `top` to `bottom`, seen from above: where its sides run and, since nothing
 * changes where none does, what lies between them halfway down. Where it crosses itself, all that it goes around counts.
 */
const spansOf = (polygon: Polygon, top: number, bottom: number): Span[] => {
  const middle = (top + bottom) / 2
  const spans: Span[] = []
  const cuts: { readonly x: number; readonly turn: 1 | -1 }[] = []
  for (const [at, a] of polygon.entries()) {
    const b = polygon[(at + 1) % polygon.length]
    if (!b || a.y === b.y || Math.max(a.y, b.y) <= top || Math.min(a.y, b.y) >= bottom) continue
    const within = (y: number): number => Math.min(Math.max(y, Math.min(a.y, b.y)), Math.max(a.y, b.y))
    const xAt = (y: number): number => a.x + ((b.x - a.x) * (y - a.y)) / (b.y - a.y)
    const [x, other] = [xAt(within(top)), xAt(within(bottom))]
    spans.push({ from: Math.min(x, other), to: Math.max(x, other) })
    if (a.y > middle !== b.y > middle) cuts.push({ x: xAt(middle), turn: a.y < b.y ? 1 : -1 })
  }
  let winding = 0
  for (const [at, { x, turn }] of cuts.sort((a, b) => a.x - b.x).entries()) {
    winding += turn
    const next = cuts[at + 1]
    if (winding !== 0 && next) spans.push({ from: x, to: next.x })
  }
  return spans
}

const join = (spans: readonly Span[], gap: number): Span[] => {
  const joined: { from: number; to: number }[] = []
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1)
    if (last && from <= last.to + gap) last.to = Math.max(last.to, to)
    else joined.push({ from, to })
  }
  return joined
}
