// The two ways to a reader: interleaved in its RTSP connection, or to its UDP ports.
import type { Socket } from 'node:net'
import type { Clock } from '../../../lib/clock.js'
import { bytesOf, type Channels } from './batch.js'
import type { Sink } from './reader.js'
import { addFrame, FRAME, type Packet } from './rtp.js'
import type { UdpPair } from './udp.js'

/** Where a track's packets and its reports go: channels of the connection, or ports. */
export interface Pair {
  readonly rtp: number
  readonly rtcp: number
}

export const createTcpSink = (socket: Socket, tracks: ReadonlyMap<number, Pair>): Sink => {
  const channels: Channels = Array.from(
    { length: Math.max(...tracks.keys()) + 1 },
    (_, track) => tracks.get(track)?.rtp,
  )
  return {
    wants: (track) => tracks.has(track),
    write: (batch) => {
      const bytes = batch.framed(channels)
      if (bytes.length > 0) socket.write(bytes)
      return bytes.length
    },
    report: (track, rtcp) => {
      const framed = addFrame(rtcp)
      framed[1] = tracks.get(track)?.rtcp ?? 0
      socket.write(framed)
    },
    queued: () => socket.writableLength,
  }
}

/** Bytes that go out at once, and the pause after them: a receiver's socket buffer holds about 200 KB. */
const BURST = 64 * 1024
const PAUSE_MS = 4

export interface UdpSink extends Sink, Disposable {}

export const createUdpSink = (
  udp: UdpPair,
  address: string,
  tracks: ReadonlyMap<number, Pair>,
  clock: Clock,
): UdpSink => {
  let queue: Packet[] = []
  let queued = 0
  let pause: Disposable | undefined
  const drain = (): void => {
    let sent = 0
    let at = 0
    for (; at < queue.length && sent < BURST; at++) {
      const packet = queue[at]
      if (!packet) break
      const to = tracks.get(packet.track)?.rtp
      if (to !== undefined) udp.send('rtp', packet.framed.subarray(FRAME), to, address)
      sent += packet.framed.length
    }
    queue = at < queue.length ? queue.slice(at) : []
    queued = Math.max(0, queued - sent)
    // Also after the last burst: the next batch must not come on top of it.
    pause = sent >= BURST ? clock.after(PAUSE_MS, drain) : undefined
  }
  return {
    wants: (track) => tracks.has(track),
    write: ({ packets }) => {
      const wanted = packets.filter(({ track }) => tracks.has(track))
      for (const packet of wanted) {
        queue.push(packet)
        queued += packet.framed.length
      }
      if (!pause) drain()
      return bytesOf(wanted)
    },
    report: (track, rtcp) => {
      const to = tracks.get(track)?.rtcp
      if (to !== undefined) udp.send('rtcp', rtcp, to, address)
    },
    queued: () => queued,
    [Symbol.dispose]: () => {
      pause?.[Symbol.dispose]()
      queue = []
    },
  }
}
