// What we say while the broker listens: discovery, states, events, pictures. A new watcher first hears the present state
// of every camera, so that the first publication, the one after a reconnect and the one Home Assistant asks for are one.
import type { Fact } from '../../camera/events.js'
import type { Cameras, Links } from '../../camera/ports.js'
import type { CameraState } from '../../camera/state.js'
import type { Clock } from '../../lib/clock.js'
import { type BridgeDeps, bridgeDiscovery, bridgeStates } from './bridge.js'
import type { PublishOptions } from './connection.js'
import { cameraDiscovery, type Discovery, type DiscoveryContext, UNKNOWN } from './discovery.js'
import { FACT, learnFacts } from './entities/facts.js'
import { entitiesOf, type Known } from './entities/index.js'
import { learnLabels } from './entities/labels.js'
import type { Vitals } from './entity.js'
import type { Gallery } from './images.js'
import { describeEvent } from './item.js'
import { findLeftovers } from './leftovers.js'
import { BRIDGE, type Topics } from './topics.js'

export interface SessionDeps extends BridgeDeps {
  readonly cameras: Cameras
  readonly gallery: Gallery
  readonly links: Links
  /** The page, for the link on the devices; empty when there is none. */
  page(): string
  /** Measured anew every so often. */
  vitals(camera: string): Vitals
  readonly clock: Pick<Clock, 'every'>
  readonly topics: Topics
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

const MEASURE_MS = 10_000

export const openSession = (deps: SessionDeps): Session => {
  const { cameras, gallery, links, page, clock, version, topics, base, publish } = deps
  const said = new Map<string, string>()
  /** Over all of our life: what a switch hides comes back as it was. */
  const known = new Map<string, Known>()
  const vitals = new Map<string, Vitals>()
  /** What an earlier run announced of a processor that has not reported yet. */
  const earlier = new Map<string, string>()
  let watch: Disposable | undefined
  let measuring: Disposable | undefined

  const keep = (topic: string, payload: string): void => {
    if (said.get(topic) === payload) return
    said.set(topic, payload)
    void publish(topic, payload, { retain: true })
  }
  const pause = (): void => {
    watch?.[Symbol.dispose]()
    measuring?.[Symbol.dispose]()
  }
  const context = (): DiscoveryContext => ({ topics, version, url: page() })
  const knownOf = (state: CameraState): Known => {
    const { id, processor } = state
    const before = known.get(id)
    const labels = learnLabels(before?.labels ?? new Set(), state)
    const facts = learnFacts(before?.facts ?? new Map(), processor?.facts ?? {})
    if (before && labels === before.labels && facts === before.facts) return before
    const now = { labels, facts }
    known.set(id, now)
    return now
  }
  const vitalsOf = (camera: string): Vitals => {
    const measured = vitals.get(camera) ?? deps.vitals(camera)
    vitals.set(camera, measured)
    return measured
  }
  const discovery = (state: CameraState): Discovery => cameraDiscovery(state, context(), knownOf(state))

  const introduce = (state: CameraState): void => {
    const topic = topics.discovery(state.id)
    const before = said.get(topic)
    const old = earlier.get(topic)
    const now = JSON.stringify(discovery(state))
    keep(topic, now)
    if (before !== undefined && before !== now) found(topic, before)
    if (old !== undefined) found(topic, old)
    keep(topics.availability(state.id), 'online')
  }
  const say = (state: CameraState, entities = entitiesOf(state, knownOf(state))): void => {
    const { id: camera } = state
    for (const { id, show, attributes, needsState } of entities) {
      const topic = topics.entity(camera, id)
      const value = show?.(state, vitalsOf(camera))
      if (value !== undefined) keep(topic, String(value))
      // What an earlier run of ours said is no answer.
      else if (needsState || said.has(topic)) keep(topic, UNKNOWN)
      if (attributes) keep(topics.attributes(camera, id), JSON.stringify(attributes(state, vitalsOf(camera))))
    }
  }
  const sayBridge = (): void => {
    for (const { id, value, attributes } of bridgeStates(deps)) {
      keep(topics.entity(BRIDGE, id), value ?? UNKNOWN)
      if (attributes) keep(topics.attributes(BRIDGE, id), JSON.stringify(attributes))
    }
  }
  const measure = (): void => {
    vitals.clear()
    sayBridge()
    for (const state of cameras.list()) say(state)
  }
  const hear = (fact: Fact): void => {
    const { camera } = fact
    const about = fact.type === 'state' ? fact.state : cameras.state(camera)
    const before = known.get(camera)
    const entities = entitiesOf(about, knownOf(about))
    if (fact.type === 'state') {
      const { previous, state } = fact
      const isNew =
        knownOf(state) !== before ||
        previous?.name !== state.name ||
        previous.settings !== state.settings ||
        previous.controls !== state.controls
      if (isNew) introduce(state)
      say(state, entities)
    } else {
      void publish(topics.event(camera), JSON.stringify(describeEvent(fact, links)))
    }
    for (const { id, picture } of entities) {
      const wanted = picture?.(fact)
      if (wanted) gallery.want(topics.entity(camera, id), camera, wanted)
    }
  }
  /** What is announced on a discovery topic now. */
  const presentAt = (topic: string): { readonly state?: CameraState; readonly discovery: Discovery } | undefined => {
    if (topic === topics.discovery(BRIDGE)) return { discovery: bridgeDiscovery(context()) }
    const state = cameras.list().find(({ id }) => topics.discovery(id) === topic)
    return state && { state, discovery: discovery(state) }
  }
  const found = (topic: string, payload: string): void => {
    const present = presentAt(topic)
    const waits = present?.state?.processor && knownOf(present.state).facts.size === 0
    if (waits) earlier.set(topic, payload)
    else earlier.delete(topic)
    const left = findLeftovers(topic, payload, {
      ...{ present: present?.discovery, base, bridgeState: topics.bridgeState },
      // A processor that has not reported yet will, and its sensors are not to come and go.
      spare: (id) => waits === true && id.startsWith(FACT),
    })
    for (const each of left.topics) void publish(each, '', { retain: true })
    if (!present || Object.keys(left.components).length === 0) return
    const { discovery: now } = present
    const parting = { ...now, components: { ...now.components, ...left.components } }
    void publish(topic, JSON.stringify(parting), { retain: true })
    void publish(topic, JSON.stringify(now), { retain: true })
  }
  return {
    announce: () => {
      pause()
      said.clear()
      vitals.clear()
      keep(topics.bridgeState, 'online')
      keep(topics.discovery(BRIDGE), JSON.stringify(bridgeDiscovery(context())))
      sayBridge()
      watch = cameras.watch('mqtt', hear)
      measuring = clock.every(MEASURE_MS, measure)
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
