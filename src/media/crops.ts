// The pieces of a kept picture that show one thing each: `<time>_<number>.<track>.crop.jpg` beside the picture.
import { existsSync, readdirSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { dirname, join, parse } from 'node:path'
import sharp from 'sharp'
import type { Box } from '../lib/box.js'

/** So much of the box's longer side is left around it. */
const AROUND = 0.2
/** Pixels: a smaller piece shows nothing. */
const LEAST = 96

/** The piece around `box` (fractions of the picture) as a JPEG. */
export const cropJpeg = async (picture: Buffer, box: Box, quality: number): Promise<Buffer> => {
  const image = sharp(picture)
  const { width, height } = await image.metadata()
  const around = AROUND * Math.max(box.width * width, box.height * height)
  const across = span(box.x * width, box.width * width, around, width)
  const down = span(box.y * height, box.height * height, around, height)
  const piece = { left: across.from, width: across.length, top: down.from, height: down.length }
  return image.extract(piece).jpeg({ quality }).toBuffer()
}

const span = (from: number, length: number, around: number, most: number): { from: number; length: number } => {
  const wanted = Math.min(most, Math.round(Math.max(length + 2 * around, LEAST)))
  const middle = from + length / 2
  return { from: Math.round(Math.min(most - wanted, Math.max(0, middle - wanted / 2))), length: wanted }
}

export const cropPath = (picture: string, track: number): string => {
  const { dir, name } = parse(picture)
  return join(dir, `${name}.${track}.crop.jpg`)
}

const isOf = (picture: string): ((file: string) => boolean) => {
  const begin = `${parse(picture).name}.`
  return (file) => file.startsWith(begin) && /^\d+\.crop\.jpg$/.test(file.slice(begin.length))
}

/** Absolute paths of all pieces of a picture. */
export const cropsOf = async (picture: string): Promise<string[]> => {
  const files = await readdir(dirname(picture)).catch(() => [])
  return files.filter(isOf(picture)).map((file) => join(dirname(picture), file))
}

/** The piece with this track, or the first there is; null when there is none. */
export const findCrop = (picture: string, track?: number): string | null => {
  if (track !== undefined) return existsSync(cropPath(picture, track)) ? cropPath(picture, track) : null
  const folder = dirname(picture)
  const [first] = existsSync(folder) ? readdirSync(folder).filter(isOf(picture)).sort() : []
  return first === undefined ? null : join(folder, first)
}
