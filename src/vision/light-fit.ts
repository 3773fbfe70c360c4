// How the light of a picture changed against an older one: first one gain and offset for all of it (the camera's
// exposure, dusk, a switch), then a gain for each block (a lamp, the shadow of a cloud). What moves is small beside its
// surroundings and hardly counts: each block takes the median of the nine around it.
import type { Small } from './shrink.js'

/** What `cur = gain * old + offset` comes to in each block, in quarters of a luma step. */
export interface LightFit {
  readonly gains: Float32Array
  readonly offsets: Float32Array
  /** The change of the mean that gain and offset of the whole make, in luma. */
  step: number
  /** Share of the blocks whose mean changed more than dusk can, and of those that the one gain and offset leaves unexplained: 0..1. */
  changed: number
  unexplained: number
  /** Gain and offset of the whole. */
  gain: number
  offset: number
}

const BLACK = 64
/** Dark blocks have no reliable ratio: both sides are lifted by this much. */
const LIFT = 40
/** A block that differs by so much, and by such a share of itself, has changed. */
const CHANGED = 16
const CHANGED_SHARE = 0.05
/** Dusk and the codec that follows it in jumps change this much more without being a step. */
const FADING = 20

const lifted = (mean: number): number => Math.max(0, mean - BLACK) + LIFT

/** With what is kept between its steps, a number a block. */
export type Fit = LightFit & { readonly [Step in 'ratios' | 'least' | 'most']: Float32Array }

export const createLightFit = (blocks: number): Fit => ({
  gains: new Float32Array(blocks).fill(1),
  offsets: new Float32Array(blocks),
  ratios: new Float32Array(blocks),
  least: new Float32Array(blocks),
  most: new Float32Array(blocks),
  step: 0,
  changed: 0,
  unexplained: 0,
  gain: 1,
  offset: 0,
})

/** Ratios this near each other are one. */
const EVEN = 0.03

const nine = new Float32Array(9)
const medianOfNine = (count: number): number => {
  for (let i = 1; i < count; i++) {
    const value = nine[i] as number
    let at = i - 1
    for (; at >= 0 && (nine[at] as number) > value; at--) nine[at + 1] = nine[at] as number
    nine[at + 1] = value
  }
  return nine[count >> 1] as number
}

interface Line {
  readonly gain: number
  readonly offset: number
}

const SAME: Line = { gain: 1, offset: 0 }

/** A block that differs from the line by more than this is not explained by it. */
const limitOf = (old: number): number => CHANGED + CHANGED_SHARE * old

/** Least squares over the means of those blocks that another line explains (all of them without one). */
const fitLine = (cur: Float32Array, old: Float32Array, by?: Line): Line => {
  let n = 0
  let x = 0
  let y = 0
  let xx = 0
  let xy = 0
  for (let i = 0; i < cur.length; i++) {
    const a = old[i] as number
    const b = cur[i] as number
    if (by && Math.abs(b - by.gain * a - by.offset) > limitOf(a)) continue
    n++
    x += a
    y += b
    xx += a * a
    xy += a * b
  }
  if (n === 0) return by ?? SAME
  const spread = xx - (x * x) / n
  const gain = spread > 16 * n ? Math.min(3, Math.max(1 / 3, (xy - (x * y) / n) / spread)) : 1
  return { gain, offset: (y - gain * x) / n }
}

/** How badly a line explains the blocks, where those it does not explain at all count alike. */
const costOf = (cur: Float32Array, old: Float32Array, { gain, offset }: Line): number => {
  let cost = 0
  for (let i = 0; i < cur.length; i++) {
    const a = old[i] as number
    cost += Math.min(limitOf(a), Math.abs((cur[i] as number) - gain * a - offset))
  }
  return cost
}

/** Gain and offset of the whole picture. What moves in a scene that is all alike must not make its own line. */
const fitWhole = (cur: Float32Array, old: Float32Array, fit: LightFit): void => {
  const first = fitLine(cur, old)
  const rough = costOf(cur, old, first) < costOf(cur, old, SAME) ? first : SAME
  const fine = fitLine(cur, old, rough)
  const best = costOf(cur, old, fine) < costOf(cur, old, rough) ? fine : rough
  fit.gain = best.gain
  fit.offset = best.offset
  let sum = 0
  let changed = 0
  let unexplained = 0
  for (let i = 0; i < cur.length; i++) {
    const a = old[i] as number
    const b = cur[i] as number
    sum += a
    if (Math.abs(b - a) > limitOf(a) + FADING) changed++
    if (Math.abs(b - best.gain * a - best.offset) > limitOf(a)) unexplained++
  }
  const mean = sum / cur.length
  fit.step = Math.abs(best.gain * mean + best.offset - mean) / 4
  fit.changed = changed / cur.length
  fit.unexplained = unexplained / cur.length
}

/** The least and the greatest of each block and its neighbours in the row. */
const threes = (ratios: Float32Array, across: number, { least, most }: Fit): void => {
  for (let at = 0, col = 0; at < ratios.length; at++, col = col + 1 === across ? 0 : col + 1) {
    const own = ratios[at] as number
    const left = col > 0 ? (ratios[at - 1] as number) : own
    const right = col + 1 < across ? (ratios[at + 1] as number) : own
    least[at] = Math.min(left, own, right)
    most[at] = Math.max(left, own, right)
  }
}

const medianAround = (ratios: Float32Array, across: number, down: number, row: number, col: number): number => {
  let count = 0
  for (let y = Math.max(0, row - 1); y <= Math.min(down - 1, row + 1); y++) {
    for (let x = Math.max(0, col - 1); x <= Math.min(across - 1, col + 1); x++)
      nine[count++] = ratios[y * across + x] as number
  }
  return Math.min(3, Math.max(1 / 3, medianOfNine(count)))
}

export const fitLight = (cur: Small, old: Small, fit: Fit): void => {
  const { across, down } = cur
  const { gains, offsets, ratios, least, most } = fit
  fitWhole(cur.means, old.means, fit)
  const { gain, offset } = fit
  for (let i = 0; i < ratios.length; i++) {
    const expected = gain * (old.means[i] as number) + offset
    ratios[i] = lifted(cur.means[i] as number) / lifted(expected)
  }
  threes(ratios, across, fit)
  for (let row = 0, at = 0; row < down; row++) {
    const above = row > 0 ? across : 0
    const below = row + 1 < down ? across : 0
    for (let col = 0; col < across; col++, at++) {
      const low = Math.min(least[at - above] as number, least[at] as number, least[at + below] as number)
      const high = Math.max(most[at - above] as number, most[at] as number, most[at + below] as number)
      // Where the light is even, which is nearly everywhere, the middle need not be looked for.
      const local = high - low < EVEN ? (low + high) / 2 : medianAround(ratios, across, down, row, col)
      gains[at] = local * gain
      offsets[at] = local * (offset - BLACK + LIFT) + BLACK - LIFT
    }
  }
}
