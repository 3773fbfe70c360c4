// Tells a moving edge of light (a lamp that goes on, the shadow of a cloud) from something that moves. Light changes
// what it falls on into one direction and by about one factor, and leaves its structure; who walks makes one side of
// himself darker and the other brighter, and looks unlike the ground.
import type { Blob, BlobFinder } from './blobs.js'
import type { LightFit } from './light-fit.js'
import { type Difference, TILE } from './motion-difference.js'
import type { Small } from './shrink.js'

export interface Change {
  /** Boxes that changed, of those that the blob counts. */
  readonly boxes: number
  /** Share of the boxes that changed against the direction of most: 0..0.5. */
  readonly against: number
  /** How unlike the factors of light are: their spread over their mean. */
  readonly spread: number
  /** Likeness of the structure (differences of neighbours) before and after: -1..1. */
  readonly likeness: number
}

export interface Pair {
  readonly cur: Small
  readonly old: Small
  readonly fit: LightFit
}

const BLACK = 64
const LIFT = 24
/** Least change of a box that has a say, in quarters of a luma step. */
const SAY = 20

/** Of fewer boxes only the surest signs are believed. */
const MANY = 150

/** Nothing: what a block makes of a change beside it. */
export type Verdict = 'moves' | 'light' | 'light if there is more of it' | 'nothing'

/** Measured on people near and far, lamps and clouds: people are below 0.5 alike and more than a quarter `against`. */
export const judgeChange = ({ boxes, against, spread, likeness }: Change, area: number): Verdict => {
  if (boxes < area / 4) return 'nothing'
  if (likeness > 0.97) return 'light'
  if (boxes >= MANY && likeness > 0.5) return 'light'
  if (against >= 0.1) return 'moves'
  // A uniform thing on a uniform ground changes into one direction, too, but is not alike.
  if (likeness > 0.5 || (likeness > 0.3 && (spread < 0.06 || (boxes >= MANY && spread < 0.8)))) return 'light'
  return 'light if there is more of it'
}

/** How the boxes of one blob changed, against what the light of the whole picture did. */
export const measureChange = (
  { cur, old, fit }: Pair,
  { labels }: Pick<BlobFinder, 'labels'>,
  { across }: Pick<Difference, 'across'>,
  blob: Blob,
  number: number,
): Change => {
  const { width, stride } = cur
  let up = 0
  let down = 0
  let sum = 0
  let squares = 0
  let xy = 0
  let xx = 0
  let yy = 0
  for (let row = blob.top; row <= blob.bottom; row++) {
    for (let col = blob.left; col <= blob.right; col++) {
      if (labels[row * across + col] !== number) continue
      for (let y = row * TILE; y < (row + 1) * TILE; y++) {
        for (let x = col * TILE, at = y * stride + x; x < (col + 1) * TILE; x++, at++) {
          const then = (old.luma[at] as number) << 2
          const now = (cur.luma[at] as number) << 2
          const expected = fit.gain * then + fit.offset
          const change = now - expected
          if (Math.abs(change) < SAY) continue
          if (change > 0) up++
          else down++
          const factor = (Math.max(0, now - BLACK) + LIFT) / (Math.max(0, expected - BLACK) + LIFT) - 1
          sum += factor
          squares += factor * factor
          if (x + 1 < width && y + 1 < cur.height) {
            const a = ((old.luma[at + 1] as number) << 2) - then
            const b = ((cur.luma[at + 1] as number) << 2) - now
            const c = ((old.luma[at + stride] as number) << 2) - then
            const d = ((cur.luma[at + stride] as number) << 2) - now
            xy += a * b + c * d
            xx += a * a + c * c
            yy += b * b + d * d
          }
        }
      }
    }
  }
  const n = up + down
  if (n === 0) return { boxes: 0, against: 0.5, spread: 1, likeness: 0 }
  const mean = sum / n
  return {
    boxes: n,
    against: Math.min(up, down) / n,
    spread: Math.sqrt(Math.max(0, squares / n - mean * mean)) / Math.max(0.01, Math.abs(mean)),
    likeness: xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : 0,
  }
}
