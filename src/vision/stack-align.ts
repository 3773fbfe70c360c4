// How far a camera shook between two pictures, in whole pixels: by integral projections (K. Ratakonda, "Real-time
// digital video stabilization for multi-media applications", ISCAS 1998). A picture becomes the sums of its columns and
// the sums of its rows; each pair of curves is slid over the other until it fits best.

export interface Profiles {
  /** Adds rows `from`..`to` of packed RGB. */
  learn(rgb: Uint8Array, from: number, to: number): void
  readonly columns: Float64Array
  readonly rows: Float64Array
}

/** What is at (x, y) in the first picture is at (x + right, y + down) in the second. */
export interface Shift {
  readonly right: number
  readonly down: number
}

/** A shift counts only when it leaves at most this of the difference: noise and what moves in the picture do not. */
const CONVINCING = 0.6
/** Further than this a picture is taken as it is. */
export const MOST_SHIFT = 16

export const createProfiles = (width: number, height: number): Profiles => {
  const columns = new Float64Array(width)
  const rows = new Float64Array(height)
  return {
    columns,
    rows,
    learn: (rgb, from, to) => {
      for (let y = from; y < to; y++) {
        let sum = 0
        // Green is most of luma, and a third of the work.
        for (let x = 0, at = y * width * 3 + 1; x < width; x++, at += 3) {
          const green = rgb[at] as number
          columns[x] = (columns[x] as number) + green
          sum += green
        }
        rows[y] = sum
      }
    },
  }
}

/** Mean difference of two curves, the second slid by `by`, each freed of its own mean: all light may have changed. */
const difference = (one: Float64Array, other: Float64Array, by: number, margin: number): number => {
  const end = one.length - margin
  let offset = 0
  for (let i = margin; i < end; i++) offset += (other[i + by] as number) - (one[i] as number)
  offset /= end - margin
  let sum = 0
  for (let i = margin; i < end; i++) sum += Math.abs((other[i + by] as number) - (one[i] as number) - offset)
  return sum / (end - margin)
}

const slide = (one: Float64Array, other: Float64Array): number => {
  const margin = Math.min(MOST_SHIFT, Math.floor(one.length / 4))
  const still = difference(one, other, 0, margin)
  let best = { by: 0, left: still * CONVINCING }
  for (let by = -margin; by <= margin; by++) {
    const left = difference(one, other, by, margin)
    if (left < best.left) best = { by, left }
  }
  return best.by
}

export const shiftBetween = (one: Profiles, other: Profiles): Shift => ({
  right: slide(one.columns, other.columns),
  down: slide(one.rows, other.rows),
})
