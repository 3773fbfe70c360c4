// The mqtt section of nightjar.yaml. Without it MQTT is off. Either `url` names a broker, or `embedded.port` starts our
// own; the password may also come from `password_file`.
import type { Problem } from '../../lib/check.js'
import type { Slice } from '../../lib/slice.js'

export interface MqttConfig {
  readonly url: string | null
  /** The broker is the one that Home Assistant's Supervisor names. */
  readonly supervisor: boolean
  readonly username: string | null
  readonly password: string | null
  readonly base: string
  readonly discovery_prefix: string
  /** null: made from `base`, so that a restart takes the old connection over and its last will comes first. */
  readonly client_id: string | null
  readonly ca_file: string | null
  readonly reject_unauthorized: boolean
  /** Our own broker runs when `port` is set; 0 takes any free port. */
  readonly embedded: { readonly host: string; readonly port: number | null }
}

const PROTOCOLS = ['mqtt:', 'mqtts:', 'ws:', 'wss:']

const brokerUrl = (value: unknown): void => {
  const text = typeof value === 'string' ? value : ''
  if (!URL.canParse(text) || !PROTOCOLS.includes(new URL(text).protocol) || !new URL(text).hostname) {
    throw new Error('must be an address such as mqtt://192.168.1.10:1883 or mqtts://broker.lan')
  }
}

const topicStart = (value: unknown): void => {
  if (typeof value !== 'string' || !/^[^\s#+$/][^\s#+/]*(\/[^\s#+/]+)*$/.test(value)) {
    throw new Error('must be the start of a topic such as nightjar or home/nightjar: no spaces, no # or +')
  }
}

export const mqttSchema = {
  url: { doc: 'Address of the MQTT broker', format: brokerUrl, default: null, nullable: true },
  supervisor: {
    doc: 'In a Home Assistant add-on, instead of url: the broker is asked of Home Assistant, with its name and password',
    format: 'Boolean',
    default: false,
  },
  username: { doc: 'Name to sign in at the broker', format: 'String', default: null, nullable: true },
  password: { doc: 'Password at the broker', format: 'String', default: null, nullable: true, sensitive: true },
  base: { doc: 'What all topics of this Nightjar begin with', format: topicStart, default: 'nightjar' },
  discovery_prefix: {
    doc: 'What discovery topics begin with, as set in Home Assistant',
    format: topicStart,
    default: 'homeassistant',
  },
  client_id: {
    doc: 'Client id at the broker; made from `base` if left out',
    format: 'String',
    default: null,
    nullable: true,
  },
  ca_file: {
    doc: 'Certificate authority (PEM file) that signed the certificate of an mqtts:// broker',
    format: 'String',
    default: null,
    nullable: true,
  },
  reject_unauthorized: {
    doc: 'Refuse an mqtts:// broker whose certificate is not signed by a known authority',
    format: 'Boolean',
    default: true,
  },
  embedded: {
    host: { doc: 'Address on which our own broker listens', format: 'ipaddress', default: '127.0.0.1' },
    port: {
      doc: 'Port of our own broker (usually 1883), which lets the users of Nightjar in; off if left out',
      format: 'port',
      default: null,
      nullable: true,
    },
  },
} as const satisfies Slice

/** What single options can't say. Only for a file that has an mqtt section. */
export const mqttConflicts = ({ url, supervisor, embedded }: MqttConfig): readonly Problem[] => {
  if (url !== null && embedded.port !== null) {
    return [{ path: 'mqtt.embedded', sentence: 'can not be used together with mqtt.url: choose one broker' }]
  }
  if (supervisor && (url !== null || embedded.port !== null)) {
    return [{ path: 'mqtt.supervisor', sentence: 'can not be used together with another broker: choose one' }]
  }
  if (url !== null || embedded.port !== null || supervisor) return []
  return [{ path: 'mqtt', sentence: 'needs url (a broker) or embedded.port (our own broker)' }]
}
