// Luma made small: a byte a box, rows that begin on a word, so that four boxes can be read at once. Everything is
// written into arrays that are kept.

/** Small pictures are cut into blocks of so many boxes a side, and their light is compared block by block. */
export const BLOCK = 8

export interface Small {
  /** In boxes. */
  readonly width: number
  readonly height: number
  /** Bytes a row: the width or a little more, a multiple of four. */
  readonly stride: number
  readonly luma: Uint8Array
  /** The same memory, four boxes a word, the left one lowest. */
  readonly words: Uint32Array
  /** Blocks a row, and rows of them; those at the right and lower edge may be cut. */
  readonly across: number
  readonly down: number
  /** The mean of each block, in quarters of a luma step. */
  readonly means: Float32Array
}

/** Room for the small picture of `width` x `height` pixels in boxes of `side` pixels; what fills no box is left out. */
export const createSmall = (width: number, height: number, side: number): Small => {
  const boxes = { width: Math.floor(width / side), height: Math.floor(height / side) }
  const across = Math.ceil(boxes.width / BLOCK)
  const down = Math.ceil(boxes.height / BLOCK)
  const stride = (boxes.width + 3) & ~3
  const words = new Uint32Array((stride >> 2) * boxes.height)
  const luma = new Uint8Array(words.buffer)
  return { ...boxes, stride, luma, words, across, down, means: new Float32Array(across * down) }
}

const copy = (data: Uint8Array, from: number, { width, height, stride, luma }: Small): void => {
  if (from === stride) luma.set(data.subarray(0, stride * height))
  else for (let y = 0; y < height; y++) luma.set(data.subarray(y * from, y * from + width), y * stride)
}

/** Of a larger box four pixels speak. */
const sample = (data: Uint8Array, from: number, side: number, { width, height, stride, luma }: Small): void => {
  const right = side >> 1
  const below = right * from
  for (let y = 0; y < height; y++) {
    let at = y * side * from
    for (let box = y * stride, end = box + width; box < end; box++, at += side) {
      const upper = (data[at] as number) + (data[at + right] as number)
      luma[box] = (upper + (data[at + below] as number) + (data[at + below + right] as number) + 2) >> 2
    }
  }
}

/** Every other of the four bytes of a word, each with room above it. */
const TWO = 0x00ff00ff

/** Every other row of a block says enough of its mean. */
const average = ({ width, height, stride, luma, words, across, means }: Small): void => {
  const whole = width >> 3
  const rest = width & 7
  means.fill(0)
  for (let y = 0; y < height; y += 2) {
    let block = (y >> 3) * across
    let word = (y * stride) >> 2
    for (const end = block + whole; block < end; block++, word += 2) {
      const a = words[word] as number
      const b = words[word + 1] as number
      const sums = (a & TWO) + ((a >>> 8) & TWO) + (b & TWO) + ((b >>> 8) & TWO)
      means[block] = (means[block] as number) + (sums & 0xffff) + (sums >>> 16)
    }
    for (let box = y * stride + whole * BLOCK, end = box + rest; box < end; box++)
      means[block] = (means[block] as number) + (luma[box] as number)
  }
  for (let block = 0; block < means.length; block++) {
    const wide = Math.min(BLOCK, width - (block % across) * BLOCK)
    const high = Math.ceil(Math.min(BLOCK, height - Math.floor(block / across) * BLOCK) / 2)
    means[block] = (4 * (means[block] as number)) / (wide * high)
  }
}

/** Fills `small` from a plane of luma, `from` bytes a row. */
export const shrinkLuma = (data: Uint8Array, from: number, side: number, small: Small): void => {
  if (side === 1) copy(data, from, small)
  else sample(data, from, side, small)
  average(small)
}
