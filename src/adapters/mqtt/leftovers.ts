// What an earlier run of ours left on the broker: cameras that are gone, entities that exist no more. Pure. Only what
// carries our origin and our bridge topic is ours: another Nightjar may use the same broker.
import { isPlain, type Plain } from '../../lib/check.js'
import { type Discovery, ORIGIN } from './discovery.js'

export interface Leftovers {
  /** Retained topics to be emptied. */
  readonly topics: readonly string[]
  /** Components to be removed, as Home Assistant wants to be told. */
  readonly components: Readonly<Record<string, { readonly platform: string }>>
}

const NONE: Leftovers = { topics: [], components: {} }

export interface Present {
  /** What this run announces on that topic; undefined when nothing. */
  readonly present: Discovery | undefined
  readonly base: string
  readonly bridgeState: string
  /** Components that may stay. */
  spare?(component: string): boolean
}

export const findLeftovers = (
  topic: string,
  payload: string,
  { present, base, bridgeState, spare = () => false }: Present,
): Leftovers => {
  const found = parse(payload)
  if (!found || !isPlain(found.origin) || found.origin.name !== ORIGIN) return NONE
  const components = isPlain(found.components) ? found.components : {}
  const states = Object.values(components).filter(isPlain).flatMap(topicsOf)
  const ways = Array.isArray(found.availability) ? found.availability.filter(isPlain).map((way) => way.topic) : []
  if (![...ways, ...states].includes(bridgeState)) return NONE
  const stateTopics = (from: readonly unknown[]): string[] =>
    from.filter(
      (each): each is string => typeof each === 'string' && each.startsWith(`${base}/`) && each !== bridgeState,
    )
  if (!present) return { topics: [...new Set([topic, ...stateTopics([...ways, ...states])])], components: {} }
  const gone = Object.entries(components).flatMap(([id, component]) =>
    isPlain(component) && !Object.hasOwn(present.components, id) && !spare(id) ? [{ id, component }] : [],
  )
  return {
    topics: [...new Set(stateTopics(gone.flatMap(({ component }) => topicsOf(component))))],
    components: Object.fromEntries(gone.map(({ id, component }) => [id, { platform: String(component.platform) }])),
  }
}

const topicsOf = (component: Plain): unknown[] => [
  component.state_topic,
  component.image_topic,
  component.json_attributes_topic,
]

const parse = (payload: string): Plain | undefined => {
  try {
    const value: unknown = JSON.parse(payload)
    return isPlain(value) ? value : undefined
  } catch {
    return undefined
  }
}
