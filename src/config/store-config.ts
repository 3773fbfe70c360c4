// Makes the configuration file say what is live: read, changed (overwrite.ts), proven to mean the same, and only then
// put in its place in one step.
import { chown, readFile, realpath, stat } from 'node:fs/promises'
import type { CameraSettings } from '../camera/settings.js'
import { writeFileAtomic } from '../lib/atomic-file.js'
import { Failure, sentenceOf } from '../lib/failure.js'
import { loadConfig } from './load.js'
import { overwriteSettings } from './overwrite.js'

export interface StoreRequest {
  readonly path: string
  readonly env: NodeJS.ProcessEnv
  readonly cameras: readonly { readonly id: string; readonly settings: CameraSettings }[]
}

/** Whether anything had to be written. Failure 'refused' or 'storage'; the file is then as it was. */
export const storeConfig = async ({ path, env, cameras }: StoreRequest): Promise<boolean> => {
  const settingsIn = async (text: string): Promise<ReadonlyMap<string, CameraSettings>> => {
    const { cameras } = await loadConfig({ path, text, env }).catch((cause: unknown) => {
      throw new Failure('refused', `${path} can't be used as it is now: ${sentenceOf(cause)}`, { cause })
    })
    return new Map(cameras.map(({ id, settings }) => [id, settings]))
  }
  try {
    const file = await realpath(path)
    const before = await readFile(file, 'utf8')
    const said = await settingsIn(before)
    const text = overwriteSettings(
      before,
      cameras.flatMap(({ id, settings: to }) => {
        const from = said.get(id)
        return from ? [{ id, from, to }] : []
      }),
    )
    if (text === before) return false
    const says = await settingsIn(text)
    const wrong = cameras.find(({ id, settings }) => says.has(id) && !same(says.get(id), settings))
    if (wrong)
      throw new Failure('refused', `${path} is written in a way that the settings of ${wrong.id} don't fit into`)
    const { mode, uid, gid } = await stat(file)
    await writeFileAtomic(file, text, mode & 0o777)
    await chown(file, uid, gid).catch(() => {})
    return true
  } catch (error) {
    if (error instanceof Failure) throw error
    const code = (error as NodeJS.ErrnoException).code ?? sentenceOf(error)
    const full = code === 'ENOSPC' || code === 'EDQUOT' || code === 'EIO'
    throw new Failure(full ? 'storage' : 'refused', `${path} can't be written here (${code})`, { cause: error })
  }
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(ordered(one)) === JSON.stringify(ordered(other))

const ordered = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(ordered)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, ordered(item)]),
  )
}
