// Motion, first version: what differs from the picture of 0.3 s ago once the change of light common to all is taken
// away. The level is the side of what moves as a share of the picture's side, 0..100. It judges one frame at a time:
// counting looks in a row, holding and ending are the rules' part.
import type { MotionSeen } from '../camera/inputs.js'
import type { Frame } from '../lib/frame.js'
import type { Eye } from './eye.js'
import { type Small, shrinkLuma } from './shrink.js'

const SMALL_WIDTH = 160
/** How far back the other picture lies, in milliseconds. */
const BACK = 300
/** An older picture than this is no neighbour: the stream stood still meanwhile. */
const GAP = 1500
/** The least difference of a box that can be motion, in luma. */
const FLOOR = 7
/** Noise is measured in each pair of pictures; motion stands out this much. */
const OVER_NOISE = 6
/** Light that changes faster than this, in mean luma within `BACK`, or so much of the picture at once, is no motion. */
const LIGHT_STEP = 8
const LIGHT_SHARE = 0.6

interface Seen extends Small {
  readonly mono: number
  /** The frame's own width. */
  readonly from: number
}

/** `cur = gain * old + offset`, by least squares: a lamp, a cloud or the camera's exposure. */
const fitLight = (cur: Float32Array, old: Float32Array): { gain: number; offset: number; step: number } => {
  const n = cur.length
  let x = 0
  let y = 0
  let xx = 0
  let xy = 0
  for (let i = 0; i < n; i++) {
    const a = old[i] as number
    const b = cur[i] as number
    x += a
    y += b
    xx += a * a
    xy += a * b
  }
  const spread = xx - (x * x) / n
  const gain = spread > n ? Math.min(2, Math.max(0.5, (xy - (x * y) / n) / spread)) : 1
  return { gain, offset: (y - gain * x) / n, step: Math.abs(y - x) / n }
}

/** The median of values in 0..255, in steps of a quarter. */
const medianOf = (values: Float32Array): number => {
  const bins = new Uint32Array(1024)
  for (let i = 0; i < values.length; i++) {
    const bin = Math.min(1023, (values[i] as number) * 4) | 0
    bins[bin] = (bins[bin] as number) + 1
  }
  let left = values.length / 2
  for (let bin = 0; bin < 1024; bin++) {
    left -= bins[bin] as number
    if (left <= 0) return (bin + 0.5) / 4
  }
  return 0
}

/** How many boxes are over the threshold together with at least two of their four neighbours. */
const countMoving = (difference: Float32Array, width: number, height: number, threshold: number): number => {
  let count = 0
  const over = (at: number): number => ((difference[at] as number) > threshold ? 1 : 0)
  for (let row = 1; row < height - 1; row++) {
    for (let at = row * width + 1, end = at + width - 2; at < end; at++) {
      if ((difference[at] as number) <= threshold) continue
      if (over(at - 1) + over(at + 1) + over(at - width) + over(at + width) >= 2) count++
    }
  }
  return count
}

export const createMotionEye = (): Eye<MotionSeen> => {
  let past: Seen[] = []
  const forget = (): void => {
    past = []
  }
  const look = (frame: Frame): MotionSeen => {
    const side = Math.max(1, Math.round(frame.width / SMALL_WIDTH))
    const cur: Seen = {
      ...shrinkLuma(frame.data, frame.width, frame.height, side),
      mono: frame.mono,
      from: frame.width,
    }
    const last = past.at(-1)
    if (last && (last.from !== cur.from || last.luma.length !== cur.luma.length || cur.mono - last.mono > GAP)) forget()
    past.push(cur)
    // The newest picture that is old enough; what is older is not needed any more.
    while (past.length > 1 && (past[1] as Seen).mono <= cur.mono - BACK) past.shift()
    const old = past[0] as Seen
    if (old.mono > cur.mono - BACK) return { level: 0, veto: 'learning the picture' }

    const { gain, offset, step } = fitLight(cur.luma, old.luma)
    const difference = new Float32Array(cur.luma.length)
    for (let i = 0; i < difference.length; i++) {
      difference[i] = Math.abs((cur.luma[i] as number) - gain * (old.luma[i] as number) - offset)
    }
    const threshold = Math.max(FLOOR, OVER_NOISE * medianOf(difference))
    const share = countMoving(difference, cur.width, cur.height, threshold) / difference.length
    const level = Math.min(100, 100 * Math.sqrt(share))
    if (step < LIGHT_STEP && share < LIGHT_SHARE) return { level }
    past = [cur]
    return { level, veto: 'light change' }
  }
  return { look, forget }
}
