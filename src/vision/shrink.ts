// Luma made small by the mean of boxes: less noise, less work. Everything is written into arrays that are kept.

/** Small pictures are cut into blocks of so many boxes a side, and their light is compared block by block. */
export const BLOCK = 8

export interface Small {
  /** In boxes. */
  readonly width: number
  readonly height: number
  /** One number a box, in quarters of a luma step: 0..1020. */
  readonly luma: Int16Array
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
  const luma = new Int16Array(boxes.width * boxes.height)
  return { ...boxes, luma, across, down, means: new Float32Array(across * down) }
}

/** Pixels four at a time, where the bytes lie so that they can be read thus. */
const wordsOf = (data: Uint8Array, stride: number, side: number): Uint32Array | undefined =>
  side === 2 && stride % 4 === 0 && data.byteOffset % 4 === 0
    ? new Uint32Array(data.buffer, data.byteOffset, data.byteLength >> 2)
    : undefined

/** Two boxes of 2 x 2 from two words: their sums stand in the lower and the upper half. */
const TWO = 0x00ff00ff

const halve = (words: Uint32Array, stride: number, { width, height, luma }: Small): void => {
  const below = stride >> 2
  const pairs = width & ~1
  for (let y = 0; y < height; y++) {
    let word = y * 2 * below
    let box = y * width
    for (const end = box + pairs; box < end; box += 2, word++) {
      const a = words[word] as number
      const b = words[word + below] as number
      const sums = (a & TWO) + ((a >>> 8) & TWO) + (b & TWO) + ((b >>> 8) & TWO)
      luma[box] = sums & 0xffff
      luma[box + 1] = sums >>> 16
    }
    if (pairs < width) {
      const a = words[word] as number
      const b = words[word + below] as number
      luma[box] = ((a & TWO) + ((a >>> 8) & TWO) + (b & TWO) + ((b >>> 8) & TWO)) & 0xffff
    }
  }
}

const copy = (data: Uint8Array, stride: number, { width, height, luma }: Small): void => {
  for (let y = 0; y < height; y++) {
    let at = y * stride
    for (let box = y * width, end = box + width; box < end; box++, at++) luma[box] = (data[at] as number) << 2
  }
}

/** Of a larger box four pixels speak. */
const sample = (data: Uint8Array, stride: number, side: number, { width, height, luma }: Small): void => {
  const right = side >> 1
  const below = (side >> 1) * stride
  for (let y = 0; y < height; y++) {
    let at = y * side * stride
    for (let box = y * width, end = box + width; box < end; box++, at += side) {
      const upper = (data[at] as number) + (data[at + right] as number)
      luma[box] = upper + (data[at + below] as number) + (data[at + below + right] as number)
    }
  }
}

/** Every other row of a block says enough of its mean. */
const average = ({ width, height, luma, across, means }: Small): void => {
  means.fill(0)
  for (let y = 0; y < height; y += 2) {
    let block = (y >> 3) * across
    let box = y * width
    for (let left = width; left > 0; left -= BLOCK, block++) {
      let sum = 0
      for (const end = box + Math.min(BLOCK, left); box < end; box++) sum += luma[box] as number
      means[block] = (means[block] as number) + sum
    }
  }
  for (let block = 0; block < means.length; block++) {
    const wide = Math.min(BLOCK, width - (block % across) * BLOCK)
    const high = Math.ceil(Math.min(BLOCK, height - Math.floor(block / across) * BLOCK) / 2)
    means[block] = (means[block] as number) / (wide * high)
  }
}

/** Fills `small` from a plane of luma, `stride` bytes a row. */
export const shrinkLuma = (data: Uint8Array, stride: number, side: number, small: Small): void => {
  const words = wordsOf(data, stride, side)
  if (side === 1) copy(data, stride, small)
  else if (words) halve(words, stride, small)
  else sample(data, stride, side, small)
  average(small)
}
