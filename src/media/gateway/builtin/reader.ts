// One reader of a relay: what it gets, and what becomes of it when it is slow. Over its bound whole groups are dropped
// up to the next key frame; it never makes anybody wait.
import type { Clock } from '../../../lib/clock.js'
import { type Batch, bytesOf, createBatch } from './batch.js'
import type { Packet } from './rtp.js'

/** Where a reader's packets go: a TCP connection or UDP ports. */
export interface Sink {
  wants(track: number): boolean
  /** Gives back how many bytes it took. */
  write(batch: Batch): number
  report(track: number, rtcp: Buffer): void
  /** Bytes that wait for the far end. */
  queued(): number
}

/** Packets as the relay hands them out. */
export interface Delivery {
  readonly batch: Batch
  /** What to go on with after a gap: everything from the key frame that this delivery belongs to; null when no key frame begins here. */
  readonly fresh: Batch | null
}

export interface Reader {
  wants(track: number): boolean
  /** The history, or nothing when it has to wait for a key frame. */
  begin(history: readonly Packet[], waits: boolean): void
  deliver(delivery: Delivery): void
  report(track: number, rtcp: Buffer): void
  /** Waits for the next key frame from now on. */
  skip(): void
  /** The relay has let it go. */
  end(reason: string): void
  readonly stalled: boolean
  readonly bytesOut: number
  readonly dropped: number
}

const BOUND = 2 * 1024 * 1024
const STALL_MS = 10_000

export interface ReaderDeps {
  readonly sink: Sink
  readonly clock: Clock
  readonly end: (reason: string) => void
  readonly bound?: number
}

export const createReader = ({ sink, clock, end, bound = BOUND }: ReaderDeps): Reader => {
  let skipping = false
  /** The history may wait in the queue beside the bound. */
  let allowance = 0
  let fullSince: number | undefined
  let bytesOut = 0
  let dropped = 0

  const write = (batch: Batch): void => {
    bytesOut += sink.write(batch)
  }
  const full = (): boolean => {
    const queued = sink.queued()
    if (queued <= bound) allowance = 0
    if (queued <= bound + allowance) fullSince = undefined
    else fullSince ??= clock.now().mono
    return fullSince !== undefined
  }
  return {
    wants: sink.wants,
    begin: (history, waits) => {
      skipping = waits
      if (history.length === 0) return
      allowance = bytesOf(history)
      write(createBatch(history.filter(({ track }) => sink.wants(track))))
    },
    deliver: ({ batch, fresh }) => {
      if (full()) skipping = true
      else if (skipping && fresh) {
        skipping = false
        return write(fresh)
      }
      if (skipping) dropped += batch.packets.length
      else write(batch)
    },
    report: (track, rtcp) => {
      if (!skipping) sink.report(track, rtcp)
    },
    skip: () => {
      skipping = true
    },
    end,
    get stalled() {
      return full() && clock.now().mono - (fullSince ?? Number.POSITIVE_INFINITY) > STALL_MS
    },
    get bytesOut() {
      return bytesOut
    },
    get dropped() {
      return dropped
    },
  }
}
