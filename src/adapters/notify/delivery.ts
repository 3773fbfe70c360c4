// The way out of one notifier: what is to be sent waits in line, first in, first out, over restarts too, and is tried
// again until the far end takes it. What is too old or too much by then is let go, and said so.
import type { PartHealth } from '../../camera/state.js'
import type { Clock } from '../../lib/clock.js'
import { Failure, sentenceOf } from '../../lib/failure.js'
import type { Log } from '../../lib/log.js'
import { type Job, supervise } from '../../lib/supervise.js'
import type { Outbox, Slip } from './outbox.js'

export interface DeliveryDeps<Item> {
  /** For the log. */
  readonly name: string
  /** See Sender. */
  send(item: Item, signal: AbortSignal): Promise<void>
  onSent(item: Item): void
  /** It will not be sent. */
  onDropped(item: Item, reason: string): void
  /** Where the line is kept; what it holds already is sent first. Stays the caller's. */
  readonly outbox: Outbox<Item>
  readonly clock: Clock
  readonly log: Log
}

export interface Delivery<Item> extends AsyncDisposable {
  put(item: Item): void
  readonly waiting: number
  health(): PartHealth
}

const MOST = 50
const OLDEST_MS = 24 * 3_600_000

export const startDelivery = <Item>(deps: DeliveryDeps<Item>): Delivery<Item> => {
  const { name, send, onSent, onDropped, outbox, clock, log } = deps
  const line: { readonly slip: Slip<Item>; readonly since: number }[] = []
  let wake = (): void => {}
  let health: PartHealth = { status: 'working', problem: null }

  const drop = (index: number, reason: string): void => {
    const [dropped] = line.splice(index, 1)
    if (!dropped) return
    dropped.slip.remove()
    onDropped(dropped.slip.item, reason)
  }
  const queue = (slip: Slip<Item>): void => {
    const { mono } = clock.now()
    // A Pi may find its time only after it has read what is left: nothing is older than it can be shown to be.
    line.push({ slip, since: Math.min(clock.toMono(slip.at), mono) })
    // The first may be on its way already.
    if (line.length > MOST) drop(1, `${MOST} newer ones wait`)
  }
  for (const slip of outbox.left) queue(slip)

  const next = async (signal: AbortSignal): Promise<Slip<Item> | undefined> => {
    for (;;) {
      const [first] = line
      if (signal.aborted) return undefined
      if (first && clock.now().mono - first.since <= OLDEST_MS) return first.slip
      if (first) {
        drop(0, `not sent within ${OLDEST_MS / 3_600_000} h`)
        continue
      }
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  const job: Job = async (signal, ready) => {
    for (;;) {
      const slip = await next(signal)
      if (slip === undefined) return
      try {
        await send(slip.item, signal)
      } catch (error) {
        if (error instanceof Failure && error.code === 'refused') drop(0, sentenceOf(error))
        throw error
      }
      line.shift()
      slip.remove()
      ready()
      onSent(slip.item)
    }
  }
  const running = supervise(job, {
    ...{ name, clock, log },
    onHealth: (heard) => {
      // Nothing is known to be wrong before the first message.
      if (heard.status === 'broken') health = { status: 'broken', problem: heard.problem }
      else health = { status: 'working', problem: null }
    },
  })
  return {
    put: (item) => {
      queue(outbox.put(item, clock.now().wall))
      wake()
    },
    get waiting() {
      return line.length
    },
    health: () => health,
    [Symbol.asyncDispose]: async () => {
      const ended = running[Symbol.asyncDispose]()
      wake()
      await ended
      if (line.length > 0) log.warn(`${name}: ${line.length} messages wait for the next start`)
    },
  }
}
