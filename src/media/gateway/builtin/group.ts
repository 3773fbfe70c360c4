// The packets of one video track since its last key frame, so that a new reader has a picture at once. Bounded: a group
// too large to keep is let go, and `overflowed` says that waiting for a key frame may be in vain.
import { movePacket, type Packet, timeBetween } from './rtp.js'

export interface Group {
  /** True when a key frame became known with this packet: `packets` now begin with its picture. */
  add(packet: Packet, key: boolean): boolean
  /** From a key frame on, oldest first; empty when there is none. */
  packets(): readonly Packet[]
  readonly overflowed: boolean
  /** How far a picture's time may lie before one that was sent earlier (B-frames), in RTP ticks. */
  readonly reorder: number
}

export interface GroupLimits {
  readonly bytes: number
  readonly packets: number
}

export const GROUP_LIMITS: GroupLimits = { bytes: 8 * 1024 * 1024, packets: 8192 }

export const createGroup = (limits: GroupLimits = GROUP_LIMITS): Group => {
  let held: Packet[] = []
  let bytes = 0
  /** Whether `held` begins with a key frame; else it is only the beginning of the present picture. */
  let whole = false
  let overflowed = false
  let reorder = 0
  let newest: number | undefined
  let picture: { time: number; start: number; key: boolean } | undefined

  const cut = (start: number): void => {
    held = held.slice(start)
    bytes = held.reduce((sum, { framed }) => sum + framed.length, 0)
  }
  return {
    get overflowed() {
      return overflowed
    },
    get reorder() {
      return reorder
    },
    packets: () => (whole ? held.slice() : []),
    add: (packet, key) => {
      const { time } = packet
      if (newest === undefined || timeBetween(time, newest) > 0) newest = time
      else reorder = Math.max(reorder, timeBetween(newest, time))
      if (picture?.time !== time) {
        if (!whole) cut(held.length)
        picture = { time, start: held.length, key: false }
      }
      held.push(packet)
      bytes += packet.framed.length
      const began = key && !picture.key
      if (began) {
        cut(picture.start)
        picture = { time, start: 0, key: true }
        whole = true
        overflowed = false
      }
      if (bytes > limits.bytes || held.length > limits.packets) {
        cut(held.length)
        whole = false
        overflowed = true
      }
      return began
    },
  }
}

/** How long before the live packet a new reader's history begins, in seconds. */
const WINDOW_S = 0.1

/**
 * Squeezes the times of a group into the last WINDOW_S, so that a paced player is not left behind. Times keep their
 * order, also against pictures that are still to come: those may lie up to `reorder` before the newest, so what is that
 * young keeps its time.
 */
export const squeeze = (packets: readonly Packet[], rate: number, reorder: number): readonly Packet[] => {
  const [first] = packets
  if (!first) return []
  let newest = first.time
  let oldest = first.time
  for (const { time } of packets) {
    if (timeBetween(time, newest) > 0) newest = time
    if (timeBetween(time, oldest) < 0) oldest = time
  }
  const pivot = newest - reorder
  const span = timeBetween(pivot, oldest)
  const window = rate * WINDOW_S
  if (span <= window) return packets
  return packets.map((packet) => {
    const before = timeBetween(pivot, packet.time)
    return before > 0 ? movePacket(packet, pivot - Math.ceil((before * window) / span)) : packet
  })
}
