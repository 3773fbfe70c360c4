// What the disk says: how much is free, and in words what is wrong with it.
import { constants } from 'node:fs'
import { access, statfs } from 'node:fs/promises'
import { Failure, sentenceOf } from '../lib/failure.js'
import { makeFolder } from '../lib/make-folder.js'

export type FreeBytes = (folder: string) => Promise<number>

export const freeBytes: FreeBytes = async (folder) => {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** Makes the folder if need be; throws when we may not write there. Writes nothing else. */
export const claimFolder = async (folder: string): Promise<void> => {
  await makeFolder(folder)
  await access(folder, constants.W_OK)
}

const SENTENCES: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full',
  EDQUOT: 'The disk quota is used up',
  EROFS: 'The disk is read-only',
  EACCES: 'Nightjar may not write there',
  EPERM: 'Nightjar may not write there',
  EIO: 'The disk reports errors',
  ENOTDIR: 'A file is in the way of a folder',
  EEXIST: 'A file is in the way of a folder',
  SQLITE_FULL: 'The disk is full',
  SQLITE_READONLY: 'The disk is read-only',
}

/** A Failure with a sentence for a person, whatever the disk threw. */
export const storageFailure = (where: string, error: unknown): Failure => {
  if (error instanceof Failure) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return new Failure('storage', `${SENTENCES[code] ?? sentenceOf(error)} (${where})`, { cause: error })
}

export const formatBytes = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.max(0, Math.floor(bytes / 1e6))} MB`
