// The time at which a picture was made, drawn into its top rows before it is encoded, and read again at the far end.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import sharp from 'sharp'

export const WIDTH = 1280
export const HEIGHT = 720
/** Rows that the barcode takes, and how much of the picture that is, in percent. */
export const ROWS = 24
export const ROWS_PERCENT = Math.ceil((100 * ROWS) / HEIGHT)

const BLOCK = 26
const TIME_BITS = 40
const CHECK_BITS = 8
/** Tenths of a millisecond. */
const UNIT = 10
const DARK = 30
const LIGHT = 220

const checkOf = (/** @type {number} */ value) => {
  let check = 0x5a
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) check = ((check << 1) ^ (check >> 7) ^ rest) & 0xff
  return check
}

/** Draws `at` (milliseconds) into a plane of luma. */
export const drawBarcode = (/** @type {Uint8Array} */ luma, /** @type {number} */ at) => {
  const value = Math.round(at * UNIT)
  const bits = value.toString(2).padStart(TIME_BITS, '0') + checkOf(value).toString(2).padStart(CHECK_BITS, '0')
  const row = new Uint8Array(WIDTH).fill(DARK)
  for (const [i, bit] of [...bits].entries()) if (bit === '1') row.fill(LIGHT, i * BLOCK, (i + 1) * BLOCK)
  for (let y = 0; y < ROWS; y++) luma.set(row, y * WIDTH)
}

/** The milliseconds in the top rows of a picture; undefined if they can't be read. */
const readBarcode = (/** @type {Uint8Array} */ luma) => {
  const middle = (ROWS >> 1) * WIDTH + (BLOCK >> 1)
  let bits = ''
  for (let i = 0; i < TIME_BITS + CHECK_BITS; i++) bits += (luma[middle + i * BLOCK] ?? 0) > 125 ? '1' : '0'
  const value = Number.parseInt(bits.slice(0, TIME_BITS), 2)
  return Number.parseInt(bits.slice(TIME_BITS), 2) === checkOf(value) ? value / UNIT : undefined
}

/** Of a JPEG. */
export const barcodeOf = async (/** @type {Uint8Array} */ jpeg) => {
  const top = sharp(jpeg).extract({ left: 0, top: 0, width: WIDTH, height: ROWS })
  return readBarcode(await top.extractChannel(0).raw().toBuffer())
}

/** Of each picture of an H.264 stream (Annex B), in order. */
export const barcodesOf = (/** @type {Uint8Array} */ stream, /** @type {string} */ file) => {
  writeFileSync(file, stream)
  const args = ['-v', 'error', '-f', 'h264', '-i', file, '-vf', `crop=${WIDTH}:${ROWS}:0:0,extractplanes=y`]
  const raw = execFileSync('ffmpeg', [...args, '-fps_mode', 'passthrough', '-f', 'rawvideo', 'pipe:1'], {
    maxBuffer: 1e9,
  })
  const bytes = WIDTH * ROWS
  return Array.from({ length: raw.length / bytes }, (_, i) => readBarcode(raw.subarray(i * bytes, (i + 1) * bytes)))
}
