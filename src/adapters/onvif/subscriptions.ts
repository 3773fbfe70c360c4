// All subscriptions of one camera, and what they are told: every change of its facts, as messages. They go on after a
// restart of ours, and begin as new ones do: with the present states.
import { randomBytes } from 'node:crypto'
import type { Fact } from '../../camera/events.js'
import type { Accounts, Cameras } from '../../camera/ports.js'
import type { Clock } from '../../lib/clock.js'
import { type ConsumerPlace, createConsumer } from './consumer.js'
import { Fault } from './fault.js'
import { createSubscription, GRACE_MS, type Kept, type Subscription } from './subscription.js'
import type { SubscriptionFile } from './subscription-file.js'
import type { Filter } from './topic-set.js'
import { initialMessages, messagesBetween, type Properties, propertiesOf, type Told } from './topics.js'

export interface Asked {
  readonly owner: string
  /** In ms. */
  readonly life: number
  readonly topics: Filter
  /** Without one it is pulled. */
  readonly consumer?: ConsumerPlace
}

export interface Subscriptions extends Disposable {
  /**
   * Begins with the present states. Takes the place of one that would tell the same to the same consumer: whoever was
   * away subscribes anew. A Fault when there are too many, or the consumer is not the caller.
   */
  open(asked: Asked): Subscription
  /** A Fault when there is none of this owner's. */
  find(id: string, owner: string): Subscription
  renew(subscription: Subscription, ms: number): void
  /** Tells the present states anew. */
  sync(subscription: Subscription): void
  close(subscription: Subscription): void
  readonly size: number
}

export interface SubscriptionsDeps {
  readonly cameras: Cameras
  readonly accounts: Pick<Accounts, 'list' | 'streamPassword'>
  readonly clock: Clock
  /** Where they are kept over a restart. */
  readonly file: Pick<SubscriptionFile, 'of' | 'put'>
}

export const MOST_SUBSCRIPTIONS = 64
/** None is granted a longer life. */
export const LONGEST_LIFE_MS = 3_600_000
const SWEEP_MS = 10_000
const SCENE_MS = 5000

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

export const createSubscriptions = (camera: string, deps: SubscriptionsDeps): Subscriptions => {
  const { cameras, accounts, clock, file } = deps
  const open = new Map<string, Subscription>()
  let kept: readonly Kept[] = []
  let told: Told = { state: cameras.state(camera), sceneChanged: false }
  let properties: Properties = propertiesOf(told)
  let sceneOver: Disposable | undefined

  const keep = (): void => {
    kept = [...open.values()].map((one) => one.kept())
    file.put(camera, kept)
  }
  /** Pulls prolong, too: what is kept may end too early, but by no more than half a life. */
  const keepProlonged = (): void => {
    if (kept.some(({ id, until, life }) => (open.get(id)?.until() ?? 0) > until + life / 2)) keep()
  }
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
    keep()
  }
  const isUser = (name: string): boolean =>
    accounts.streamPassword(name) !== null && accounts.list().some((one) => one.name === name)
  const sweep = (): void => {
    for (const one of [...open.values()]) if (one.isOver() || !isUser(one.owner)) close(one)
    keepProlonged()
  }
  const sync = (subscription: Subscription): void => subscription.sync(initialMessages(properties, clock.now().wall))

  const begin = (one: Kept): Subscription => {
    const consumer = one.consumer && createConsumer({ ...one.consumer, clock })
    const subscription = createSubscription({ kept: one, clock, consumer })
    open.set(one.id, subscription)
    sync(subscription)
    return subscription
  }
  const restore = (one: Kept): void => {
    const { wall } = clock.now()
    // A clock that is not set yet makes nobody live for ever.
    const until = Math.min(one.until, wall + LONGEST_LIFE_MS)
    if (until + GRACE_MS < wall || !isUser(one.owner) || open.size >= MOST_SUBSCRIPTIONS) return
    try {
      begin({ ...one, until, life: Math.min(one.life, LONGEST_LIFE_MS) })
    } catch (error) {
      // Its consumer's address is not the caller's any more.
      if (!(error instanceof Fault)) throw error
    }
  }

  const watching = cameras.watch(`onvif ${camera}`, onFact)
  const sweeping = clock.every(SWEEP_MS, sweep)
  for (const one of file.of(camera)) restore(one)
  keep()
  return {
    get size() {
      return open.size
    },
    open: ({ owner, life, topics, consumer = null }) => {
      sweep()
      const asked = { owner, topics, consumer }
      const isAnew = ({ owner, topics, consumer }: Kept): boolean =>
        consumer !== null && same({ owner, topics, consumer }, asked)
      const older = [...open.values()].find((one) => isAnew(one.kept()))
      if (open.size >= MOST_SUBSCRIPTIONS && !older)
        throw new Fault(
          'Receiver',
          ['Action', 'wsnt:SubscribeCreationFailedFault'],
          `There are ${MOST_SUBSCRIPTIONS} subscriptions already`,
        )
      const until = clock.now().wall + life
      const subscription = begin({ id: randomBytes(12).toString('hex'), until, life, ...asked })
      if (older) close(older)
      keep()
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
    renew: (subscription, ms) => {
      subscription.renew(ms)
      keepProlonged()
    },
    sync,
    close,
    [Symbol.dispose]: () => {
      watching[Symbol.dispose]()
      sweeping[Symbol.dispose]()
      sceneOver?.[Symbol.dispose]()
      keep()
      for (const subscription of open.values()) subscription.close()
      open.clear()
    },
  }
}
