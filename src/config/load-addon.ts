// The configuration of a Home Assistant add-on: the form that its Supervisor wrote to options.json and, if there is
// one, the nightjar.yaml in the add-on's folder. What they mean together is addon-options.ts's.
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { formatProblem, isPlain, type Plain, type Problem } from '../lib/check.js'
import { Failure, sentenceOf } from '../lib/failure.js'
import { addonValues } from './addon-options.js'
import { checkConfig } from './load.js'
import type { Config } from './schema.js'
import { type ConfigText, parseConfigText } from './text.js'

/** Failure 'invalid' with one line per problem, by the names of the form and the lines of the file. */
export const loadAddonConfig = async (env: NodeJS.ProcessEnv): Promise<Config> => {
  const data = resolve(env.NIGHTJAR_DATA ?? '/data')
  const path = env.NIGHTJAR_CONFIG ?? '/config/nightjar.yaml'
  const options = await readOptions(join(data, 'options.json'))
  const file = await readBeside(path)
  const { value, problems, placeOf } = addonValues(options, isPlain(file?.value) ? file.value : null)
  const around = { folder: dirname(resolve(path)), env: { ...env, NIGHTJAR_DATA: data } }
  const checked = await checkConfig(value, around)
  const all = [...(file?.problems ?? []), ...problems]
  if (checked.config && all.length === 0) return checked.config
  const lines = [
    ...all.map((problem) => inFile(problem, file)),
    ...checked.problems.map((problem) => {
      const place = placeOf(problem.path)
      const there = { ...problem, path: place.path }
      return place.in === 'file' ? inFile(there, file) : formatProblem(there)
    }),
  ]
  throw new Failure('invalid', ["in the add-on's configuration:", ...lines].join('\n'))
}

const inFile = (problem: Problem, file: ConfigText | null): string => {
  const line = file?.lineOf(problem.path) ?? null
  return `nightjar.yaml: ${formatProblem(problem)}${line === null ? '' : ` (line ${line})`}`
}

const readOptions = async (path: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown
  } catch (cause) {
    const sentence = `the options that Home Assistant wrote (${path}) can't be read: ${sentenceOf(cause)}`
    throw new Failure('invalid', sentence, { cause })
  }
}

/** Null: there is none. */
const readBeside = async (path: string): Promise<ConfigText | null> => {
  try {
    const text = parseConfigText(await readFile(path, 'utf8'))
    const empty: Plain = {}
    if (text.problems.length > 0 || isPlain(text.value ?? empty)) return text
    return { ...text, problems: [{ path: '', sentence: 'must be a group of options, such as cameras: …' }] }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new Failure('invalid', `${path} can't be read: ${sentenceOf(cause)}`, { cause })
  }
}
