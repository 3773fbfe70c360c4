// Luma made small by the mean of boxes: less noise, less work.

export interface Small {
  readonly width: number
  readonly height: number
  /** One number a box, 0..255. */
  readonly luma: Float32Array
}

/** Boxes of `side` x `side` pixels; what does not fill a box at the right and bottom is left out. */
export const shrinkLuma = (data: Uint8Array, width: number, height: number, side: number): Small => {
  const across = Math.floor(width / side)
  const down = Math.floor(height / side)
  const sums = new Uint32Array(across * down)
  // Every other row says as much as all of them, for half the work.
  const skip = side > 1 ? 2 : 1
  for (let row = 0; row < down * side; row += skip) {
    let box = Math.floor(row / side) * across
    let at = row * width
    for (const end = box + across; box < end; box++) {
      let sum = 0
      for (const stop = at + side; at < stop; at++) sum += data[at] as number
      sums[box] = (sums[box] as number) + sum
    }
  }
  const luma = new Float32Array(across * down)
  const share = 1 / (side * Math.ceil(side / skip))
  for (let box = 0; box < luma.length; box++) luma[box] = (sums[box] as number) * share
  return { width: across, height: down, luma }
}
