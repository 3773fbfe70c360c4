// Turns a stream's own time into our monotonic time. A picture can't have been seen after it arrived, and some arrive
// with hardly any delay: the least delay seen is the truth, followed upward slowly for the drift of the two clocks.

export interface StreamTime {
  /** Monotonic ms at which `pts` (seconds) was seen, given that it arrived at `arrival`. The same pts gives the same answer. */
  seen(pts: number, arrival: number): number
  /** The same without learning from it: for sound, whose delay is its encoder's. */
  translate(pts: number, arrival: number): number
}

/** Clocks of cameras are wrong by up to some hundred parts in a million. */
const DRIFT = 0.0005
/** Later than this is no delay: the stream's clock jumped, or stood still. */
const JUMP_MS = 1000
/** Pictures that arrive together while the delay is still being learned keep their order by this. */
const APART_MS = 0.05
/** Frames are decoded a little after their fragment came, or before. */
const REMEMBERED = 256

export const createStreamTime = (): StreamTime => {
  let offset: number | undefined
  let learnedAt = 0
  let last = { pts: Number.POSITIVE_INFINITY, mono: 0 }
  const told = new Map<number, number>()
  const learn = (pts: number, arrival: number): number => {
    const measured = arrival - pts * 1000
    if (offset === undefined || measured < offset || measured - offset > JUMP_MS) offset = measured
    else offset = Math.min(measured, offset + (arrival - learnedAt) * DRIFT)
    learnedAt = arrival
    return pts * 1000 + offset
  }
  return {
    seen: (pts, arrival) => {
      const key = Math.round(pts * 1000)
      const known = told.get(key)
      if (known !== undefined && arrival - known < JUMP_MS) return known
      const learned = learn(pts, arrival)
      const mono = pts > last.pts ? Math.max(learned, last.mono + APART_MS) : learned
      last = { pts, mono }
      told.delete(key)
      told.set(key, mono)
      for (const oldest of told.keys()) {
        if (told.size <= REMEMBERED) break
        told.delete(oldest)
      }
      return mono
    },
    translate: (pts, arrival) => (offset === undefined ? arrival : pts * 1000 + offset),
  }
}
