// What a processor reports: facts, which stay until they are changed, and events. Checks them, so that a mistake has a
// sentence where it was made, and holds the limits.
import type { EventData, Facts, FactValue } from './wire.js'

export interface Reports {
  /** null takes a fact away. Throws a sentence. */
  report(name: string, value: FactValue | null): void
  facts(values: Readonly<Record<string, FactValue | null>>): void
  event(name: string, data?: EventData): void
}

export interface ReportsDeps {
  /** All facts, after a change. */
  onFacts(facts: Facts): void
  onEvent(name: string, data: EventData): void
}

export const MOST_FACTS = 32
export const LONGEST_TEXT = 255
const NAME = /^[a-z][a-z0-9_]{0,39}$/

const checkName = (name: unknown, what: string): void => {
  if (typeof name !== 'string' || !NAME.test(name)) {
    const rule = 'begin with a small letter and have at most 40 small letters, digits and underscores'
    throw new TypeError(`${JSON.stringify(name)} is no name for ${what}: it must ${rule}`)
  }
}

const checkValue = (name: string, value: unknown): FactValue => {
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return value
  if (typeof value !== 'string')
    throw new TypeError(`${name} must be text, a finite number, true or false, not ${String(value)}`)
  const letters = [...value]
  return letters.length > LONGEST_TEXT ? `${letters.slice(0, LONGEST_TEXT - 1).join('')}…` : value
}

export const createReports = ({ onFacts, onEvent }: ReportsDeps): Reports => {
  let known: Facts = {}
  const facts: Reports['facts'] = (values) => {
    const next: Record<string, FactValue> = { ...known }
    for (const [name, value] of Object.entries(values)) {
      checkName(name, 'a fact')
      if (value === null || value === undefined) delete next[name]
      else next[name] = checkValue(name, value)
    }
    if (Object.keys(next).length > MOST_FACTS) throw new RangeError(`there can be at most ${MOST_FACTS} facts`)
    if (JSON.stringify(next) === JSON.stringify(known)) return
    known = next
    onFacts(known)
  }
  return {
    facts,
    report: (name, value) => facts({ [name]: value }),
    event: (name, data = {}) => {
      checkName(name, 'an event')
      const entries = Object.entries(data)
      if (entries.length > MOST_FACTS) throw new RangeError(`an event can have at most ${MOST_FACTS} values`)
      const checked = entries.map(([key, value]) => {
        checkName(key, 'a value of an event')
        return [key, value === null ? null : checkValue(key, value)]
      })
      onEvent(name, Object.fromEntries(checked))
    },
  }
}
