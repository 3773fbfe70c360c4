// How far a camera shook between two pictures, in whole pixels: by integral projections (K. Ratakonda, "Real-time
// digital video stabilization for multi-media applications", ISCAS 1998). A picture becomes the sums of its columns and
// the sums of its rows; each pair of curves is slid over the other until it fits best.

export interface Profiles {
  /** Adds rows `from`..`to` of packed RGB. */
  learn(rgb: Uint8Array, from: number, to: number): void
  readonly columns: Int32Array
  readonly rows: Int32Array
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

/** One pixel in so many is enough for a sum over hundreds. */
const EVERY = 4

const sumOf = (rgb: Uint8Array, from: number, to: number): number => {
  let sum = 0
  for (let at = from; at < to; at += 3 * EVERY) sum += rgb[at] as number
  return sum
}

const addTo = (columns: Int32Array, rgb: Uint8Array, from: number): void => {
  for (let x = 0, at = from; x < columns.length; x++, at += 3) columns[x] = (columns[x] as number) + (rgb[at] as number)
}

export const createProfiles = (width: number, height: number): Profiles => {
  const columns = new Int32Array(width)
  const rows = new Int32Array(height)
  return {
    columns,
    rows,
    learn: (rgb, from, to) => {
      for (let y = from; y < to; y++) {
        // Green is most of luma, and a third of the work.
        const green = y * width * 3 + 1
        rows[y] = sumOf(rgb, green, green + width * 3)
        if (y % EVERY === 0) addTo(columns, rgb, green)
      }
    },
  }
}

/** Mean difference of two curves, the second slid by `by`, each freed of its own mean: all light may have changed. */
const difference = (one: Int32Array, other: Int32Array, by: number, margin: number): number => {
  const end = one.length - margin
  let offset = 0
  for (let i = margin; i < end; i++) offset += (other[i + by] as number) - (one[i] as number)
  offset /= end - margin
  let sum = 0
  for (let i = margin; i < end; i++) sum += Math.abs((other[i + by] as number) - (one[i] as number) - offset)
  return sum / (end - margin)
}

const slide = (one: Int32Array, other: Int32Array): number => {
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
