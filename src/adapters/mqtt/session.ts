// What we say while the broker listens: discovery, states, events, pictures. A new watcher first hears the present state
// of every camera, so that the first publication, the one after a reconnect and the one Home Assistant asks for are one.
import type { Fact } from '../../camera/events.js'
import type { Cameras } from '../../camera/ports.js'
import type { CameraState } from '../../camera/state.js'
import type { PublishOptions } from './connection.js'
import { BRIDGE, bridgeDiscovery, cameraDiscovery, type Discovery, type DiscoveryContext } from './discovery.js'
import { entitiesOf } from './entities/index.js'
import type { Gallery } from './images.js'
import { describeEvent, type ItemUrls } from './item.js'
import { findLeftovers } from './leftovers.js'

export interface SessionDeps {
  readonly cameras: Cameras
  readonly gallery: Gallery
  readonly urls: ItemUrls
  readonly version: string
  readonly topics: DiscoveryContext['topics']
  readonly base: string
  publish(topic: string, payload: string, options?: PublishOptions): Promise<boolean>
}

export interface Session {
  /** Says everything again. */
  announce(): void
  /** Hears a retained discovery message. */
  found(topic: string, payload: string): void
  /** Hears no more facts until the next `announce`. */
  pause(): void
  /** Says that we are leaving. */
  leave(): Promise<void>
}

/** Home Assistant's "unknown". */
const UNKNOWN = 'None'

export const openSession = ({ cameras, gallery, urls, version, topics, base, publish }: SessionDeps): Session => {
  const said = new Map<string, string>()
  /** Cameras that looked for things since we began: what a switch hides comes back as it was. */
  const looked = new Set<string>()
  let watch: Disposable | undefined

  const keep = (topic: string, payload: string): void => {
    if (said.get(topic) === payload) return
    said.set(topic, payload)
    void publish(topic, payload, { retain: true })
  }
  const pause = (): void => watch?.[Symbol.dispose]()
  const context = (): DiscoveryContext => ({ topics, version, url: urls.http() })
  const withLabels = ({ id, settings }: CameraState): boolean => {
    if (settings.detection.enabled) looked.add(id)
    return looked.has(id)
  }
  const discovery = (state: CameraState): Discovery => cameraDiscovery(state, context(), withLabels(state))

  const introduce = (state: CameraState): void => {
    const topic = topics.discovery(state.id)
    const before = said.get(topic)
    const now = JSON.stringify(discovery(state))
    keep(topic, now)
    if (before !== undefined && before !== now) found(topic, before)
    keep(topics.availability(state.id), 'online')
  }
  const hear = (fact: Fact): void => {
    const { camera } = fact
    if (fact.type === 'state') {
      const { previous, state } = fact
      if (previous?.name !== state.name || previous.settings.detection !== state.settings.detection) introduce(state)
      for (const { id, show } of entitiesOf(state, withLabels(state))) {
        if (!show) continue
        const topic = topics.entity(camera, id)
        const value = show(fact.state)
        if (value !== undefined) keep(topic, String(value))
        else if (said.has(topic)) keep(topic, UNKNOWN)
      }
    } else {
      void publish(topics.event(camera), JSON.stringify(describeEvent(fact, urls)))
    }
    const about = fact.type === 'state' ? fact.state : cameras.state(camera)
    for (const entity of entitiesOf(about, withLabels(about))) {
      const wanted = entity.picture?.(fact)
      if (wanted) gallery.want(topics.entity(camera, entity.id), camera, wanted)
    }
  }
  /** What is announced on a discovery topic now. */
  const presentAt = (topic: string): Discovery | undefined => {
    if (topic === topics.discovery(BRIDGE)) return bridgeDiscovery(context())
    const state = cameras.list().find(({ id }) => topics.discovery(id) === topic)
    return state && discovery(state)
  }
  const found = (topic: string, payload: string): void => {
    const present = presentAt(topic)
    const left = findLeftovers(topic, payload, { present, base, bridgeState: topics.bridgeState })
    for (const each of left.topics) void publish(each, '', { retain: true })
    if (!present || Object.keys(left.components).length === 0) return
    const parting = { ...present, components: { ...present.components, ...left.components } }
    void publish(topic, JSON.stringify(parting), { retain: true })
    void publish(topic, JSON.stringify(present), { retain: true })
  }
  return {
    announce: () => {
      pause()
      said.clear()
      keep(topics.bridgeState, 'online')
      keep(topics.discovery(BRIDGE), JSON.stringify(bridgeDiscovery(context())))
      watch = cameras.watch('mqtt', hear)
    },
    found,
    pause,
    leave: async () => {
      pause()
      const last = [...cameras.list().map(({ id }) => topics.availability(id)), topics.bridgeState]
      await Promise.all(last.map((topic) => publish(topic, 'offline', { retain: true })))
    },
  }
}
