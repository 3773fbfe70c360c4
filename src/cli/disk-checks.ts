// The doctor's looks at the disks: whether they can be written, their room and their speed. What is written goes again.
import { access, mkdtemp, open, rm, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Config } from '../config/schema.js'
import { sentenceOf } from '../lib/failure.js'
import { bad, type Look, ok, warn } from './look.js'

const SAMPLE = 8_000_000
/** Settings, users and what waits to be sent are small. */
const DATA_FLOOR = 20_000_000
/** A camera's video is 1 MB/s at most; below this a few of them and an SD card's pauses are too much. */
const SLOW = 4_000_000

/** The folder itself, or the nearest one above it that exists. */
const existing = async (folder: string): Promise<string> => {
  const there = await access(folder).then(
    () => true,
    () => false,
  )
  return there || dirname(folder) === folder ? folder : existing(dirname(folder))
}

/** Bytes a second until they are on the disk. */
const writeSpeed = async (folder: string): Promise<number> => {
  const file = await open(join(folder, 'sample'), 'wx')
  try {
    const begun = performance.now()
    await file.writeFile(Buffer.alloc(SAMPLE, 0x5a))
    await file.sync()
    return SAMPLE / ((performance.now() - begun) / 1000)
  } finally {
    await file.close()
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`

/** Free bytes that a folder needs, and what happens with less. */
interface Need {
  readonly floor: number
  readonly less: string
  readonly todo: string
}

const checkFolder = async (name: string, { floor, less, todo }: Need): Promise<Look[]> => {
  const folder = await existing(name)
  try {
    // Only trying tells: a read-only disk and a full one also refuse who has the right.
    const inside = await mkdtemp(join(folder, '.nightjar-'))
    try {
      const { bavail, bsize } = await statfs(folder)
      const free = bavail * bsize
      const room = `${(free / 1e9).toFixed(1)} GB free for ${name}`
      const speed = free > 2 * SAMPLE ? await writeSpeed(inside) : null
      const fast = `${megabytes(speed ?? 0)} a second can be written there`
      return [
        ok(`${name} can be written`),
        free > floor ? ok(room) : bad(`${room}: ${less}`, todo),
        ...(speed === null
          ? []
          : [speed >= SLOW ? ok(fast) : warn(fast, 'a faster card or disk, or recordings get holes')]),
      ]
    } finally {
      await rm(inside, { recursive: true, force: true })
    }
  } catch (error) {
    return [bad(`${name} can't be written (${sentenceOf(error)})`, `let the user of the service write to ${folder}`)]
  }
}

/** The data folder and, where recordings lie elsewhere, that one. */
export const checkDisks = async ({ data, storage }: Pick<Config, 'data' | 'storage'>): Promise<Look[]> => {
  const kept = storage.path ?? data
  const recordings: Need = {
    floor: storage.min_free_bytes,
    less: 'less than storage.min_free_bytes',
    todo: 'make room, or nothing will be recorded',
  }
  const settings: Need = { floor: DATA_FLOOR, less: 'hardly any', todo: 'make room, or settings can not be kept' }
  return [...(kept === data ? [] : await checkFolder(data, settings)), ...(await checkFolder(kept, recordings))]
}
