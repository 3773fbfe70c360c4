// Mixes a colour into an area of a picture with its colours at half the size: luma pixel by pixel; a sample of blue or
// red difference as much as its pixels on the mean, those that are in the picture. What lies outside of it is left out.
import { halfSide, type YuvImage } from '../lib/frame.js'
import { cutMask, type Mask } from './overlay-mask.js'
import type { Colour } from './overlay-paint.js'

/** As much as the mask covers each pixel. */
export const blendYuv = (
  image: YuvImage,
  x: number,
  y: number,
  width: number,
  height: number,
  colour: Colour,
  mask?: Mask,
): void => {
  // Small whole numbers for the engine's eyes, too, see overlay-rgb.
  const left = Math.max(0, x) | 0
  const right = Math.min(image.width, x + width) | 0
  const top = Math.max(0, y) | 0
  const bottom = Math.min(image.height, y + height) | 0
  if (left >= right || top >= bottom) return
  const most = Math.round((colour[3] ?? 1) * 256) | 0
  const [red, green, blue] = colour
  const luma = Math.round(0.299 * red + 0.587 * green + 0.114 * blue) | 0
  // Pure blue and red are half a step beyond a byte.
  const cb = Math.min(255, Math.round(128 - 0.168736 * red - 0.331264 * green + 0.5 * blue)) | 0
  const cr = Math.min(255, Math.round(128 + 0.5 * red - 0.418688 * green - 0.081312 * blue)) | 0
  if (!mask) {
    tint(image, left, right, top, bottom, most, luma)
    tintColours(image, left, right, top, bottom, most, cb, cr)
    return
  }
  const { data, width: across, height: down } = image
  const [halfAcross, halfDown] = [halfSide(across), halfSide(down)]
  const half = halfOf(image, mask, x, y)
  const toBlue = across * down
  stamp(data, 0, across, down, x | 0, y | 0, mask, most, luma)
  stamp(data, toBlue, halfAcross, halfDown, x >> 1, y >> 1, half, most, cb)
  stamp(data, toBlue + halfAcross * halfDown, halfAcross, halfDown, x >> 1, y >> 1, half, most, cr)
}

const tint = (
  { data, width }: YuvImage,
  left: number,
  right: number,
  top: number,
  bottom: number,
  most: number,
  luma: number,
): void => {
  const rest = 256 - most
  const added = luma * most + 128
  for (let row = top; row < bottom; row++) {
    const end = row * width + right
    for (let at = row * width + left; at < end; at++) data[at] = ((data[at] as number) * rest + added) >> 8
  }
}

const tintColours = (
  { data, width, height }: YuvImage,
  left: number,
  right: number,
  top: number,
  bottom: number,
  most: number,
  cb: number,
  cr: number,
): void => {
  const across = halfSide(width)
  const toRed = across * halfSide(height)
  const first = left >> 1
  const last = (right - 1) >> 1
  const atFirst = halvesOf(first, left, right, width)
  const atLast = halvesOf(last, left, right, width)
  for (let row = top >> 1; row <= (bottom - 1) >> 1; row++) {
    const half = most * halvesOf(row, top, bottom, height)
    const line = width * height + row * across
    for (let column = first; column <= last; column++) {
      const wide = column === first ? atFirst : column === last ? atLast : 2
      const weight = (half * wide) >> 2
      const rest = 256 - weight
      const at = line + column
      data[at] = ((data[at] as number) * rest + cb * weight + 128) >> 8
      data[at + toRed] = ((data[at + toRed] as number) * rest + cr * weight + 128) >> 8
    }
  }
}

/** How much of a sample's one or two pixels lies within `from`..`to`: 0, 1, or 2 for all. The picture ends at `end`. */
const halvesOf = (sample: number, from: number, to: number, end: number): number => {
  const [begins, ends] = [2 * sample, Math.min(end, 2 * sample + 2)]
  const within = Math.min(to, ends) - Math.max(from, begins)
  return within === ends - begins ? 2 : within
}

/** One plane, `across` by `down` bytes from `begins`. */
const stamp = (
  data: Uint8Array,
  begins: number,
  across: number,
  down: number,
  x: number,
  y: number,
  { cover, width, height }: Mask,
  most: number,
  value: number,
): void => {
  const left = Math.max(0, x) | 0
  const right = Math.min(across, x + width) | 0
  const bottom = Math.min(down, y + height) | 0
  for (let row = Math.max(0, y) | 0; row < bottom; row++) {
    stampRow(
      data,
      (begins + row * across + left) | 0,
      cover,
      ((row - y) * width + left - x) | 0,
      (right - left) | 0,
      most,
      value,
    )
  }
}

const stampRow = (
  data: Uint8Array,
  from: number,
  cover: Uint8Array,
  over: number,
  pixels: number,
  most: number,
  value: number,
): void => {
  for (let i = 0; i < pixels; i++) {
    const covered = cover[over + i] as number
    // 255 of 255 is all.
    const weight = (most * (covered + (covered >> 7)) + 128) >> 8
    data[from + i] = ((data[from + i] as number) * (256 - weight) + value * weight + 128) >> 8
  }
}

/** By whether they begin in the middle of a sample: across, down. */
const halves = new WeakMap<Mask, (Mask | undefined)[]>()

/** How much the mask covers each sample of colour. */
const halfOf = ({ width, height }: YuvImage, mask: Mask, x: number, y: number): Mask => {
  const [oddX, oddY] = [x & 1, y & 1]
  const aloneX = (width & 1) === 1 && x + mask.width >= width
  const aloneY = (height & 1) === 1 && y + mask.height >= height
  if (aloneX || aloneY) {
    const [right, bottom] = [Math.min(mask.width, width - x), Math.min(mask.height, height - y)]
    return halve(cutMask(mask, 0, 0, right, bottom), oddX, oddY, aloneX, aloneY)
  }
  const known = halves.get(mask) ?? []
  const half = known[oddX + 2 * oddY] ?? halve(mask, oddX, oddY, false, false)
  if (known.length === 0) halves.set(mask, known)
  known[oddX + 2 * oddY] = half
  return half
}

/** `alone`: its last pixels share their samples with none, as at the end of an odd width. */
const halve = ({ width, height, cover }: Mask, oddX: number, oddY: number, aloneX: boolean, aloneY: boolean): Mask => {
  const [across, down] = [halfSide(width + oddX), halfSide(height + oddY)]
  const coverAt = (column: number, row: number): number => {
    const [x, y] = [aloneX ? Math.min(column, width - 1) : column, aloneY ? Math.min(row, height - 1) : row]
    return x < 0 || y < 0 || x >= width || y >= height ? 0 : (cover[y * width + x] as number)
  }
  const half = Uint8Array.from({ length: across * down }, (_, at) => {
    const [x, y] = [2 * (at % across) - oddX, 2 * Math.floor(at / across) - oddY]
    return (coverAt(x, y) + coverAt(x + 1, y) + coverAt(x, y + 1) + coverAt(x + 1, y + 1) + 2) >> 2
  })
  return { width: across, height: down, cover: half }
}
