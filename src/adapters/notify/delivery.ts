// The way out of one notifier: what is to be sent waits in line, first in, first out, and is tried again until the far
// end takes it. What is too old or too much by then is let go, and said so.
import type { PartHealth } from '../../camera/state.js'
import type { Clock } from '../../lib/clock.js'
import { Failure, sentenceOf } from '../../lib/failure.js'
import type { Log } from '../../lib/log.js'
import { type Job, supervise } from '../../lib/supervise.js'

export interface DeliveryDeps<Item> {
  /** For the log. */
  readonly name: string
  /** See Sender. */
  send(item: Item, signal: AbortSignal): Promise<void>
  onSent(item: Item): void
  /** It will not be sent. */
  onDropped(item: Item, reason: string): void
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
  const { name, send, onSent, onDropped, clock, log } = deps
  const line: { readonly item: Item; readonly since: number }[] = []
  let wake = (): void => {}
  let health: PartHealth = { status: 'working', problem: null }

  const next = async (signal: AbortSignal): Promise<Item | undefined> => {
    for (;;) {
      const [first] = line
      if (signal.aborted) return undefined
      if (first && clock.now().mono - first.since <= OLDEST_MS) return first.item
      if (first) {
        line.shift()
        onDropped(first.item, `not sent within ${OLDEST_MS / 3_600_000} h`)
        continue
      }
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  const job: Job = async (signal, ready) => {
    for (;;) {
      const item = await next(signal)
      if (item === undefined) return
      const take = (): void => {
        if (line[0]?.item === item) line.shift()
      }
      try {
        await send(item, signal)
      } catch (error) {
        if (error instanceof Failure && error.code === 'refused') {
          take()
          onDropped(item, sentenceOf(error))
        }
        throw error
      }
      take()
      ready()
      onSent(item)
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
      line.push({ item, since: clock.now().mono })
      if (line.length > MOST) {
        // The first may be on its way already.
        const [dropped] = line.splice(1, 1)
        if (dropped) onDropped(dropped.item, `${MOST} newer ones wait`)
      }
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
      if (line.length > 0) log.warn(`${name}: ${line.length} messages were not sent`)
    },
  }
}
