// One client's subscription: its messages wait in a bounded queue (the oldest go first) until they are pulled, or are
// given to a consumer at once. It lives until its time is over, and a while longer for who renews late.
import type { Clock } from '../../lib/clock.js'
import type { Consumer, ConsumerPlace } from './consumer.js'
import { newest } from './queue.js'
import { accepts, type Filter } from './topic-set.js'
import type { Message } from './topics.js'

/** What is kept of a subscription over a restart of ours. */
export interface Kept {
  readonly id: string
  /** Of whom it is. */
  readonly owner: string
  /** Wall ms. */
  readonly until: number
  /** As granted last, ms. */
  readonly life: number
  readonly topics: Filter
  /** Null: it is pulled. */
  readonly consumer: ConsumerPlace | null
}

export interface Subscription {
  readonly id: string
  readonly owner: string
  /** As it is now. */
  kept(): Kept
  /** Wall ms. */
  until(): number
  /** From now on for so long. */
  renew(ms: number): void
  /** Neither its time nor the time for a late renewal is left. */
  isOver(): boolean
  push(messages: readonly Message[]): void
  /** In place of all present states that still wait: the present states. */
  sync(messages: readonly Message[]): void
  /**
   * What waits, at most `limit`; when nothing does, what comes within `ms`. Ends empty when `gone` aborts, when the next
   * pull begins, or with the subscription.
   */
  pull(request: {
    readonly ms: number
    readonly limit: number
    readonly gone: AbortSignal
  }): Promise<readonly Message[]>
  close(): void
}

export interface SubscriptionOptions {
  readonly kept: Kept
  readonly clock: Clock
  /** In place of being pulled. */
  readonly consumer: Consumer | null
}

/** Late renewals are accepted for so long. */
export const GRACE_MS = 60_000

export const createSubscription = ({ kept, clock, consumer }: SubscriptionOptions): Subscription => {
  const { id, owner, topics } = kept
  let queue: readonly Message[] = []
  let { life } = kept
  let until = clock.toMono(kept.until)
  let answer: ((messages: readonly Message[]) => void) | undefined
  let closed = false

  const push = (messages: readonly Message[]): void => {
    const wanted = messages.filter(({ topic }) => accepts(topics, topic))
    if (wanted.length === 0 || closed) return
    if (consumer) {
      consumer.deliver(wanted)
    } else {
      queue = newest([...queue, ...wanted])
      answer?.(queue)
    }
  }
  return {
    id,
    owner,
    kept: () => ({ ...kept, life, until: clock.toWall(until) }),
    until: () => clock.toWall(until),
    renew: (ms) => {
      life = ms
      until = clock.now().mono + ms
    },
    isOver: () => closed || (clock.now().mono > until + GRACE_MS && !answer),
    push,
    sync: (messages) => {
      queue = queue.filter(({ operation }) => operation !== 'Initialized')
      push(messages)
    },
    pull: ({ ms, limit, gone }) => {
      answer?.([])
      // Who pulls is there.
      until = Math.max(until, clock.now().mono + life)
      if (closed || gone.aborted) return Promise.resolve([])
      return new Promise((resolve) => {
        const end = (messages: readonly Message[]): void => {
          answer = undefined
          timer[Symbol.dispose]()
          gone.removeEventListener('abort', aborted)
          const taken = messages.slice(0, limit)
          queue = queue.slice(taken.length)
          resolve(taken)
        }
        const aborted = (): void => end([])
        const timer = clock.after(ms, aborted)
        gone.addEventListener('abort', aborted)
        answer = end
        if (queue.length > 0) end(queue)
      })
    },
    close: () => {
      closed = true
      queue = []
      consumer?.close()
      answer?.([])
    },
  }
}
