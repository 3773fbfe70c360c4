// Packets that go out together: one write per reader instead of one per packet, and one copy for all readers that use
// the same channels.
import { FRAME, type Packet } from './rtp.js'

/** The interleaved channel of each track; undefined where the reader doesn't want the track. */
export type Channels = readonly (number | undefined)[]

export interface Batch {
  readonly packets: readonly Packet[]
  /** All wanted packets behind each other, each in its interleaved frame. */
  framed(channels: Channels): Buffer
}

export const createBatch = (packets: readonly Packet[]): Batch => {
  const made = new Map<string, Buffer>()
  const make = (channels: Channels): Buffer => {
    const wanted = packets.filter(({ track }) => channels[track] !== undefined)
    const bytes = Buffer.concat(wanted.map(({ framed }) => framed))
    let at = 0
    for (const { track, framed } of wanted) {
      bytes[at + 1] = channels[track] ?? 0
      at += framed.length
    }
    return bytes
  }
  return {
    packets,
    framed: (channels) => {
      const key = channels.join()
      const found = made.get(key)
      if (found) return found
      const bytes = make(channels)
      made.set(key, bytes)
      return bytes
    },
  }
}

export const bytesOf = (packets: readonly Packet[]): number =>
  packets.reduce((sum, { framed }) => sum + framed.length - FRAME, 0)
