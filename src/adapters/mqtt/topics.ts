// Where everything lies on the broker. Pure text; the one place that knows the layout.

export interface Topics {
  /** Names this Nightjar among others on one broker: in discovery topics, unique ids and the client id. */
  readonly node: string
  readonly bridgeState: string
  /** Home Assistant's birth and last will. */
  readonly status: string
  readonly allDiscovery: string
  readonly commands: readonly string[]
  isDiscovery(topic: string): boolean
  /** Device `bridge` or a camera. */
  discovery(device: string): string
  availability(camera: string): string
  entity(camera: string, entity: string): string
  /** JSON: what is shown beside the state. */
  attributes(camera: string, entity: string): string
  set(camera: string, entity: string): string
  event(camera: string): string
  response(camera: string, name: string): string
  /** What a topic asks for; undefined when it is none of ours. */
  parse(topic: string): Asked | undefined
}

/** The bridge is a device beside the cameras: no camera can have this id. */
export const BRIDGE = 'bridge'

export type Asked =
  | { readonly way: 'system'; readonly button: string }
  | { readonly way: 'set'; readonly camera: string; readonly entity: string }
  | { readonly way: 'command'; readonly camera: string; readonly name: string }

export const createTopics = (base: string, prefix: string): Topics => {
  const own = base.replace(/[^a-zA-Z0-9_-]/g, '_')
  // The default base gives the documented ids; a second Nightjar with another base must not share them.
  const node = own === 'nightjar' ? own : `nightjar_${own}`
  return {
    node,
    bridgeState: `${base}/bridge/state`,
    status: `${prefix}/status`,
    allDiscovery: `${prefix}/device/+/config`,
    commands: [`${base}/+/+/set`, `${base}/+/command/+`],
    isDiscovery: (topic) => topic.startsWith(`${prefix}/device/`) && topic.endsWith('/config'),
    discovery: (device) => `${prefix}/device/${node}_${device}/config`,
    availability: (camera) => `${base}/${camera}/availability`,
    entity: (camera, entity) => `${base}/${camera}/${entity}`,
    attributes: (camera, entity) => `${base}/${camera}/${entity}/attributes`,
    set: (camera, entity) => `${base}/${camera}/${entity}/set`,
    event: (camera) => `${base}/${camera}/event`,
    response: (camera, name) => `${base}/${camera}/response/${name}`,
    parse: (topic) => {
      if (!topic.startsWith(`${base}/`)) return undefined
      const [camera, first, second, ...rest] = topic.slice(base.length + 1).split('/')
      if (!camera || !first || !second || rest.length > 0) return undefined
      if (first === 'command') return { way: 'command', camera, name: second }
      if (second !== 'set') return undefined
      return camera === BRIDGE ? { way: 'system', button: first } : { way: 'set', camera, entity: first }
    },
  }
}
