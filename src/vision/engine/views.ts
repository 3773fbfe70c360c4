// Which pieces of a picture a detector looks at, and how large: the whole (a sweep), and the surroundings of each
// window, enlarged where they are small, so that who is far away is seen in full detail.
import type { Detection } from '../../camera/objects.js'
import { areaOf, type Box, overlapOf } from '../../lib/box.js'
import type { Candidate } from './merge.js'
import type { Region } from './sample.js'

/** One look: a piece of the picture, in its pixels, scaled to this size. */
export interface View {
  readonly region: Region
  readonly width: number
  readonly height: number
  /** Sides of the region that lie inside the picture: what is cut there goes on outside. */
  readonly cuts: { readonly left: boolean; readonly top: boolean; readonly right: boolean; readonly bottom: boolean }
}

/** The pictures a detector can look at. */
export interface Lens {
  readonly width: number
  readonly height: number
  readonly step: number | null
  readonly keepShape: boolean
}

const WHOLE: Box = { x: 0, y: 0, width: 1, height: 1 }
/** Around a window, as a share of its longer side: what moves is rarely whole in it. */
const MARGIN = 0.25
/** Nothing is enlarged more than this: there are no more pixels in it. */
const ENLARGE = 2.5

/** The lens's size for a piece of this shape: its own, or one of as many pixels in multiples of its step. */
const sizeFor = ({ width, height, step }: Lens, shape: number): { width: number; height: number } => {
  if (step === null) return { width, height }
  const pixels = width * height
  const steps = (length: number): number => Math.max(step, Math.round(length / step) * step)
  return { width: steps(Math.sqrt(pixels * shape)), height: steps(Math.sqrt(pixels / shape)) }
}

const viewOf = (lens: Lens, piece: Region, across: number, down: number): View => {
  const size = sizeFor(lens, piece.width / piece.height)
  // A piece that keeps its shape is longer at the right or below: more picture, or grey where there is none.
  const scale = Math.min(size.width / piece.width, size.height / piece.height)
  const region = lens.keepShape ? { ...piece, width: size.width / scale, height: size.height / scale } : piece
  const cuts = {
    left: region.x > 0,
    top: region.y > 0,
    right: region.x + region.width < across,
    bottom: region.y + region.height < down,
  }
  return { region, ...size, cuts }
}

/** `from` and `length` of a stretch around `centre`, moved to lie within 0..`end`. */
const place = (centre: number, length: number, end: number): { from: number; length: number } => {
  const whole = Math.min(length, end)
  return { from: Math.round(Math.max(0, Math.min(end - whole, centre - whole / 2))), length: Math.round(whole) }
}

/** `across` x `down` are the picture's pixels. Windows that fill most of the picture need no sweep beside them. */
export const planViews = (
  lens: Lens,
  { windows, sweep }: { readonly windows: readonly Box[]; readonly sweep: boolean },
  across: number,
  down: number,
): View[] => {
  const whole: Region = { x: 0, y: 0, width: across, height: down }
  const views: View[] = []
  let all = sweep
  for (const { x, y, width, height } of windows) {
    const longer = Math.max(width * across, height * down) * (1 + 2 * MARGIN)
    const shape = lens.step === null ? lens.width / lens.height : 1
    const tall = Math.max(longer / Math.max(1, shape), Math.min(lens.height, lens.width / shape) / ENLARGE)
    const h = place((y + height / 2) * down, tall, down)
    const w = place((x + width / 2) * across, tall * shape, across)
    if (h.length * w.length > 0.8 * across * down) all = true
    else views.push(viewOf(lens, { x: w.from, y: h.from, width: w.length, height: h.length }, across, down))
  }
  return all ? [viewOf(lens, whole, across, down), ...views] : views
}

/** A box in fractions of a view, in fractions of the whole picture. */
const toPicture = ({ region }: View, box: Box, across: number, down: number): Box => ({
  x: (region.x + box.x * region.width) / across,
  y: (region.y + box.y * region.height) / down,
  width: (box.width * region.width) / across,
  height: (box.height * region.height) / down,
})

/** How near to a side a box counts as cut by it, as a share of the region. */
const NEAR = 0.02

/** Whether a box (in fractions of the whole picture) is cut by a side of the view that has more picture behind it. */
const isCut = ({ region, cuts }: View, box: Box, across: number, down: number): boolean => {
  const left = (box.x * across - region.x) / region.width
  const top = (box.y * down - region.y) / region.height
  const right = left + (box.width * across) / region.width
  const bottom = top + (box.height * down) / region.height
  return (
    (cuts.left && left < NEAR) ||
    (cuts.top && top < NEAR) ||
    (cuts.right && right > 1 - NEAR) ||
    (cuts.bottom && bottom > 1 - NEAR)
  )
}

/** Whether a view shows this much more of what is in it than another. */
const FINER = 1.2

const isFiner = (view: View, than: View): boolean =>
  view.width / view.region.width > (FINER * than.width) / than.region.width

/** Whether a box (in fractions of the whole picture) is in the view as a whole. */
const holds = (view: View, box: Box, across: number, down: number): boolean => {
  const { x, y, width, height } = view.region
  const region = { x: x / across, y: y / down, width: width / across, height: height / down }
  return areaOf(overlapOf(region, box)) > 0.99 * areaOf(box) && !isCut(view, box, across, down)
}

/**
 * Detections in fractions of a view, as candidates in fractions of the picture. What lies outside it is left out, and
 * what another of the `views` holds in finer detail: that one decides, because a coarse look makes one box of two.
 */
export const candidatesOf = (
  view: View,
  views: readonly View[],
  detections: readonly Detection[],
  across: number,
  down: number,
): Candidate[] => {
  const finer = views.filter((other) => isFiner(other, view))
  return detections.flatMap(({ label, score, box }) => {
    const there = toPicture(view, box, across, down)
    const inside = overlapOf(there, WHOLE)
    if (areaOf(inside) <= 0 || finer.some((other) => holds(other, inside, across, down))) return []
    return [{ label, score, box: inside, cut: isCut(view, there, across, down) }]
  })
}
