// The outgoing sequence numbers and times of one track. They go on without a break when the publisher is another one,
// so that readers live through its restart; and they say which RTP time is which wall time.
import { randomBytes } from 'node:crypto'
import type { Instant } from '../../../lib/clock.js'
import {
  formatSenderReport,
  parseSenderReport,
  sequenceBetween,
  sequenceOf,
  sourceOf,
  stampPacket,
  type TimePair,
  timeBetween,
  timeOf,
} from './rtp.js'

export interface Timeline {
  /** The next packet comes from another publisher. */
  renew(): void
  /** Rewrites a packet's header in place; gives its new time. */
  stamp(framed: Buffer, now: Instant): number
  /** A publisher's RTCP packet. */
  hear(rtcp: Buffer, now: Instant): void
  report(now: Instant, name: string): Buffer | undefined
  /** The wall time of an RTP time and back, on the publisher's clock. */
  wallOf(time: number): number | undefined
  timeOf(wall: number): number | undefined
  /** Of the packet that comes next. */
  readonly nextSequence: number | undefined
  readonly lastTime: number | undefined
}

interface Anchor extends TimePair {
  readonly mono: number
}

/** A sender report further from the packets than this is not about them (ffmpeg's with -copyts), in seconds. */
const FAR_S = 10

export const createTimeline = (rate: number): Timeline => {
  const source = randomBytes(4).readUInt32BE()
  let from: { source: number; sequence: number; time: number } | undefined
  let last: { sequence: number; time: number; mono: number } | undefined
  let arrival: Anchor | undefined
  let reported: Anchor | undefined
  const sent = { packets: 0, bytes: 0 }

  const begin = (framed: Buffer, now: Instant): void => {
    const elapsed = last ? Math.max(1, Math.round(((now.mono - last.mono) * rate) / 1000)) : 0
    const time = timeOf(framed)
    const sequence = sequenceOf(framed)
    from = {
      source: sourceOf(framed),
      sequence: last ? last.sequence + 1 - sequence : 0,
      time: last ? last.time + elapsed - time : 0,
    }
    arrival = { time: (time + from.time) >>> 0, wall: now.wall, mono: now.mono }
  }
  const anchor = (): Anchor | undefined => {
    if (!reported || !from || !last) return arrival
    const time = (reported.time + from.time) >>> 0
    const expected = time + ((last.mono - reported.mono) * rate) / 1000
    return Math.abs(timeBetween(last.time, expected)) < FAR_S * rate ? { ...reported, time } : arrival
  }
  return {
    renew: () => {
      from = undefined
      reported = undefined
    },
    stamp: (framed, now) => {
      if (from?.source !== sourceOf(framed)) begin(framed, now)
      const sequence = (sequenceOf(framed) + (from?.sequence ?? 0)) & 0xffff
      const time = (timeOf(framed) + (from?.time ?? 0)) >>> 0
      stampPacket(framed, sequence, time, source)
      const forward = !last || sequenceBetween(sequence, last.sequence) > 0
      if (forward) last = { sequence, time, mono: now.mono }
      sent.packets++
      sent.bytes += framed.length - 16
      return time
    },
    hear: (rtcp, now) => {
      const pair = parseSenderReport(rtcp)
      if (pair) reported = { ...pair, mono: now.mono }
    },
    report: (now, name) => {
      const base = anchor()
      if (!base) return undefined
      const elapsed = now.mono - base.mono
      const time = base.time + Math.round((elapsed * rate) / 1000)
      return formatSenderReport(source, { time, wall: base.wall + elapsed }, sent, name)
    },
    wallOf: (time) => {
      const base = anchor()
      return base && base.wall + (timeBetween(time, base.time) * 1000) / rate
    },
    timeOf: (wall) => {
      const base = anchor()
      return base && (base.time + Math.round(((wall - base.wall) * rate) / 1000)) >>> 0
    },
    get nextSequence() {
      return last && (last.sequence + 1) & 0xffff
    },
    get lastTime() {
      return last?.time
    },
  }
}
