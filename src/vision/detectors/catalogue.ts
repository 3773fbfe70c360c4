// Every model file that is known by name: where it comes from, its checksum, and whether the one on the disk is it.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { ModelFile } from './detector.js'
import { detectors } from './index.js'

export const catalogue: readonly ModelFile[] = detectors.flatMap(({ files }) => [...files])

export const sha256Of = async (path: string): Promise<string> => {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

export type FileCondition = 'good' | 'missing' | 'damaged'

/** Sums of files as they were when last read: the same size and time need no second reading. */
const read = new Map<string, { readonly stamp: string; readonly sum: string }>()

export const conditionOf = async (folder: string, { name, bytes, sha256 }: ModelFile): Promise<FileCondition> => {
  const path = join(folder, name)
  const found = await stat(path).catch(() => null)
  if (!found?.isFile()) return 'missing'
  if (found.size !== bytes) return 'damaged'
  const stamp = `${found.ino} ${found.mtimeMs}`
  const known = read.get(path)
  const sum = known?.stamp === stamp ? known.sum : await sha256Of(path)
  read.set(path, { stamp, sum })
  return sum === sha256 ? 'good' : 'damaged'
}
