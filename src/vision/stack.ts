// The mean of several pictures of one scene: what moves at random (noise) shrinks with the square root of their number.
// The mean is taken in linear light, where light adds up; a camera that shook is followed. Knows no video.
//
// Codes to light and back: the opto-electronic transfer of Recommendation ITU-R BT.709-6, item 1.2, inverted. It is what
// cameras apply; 16 bits of light keep every code of a dark picture apart (the first is 57 steps from black).
import { setImmediate } from 'node:timers/promises'
import type { RgbImage } from '../lib/frame.js'
import { createProfiles, type Profiles, type Shift, shiftBetween } from './stack-align.js'

export interface Stack {
  /** All pictures have the size of the first. Resolves when the picture's memory is free again. */
  add(image: RgbImage): Promise<void>
  /** A new picture; at least one must have been added. */
  mean(): Promise<RgbImage>
  readonly count: number
  /** The most that a picture was moved, in pixels to either side. */
  readonly furthest: number
}

const FULL = 65_535
/** Samples worked on between two breaths. Measured: a median of 1 ms on a machine with five times as many jobs as cores. */
const SLICE = 200_000

const toLight = (code: number): number => (code < 0.081 ? code / 4.5 : ((code + 0.099) / 1.099) ** (1 / 0.45))
const toCode = (light: number): number => (light < 0.018 ? light * 4.5 : 1.099 * light ** 0.45 - 0.099)

const LIGHT = Uint16Array.from({ length: 256 }, (_, code) => Math.round(toLight(code / 255) * FULL))
const CODE = Uint8Array.from({ length: FULL + 1 }, (_, light) => Math.round(toCode(light / FULL) * 255))

const addLight = (sum: Int32Array, at: number, from: Uint8Array, begin: number, end: number): void => {
  for (let i = begin, to = at; i < end; i++, to++) {
    sum[to] = (sum[to] as number) + (LIGHT[from[i] as number] as number)
  }
}

const writeMean = (sum: Int32Array, count: number, to: Uint8Array, begin: number, end: number): void => {
  const half = count >> 1
  for (let i = begin; i < end; i++) to[i] = CODE[(((sum[i] as number) + half) / count) | 0] as number
}

/** For pictures of this size. At most 32,768 can be added. */
export const createStack = (width: number, height: number): Stack => {
  const row = width * 3
  const rowsAtOnce = Math.max(1, Math.floor(SLICE / row))
  const sum = new Int32Array(row * height)
  let first: { readonly data: Uint8Array; readonly profiles: Profiles } | undefined
  let count = 0
  let furthest = 0

  /** The event loop has its turn after each slice. */
  const bySlices = async (work: (from: number, to: number) => void): Promise<void> => {
    for (let from = 0; from < height; from += rowsAtOnce) {
      work(from, Math.min(height, from + rowsAtOnce))
      await setImmediate()
    }
  }
  /** Where a moved picture has nothing to give, the first one stands in. */
  const addRow = (y: number, image: Uint8Array, stand: Uint8Array, { right, down }: Shift): void => {
    const at = y * row
    const from = y + down
    if (from < 0 || from >= height) {
      addLight(sum, at, stand, at, at + row)
      return
    }
    const left = Math.max(0, -right) * 3
    const end = Math.min(width, width - right) * 3
    const moved = from * row + right * 3
    addLight(sum, at, stand, at, at + left)
    addLight(sum, at + left, image, moved + left, moved + end)
    addLight(sum, at + end, stand, at + end, at + row)
  }
  return {
    get count() {
      return count
    },
    get furthest() {
      return furthest
    },
    add: async ({ data }) => {
      const profiles = createProfiles(width, height)
      const kept = first ? undefined : new Uint8Array(data.length)
      await bySlices((from, to) => {
        profiles.learn(data, from, to)
        kept?.set(data.subarray(from * row, to * row), from * row)
      })
      first ??= { data: kept ?? data, profiles }
      const stand = first.data
      const shift = shiftBetween(first.profiles, profiles)
      furthest = Math.max(furthest, Math.abs(shift.right), Math.abs(shift.down))
      await bySlices((from, to) => {
        for (let y = from; y < to; y++) addRow(y, data, stand, shift)
      })
      count += 1
    },
    mean: async () => {
      const data = Buffer.allocUnsafeSlow(row * height)
      await bySlices((from, to) => writeMean(sum, count, data, from * row, to * row))
      return { data, width, height, channels: 3 }
    },
  }
}
