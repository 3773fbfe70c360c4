// All subscriptions of one camera, and what they are told: every change of its facts, as messages.
import { randomBytes } from 'node:crypto'
import type { Fact } from '../../camera/events.js'
import type { Cameras } from '../../camera/ports.js'
import type { Clock } from '../../lib/clock.js'
import { Fault } from './fault.js'
import { createSubscription, type Subscription, type SubscriptionOptions } from './subscription.js'
import { initialMessages, messagesBetween, type Properties, propertiesOf, type Told } from './topics.js'

export interface Subscriptions extends Disposable {
  /** Begins with the present states. A Fault when there are too many. */
  open(options: Pick<SubscriptionOptions, 'owner' | 'life' | 'accepts' | 'deliver'>): Subscription
  /** A Fault when there is none of this owner's. */
  find(id: string, owner: string): Subscription
  /** Tells the present states anew. */
  sync(subscription: Subscription): void
  close(subscription: Subscription): void
  readonly size: number
}

export const MOST_SUBSCRIPTIONS = 64
const SWEEP_MS = 10_000
const SCENE_MS = 5000

export const createSubscriptions = (
  camera: string,
  { cameras, clock }: { readonly cameras: Cameras; readonly clock: Clock },
): Subscriptions => {
  const open = new Map<string, Subscription>()
  let told: Told = { state: cameras.state(camera), sceneChanged: false }
  let properties: Properties = propertiesOf(told)
  let sceneOver: Disposable | undefined

  const tell = (change: Partial<Told>, at: number): void => {
    told = { ...told, ...change }
    const next = propertiesOf(told)
    const messages = messagesBetween(properties, next, at)
    properties = next
    if (messages.length > 0) for (const subscription of open.values()) subscription.push(messages)
  }
  const onFact = (fact: Fact): void => {
    if (fact.camera !== camera) return
    if (fact.type === 'state') {
      tell({ state: fact.state }, fact.at)
    } else if (fact.event.type === 'light_step' && fact.event.kind === 'global step') {
      sceneOver?.[Symbol.dispose]()
      sceneOver = clock.after(SCENE_MS, () => tell({ sceneChanged: false }, clock.now().wall))
      tell({ sceneChanged: true }, fact.at)
    }
  }
  const close = (subscription: Subscription): void => {
    open.delete(subscription.id)
    subscription.close()
  }
  const sweep = (): void => {
    for (const subscription of [...open.values()]) if (subscription.isOver()) close(subscription)
  }
  const sync = (subscription: Subscription): void => subscription.sync(initialMessages(properties, clock.now().wall))

  const watching = cameras.watch(`onvif ${camera}`, onFact)
  const sweeping = clock.every(SWEEP_MS, sweep)
  return {
    get size() {
      return open.size
    },
    open: (options) => {
      sweep()
      if (open.size >= MOST_SUBSCRIPTIONS)
        throw new Fault(
          'Receiver',
          ['Action', 'wsnt:SubscribeCreationFailedFault'],
          `There are ${MOST_SUBSCRIPTIONS} subscriptions already`,
        )
      const subscription = createSubscription({ ...options, id: randomBytes(12).toString('hex'), clock })
      open.set(subscription.id, subscription)
      sync(subscription)
      return subscription
    },
    find: (id, owner) => {
      const found = open.get(id)
      if (found && !found.isOver() && found.owner === owner) return found
      throw new Fault(
        'Sender',
        ['InvalidArgVal', 'wsnt:ResourceUnknownFault'],
        'There is no such subscription: it may have ended',
      )
    },
    sync,
    close,
    [Symbol.dispose]: () => {
      watching[Symbol.dispose]()
      sweeping[Symbol.dispose]()
      sceneOver?.[Symbol.dispose]()
      for (const subscription of [...open.values()]) close(subscription)
    },
  }
}
