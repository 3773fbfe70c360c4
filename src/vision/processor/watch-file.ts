// Tells when a file changes, appears or is gone: at once where the system says so, else by looking every two seconds
// (some mounts of containers and networks say nothing).
import { type FSWatcher, watch } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import type { Clock } from '../../lib/clock.js'

const LOOK = 2000
/** An editor writes in several steps. */
const SETTLE = 150

export const watchFile = (path: string, clock: Clock, onChange: () => void): Disposable => {
  let known: string | undefined
  let ended = false
  let settling: Disposable | undefined
  const look = async (): Promise<void> => {
    const found = await stat(path).then(
      ({ mtimeMs, size, ino }) => `${mtimeMs} ${size} ${ino}`,
      () => 'none',
    )
    if (ended) return
    const changed = known !== undefined && known !== found
    known = found
    if (changed) onChange()
  }
  const soon = (): void => {
    settling?.[Symbol.dispose]()
    settling = clock.after(SETTLE, () => void look())
  }
  void look()
  const looking = clock.every(LOOK, () => void look())
  let watcher: FSWatcher | undefined
  try {
    // The folder: most editors put a new file in the old one's place.
    watcher = watch(dirname(path), { persistent: false }, (_, name) => {
      if (name === null || name === basename(path)) soon()
    })
    watcher.on('error', () => watcher?.close())
  } catch {
    // No such folder, or no watches left: looking is enough.
  }
  return {
    [Symbol.dispose]: () => {
      ended = true
      settling?.[Symbol.dispose]()
      looking[Symbol.dispose]()
      watcher?.close()
    },
  }
}
