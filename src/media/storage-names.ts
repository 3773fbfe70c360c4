// Where items lie and what they are called: `<camera>/<2026-11-20>/<23-15-58>_<0001>.mp4`, in local time, and the id
// `<camera>-20261120-231558-0001`. Names with a dot in front are files in the making.
import type { StoredItem } from '../camera/stored-item.js'

export interface ItemName {
  readonly id: string
  readonly camera: string
  readonly number: number
  /** The folder, relative to the data folder. */
  readonly folder: string
  /** The file's name without its ending. */
  readonly stem: string
}

const pad = (value: number, length = 2): string => String(value).padStart(length, '0')

const nameOf = (camera: string, day: string, time: string, number: number): ItemName => ({
  id: `${camera}-${day.replaceAll('-', '')}-${time.replaceAll('-', '')}-${pad(number, 4)}`,
  camera,
  number,
  folder: `${camera}/${day}`,
  stem: `${time}_${pad(number, 4)}`,
})

/** `2026-11-20`, in local time. */
export const dayOf = (wall: number): string => {
  const at = new Date(wall)
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`
}

export const itemName = (camera: string, wall: number, number: number): ItemName => {
  const at = new Date(wall)
  return nameOf(camera, dayOf(wall), `${pad(at.getHours())}-${pad(at.getMinutes())}-${pad(at.getSeconds())}`, number)
}

export const CAMERA = /^[a-z0-9_-]+$/
export const DAY = /^\d{4}-\d{2}-\d{2}$/
const FILE = /^(\.?)(\d{2}-\d{2}-\d{2})_(\d{4,})(\.part|\.tmp|\.\d+\.crop)?\.(mp4|jpg|png)(\.[\w-]+\.draft)?$/

export interface FoundName extends ItemName {
  readonly file: string
  /** Wall ms as the name tells it. */
  readonly at: number
  /** A video being written, a file that was not written to its end, an item's own, or a piece of its picture. */
  readonly role: 'part' | 'scrap' | 'final' | 'crop'
  readonly format: StoredItem['format']
}

/** What a file's name says; null for files that are not ours. */
export const readName = (camera: string, day: string, file: string): FoundName | null => {
  const [, hidden, time, digits, mark, format, draft] = FILE.exec(file) ?? []
  if (time === undefined || digits === undefined || format === undefined) return null
  const isCrop = mark?.endsWith('.crop') ?? false
  if ((hidden === '.') !== (mark !== undefined && !isCrop)) return null
  const at = new Date(`${day}T${time.replaceAll('-', ':')}`).getTime()
  if (Number.isNaN(at)) return null
  return {
    ...nameOf(camera, day, time, Number(digits)),
    file,
    at,
    role: mark === '.part' ? 'part' : mark === '.tmp' || draft ? 'scrap' : isCrop ? 'crop' : 'final',
    format: format as StoredItem['format'],
  }
}

/** The running recording: an ordinary fragmented MP4, hidden until it is finished. */
export const partName = (stem: string): string => `.${stem}.part.mp4`
/** The video on its way from one to the other. */
export const tmpName = (stem: string): string => `.${stem}.tmp.mp4`
