// The service itself as a device: how it is, and buttons for what concerns the whole house. Most of them are there but
// not enabled, and what can't be taken back must be pressed twice.
import { createConfirmations } from '../../camera/confirmations.js'
import { type House, type Recordings, type SystemAction, systemActions } from '../../camera/ports.js'
import type { Clock } from '../../lib/clock.js'
import { Failure } from '../../lib/failure.js'
import { type Announced, about, type Discovery, type DiscoveryContext, ORIGIN } from './discovery.js'
import { asState, type Component, slug } from './entity.js'
import { isoTime } from './item.js'
import { BRIDGE } from './topics.js'

export interface BridgeDeps {
  readonly recordings: Pick<Recordings, 'usage'>
  readonly version: string
  /** Wall ms. */
  readonly startedAt: number
  /** Of the house, beside the storage: see House. */
  problems(): Readonly<Record<string, string>>
}

interface BridgeEntity {
  readonly id: string
  readonly component: Component
  readonly discovery: Readonly<Record<string, unknown>>
  show(deps: BridgeDeps): string | number | undefined
  attributes?(deps: BridgeDeps): Readonly<Record<string, string>>
}

const sensor = (id: string, discovery: BridgeEntity['discovery'], show: BridgeEntity['show']): BridgeEntity => ({
  ...{ id, component: 'sensor', show },
  discovery: { entity_category: 'diagnostic', ...discovery },
})

const size = { device_class: 'data_size', unit_of_measurement: 'GB', state_class: 'measurement' }
const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(2)

/** A sentence for each, by a word that stays the same while it lasts. */
const problemsOf = ({ recordings, problems }: BridgeDeps): Readonly<Record<string, string>> => {
  const { problem } = recordings.usage()
  return { ...(problem === null ? {} : { storage: problem }), ...problems() }
}

const sensors: readonly BridgeEntity[] = [
  {
    // Automations compare it: the sentences, which may change from one try to the next, are its attributes.
    ...sensor('problem', { name: 'Problem', icon: 'mdi:alert-circle-outline' }, (deps) => {
      return asState(Object.keys(problemsOf(deps)).join(', ')) || 'none'
    }),
    attributes: problemsOf,
  },
  sensor('version', { name: 'Version', icon: 'mdi:tag-outline' }, ({ version }) => version),
  sensor('free_space', { name: 'Free space', ...size, icon: 'mdi:harddisk' }, ({ recordings }) => {
    const { free } = recordings.usage()
    return free === null ? undefined : gigabytes(free)
  }),
  sensor('storage_used', { name: 'Storage used', ...size, icon: 'mdi:harddisk' }, ({ recordings }) =>
    gigabytes(recordings.usage().bytes),
  ),
  sensor('uptime', { name: 'Running since', device_class: 'timestamp' }, ({ startedAt }) => isoTime(startedAt) ?? ''),
]

export interface BridgeState {
  readonly id: string
  readonly value: string | undefined
  readonly attributes?: Readonly<Record<string, string>>
}

export const bridgeStates = (deps: BridgeDeps): readonly BridgeState[] =>
  sensors.map(({ id, show, attributes }) => ({
    ...{ id, value: show(deps)?.toString() },
    ...(attributes ? { attributes: attributes(deps) } : {}),
  }))

/** `restart` ends the service: what started it (container, systemd) starts it again. */
const buttons: Readonly<Record<'restart' | SystemAction, BridgeEntity['discovery']>> = {
  restart: { name: 'Restart', device_class: 'restart' },
  delete_all: { name: 'Delete all recordings (press twice)', icon: 'mdi:delete-sweep' },
  exit: { name: 'Exit (press twice)', icon: 'mdi:exit-run' },
  reboot: { name: 'Restart the machine (press twice)', icon: 'mdi:restart-alert' },
  shutdown: { name: 'Switch the machine off (press twice)', icon: 'mdi:power' },
}

/** Its connectivity has no availability: it is to say OFF when the service is gone, not "unavailable". */
export const bridgeDiscovery = (context: DiscoveryContext): Discovery => {
  const { topics, version } = context
  const common = (id: string, component: Component, title: object): Announced => ({
    platform: component,
    unique_id: `${topics.node}_${BRIDGE}_${id}`,
    default_entity_id: `${component}.${slug(topics.node)}_${id}`,
    ...title,
    qos: 1,
  })
  const availability = { availability: [{ topic: topics.bridgeState }] }
  const connectivity = common('connectivity', 'binary_sensor', {
    ...{ name: 'Connectivity', device_class: 'connectivity', entity_category: 'diagnostic' },
    ...{ state_topic: topics.bridgeState, payload_on: 'online', payload_off: 'offline' },
  })
  const shown = sensors.map(({ id, component, discovery, attributes }) => {
    const own = {
      state_topic: topics.entity(BRIDGE, id),
      ...(attributes ? { json_attributes_topic: topics.attributes(BRIDGE, id) } : {}),
    }
    return [id, common(id, component, { ...discovery, ...own, ...availability })] as const
  })
  const pressed = Object.entries(buttons).map(([id, discovery]) => {
    const hidden = { entity_category: 'config', enabled_by_default: false }
    const command_topic = topics.set(BRIDGE, id)
    return [id, common(id, 'button', { ...discovery, ...hidden, command_topic, ...availability })] as const
  })
  return {
    device: { identifiers: [`${topics.node}_${BRIDGE}`], name: ORIGIN, model: 'Camera service', ...about(context) },
    origin: { name: ORIGIN, sw_version: version },
    components: { connectivity, ...Object.fromEntries([...shown, ...pressed]) },
  }
}

export interface System {
  /** A sentence of what was done. Failure 'not-found', 'invalid' or 'refused'. */
  press(button: string, payload: string): Promise<string>
}

const BY = { adapter: 'mqtt' }
const isAction = (button: string): button is SystemAction => systemActions.includes(button as SystemAction)

export const createSystem = (house: House | undefined, clock: Pick<Clock, 'now'>): System => {
  const confirmations = createConfirmations(clock)
  return {
    press: async (button, payload) => {
      if (button !== 'restart' && !isAction(button))
        throw new Failure('not-found', `there is nothing to set at "${button.slice(0, 60)}" of the bridge`)
      if (payload !== 'PRESS') throw new Failure('invalid', `${button} takes PRESS, not "${payload.slice(0, 60)}"`)
      const action = button === 'restart' ? 'exit' : button
      const refusal = house ? house.refusal(action) : 'this can not be done here'
      if (!house || refusal !== null) throw new Failure('refused', refusal ?? 'this can not be done here')
      if (button !== 'restart' && !confirmations.confirm(BY.adapter, action)) {
        confirmations.begin(BY.adapter, action)
        throw new Failure('refused', `press ${button} once more within 10 s to do it`)
      }
      return house.act(action, BY)
    },
  }
}
