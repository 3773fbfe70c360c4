// How much of each pixel a shape covers.

export interface Mask {
  readonly width: number
  readonly height: number
  /** 0..255 for each pixel, row after row. */
  readonly cover: Uint8Array
}

export interface PlacedMask {
  /** Of the mask's left upper corner. */
  readonly x: number
  readonly y: number
  readonly mask: Mask
}

/** Without the rows and columns around it that nothing covers: they would be visited with every picture. */
export const trimMask = ({ x, y, mask: { width, height, cover } }: PlacedMask): PlacedMask => {
  const rows = Array.from({ length: height }, (_, row) => row)
  const columns = Array.from({ length: width }, (_, column) => column)
  const inRow = (row: number): boolean => columns.some((column) => cover[row * width + column] !== 0)
  const inColumn = (column: number): boolean => rows.some((row) => cover[row * width + column] !== 0)
  const [top, bottom] = [Math.max(0, rows.findIndex(inRow)), rows.findLastIndex(inRow) + 1]
  const [left, right] = [Math.max(0, columns.findIndex(inColumn)), columns.findLastIndex(inColumn) + 1]
  return { x: x + left, y: y + top, mask: cutMask({ width, height, cover }, left, top, right, bottom) }
}

export const cutMask = ({ width, cover }: Mask, left: number, top: number, right: number, bottom: number): Mask => {
  const cut = new Uint8Array((right - left) * (bottom - top))
  for (let row = top; row < bottom; row++) {
    cut.set(cover.subarray(row * width + left, row * width + right), (row - top) * (right - left))
  }
  return { width: right - left, height: bottom - top, cover: cut }
}
