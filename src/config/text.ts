// The text of nightjar.yaml: parsing it, and the line that a problem's path stands on. Knows no option.
import { type Document, LineCounter, parseDocument } from 'yaml'
import type { Problem } from '../lib/check.js'
import { sentenceOf } from '../lib/failure.js'

export interface ConfigText {
  readonly value: unknown
  readonly problems: readonly Problem[]
  /** The line of a path, or of the nearest thing around it; null when it is not in the text. */
  lineOf(path: string): number | null
}

/** `cameras[0].motion.frames` as keys. */
const keysOfPath = (path: string): (string | number)[] =>
  [...path.matchAll(/([^.[\]]+)|\[(\d+)\]/g)].map(([, key, index]) => key ?? Number(index))

const firstLine = (message: string): string => (message.split('\n')[0] ?? '').replace(/ at line \d+.*$/, '')

const explained = (code: string, message: string): string => {
  if (code === 'MULTIPLE_DOCS') return 'there is more than one document in the file (a line with ---)'
  if (code === 'TAG_RESOLVE_FAILED') {
    return `${firstLine(message)}: tags such as !secret are not known here, a secret can stand in a file (password_file)`
  }
  return firstLine(message)
}

/** An alias (`*name`) may stand for a group that it is part of: such a value has no end. */
const isEndless = (value: unknown, around: readonly unknown[] = []): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (around.includes(value) || Object.values(value).some((one) => isEndless(one, [...around, value])))

const readValue = (document: Document.Parsed): { readonly value: unknown; readonly sentence?: string } => {
  try {
    const value: unknown = document.toJS()
    if (!isEndless(value)) return { value }
    return { value: null, sentence: 'an alias (*name) stands inside of what it stands for' }
  } catch (error) {
    return { value: null, sentence: firstLine(sentenceOf(error)) }
  }
}

export const parseConfigText = (text: string): ConfigText => {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const problems = [...document.errors, ...document.warnings].map(({ code, message, pos }) => {
    const { line, col } = lines.linePos(pos[0])
    return { path: `line ${line}, column ${col}`, sentence: explained(code, message) }
  })
  const { value, sentence } = problems.length > 0 ? { value: null } : readValue(document)
  return {
    value,
    problems: sentence === undefined ? problems : [{ path: '', sentence }],
    lineOf: (path) => {
      for (const keys = keysOfPath(path); keys.length > 0; keys.pop()) {
        const node = document.getIn(keys, true) as { readonly range?: readonly [number, number, number] } | undefined
        if (node?.range) return lines.linePos(node.range[0]).line
      }
      return null
    },
  }
}
