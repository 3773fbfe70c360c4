// What Home Assistant is told about us: one device for the service, one for each camera. Pure.
import type { CameraState } from '../../camera/state.js'
import { entitiesOf } from './entities/index.js'
import type { EntityDefinition } from './entity.js'
import type { Topics } from './topics.js'

export const ORIGIN = 'Nightjar'
/** The bridge is a device beside the cameras: no camera can have this id. */
export const BRIDGE = 'bridge'

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

const about = ({ version, url }: DiscoveryContext): object => ({
  manufacturer: ORIGIN,
  sw_version: version,
  ...(url ? { configuration_url: url } : {}),
})

/** The bridge has no availability: its only entity is to say OFF when the service is gone, not "unavailable". */
export const bridgeDiscovery = (context: DiscoveryContext): Discovery => {
  const { topics, version } = context
  return {
    device: { identifiers: [`${topics.node}_${BRIDGE}`], name: ORIGIN, model: 'Camera service', ...about(context) },
    origin: { name: ORIGIN, sw_version: version },
    components: {
      connectivity: {
        platform: 'binary_sensor',
        unique_id: `${topics.node}_${BRIDGE}_connectivity`,
        default_entity_id: `binary_sensor.${slug(topics.node)}_connectivity`,
        name: 'Connectivity',
        device_class: 'connectivity',
        entity_category: 'diagnostic',
        state_topic: topics.bridgeState,
        payload_on: 'online',
        payload_off: 'offline',
        qos: 1,
      },
    },
  }
}

/**
 * A camera whose video is away keeps its device available, so that connectivity and problem can say so and settings
 * can be changed; only what needs to see (motion, light, the snapshot button) becomes unavailable. `labels`: whether those
 * of the labels that it looks for are there, too.
 */
export const cameraDiscovery = (
  state: CameraState,
  context: DiscoveryContext,
  labels = state.settings.detection.enabled,
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
      entitiesOf(state, labels).map((entity) => [entity.id, component(id, entity, topics)]),
    ),
  }
}

const availability = (camera: string, topics: Topics): object[] => [
  { topic: topics.bridgeState },
  { topic: topics.availability(camera) },
]

const component = (camera: string, entity: EntityDefinition, topics: Topics): Announced => {
  const whileOn = (id: string) => ({
    ...{ topic: topics.entity(camera, id), payload_available: 'ON', payload_not_available: 'OFF' },
  })
  const needed = [...(entity.needsVideo ? ['connectivity'] : []), ...(entity.needsDetection ? ['detection'] : [])]
  const ways = [...availability(camera, topics), ...needed.map(whileOn)]
  const own = topics.entity(camera, entity.id)
  return {
    platform: entity.component,
    unique_id: `${topics.node}_${camera}_${entity.id}`,
    default_entity_id: `${entity.component}.${slug(camera)}_${entity.id}`,
    ...entity.discovery,
    ...(entity.show ? { state_topic: own } : {}),
    ...(entity.component === 'event' ? { state_topic: topics.event(camera) } : {}),
    ...(entity.picture ? { image_topic: own } : {}),
    ...(entity.ask ? { command_topic: topics.set(camera, entity.id) } : {}),
    ...(needed.length > 0 ? { availability: ways, availability_mode: 'all' } : {}),
  }
}

const slug = (id: string): string => id.toLowerCase().replace(/[^a-z0-9_]/g, '_')
