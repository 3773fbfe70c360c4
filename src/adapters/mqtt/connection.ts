// The line to the broker: mqtt.js, which reconnects by itself, told what we need; and how the line is, in a sentence.
// A broker that does not speak MQTT 5 is spoken to in 3.1.1. Knows no topics but the last will's.
import { readFile } from 'node:fs/promises'
import mqtt, { type IClientOptions } from 'mqtt'
import type { Clock } from '../../lib/clock.js'
import { Failure } from '../../lib/failure.js'
import type { Log } from '../../lib/log.js'
import { redactText } from '../../lib/redact.js'
import './packet-numbers.js'
import type { MqttConfig } from './schema.js'

export type BrokerConfig = Omit<MqttConfig, 'url' | 'supervisor' | 'embedded' | 'base' | 'discovery_prefix'> & {
  readonly url: string
}

export interface MqttHealth {
  readonly connected: boolean
  readonly problem: string | null
}

export interface PublishOptions {
  readonly retain?: boolean
  readonly qos?: 0 | 1
}

export interface Connection extends AsyncDisposable {
  health(): MqttHealth
  /** Whether the broker (QoS 1) or the socket (QoS 0) has it. Nothing is kept for later. */
  publish(topic: string, payload: string | Buffer, options?: PublishOptions): Promise<boolean>
  /** The largest packet that the broker takes, in bytes. */
  largestPacket(): number
}

export interface ConnectionDeps {
  readonly config: BrokerConfig
  readonly clientId: string
  readonly will: { readonly topic: string; readonly payload: string }
  readonly topics: readonly string[]
  /** Their messages keep the retain flag where MQTT 5 is spoken, so that a retained one is known also when it is new. */
  readonly commands: readonly string[]
  readonly clock: Clock
  readonly log: Log
  /** Connected and subscribed. Called again after each reconnect. */
  onUp(): void
  onDown(): void
  onMessage(topic: string, payload: Buffer, retained: boolean): void
  /** The last words before we leave by ourselves. */
  farewell(): Promise<void>
}

const RECONNECT_MS = 3000
const CONNECT_MS = 10_000
const KEEPALIVE_S = 30
const PATIENCE_MS = 1000
const NO_LIMIT = 268_435_455
/** Of a publication, beside topic and payload; generously. */
const HEADER = 16
/** "Unsupported protocol version" of MQTT 5 and of 3.1.1. */
const OLD_BROKER = [132, 1]

export const connect = async (deps: ConnectionDeps): Promise<Connection> => {
  const { config, clientId, will, topics, commands, clock, log, onUp, onDown, onMessage, farewell } = deps
  const shown = redactText(config.url)
  let problem: string | null = `waiting for the broker at ${shown}`
  let largest = NO_LIMIT
  let up = false
  let ended = false

  const options: IClientOptions = {
    clientId,
    protocolVersion: 5,
    clean: true,
    keepalive: KEEPALIVE_S,
    connectTimeout: CONNECT_MS,
    reconnectPeriod: RECONNECT_MS,
    reconnectOnConnackError: true,
    // We subscribe at each connect ourselves, and what could not be said in time is said anew.
    resubscribe: false,
    queueQoSZero: false,
    rejectUnauthorized: config.reject_unauthorized,
    will: { ...will, payload: Buffer.from(will.payload), qos: 1, retain: true },
    ...(config.username === null ? {} : { username: config.username }),
    ...(config.password === null ? {} : { password: config.password }),
    ...(config.ca_file === null ? {} : { ca: await readAuthority(config.ca_file) }),
  }
  const client = mqtt.connect(config.url, options)

  /** Said once, until all is well again. */
  const complain = (sentence: string, then = ''): void => {
    if (ended || sentence === problem) return
    problem = sentence
    log.warn(`mqtt: ${sentence}${then}`)
  }
  const broken = (sentence: string): void => complain(sentence, '; trying again')
  client.on('error', (error: Error & { code?: unknown }) => {
    if (typeof error.code === 'number' && OLD_BROKER.includes(error.code) && client.options.protocolVersion === 5) {
      log.info(`mqtt: the broker at ${shown} does not speak MQTT 5; using 3.1.1`)
      client.options.protocolVersion = 4
      client.once('close', () => !ended && client.reconnect())
      return
    }
    broken(explain(error, shown, config.username))
  })
  client.on('close', () => {
    if (!up) return
    up = false
    onDown()
    broken(`the connection to the broker at ${shown} was lost`)
  })
  client.on('connect', (packet) => {
    largest = packet.properties?.maximumPacketSize ?? NO_LIMIT
    const subscriptions = [
      ...topics.map((topic) => [topic, { qos: 1, rap: false }] as const),
      ...commands.map((topic) => [topic, { qos: 1, rap: true }] as const),
    ]
    client.subscribe(Object.fromEntries(subscriptions), (error, granted) => {
      if (error || ended || !client.connected) return
      const refused = granted?.filter(({ qos }) => qos >= 128).map(({ topic }) => topic) ?? []
      up = true
      problem = null
      log.info(`mqtt: connected to ${shown}`)
      if (refused.length > 0) broken(`the broker does not let us subscribe to ${refused.join(', ')}`)
      onUp()
    })
  })
  client.on('message', (topic, payload, packet) => onMessage(topic, payload, packet.retain))

  /** Leaving must not take long, whatever the broker does. */
  const patiently = (work: Promise<void>): Promise<void> =>
    new Promise((resolve) => {
      const enough = clock.after(PATIENCE_MS, resolve)
      const done = (): void => {
        enough[Symbol.dispose]()
        resolve()
      }
      work.then(done, done)
    })
  return {
    health: () => ({ connected: up, problem }),
    largestPacket: () => largest,
    publish: (topic, payload, { retain = false, qos = 1 } = {}) =>
      new Promise<boolean>((resolve) => {
        if (!client.connected) return resolve(false)
        const size = Buffer.byteLength(topic) + Buffer.byteLength(payload) + HEADER
        if (size > largest) {
          // Sent all the same it would cost us the connection.
          complain(`the broker takes at most ${largest} bytes a message: ${topic} (${size}) is not published`)
          return resolve(false)
        }
        client.publish(topic, payload, { retain, qos }, (error) => {
          if (error && up && client.connected) broken(`the broker refused ${topic}: ${error.message}`)
          resolve(!error)
        })
      }),
    [Symbol.asyncDispose]: async () => {
      if (up) await patiently(farewell())
      ended = true
      await patiently(client.endAsync(!client.connected))
      client.stream.destroy()
    },
  }
}

const readAuthority = async (file: string): Promise<Buffer> =>
  readFile(file).catch((cause) => {
    throw new Failure('invalid', `mqtt.ca_file: ${file} can not be read`, { cause })
  })

const explain = (error: Error & { code?: unknown }, shown: string, user: string | null): string => {
  switch (error.code) {
    case 'ECONNREFUSED':
      return `nothing listens at ${shown}: is the broker running, and is the port right?`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the name in ${shown} is not known here`
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
      return `${shown} can not be reached`
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return `the certificate of ${shown} is not signed by an authority known here: name the authority's file as mqtt.ca_file`
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `the certificate of ${shown} is for another name: use the name that it is for in mqtt.url`
    // Bad name or password, not authorized: in 3.1.1 and in MQTT 5.
    case 4:
    case 5:
    case 134:
    case 135:
      return `the broker at ${shown} refuses ${user === null ? 'us without a user name' : `user "${user}"`}: name or password is wrong`
    default:
      return `${shown}: ${redactText(error.message)}`
  }
}
