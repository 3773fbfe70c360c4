// Where in the user's files an error comes from: out of an error's stack, or out of what Node prints when a process dies
// of one. Pure text.
import { basename } from 'node:path'
import { decodePercent } from '../../lib/percent.js'
import type { Trouble } from './wire.js'

/** `file:///home/me/my.mjs:12:7` and `/home/me/my.mjs:12:7`, without Node's own files. */
const PLACE = /(?:file:\/\/)?(\/[^\s():]+\.[cm]?[jt]s):(\d+)(?::\d+)?/

/** The first place in a stack outside of `ours` (the folder of our own code) and of Node. */
const placeIn = (lines: readonly string[], ours: string): string | null => {
  for (const line of lines) {
    const [, path = '', row = ''] = line.includes('node:') ? [] : (PLACE.exec(line) ?? [])
    if (path !== '' && !decodePercent(path).startsWith(ours)) return `${basename(decodePercent(path))}:${row}`
  }
  return null
}

/** Anything thrown. */
export const troubleOf = (error: unknown, ours: string): Trouble => {
  if (!(error instanceof Error)) return { sentence: `it threw ${short(String(error))}`, place: null }
  const name = error.name === 'Error' ? '' : `${error.name}: `
  return { sentence: short(name + error.message), place: placeIn((error.stack ?? '').split('\n'), ours) }
}

/** The error that Node printed before it died of it; undefined when it died of something else. */
export const troubleIn = (tail: readonly string[], ours: string): Trouble | undefined => {
  const at = tail.findLastIndex((line) => /^(Uncaught )?(\w*Error|\w*Exception)( \[\w+\])?(: |$)/.test(line))
  const sentence = tail[at]
  if (sentence === undefined) return undefined
  // Above it stands the line that does not compile; below it, what called what.
  const above = tail.slice(0, at).findLast((line) => /^(file:\/\/)?\/.+:\d+$/.test(line))
  return { sentence: short(sentence), place: placeIn([...(above ? [above] : []), ...tail.slice(at + 1)], ours) }
}

const LONGEST = 300
const short = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line
}

/** One sentence that names the module, and the file and line where they are known. */
export const tell = (module: string, { sentence, place }: Trouble): string => `${place ?? module}: ${sentence}`
