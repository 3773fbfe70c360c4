// What Home Assistant is told about us: one device for the service, one for each camera. Pure.
import type { CameraState } from '../../camera/state.js'
import { entitiesOf, type Known } from './entities/index.js'
import { learnLabels } from './entities/labels.js'
import { type EntityDefinition, slug } from './entity.js'
import { BRIDGE, type Topics } from './topics.js'

export const ORIGIN = 'Nightjar'
export interface DiscoveryContext {
  readonly topics: Topics
  readonly version: string
  /** The page, for the link on the device; empty when there is none. */
  readonly url: string
}

export type Announced = Readonly<Record<string, unknown>> & { readonly platform: string }

/** `components` by id: what an older Nightjar announced and this one does not is removed by comparing them. */
export interface Discovery {
  readonly device: object
  readonly origin: { readonly name: string; readonly sw_version: string }
  readonly availability?: readonly object[]
  readonly availability_mode?: 'all'
  readonly qos?: 0 | 1
  readonly components: Readonly<Record<string, Announced>>
}

export const about = ({ version, url }: DiscoveryContext): object => ({
  manufacturer: ORIGIN,
  sw_version: version,
  ...(url ? { configuration_url: url } : {}),
})

/**
 * A camera whose video is away keeps its device available, so that connectivity and problem can say so and settings
 * can be changed; only what needs to see (motion, light, the snapshot button) becomes unavailable.
 */
export const cameraDiscovery = (
  state: CameraState,
  context: DiscoveryContext,
  known: Known = { labels: learnLabels(new Set(), state), facts: new Map() },
): Discovery => {
  const { id, name, source } = state
  const { topics, version } = context
  return {
    device: {
      identifiers: [`${topics.node}_${id}`],
      name,
      model: `Camera (${source})`,
      ...about(context),
      via_device: `${topics.node}_${BRIDGE}`,
    },
    origin: { name: ORIGIN, sw_version: version },
    availability: availability(id, topics),
    availability_mode: 'all',
    qos: 1,
    components: Object.fromEntries(
      entitiesOf(state, known).map((entity) => [entity.id, component(id, entity, topics)]),
    ),
  }
}

/** Home Assistant's "unknown", as a state. */
export const UNKNOWN = 'None'
const WHILE_KNOWN = `{{ 'offline' if value == '${UNKNOWN}' else 'online' }}`

const availability = (camera: string, topics: Topics): object[] => [
  { topic: topics.bridgeState },
  { topic: topics.availability(camera) },
]

const component = (camera: string, entity: EntityDefinition, topics: Topics): Announced => {
  if (entity.component === 'device_automation')
    return { platform: entity.component, ...entity.discovery, topic: topics.event(camera) }
  const whileOn = (id: string) => ({
    ...{ topic: topics.entity(camera, id), payload_available: 'ON', payload_not_available: 'OFF' },
  })
  const own = topics.entity(camera, entity.id)
  const needed = [
    ...(entity.needsVideo ? [whileOn('connectivity')] : []),
    ...(entity.needsDetection ? [whileOn('detection')] : []),
    ...(entity.needsState ? [{ topic: own, value_template: WHILE_KNOWN }] : []),
  ]
  const ways = [...availability(camera, topics), ...needed]
  return {
    platform: entity.component,
    unique_id: `${topics.node}_${camera}_${entity.id}`,
    default_entity_id: `${entity.component}.${slug(camera)}_${slug(entity.id)}`,
    ...entity.discovery,
    ...(entity.show ? { state_topic: own } : {}),
    ...(entity.component === 'event' ? { state_topic: topics.event(camera) } : {}),
    ...(entity.picture ? { image_topic: own } : {}),
    ...(entity.attributes ? { json_attributes_topic: topics.attributes(camera, entity.id) } : {}),
    ...(entity.ask ? { command_topic: topics.set(camera, entity.id) } : {}),
    ...(needed.length > 0 ? { availability: ways, availability_mode: 'all' } : {}),
  }
}
