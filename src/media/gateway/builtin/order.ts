// Puts the RTP packets of a UDP publisher back into their order: readers over TCP take what comes for the order that it
// was sent in. What is missing is waited for a moment, while what came before its turn is held.
import type { Clock } from '../../../lib/clock.js'
import { sequenceBetween, sequenceOf } from './rtp.js'

export interface Order extends Disposable {
  /** A framed RTP packet of at least 12 bytes. */
  push(framed: Buffer): void
}

const PATIENCE_MS = 50
const MOST_HELD = 128
/** Farther away than this is no packet in disorder but a publisher that counts anew. */
const FAR = 3000

/** Calls `give` once for each packet, in their order; what comes after its turn is over is left out. */
export const createOrder = (clock: Clock, give: (framed: Buffer) => void): Order => {
  const held = new Map<number, Buffer>()
  let next: number | undefined
  let patience: Disposable | undefined

  const rest = (): void => {
    patience?.[Symbol.dispose]()
    patience = undefined
  }
  const giveFrom = (sequence: number): void => {
    next = sequence
    for (let packet = held.get(next); packet; packet = held.get(next)) {
      held.delete(next)
      next = (next + 1) & 0xffff
      give(packet)
    }
    rest()
    if (held.size > 0) patience = clock.after(PATIENCE_MS, goOn)
  }
  /** Without what is missing. */
  const goOn = (): void => {
    const from = next ?? 0
    const [first] = [...held.keys()].sort((a, b) => sequenceBetween(a, from) - sequenceBetween(b, from))
    if (first !== undefined) giveFrom(first)
  }
  return {
    push: (framed) => {
      const sequence = sequenceOf(framed)
      const ahead = next === undefined ? 0 : sequenceBetween(sequence, next)
      if (Math.abs(ahead) > FAR) while (held.size > 0) goOn()
      else if (ahead < 0) return
      held.set(sequence, framed)
      if (ahead === 0 || Math.abs(ahead) > FAR) giveFrom(sequence)
      else if (held.size > MOST_HELD) goOn()
      else patience ??= clock.after(PATIENCE_MS, goOn)
    },
    [Symbol.dispose]: () => {
      rest()
      held.clear()
    },
  }
}
