// Where to look: which pieces of the picture are worth a look in full detail, and whether all of it must be looked at.
// Each piece costs as much as the whole picture, so there are as few as still show the smallest thing large enough.
// Pure.
import { areaOf, type Box, boxAround, overlapOf } from '../lib/box.js'

export interface Gaze {
  readonly windows: readonly Box[]
  readonly sweep: boolean
}

const MOST_WINDOWS = 3
/** Detectors look at a piece as a square of this many pixels, half as large again as what is in it. */
const PIXELS = 320
const AROUND = 1.5
/** A thing should be at least so many pixels tall in its piece. */
const TALL = 36
/** Parts of the picture's height: what is taller is found in a sweep, what is smaller is nothing that could be told. */
export const TALL_IN_SWEEP = 0.1
const LEAST = 0.03
/** A known thing's surroundings: what moves there is most likely its own. */
const REACH = 0.25
/** What is covered so much by known things is explained by them. */
const EXPLAINED = 0.3

/** What moves where nothing is known to be. */
export const unexplained = (moving: readonly Box[], known: readonly Box[]): readonly Box[] =>
  moving.filter((blob) => {
    if (blob.height < LEAST) return false
    const covered = known.reduce((sum, box) => sum + areaOf(overlapOf(around(box), blob)), 0)
    return covered < EXPLAINED * areaOf(blob)
  })

const around = ({ x, y, width, height }: Box): Box => ({
  x: x - REACH * height,
  y: y - REACH * height,
  width: width + 2 * REACH * height,
  height: height * (1 + 2 * REACH),
})

interface Piece {
  readonly box: Box
  /** The smallest thing in it, as a share of the picture's height. */
  readonly smallest: number
}

/**
 * `places`: what moves, and what must be found again. `shape`: width over height of the picture. `sweepDue`: whether all
 * of it was not looked at for long.
 */
export const planGaze = (places: readonly Box[], shape: number, sweepDue: boolean): Gaze => {
  const pieces = touching(places.map((box) => ({ box, smallest: box.height }))).filter(
    ({ smallest }) => smallest >= LEAST,
  )
  const small = pieces.filter(({ smallest }) => smallest < TALL_IN_SWEEP)
  const tall = pieces.length > small.length
  const windows = gather(small, shape).map(({ box }) => box)
  return { windows, sweep: sweepDue || tall || windows.length === 0 }
}

/** Joins pieces while that costs nothing, or while there are too many. */
const gather = (pieces: readonly Piece[], shape: number): readonly Piece[] => {
  const best = bestJoin(pieces, shape)
  if (!best || (best.pixels < TALL && pieces.length <= MOST_WINDOWS)) return pieces
  return gather([...pieces.filter((piece) => !best.of.includes(piece)), best.joined], shape)
}

const join = (a: Piece, b: Piece): Piece => ({
  box: boxAround(
    [a.box, b.box].flatMap(({ x, y, width, height }) => [
      { x, y },
      { x: x + width, y: y + height },
    ]),
  ),
  smallest: Math.min(a.smallest, b.smallest),
})

/** Pieces that touch are one thing: the smallest in it is all of it. */
const touching = (pieces: readonly Piece[]): readonly Piece[] => {
  for (const [index, a] of pieces.entries()) {
    const b = pieces.slice(index + 1).find((other) => touch(a.box, other.box))
    if (!b) continue
    const { box } = join(a, b)
    const rest = pieces.filter((piece) => piece !== a && piece !== b)
    return touching([...rest, { box, smallest: Math.max(a.smallest, b.smallest) }])
  }
  return pieces
}

const NEAR = 0.01

const touch = (a: Box, b: Box): boolean =>
  a.x <= b.x + b.width + NEAR &&
  b.x <= a.x + a.width + NEAR &&
  a.y <= b.y + b.height + NEAR &&
  b.y <= a.y + a.height + NEAR

/** The two that together show their smallest thing largest, in pixels. */
const bestJoin = (pieces: readonly Piece[], shape: number) => {
  let best: { readonly joined: Piece; readonly pixels: number; readonly of: readonly Piece[] } | undefined
  for (const [index, a] of pieces.entries()) {
    for (const b of pieces.slice(index + 1)) {
      const joined = join(a, b)
      const side = Math.max(joined.box.width * shape, joined.box.height) * AROUND
      const pixels = (joined.smallest * PIXELS) / side
      if (!best || pixels > best.pixels) best = { joined, pixels, of: [a, b] }
    }
  }
  return best
}
