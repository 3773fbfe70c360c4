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
  // Four columns of every other row say as much as all pixels of the box, for a fraction of the work.
  const skip = side > 1 ? 2 : 1
  const [second, third, fourth] = [side >> 2, side >> 1, (3 * side) >> 2]
  for (let row = 0; row < down * side; row += skip) {
    let box = Math.floor(row / side) * across
    for (let at = row * width, end = at + across * side; at < end; at += side) {
      const left = (data[at] as number) + (data[at + second] as number)
      const right = (data[at + third] as number) + (data[at + fourth] as number)
      sums[box] = (sums[box] as number) + left + right
      box++
    }
  }
  const luma = new Float32Array(across * down)
  const share = 1 / (4 * Math.ceil(side / skip))
  for (let box = 0; box < luma.length; box++) luma[box] = (sums[box] as number) * share
  return { width: across, height: down, luma }
}
