// Checks a value against a slice, option by option with convict, and collects every problem with its path instead of
// stopping at the first. Knows no file and no whole configuration: config/ and camera/ both ask it.
import convict from 'convict'
import { email, ipaddress, url } from 'convict-format-with-validator'
import { sentenceOf } from './failure.js'
import { redactText } from './redact.js'
import type { Option, Slice } from './slice.js'
import { nearest } from './suggest.js'

convict.addFormats({ email, ipaddress, url })

export interface Problem {
  /** `cameras[0].motion.frames`; empty for the whole. */
  readonly path: string
  readonly sentence: string
}

export type Plain = Readonly<Record<string, unknown>>

export const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const isOption = (entry: Option | Slice): entry is Option =>
  'doc' in entry && typeof entry.doc === 'string' && 'format' in entry

export const join = (path: string, key: string): string => (path ? `${path}.${key}` : key)

export const formatProblem = ({ path, sentence }: Problem): string => (path ? `${path}: ${sentence}` : sentence)

/** What a named format asks for, and the type its values have; convict's own words are for programmers. */
const named: Readonly<Record<string, { readonly type: string; readonly sentence: string }>> = {
  Boolean: { type: 'boolean', sentence: 'must be true or false' },
  String: { type: 'string', sentence: 'must be text' },
  Number: { type: 'number', sentence: 'must be a number' },
  Array: { type: 'object', sentence: 'must be a list' },
  Object: { type: 'object', sentence: 'must be a group of options' },
  int: { type: 'number', sentence: 'must be a whole number' },
  nat: { type: 'number', sentence: 'must be a whole number, 0 or more' },
  port: { type: 'number', sentence: 'must be a port number from 0 to 65535' },
  url: { type: 'string', sentence: 'must be an address such as http://host/path' },
  email: { type: 'string', sentence: 'must be an email address' },
  ipaddress: { type: 'string', sentence: 'must be an IP address' },
}

/** Any value as a person wrote it, short and without credentials. */
export const shown = (value: unknown): string => {
  if (Array.isArray(value) && value.length > 4) return 'this list'
  if (isPlain(value)) return 'a group of options'
  const text = redactText(JSON.stringify(value) ?? 'nothing')
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

/** What is wrong with the value of one option, as a sentence; null when nothing is. */
export const checkOption = (option: Option, value: unknown): string | null => {
  if (value === null && option.nullable) return null
  const found = option.sensitive || value === undefined ? '' : `, not ${shown(value)}`
  const { format } = option
  if (typeof format === 'string') {
    const wanted = named[format]
    if (!wanted) throw new Error(`unknown format ${format}`)
    // convict would turn text into numbers and booleans ("off" into true): a file has its own types.
    if (typeof value !== wanted.type) return wanted.sentence + found
  }
  if (Array.isArray(format))
    return format.includes(value) ? null : `must be ${listed(format)}${found}${hint(value, format)}`
  try {
    const bare = { format: format as string, default: null }
    convict<Record<string, unknown>>({ value: bare }, { env: {}, args: [] })
      .set('value', value)
      .validate({ allowed: 'strict' })
    return null
  } catch (error) {
    if (typeof format === 'string') return named[format]?.sentence + found
    return (
      sentenceOf(error)
        .replace(/^value: /, '')
        .replace(/: value was [\s\S]*$/, '') + found
    )
  }
}

const listed = (words: readonly unknown[]): string =>
  words.length === 1 ? String(words[0]) : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`

const hint = (value: unknown, known: readonly unknown[]): string => {
  const near = typeof value === 'string' ? nearest(value, known.map(String)) : undefined
  return near ? ` (did you mean ${near}?)` : ''
}

/** The keys that a group may have; a secret's also as a file that holds it. */
const keysOf = (slice: Slice): string[] =>
  Object.entries(slice).flatMap(([key, entry]) => (isOption(entry) && entry.sensitive ? [key, `${key}_file`] : [key]))

/** The sentence for a key nobody knows. */
const unknownKey = (key: string, known: readonly string[]): string => {
  const near = nearest(key, known)
  return near ? `is not an option; did you mean ${near}?` : `is not an option; there are ${known.join(', ')}`
}

export interface CheckRules {
  /** Fill in what was not given; without it the result holds only what was given, and nothing is missing. */
  readonly defaults: boolean
  /** Keys whose group means something by being there: left out when not given. */
  readonly optional?: readonly string[]
  /** Keys that somebody else looks after. */
  readonly besides?: readonly string[]
}

/** Checks `value` against `slice` and reports each problem. The result holds the slice's keys only. */
export const checkSlice = (
  slice: Slice,
  value: unknown,
  path: string,
  report: (problem: Problem) => void,
  rules: CheckRules,
): Plain => {
  const { defaults, optional = [], besides = [] } = rules
  // An empty group in YAML (`motion:` and nothing under it) is null: the same as leaving it out.
  const given = value === undefined || (value === null && defaults) ? {} : value
  if (!isPlain(given)) {
    report({ path, sentence: `must be a group of options, not ${shown(given)}` })
    return {}
  }
  const known = [...keysOf(slice), ...besides]
  for (const key of Object.keys(given)) {
    const looked = Object.hasOwn(slice, key) || besides.includes(key)
    if (!looked) report({ path: join(path, key), sentence: unknownKey(key, known) })
  }
  const result: Record<string, unknown> = {}
  for (const [key, entry] of Object.entries(slice)) {
    const here = join(path, key)
    const has = Object.hasOwn(given, key) && given[key] !== undefined
    if (!has && (!defaults || optional.includes(key))) continue
    if (isOption(entry)) {
      result[key] = has ? given[key] : structuredClone(entry.default)
      const sentence = checkOption(has ? entry : { ...entry, sensitive: true }, result[key])
      if (sentence) report({ path: here, sentence: has ? sentence : `is missing: it ${sentence}` })
    } else {
      result[key] = checkSlice(entry, given[key], here, report, { defaults, optional })
    }
  }
  return result
}
