// The files of an item: where they lie, and how a hidden file of fragments becomes an ordinary MP4 under its final name.
import { access, chmod, rename, rm, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import type { StoredItem } from '../camera/stored-item.js'
import { sentenceOf } from '../lib/failure.js'
import type { Log } from '../lib/log.js'
import { finishMp4, syncFile } from './finish.js'
import { measureWhole } from './mp4-cut.js'
import { type ItemName, partName, tmpName } from './storage-names.js'

export interface ItemPaths {
  readonly folder: string
  readonly part: string
  readonly tmp: string
  readonly video: string
  readonly picture: string
}

export const pathsOf = (data: string, { folder, stem }: ItemName): ItemPaths => {
  const dir = join(data, folder)
  return {
    folder: dir,
    part: join(dir, partName(stem)),
    tmp: join(dir, tmpName(stem)),
    video: join(dir, `${stem}.mp4`),
    picture: join(dir, `${stem}.jpg`),
  }
}

export const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** Read-only on disk is what `keep` looks like to people, and what outlives a lost index. */
export const markKept = async (paths: readonly string[], keep: boolean): Promise<void> => {
  // A disk without permissions (exFAT, some shares) keeps it in the index only.
  for (const path of paths) await chmod(path, keep ? 0o444 : 0o644).catch(() => {})
}

export interface Ending {
  readonly paths: ItemPaths
  readonly item: StoredItem
  readonly cut: boolean
  readonly signal: AbortSignal
  readonly log: Log
}

/**
 * The part becomes the video; gives its size, or null when nothing whole was in it and nothing is left. A part that
 * ffmpeg can't take stays playable under the final name.
 */
export const endPart = async ({ paths, item, cut, signal, log }: Ending): Promise<number | null> => {
  if (cut) {
    const whole = await measureWhole(paths.part)
    if (whole.fragments === 0) {
      await rm(paths.part)
      return null
    }
    await truncate(paths.part, whole.bytes)
  }
  try {
    await finishMp4({ part: paths.part, tmp: paths.tmp, to: paths.video }, item, signal)
    await rm(paths.part)
  } catch (error) {
    if (signal.aborted) throw error
    if (!(await exists(paths.video))) {
      await syncFile(paths.part)
      await rename(paths.part, paths.video)
      log.warn(
        { item: item.id, problem: sentenceOf(error) },
        `${item.id} stays as it was written: ${sentenceOf(error)}`,
      )
    }
  }
  return (await stat(paths.video)).size
}
