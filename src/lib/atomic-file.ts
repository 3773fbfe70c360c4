// A small file that is there whole or not at all, whatever happens while it is written.
import { open, rename, rm } from 'node:fs/promises'

let count = 0

/** Writes beside the place, syncs, and puts it there in one step. Readable by its owner only unless `mode` says more. */
export const writeFileAtomic = async (path: string, data: string | Uint8Array, mode = 0o600): Promise<void> => {
  count += 1
  const draft = `${path}.${process.pid}-${count}.draft`
  try {
    const file = await open(draft, 'wx', mode)
    try {
      await file.writeFile(data)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {})
    throw error
  }
}
