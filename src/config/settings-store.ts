// Settings changed while running, kept over restarts: only what differs from nightjar.yaml, so that a later change of
// the file still counts. A stored value that no longer fits is left out with a message, never a reason not to start.
import { readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { checkSettingsChange } from '../camera/check-settings.js'
import { type CameraSettings, changeSettings, type SettingsChange } from '../camera/settings.js'
import { writeFileAtomic } from '../lib/atomic-file.js'
import { isPlain, type Plain } from '../lib/check.js'
import type { Clock } from '../lib/clock.js'
import { Failure, sentenceOf } from '../lib/failure.js'
import type { Log } from '../lib/log.js'
import { makeFolder } from '../lib/make-folder.js'
import { createSerial } from '../lib/serial.js'

export interface SettingsStore extends AsyncDisposable {
  /** The file's settings with what was changed since. */
  load(id: string): CameraSettings
  /** Resolves when it is on the disk; Failure 'storage' when it can't be. */
  save(id: string, settings: CameraSettings): Promise<void>
  /** From now on the file says this of these cameras: nothing of them is kept beside it. Failure 'storage'. */
  rebase(cameras: readonly { readonly id: string; readonly settings: CameraSettings }[]): Promise<void>
}

export interface SettingsStoreDeps {
  readonly data: string
  readonly cameras: readonly { readonly id: string; readonly settings: CameraSettings }[]
  readonly clock: Clock
  readonly log: Log
}

/** What a change must say to make the first settings into the second. */
export const settingsDifference = (from: CameraSettings, to: CameraSettings): SettingsChange => {
  const groups = Object.entries(to).map(([group, values]) => {
    const before = from[group as keyof CameraSettings] as unknown as Plain
    if (Array.isArray(values)) return [group, JSON.stringify(before) === JSON.stringify(values) ? {} : values] as const
    const other = Object.entries(values).filter(([key, value]) => JSON.stringify(before[key]) !== JSON.stringify(value))
    return [group, Object.fromEntries(other)] as const
  })
  return Object.fromEntries(groups.filter(([, values]) => Object.keys(values).length > 0))
}

/** Applies a stored difference; where all of it does not fit, value by value, and tells what was left out. */
const applyStored = (
  settings: CameraSettings,
  stored: unknown,
  leftOut: (sentence: string) => void,
): CameraSettings => {
  try {
    return changeSettings(settings, checkSettingsChange(stored, settings))
  } catch (error) {
    if (!isPlain(stored)) {
      leftOut(sentenceOf(error))
      return settings
    }
  }
  let result = settings
  for (const [group, values] of Object.entries(stored)) {
    for (const [key, value] of isPlain(values) ? Object.entries(values) : [[undefined, values] as const]) {
      const one = { [group]: key === undefined ? value : { [key]: value } }
      try {
        result = changeSettings(result, checkSettingsChange(one, result))
      } catch (error) {
        leftOut(sentenceOf(error))
      }
    }
  }
  return result
}

export const startSettingsStore = async ({ data, cameras, clock, log }: SettingsStoreDeps): Promise<SettingsStore> => {
  const path = join(data, 'settings.json')
  const files = new Map(cameras.map(({ id, settings }) => [id, settings]))
  const live = new Map(files)
  const inTurn = createSerial()

  const setAside = async (why: string): Promise<Plain> => {
    const aside = `${path}.broken-${new Date(clock.now().wall).toISOString().replaceAll(/[:.]/g, '-')}`
    await rename(path, aside)
    log.warn({ aside }, `the stored settings can't be used (${why}): set aside, the configuration file counts`)
    return {}
  }
  const read = async (): Promise<Plain> => {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw new Failure('storage', `${path} can't be read: ${error.message}`, { cause: error })
    })
    if (text === undefined) return {}
    try {
      const { cameras: stored } = JSON.parse(text) as Plain
      return isPlain(stored) ? stored : await setAside('it has no cameras')
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error
      return setAside(sentenceOf(error))
    }
  }

  await makeFolder(data).catch((cause: Error) => {
    throw new Failure('storage', `the data folder ${data} can't be made: ${cause.message}`, { cause })
  })
  const stored = new Map(Object.entries(await read()))
  for (const [id, settings] of files) {
    if (!stored.has(id)) continue
    const leftOut = (sentence: string): void =>
      log.warn({ camera: id }, `a stored setting of ${id} no longer fits and is left out: ${sentence}`)
    live.set(id, applyStored(settings, stored.get(id), leftOut))
  }

  const find = (settings: ReadonlyMap<string, CameraSettings>, id: string): CameraSettings => {
    const found = settings.get(id)
    if (!found) throw new Failure('not-found', `there is no camera "${id}"`)
    return found
  }
  /** Cameras that are not in the file today keep theirs: they may come back. */
  const store = async (
    cameras: readonly { readonly id: string; readonly settings: CameraSettings }[],
    from: ReadonlyMap<string, CameraSettings>,
  ): Promise<void> => {
    const next = new Map(stored)
    for (const { id, settings } of cameras) {
      const difference = settingsDifference(find(from, id), settings)
      if (Object.keys(difference).length === 0) next.delete(id)
      else next.set(id, difference)
    }
    const text = `${JSON.stringify({ cameras: Object.fromEntries(next) }, null, 2)}\n`
    await writeFileAtomic(path, text).catch((cause: Error) => {
      throw new Failure('storage', `the settings can't be stored: ${cause.message}`, { cause })
    })
    stored.clear()
    for (const [key, value] of next) stored.set(key, value)
    for (const { id, settings } of cameras) live.set(id, settings)
  }
  return {
    load: (id) => find(live, id),
    save: (id, settings) => inTurn(() => store([{ id, settings }], files)),
    rebase: (cameras) =>
      inTurn(async () => {
        const said = new Map(cameras.map(({ id, settings }) => [id, settings]))
        // A change that was saved meanwhile is one from what the file says now.
        await store(
          cameras.map(({ id }) => ({ id, settings: find(live, id) })),
          said,
        )
        for (const [id, settings] of said) files.set(id, settings)
      }),
    [Symbol.asyncDispose]: () => inTurn(async () => {}),
  }
}
