// What the user's own processor reports, as sensors: they come with its first report and stay while it is there.
import { asState, capital, type EntityDefinition, onOff, slug } from '../entity.js'

/** Reports that were heard, and as what they are shown. */
export type KnownFacts = ReadonlyMap<string, 'text' | 'number' | 'switch'>

/** The start of their ids. */
export const FACT = 'fact_'

export const factEntities = (known: KnownFacts): readonly EntityDefinition[] => {
  const ids = new Set<string>()
  return [...known].flatMap(([fact, kind]): EntityDefinition[] => {
    const id = `${FACT}${slug(fact)}`
    if (ids.has(id)) return []
    ids.add(id)
    const name = capital(fact.replaceAll('_', ' '))
    const component = kind === 'switch' ? 'binary_sensor' : 'sensor'
    const more = kind === 'number' ? { state_class: 'measurement' } : {}
    return [
      {
        ...{ id, component, needsVideo: true },
        discovery: { name, ...more, icon: 'mdi:puzzle-outline' },
        show: ({ processor }) => shown(processor?.facts[fact], kind),
      },
    ]
  })
}

const shown = (value: string | number | boolean | undefined, kind: 'text' | 'number' | 'switch') => {
  if (value === undefined) return undefined
  if (kind === 'switch') return typeof value === 'boolean' ? onOff(value) : undefined
  if (kind === 'number') return typeof value === 'number' && Number.isFinite(value) ? value : undefined
  return asState(String(value))
}

/** With what is reported now; the same map when nothing is new. */
export const learnFacts = (known: KnownFacts, facts: Readonly<Record<string, unknown>>): KnownFacts => {
  const fresh = Object.entries(facts).filter(([fact]) => !known.has(fact) && slug(fact).replaceAll('_', '') !== '')
  if (fresh.length === 0) return known
  const kindOf = (value: unknown) =>
    typeof value === 'boolean' ? 'switch' : typeof value === 'number' ? 'number' : 'text'
  return new Map([...known, ...fresh.map(([fact, value]) => [fact, kindOf(value)] as const)])
}
