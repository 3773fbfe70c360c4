// A piece of a yuv420p picture, scaled to what a detector wants, in two passes, across and down: bilinear down to half
// the size, below that the mean of the area, so that nothing small is lost between the samples. The work memory is kept
// between pictures: megabytes each time would be the collector's main work.
import type { ModelInput } from '../detectors/detector.js'

/** Pixels of a picture; may reach over its edges, where there is grey. */
export interface Region {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** yuv420p, as a `Frame`'s. */
export interface Yuv {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
}

/** Results are valid until the next call. */
export interface Sampler {
  /** The luma of a region as `width` x `height` numbers 0..255. */
  luma(picture: Yuv, region: Region, width: number, height: number): Float32Array
  /** Three planes, one after the other, in the order and values of the model. */
  rgb(
    picture: Yuv,
    region: Region,
    width: number,
    height: number,
    values: Pick<ModelInput, 'order' | 'mean' | 'std'>,
  ): Float32Array
}

/** Outside the picture: what YOLO's family is trained with. */
const GREY = 114

/** Places `from`..`to` (without `to`) lie in the picture; each is the sum of `count` samples from its first one on. */
interface Taps {
  readonly from: number
  readonly to: number
  readonly count: number
  readonly first: Int32Array
  readonly weights: Float32Array
}

/** For `size` places along a stretch of `span` samples that begins at `start`, in a line of `length`. */
const tapsFor = (start: number, span: number, length: number, size: number): Taps => {
  const scale = span / size
  const bilinear = scale <= 2
  const reach = bilinear ? 1 : scale / 2
  const count = Math.min(length, bilinear ? 2 : Math.ceil(scale) + 1)
  const first = new Int32Array(size)
  const weights = new Float32Array(size * count)
  const from = Math.max(0, Math.ceil(-start / scale - 0.5))
  const to = Math.min(size, Math.floor((length - start) / scale - 0.5) + 1)
  for (let place = from; place < to; place++) {
    const centre = start + (place + 0.5) * scale
    const begin = Math.max(0, Math.min(length - count, bilinear ? Math.ceil(centre - 1.5) : Math.floor(centre - reach)))
    first[place] = begin
    let sum = 0
    for (let tap = 0; tap < count; tap++) {
      const sample = begin + tap
      const covered = Math.min(sample + 1, centre + reach) - Math.max(sample, centre - reach)
      const weight = Math.max(0, bilinear ? 1 - Math.abs(sample + 0.5 - centre) : covered)
      weights[place * count + tap] = weight
      sum += weight
    }
    for (let tap = 0; tap < count; tap++) weights[place * count + tap] = (weights[place * count + tap] as number) / sum
  }
  return { from, to: Math.max(from, to), count, first, weights }
}

interface Plane {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
}

/** Float arrays by name, as large as they were ever needed. */
const createScratch = () => {
  const held = new Map<string, Float32Array>()
  return (name: string, length: number): Float32Array => {
    const known = held.get(name)
    if (known && known.length >= length) return known.subarray(0, length)
    const made = new Float32Array(length)
    held.set(name, made)
    return made
  }
}

/** Scales the samples of a line; `at` is where the line begins in `out`. */
const scaleLine = (
  data: Uint8Array,
  line: number,
  { from, to, count, first, weights }: Taps,
  out: Float32Array,
  at: number,
) => {
  if (count === 2) {
    for (let place = from; place < to; place++) {
      const begin = line + (first[place] as number)
      out[at + place] =
        (data[begin] as number) * (weights[2 * place] as number) +
        (data[begin + 1] as number) * (weights[2 * place + 1] as number)
    }
    return
  }
  for (let place = from, weight = from * count; place < to; place++) {
    let sum = 0
    for (let at = line + (first[place] as number), end = at + count; at < end; at++, weight++) {
      sum += (data[at] as number) * (weights[weight] as number)
    }
    out[at + place] = sum
  }
}

/** `out[to + x] = sum of weight * rows[line + x]` for x in the places. */
const addLines = (
  rows: Float32Array,
  lines: readonly { readonly line: number; readonly weight: number }[],
  out: Float32Array,
  to: number,
  { from, to: end }: Taps,
) => {
  const [{ line: a, weight: wa }, second] = lines as [{ line: number; weight: number }, (typeof lines)[number]?]
  const { line: b, weight: wb } = second ?? { line: a, weight: 0 }
  for (let x = from; x < end; x++) out[to + x] = wa * (rows[a + x] as number) + wb * (rows[b + x] as number)
  for (const { line, weight } of lines.slice(2)) {
    for (let x = from; x < end; x++) out[to + x] = (out[to + x] as number) + weight * (rows[line + x] as number)
  }
}

/** Fills the places of `out` that lie in the plane; returns which these are. */
const scalePlane = (
  plane: Plane,
  region: Region,
  width: number,
  height: number,
  rows: Float32Array,
  out: Float32Array,
) => {
  const xs = tapsFor(region.x, region.width, plane.width, width)
  const ys = tapsFor(region.y, region.height, plane.height, height)
  const top = ys.first[ys.from] ?? 0
  const bottom = ys.to > ys.from ? (ys.first[ys.to - 1] as number) + ys.count : top
  for (let row = top; row < bottom; row++) scaleLine(plane.data, row * plane.width, xs, rows, (row - top) * width)
  for (let place = ys.from; place < ys.to; place++) {
    const lines = Array.from({ length: ys.count }, (_, tap) => ({
      line: ((ys.first[place] as number) - top + tap) * width,
      weight: ys.weights[place * ys.count + tap] as number,
    }))
    addLines(rows, lines, out, place * width, xs)
  }
  return { left: xs.from, right: xs.to, top: ys.from, bottom: ys.to }
}

const planesOf = ({ data, width, height }: Yuv) => {
  const half = { width: (width + 1) >> 1, height: (height + 1) >> 1 }
  const size = width * height
  const chroma = half.width * half.height
  return {
    luma: { data, width, height },
    blue: { data: data.subarray(size, size + chroma), ...half },
    red: { data: data.subarray(size + chroma, size + 2 * chroma), ...half },
  }
}

export const createSampler = (): Sampler => {
  const scratch = createScratch()
  const scale = (name: string, plane: Plane, region: Region, width: number, height: number, outside: number) => {
    // Rows of the plane that the region touches, with the filter's reach.
    const rows = scratch('rows', width * (plane.height + 1))
    const out = scratch(name, width * height)
    const inside = { left: region.x >= 0, right: region.x + region.width <= plane.width }
    const whole = inside.left && inside.right && region.y >= 0 && region.y + region.height <= plane.height
    if (!whole) out.fill(outside)
    return { out, filled: scalePlane(plane, region, width, height, rows, out) }
  }
  return {
    luma: (picture, region, width, height) => scale('luma', planesOf(picture).luma, region, width, height, GREY).out,
    rgb: (picture, region, width, height, { order, mean, std }) => {
      const { luma, blue, red } = planesOf(picture)
      const { out: ys, filled } = scale('luma', luma, region, width, height, GREY)
      // Half as fine as luma, as in the picture itself.
      const [across, down] = [(width + 1) >> 1, (height + 1) >> 1]
      const part = { x: region.x / 2, y: region.y / 2, width: region.width / 2, height: region.height / 2 }
      const { out: us } = scale('blue', blue, part, across, down, 128)
      const { out: vs } = scale('red', red, part, across, down, 128)
      const size = width * height
      const out = scratch('rgb', 3 * size)
      const [r, b] = order === 'rgb' ? ([0, 2] as const) : ([2, 0] as const)
      const [atR, atG, atB] = [r * size, size, b * size]
      const [stdR, stdG, stdB] = [1 / std[r], 1 / std[1], 1 / std[b]]
      for (const [channel, at] of [atR, atG, atB].entries()) {
        const index = channel === 1 ? 1 : channel === 0 ? r : b
        out.fill((GREY - mean[index]) / std[index], at, at + size)
      }
      const within = (value: number): number => (value < 0 ? 0 : value > 255 ? 255 : value)
      for (let row = filled.top; row < filled.bottom; row++) {
        const line = row * width
        const colours = (row >> 1) * across
        for (let x = filled.left; x < filled.right; x++) {
          // BT.601, 16..235, as cameras give.
          const y = 1.164 * ((ys[line + x] as number) - 16)
          const u = (us[colours + (x >> 1)] as number) - 128
          const v = (vs[colours + (x >> 1)] as number) - 128
          out[atR + line + x] = (within(y + 1.596 * v) - mean[r]) * stdR
          out[atG + line + x] = (within(y - 0.392 * u - 0.813 * v) - mean[1]) * stdG
          out[atB + line + x] = (within(y + 2.017 * u) - mean[b]) * stdB
        }
      }
      return out
    },
  }
}
