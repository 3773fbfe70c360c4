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
    const now = cur.luma
    const then = old.luma
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
        // Every other box first, like the white fields of a chessboard: where they are calm the black ones are, too.
        let over = 0
        let sum = 0
        let highest = 0
        const start = row * TILE * width + col * TILE
        for (let y = 0, at = start; y < TILE; y++, at += width) {
          const white = at + (y & 1)
          let a = (now[white] as number) - ((gain * (then[white] as number) + offset) >> ONE_BITS)
          let b = (now[white + 2] as number) - ((gain * (then[white + 2] as number) + offset) >> ONE_BITS)
          if (a < 0) a = -a
          if (b < 0) b = -b
          if (a > highest) highest = a
          if (b > highest) highest = b
          if (a > most) {
            over++
            a = most
          }
          if (b > most) {
            over++
            b = most
          }
          sum += a + b
        }
        if (2 * highest > most) {
          for (let y = 0, at = start; y < TILE; y++, at += width) {
            const black = at + 1 - (y & 1)
            const a = (now[black] as number) - ((gain * (then[black] as number) + offset) >> ONE_BITS)
            const b = (now[black + 2] as number) - ((gain * (then[black + 2] as number) + offset) >> ONE_BITS)
            if (a > most || a < -most) over++
            if (b > most || b < -most) over++
          }
        }
        counts[tile] = over
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
