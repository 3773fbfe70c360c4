// Gathers the packets of one frame, so that each reader costs one write per frame. A frame that is long in coming is
// not waited for.
import type { Clock } from '../../../lib/clock.js'
import { markerOf, type Packet } from './rtp.js'

export interface Outbox {
  push(packet: Packet): void
  /** Sends what is there now. */
  flush(): void
}

const FLUSH_MS = 5
const FLUSH_BYTES = 64 * 1024

export const createOutbox = (clock: Clock, send: (packets: readonly Packet[]) => void): Outbox => {
  let packets: Packet[] = []
  let bytes = 0
  let later: Disposable | undefined

  const flush = (): void => {
    later?.[Symbol.dispose]()
    later = undefined
    if (packets.length === 0) return
    const all = packets
    packets = []
    bytes = 0
    send(all)
  }
  return {
    flush,
    push: (packet) => {
      packets.push(packet)
      bytes += packet.framed.length
      if (markerOf(packet.framed) || bytes > FLUSH_BYTES) flush()
      else later ??= clock.after(FLUSH_MS, flush)
    },
  }
}
