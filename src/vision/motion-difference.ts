// Where a picture differs from an older one once the change of light is taken away: counted in tiles of 4 x 4 boxes.
// Each block knows its own noise, so that what shimmers must differ more than what is calm.
import type { LightFit } from './light-fit.js'
import { BLOCK, type Small } from './shrink.js'

/** Boxes of a tile's side. */
export const TILE = 4

export interface Difference {
  /** Tiles a row, and rows of them. */
  readonly across: number
  readonly down: number
  /** Boxes over the threshold in each tile: 0..16. */
  readonly counts: Uint8Array
}

/** The least difference that can be motion, in quarters of a luma step. */
const FLOOR = 26
const NO_THRESHOLD = 1 << 20
/** Motion stands out over the mean difference of its block this much. */
const OVER_NOISE = 4.5
/** Where something moved a look ago, less is enough. */
const STILL_MOVING = 0.6
/** How fast a block learns that it has become noisier, or calmer: share of the way a look. */
const RISE = 0.08
const FALL = 0.01
/** What never stops moving, as a tree in the wind, becomes noise after half a minute or so. */
const RISE_MOVING = 0.004
/** An encoder that has just begun changes its quality: for so many looks noise is learnt faster and counts for more. */
const WARM_UP = 12
const WARM_UP_RISE = 0.3
const WARM_UP_MORE = 1
/** A share of the brightness: edges shimmer more where it is bright. */
const SHIMMER = 0.02
/** A share of the change of light that was taken away: codecs follow it in jumps, and black and white do not at all. */
const UNEVEN = 0.6
/** The first noise lies so much over what the middle block of the first two pictures shows. */
const FIRST_NOISE_OVER = 1.4

export interface Differ extends Difference {
  /** `moving`: tiles in which something moved a look ago (1), or beside them. */
  compare(cur: Small, old: Small, fit: LightFit, moving: Uint8Array): void
  /** The noise is to be learnt anew from the next two pictures. */
  forget(): void
}

/** Gains and offsets are whole numbers, in parts of this. */
const ONE_BITS = 12
const ONE = 1 << ONE_BITS

/** A gain so near to one is taken for an offset: the light of a tile is nearly that of its block. */
const NEARLY = ONE >> 6
/** Two of the four boxes of a word, in the lower and the upper half. */
const TWO = 0x00ff00ff
const ONES = 0x00010001
/** In both halves: a box of 256 in quarters; and what a difference of nothing stands for, so that none is negative. */
const LIFTED = 0x01000100
const NOTHING = 0x4000
const MOST_HALF = 0x7000

/**
 * The sum of the differences of every other box, like the white fields of a chessboard, where none is more than half
 * of `most`: the black ones are calm then, too. -1 where one is. Two boxes at a time, each in half a word (SIMD within
 * a register). `shift`: what the light did, in quarters of a luma step.
 */
const sumOfCalm = (
  now: Uint32Array,
  then: Uint32Array,
  first: number,
  wordsOfRow: number,
  shift: number,
  most: number,
): number => {
  const lift = NOTHING - 1024 - shift
  const lifts = (lift << 16) | lift
  const half = most >> 1
  const room = 0x7fff - (half > MOST_HALF ? MOST_HALF : half)
  const rooms = (room << 16) | room
  let sum = 0
  let over = 0
  for (let y = 0, at = first, white = 0; y < TILE; y++, at += wordsOfRow, white ^= 8) {
    const a = ((now[at] as number) >>> white) & TWO
    const b = ((then[at] as number) >>> white) & TWO
    const lifted = (((a + LIFTED - b) << 2) + lifts) | 0
    // Those below nothing are turned over.
    const below = (~lifted >>> 14) & ONES
    const sizes = ((lifted ^ ((below << 15) - below)) - 0x40004000 + below) | 0
    sum = (sum + sizes) | 0
    over |= (sizes + rooms) | 0
  }
  return (over & 0x80008000) === 0 ? (sum & 0xffff) + (sum >>> 16) : -1
}

/** Boxes over `most` (lowest eight bits), and above them the sum of the white fields' differences, at most `most` each. */
const countTile = (
  now: Uint8Array,
  then: Uint8Array,
  first: number,
  stride: number,
  gain: number,
  offset: number,
  most: number,
): number => {
  let over = 0
  let sum = 0
  for (let y = 0, at = first; y < TILE; y++, at += stride) {
    for (let x = 0; x < TILE; x++) {
      const then4 = (then[at + x] as number) << 2
      let size = ((now[at + x] as number) << 2) - ((gain * then4 + offset) >> ONE_BITS)
      if (size < 0) size = -size
      if (size > most) {
        over++
        size = most
      }
      if (((x ^ y) & 1) === 0) sum += size
    }
  }
  return (sum << 8) | over
}

export const createDiffer = ({ width, height, across: blocks, down: blockRows }: Small): Differ => {
  const across = Math.floor(width / TILE)
  const down = Math.floor(height / TILE)
  const counts = new Uint8Array(across * down)
  const noise = new Float32Array(blocks * blockRows)
  const sums = new Int32Array(blocks * blockRows)
  const thresholds = new Int32Array(blocks * blockRows)
  const gainRow = new Int32Array(blocks + 2)
  const offsetRow = new Int32Array(blocks + 2)
  const calm = new Uint8Array(blocks * blockRows)
  let fresh = true
  let warm = 0

  /** Gains and offsets between the centres of the rows of blocks, at this row of boxes; the ends are doubled. */
  const rowAt = (y: number, { gains, offsets }: LightFit): void => {
    const place = Math.min(blockRows - 1, Math.max(0, (y - (BLOCK - 1) / 2) / BLOCK))
    const upper = Math.floor(place)
    const share = (place - upper) * ONE
    const rest = ONE - share
    const a = upper * blocks
    const b = Math.min(blockRows - 1, upper + 1) * blocks
    for (let col = 0; col < blocks; col++) {
      gainRow[col + 1] = (gains[a + col] as number) * rest + (gains[b + col] as number) * share
      offsetRow[col + 1] = (offsets[a + col] as number) * rest + (offsets[b + col] as number) * share
    }
    gainRow[0] = gainRow[1] as number
    offsetRow[0] = offsetRow[1] as number
    gainRow[blocks + 1] = gainRow[blocks] as number
    offsetRow[blocks + 1] = offsetRow[blocks] as number
  }

  const learnNoise = (): void => {
    for (let i = 0; i < noise.length; i++) {
      const known = noise[i] as number
      // Half of the boxes are summed up.
      const seen = (sums[i] as number) / ((BLOCK * BLOCK) / 2)
      const rise = calm[i] === 0 ? RISE_MOVING : warm < WARM_UP ? WARM_UP_RISE : RISE
      noise[i] = known + (seen - known) * (seen > known ? rise : FALL)
    }
    warm++
  }

  const firstNoise = (): void => {
    const middle = sums.slice().sort()[sums.length >> 1] as number
    noise.fill((FIRST_NOISE_OVER * middle) / ((BLOCK * BLOCK) / 2))
    fresh = false
  }

  const limit = (cur: Small, old: Small, { gains, offsets }: LightFit): void => {
    const over = OVER_NOISE * (1 + WARM_UP_MORE * Math.max(0, 1 - warm / WARM_UP))
    for (let i = 0; i < thresholds.length; i++) {
      const then = old.means[i] as number
      const change = Math.abs((gains[i] as number) * then + (offsets[i] as number) - then)
      const most = Math.max(FLOOR, over * (noise[i] as number)) + UNEVEN * change
      thresholds[i] = most + SHIMMER * (cur.means[i] as number)
    }
  }

  const compare = (cur: Small, old: Small, fit: LightFit, moving: Uint8Array): void => {
    if (fresh) {
      thresholds.fill(NO_THRESHOLD)
      count(cur, old, fit, moving)
      firstNoise()
    }
    limit(cur, old, fit)
    count(cur, old, fit, moving)
    learnNoise()
  }

  const count = (cur: Small, old: Small, fit: LightFit, moving: Uint8Array): void => {
    const wordsOfRow = cur.stride >> 2
    sums.fill(0)
    calm.fill(1)
    for (let row = 0, tile = 0; row < down; row++) {
      rowAt(row * TILE + (TILE - 1) / 2, fit)
      for (let col = 0; col < across; col++, tile++) {
        const block = (row >> 1) * blocks + (col >> 1)
        // The middle of even tiles lies left of their block's, that of odd ones right of it. One gain for the tile.
        const left = (col + 1) >> 1
        const share = (col & 1) === 1 ? 2 : 6
        const gain = ((gainRow[left] as number) * (8 - share) + (gainRow[left + 1] as number) * share) >> 3
        const offset = ((offsetRow[left] as number) * (8 - share) + (offsetRow[left + 1] as number) * share) >> 3
        let most = thresholds[block] as number
        if (moving[tile] === 1) {
          calm[block] = 0
          most = (most * STILL_MOVING) | 0
        }
        const first = row * TILE * wordsOfRow + col
        let sum = -1
        if (gain > ONE - NEARLY && gain < ONE + NEARLY) {
          const shift = ((gain - ONE) * (old.means[block] as number) + offset) >> ONE_BITS
          sum = sumOfCalm(cur.words, old.words, first, wordsOfRow, shift, most)
        }
        if (sum >= 0) {
          counts[tile] = 0
        } else {
          const both = countTile(cur.luma, old.luma, first << 2, cur.stride, gain, offset, most)
          counts[tile] = both & 0xff
          sum = both >>> 8
        }
        sums[block] = (sums[block] as number) + sum
      }
    }
  }
  return {
    ...{ across, down, counts, compare },
    forget: () => {
      fresh = true
    },
  }
}
