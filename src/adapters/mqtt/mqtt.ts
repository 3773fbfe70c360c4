// The MQTT adapter: cameras as devices of Home Assistant, and a command line for anything that speaks MQTT. Puts the
// parts of this folder together; decides what an incoming message is.
import type { Cameras, House, Links, Pictures, Recordings } from '../../camera/ports.js'
import type { Clock } from '../../lib/clock.js'
import { sentenceOf } from '../../lib/failure.js'
import type { Log } from '../../lib/log.js'
import { createBirths } from './births.js'
import { createSystem } from './bridge.js'
import { answer } from './commands.js'
import { connect, type MqttHealth } from './connection.js'
import { createGallery } from './images.js'
import type { MqttConfig } from './schema.js'
import { openSession } from './session.js'
import { BRIDGE, createTopics } from './topics.js'

export interface MqttDeps {
  /** With an embedded broker: its address and the service's account. */
  readonly config: Omit<MqttConfig, 'url' | 'supervisor' | 'embedded'> & { readonly url: string }
  readonly cameras: Cameras
  readonly pictures: Pictures
  readonly recordings: Recordings
  readonly version: string
  readonly links: Links
  readonly urls: {
    /** The page's address; empty when there is none. */
    http(): string
    rtsp(camera: string): string
  }
  /** Pictures a second that a camera gives; undefined while it gives none. */
  fps(camera: string): number | undefined
  /** Without it the bridge can be asked for nothing. */
  readonly house?: House
  readonly clock: Clock
  readonly log: Log
}

export interface MqttAdapter extends AsyncDisposable {
  health(): MqttHealth
}

/** Brokers stop at 2 MB (Mosquitto 2.1) or earlier; Home Assistant needs no more than this. */
const LARGEST_PICTURE = 1_000_000
/** Topic and header of a packet. */
const ENVELOPE = 1024

/** Resolves at once: a broker that is away is health, not an error. */
export const startMqtt = async (deps: MqttDeps): Promise<MqttAdapter> => {
  const { config, cameras, pictures, recordings, version, links, urls, house, clock, log } = deps
  const topics = createTopics(config.base, config.discovery_prefix)
  const publish: (typeof connection)['publish'] = (...message) => connection.publish(...message)

  const gallery = createGallery({
    pictures,
    recordings,
    log,
    limit: () => Math.min(LARGEST_PICTURE, connection.largestPacket() - ENVELOPE),
    publish: (topic, jpeg) => publish(topic, jpeg, { retain: true, qos: 0 }),
  })
  const usage: Recordings['usage'] = (camera) => {
    try {
      return recordings.usage(camera)
    } catch (error) {
      return { items: 0, bytes: 0, free: null, problem: sentenceOf(error) }
    }
  }
  const session = openSession({
    ...{ cameras, recordings: { usage }, gallery, links, version, topics, base: config.base, clock, publish },
    page: urls.http,
    startedAt: house?.startedAt ?? clock.now().wall,
    problems: () => house?.problems() ?? {},
    vitals: (camera) => ({
      fps: deps.fps(camera),
      bytes: usage(camera).bytes,
      addresses: { rtsp: urls.rtsp(camera), ...(urls.http() && { page: urls.http() }) },
    }),
  })
  const births = createBirths({ random: Math.random, clock, announce: session.announce })
  const desk = { cameras, recordings, links, log, system: createSystem(house, clock), now: () => clock.now().wall }

  const hearCommand = async (topic: string, payload: Buffer, retained: boolean): Promise<void> => {
    const asked = topics.parse(topic)
    if (!asked) return
    if (retained) {
      log.warn({ topic }, `mqtt: a retained command on ${topic} is ignored: commands must be sent without retain`)
      return
    }
    const reply = await answer(asked, payload, desk)
    if (reply.status === 'error') log.info({ topic }, `mqtt: ${topic}: ${reply.error}`)
    const [device, name] =
      asked.way === 'system' ? [BRIDGE, asked.button] : [asked.camera, asked.way === 'set' ? asked.entity : asked.name]
    await publish(topics.response(device, name), JSON.stringify(reply))
  }
  const hear = (topic: string, payload: Buffer, retained: boolean): void => {
    if (topic === topics.status) {
      if (payload.toString() === 'online' && !retained) births.heard()
    } else if (topics.isDiscovery(topic)) {
      if (retained && payload.length > 0) session.found(topic, payload.toString('utf8'))
    } else {
      void hearCommand(topic, payload, retained)
    }
  }
  const down = (): void => {
    births[Symbol.dispose]()
    session.pause()
  }
  const connection = await connect({
    config,
    clientId: config.client_id ?? topics.node,
    will: { topic: topics.bridgeState, payload: 'offline' },
    topics: [topics.status, topics.allDiscovery],
    commands: topics.commands,
    clock,
    log,
    onUp: () => {
      gallery.forget()
      session.announce()
    },
    onDown: down,
    onMessage: hear,
    farewell: session.leave,
  })
  return {
    health: connection.health,
    [Symbol.asyncDispose]: async () => {
      await connection[Symbol.asyncDispose]()
      down()
    },
  }
}
