// Reads nightjar.yaml and gives the whole configuration, or one Failure that lists everything wrong with it. The rules
// between options of different parts are in conflicts.ts.

import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { notifiers, notifySchema } from '../adapters/notify/notify-config.js'
import { completeZone, type ZoneInput } from '../camera/zones.js'
import { checkSlice, formatProblem, isPlain, type Plain, type Problem, shown } from '../lib/check.js'
import { Failure } from '../lib/failure.js'
import type { Slice } from '../lib/slice.js'
import { nearest } from '../lib/suggest.js'
import { sources } from '../sources/index.js'
import { completeProcessor } from '../vision/processor/config.js'
import { findConflicts } from './conflicts.js'
import { unmask } from './dump.js'
import { type CameraConfig, type Config, cameraSchema, houseSchema, optionalGroups, userSchema } from './schema.js'
import { gatherValues, type Place, type Surroundings } from './secrets.js'
import { parseConfigText } from './text.js'

export interface LoadOptions {
  /** The file; also where relative paths count from. */
  readonly path: string
  /** Its text, when it does not come from the file. */
  readonly text?: string
  readonly env: NodeJS.ProcessEnv
  /** What a text that came from `dumpConfig` keeps its secrets from. */
  readonly previous?: Config
  /** For a text that is only looked at: a secret that a dump shows as "***" is no problem. Hears its path. */
  readonly onMask?: (path: string) => void
}

const readText = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'ENOENT' ? 'there is no such file' : cause.message
    throw new Failure('invalid', `the configuration ${path} can't be read: ${why}`, { cause })
  })

const checkGroup = async (
  slice: Slice,
  given: unknown,
  place: Place,
  around: Surroundings,
  besides: readonly string[] = [],
): Promise<Plain> => {
  const whole = await gatherValues(slice, given, place, optionalGroups, around)
  return checkSlice(slice, whole, place.path, around.report, { defaults: true, optional: optionalGroups, besides })
}

/** Its kind first: only then is known which options it has. `base`: those of every kind. */
const checkKind = async (
  known: Readonly<Record<string, { readonly schema: Slice }>>,
  base: Slice,
  given: unknown,
  place: Place,
  around: Surroundings,
): Promise<Plain | undefined> => {
  const { path } = place
  const names = Object.keys(known)
  const kinds = names.join(', ')
  const fail = (problem: Problem): undefined => void around.report(problem)
  if (!isPlain(given)) {
    const what = given === undefined ? 'is missing: it must be' : `is ${shown(given)}, and must be`
    return fail({ path, sentence: `${what} a group with a kind (${kinds}) and that kind's options` })
  }
  const { kind, ...options } = given
  const found = names.find((name) => name === kind)
  const schema = found === undefined ? undefined : known[found]?.schema
  if (schema) return { kind: found, ...(await checkGroup({ ...base, ...schema }, options, place, around)) }
  const near = typeof kind === 'string' ? nearest(kind, names) : undefined
  const hint = near ? ` (did you mean ${near}?)` : ''
  const sentence =
    kind === undefined ? `is missing: it must be one of ${kinds}` : `must be one of ${kinds}, not ${shown(kind)}`
  return fail({ path: `${path}.kind`, sentence: sentence + hint })
}

const words = (id: unknown): string =>
  String(id)
    .replaceAll(/[_-]+/g, ' ')
    .replace(/^./, (letter) => letter.toUpperCase())

const itemPlace = (list: string, index: number, item: unknown, key: string): Place => ({
  path: `${list}[${index}]`,
  names: [list, isPlain(item) ? String(item[key]) : String(index)],
})

const hasCommand = (irCut: unknown): boolean =>
  isPlain(irCut) && Object.values(irCut).some((words) => Array.isArray(words) && words.length > 0)

const checkCamera = async (given: unknown, index: number, around: Surroundings): Promise<CameraConfig> => {
  const place = itemPlace('cameras', index, given, 'id')
  const whole = completeProcessor(given)
  const { id, name, ring, processor, ...settings } = await checkGroup(cameraSchema, whole, place, around, ['source'])
  const below = { path: `${place.path}.source`, names: [...place.names, 'source'] }
  const source = isPlain(given) ? await checkKind(sources, {}, given.source, below, around) : undefined
  const zones = Array.isArray(settings.zones)
    ? settings.zones.filter(isPlain).map((zone, at) => completeZone(zone as unknown as ZoneInput, at))
    : []
  const { ir_cut_command: irCut, ...night } = isPlain(settings.night) ? settings.night : {}
  return {
    ...{ id, name: name ?? words(id), source, ring, settings: { ...settings, night, zones } },
    ...(processor === undefined ? {} : { processor }),
    ...(hasCommand(irCut) ? { irCut } : {}),
  } as unknown as CameraConfig
}

const listOf = (given: unknown, path: string, report: Surroundings['report']): readonly unknown[] => {
  if (given === undefined || given === null) return []
  if (Array.isArray(given)) return given
  report({ path, sentence: `must be a list (its items begin with a dash), not ${shown(given)}` })
  return []
}

/** The configuration; a Failure 'invalid' with one line per problem, in the order of the file. */
export const loadConfig = async ({ path, text, env, previous, onMask }: LoadOptions): Promise<Config> => {
  const parsed = parseConfigText(text ?? (await readText(path)))
  const value = previous ? unmask(parsed.value, previous) : parsed.value
  const { config, problems }: Checked =
    parsed.problems.length > 0
      ? { problems: told(parsed.problems) }
      : await checkConfig(value, { folder: dirname(resolve(path)), env, ...(onMask && { onMask }) })
  if (config) return config
  const lines = problems
    .map((problem) => ({ problem, line: parsed.lineOf(problem.path) }))
    .sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
    .map(({ problem, line }) => formatProblem(problem) + (line === null ? '' : ` (line ${line})`))
  throw new Failure('invalid', lines.join('\n'))
}

export interface Checked {
  /** Missing when there are problems. */
  readonly config?: Config
  readonly problems: readonly Problem[]
}

/** What a file says, as values, wherever they come from. */
export const checkConfig = async (value: unknown, place: Omit<Surroundings, 'report'>): Promise<Checked> => {
  const problems: Problem[] = []
  const masked = new Set<string>()
  const { onMask } = place
  const config = await checkAll(value, {
    ...place,
    // What is behind a mask can't be judged.
    report: (problem) => void (masked.has(problem.path) || problems.push(problem)),
    ...(onMask && {
      onMask: (path) => {
        masked.add(path)
        onMask(path)
      },
    }),
  })
  if (config) {
    const sound = (at: string): boolean => !problems.some(({ path }) => path.startsWith(at) || at.startsWith(path))
    problems.push(...findConflicts(config, sound))
    if (problems.length === 0) return { config, problems }
  }
  return { problems: told(problems) }
}

/** Nothing when the text is no group of options at all. */
const checkAll = async (value: unknown, around: Surroundings): Promise<Config | undefined> => {
  const { report } = around
  if (value !== null && !isPlain(value)) {
    report({ path: '', sentence: `the file must be a group of options (cameras: …), not ${shown(value)}` })
    return undefined
  }
  const house = await checkGroup(houseSchema, value, { path: '', names: [] }, around, ['cameras', 'users', 'notify'])
  const lists: Plain = value ?? {}
  const cameras = listOf(lists.cameras, 'cameras', report)
  const users = listOf(lists.users, 'users', report)
  const notify = listOf(lists.notify, 'notify', report)
  if (cameras.length === 0 && (Array.isArray(lists.cameras) || !lists.cameras)) {
    const sentence = 'is missing: there must be at least one camera, such as {id: porch, source: {kind: test-pattern}}'
    report({ path: 'cameras', sentence })
  }
  const checkUser = (user: unknown, index: number): Promise<Plain> =>
    checkGroup(userSchema, user, itemPlace('users', index, user, 'name'), around)
  const checkNotifier = async (given: unknown, index: number): Promise<Plain | undefined> => {
    const { path } = itemPlace('notify', index, given, 'name')
    const key = isPlain(given) ? String(given.name ?? given.kind) : String(index)
    const found = await checkKind(notifiers, notifySchema, given, { path, names: ['notify', key] }, around)
    return found && { ...found, name: found.name ?? found.kind }
  }
  return {
    ...house,
    cameras: await Promise.all(cameras.map((camera, index) => checkCamera(camera, index, around))),
    users: await Promise.all(users.map(checkUser)),
    notify: await Promise.all(notify.map(checkNotifier)),
  } as unknown as Config
}

/** One problem for each path, and none about a secret whose file is the problem. */
const told = (problems: readonly Problem[]): readonly Problem[] =>
  problems.filter(
    ({ path }, index) =>
      problems.findIndex((other) => other.path === path) === index &&
      !problems.some((other) => other.path === `${path}_file`),
  )
