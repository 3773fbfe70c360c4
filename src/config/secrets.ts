// What a value is made of before it is checked: a secret `x` may stand in the file named by `x_file` or in the
// environment, and a relative path counts from the configuration file's folder.
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { isOption, isPlain, join, type Plain, type Problem } from '../lib/check.js'
import type { Option, Slice } from '../lib/slice.js'

export interface Surroundings {
  /** The folder that relative paths count from. */
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
  report(problem: Problem): void
  /** Hears of each secret that is shown as "***"; without it that is a problem. */
  onMask?(path: string): void
}

/** What options that name a file or folder are called. */
const FILE_NAME = /^data$|(^|_)(path|file)$/

/** A dump prints this instead of a secret. */
export const MASK = '***'

/** The environment variable for a secret: `mqtt.password` is NIGHTJAR_MQTT_PASSWORD. */
export const variableOf = (names: readonly string[]): string =>
  ['nightjar', ...names]
    .join('_')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase()

const fromFile = async (name: unknown, path: string, { folder, report }: Surroundings): Promise<string | undefined> => {
  if (typeof name !== 'string' || name === '') {
    report({ path, sentence: 'must be the path of a file' })
    return undefined
  }
  const file = resolve(folder, name)
  try {
    const secret = (await readFile(file, 'utf8')).replace(/\r?\n$/, '')
    if (secret !== '') return secret
    report({ path, sentence: `the file ${file} is empty` })
  } catch (error) {
    report({ path, sentence: `the file ${file} can't be read (${(error as NodeJS.ErrnoException).code})` })
  }
  return undefined
}

/** Where a group stands: its path, and its keys with the ids of list items (`cameras`, `porch`, `source`). */
export interface Place {
  readonly path: string
  readonly names: readonly string[]
}

const inside = ({ path, names }: Place, key: string): Place => ({ path: join(path, key), names: [...names, key] })

/** The value of one option; undefined when it is given nowhere. */
const gather = async (
  option: Option,
  key: string,
  group: Plain,
  place: Place,
  around: Surroundings,
): Promise<unknown> => {
  const { folder, env, report, onMask } = around
  const here = join(place.path, key)
  const variable = option.env ?? (option.sensitive ? variableOf([...place.names, key]) : '')
  const value = env[variable] ?? group[key]
  if (FILE_NAME.test(key)) {
    const path = value === undefined ? option.default : value
    return typeof path === 'string' && path !== '' ? resolve(folder, path) : path
  }
  if (!option.sensitive) return value
  const fileName = group[`${key}_file`]
  if (value === MASK && onMask) onMask(here)
  else if (value === MASK) {
    report({ path: here, sentence: `"${MASK}" stands for a secret that a dump does not show: put the secret here` })
  }
  if (fileName === undefined || fileName === null) return value
  if (group[key] !== undefined) report({ path: here, sentence: `is given twice: here and in ${key}_file` })
  return value ?? fromFile(fileName, `${here}_file`, around)
}

/** A copy of the group with all its values in place; `optional` groups that are not given stay away. */
export const gatherValues = async (
  slice: Slice,
  given: unknown,
  place: Place,
  optional: readonly string[],
  around: Surroundings,
): Promise<unknown> => {
  const group = given ?? {}
  if (!isPlain(group)) return given
  const result: Record<string, unknown> = { ...group }
  for (const [key, entry] of Object.entries(slice)) {
    if (isOption(entry)) {
      const value = await gather(entry, key, group, place, around)
      if (value !== undefined) result[key] = value
      if (entry.sensitive) delete result[`${key}_file`]
    } else if (Object.hasOwn(group, key) || !optional.includes(key)) {
      result[key] = await gatherValues(entry, group[key], inside(place, key), optional, around)
    }
  }
  return result
}
