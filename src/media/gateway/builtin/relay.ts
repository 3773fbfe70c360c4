// One path: takes its publisher's packets, keeps the group since the last key frame, and hands everything to the
// readers. Packets of one frame go out together. Who may publish or read was decided before.
import type { GatewayFacts } from '../../../camera/ports.js'
import type { Clock } from '../../../lib/clock.js'
import { createBatch } from './batch.js'
import { createGroup, type Group, squeeze } from './group.js'
import { lookInto, type Seen } from './nal.js'
import { createOutbox } from './outbox.js'
import { createPresence } from './presence.js'
import type { Reader } from './reader.js'
import { FRAME, type Packet, payloadOf, sequenceOf, timeBetween } from './rtp.js'
import { announcedSets, formatDescription, type ParameterSets, sameTracks, type Track } from './sdp.js'
import { createTimeline, type Timeline } from './timeline.js'

/** What a publisher puts its packets into. */
export interface Feed {
  /** A framed RTP packet; it belongs to the relay from now on. */
  rtp(track: number, framed: Buffer): void
  rtcp(track: number, data: Buffer): void
  end(): void
}

/** Where a track begins for a new reader. */
export interface TrackStart {
  readonly track: number
  readonly sequence: number | undefined
  readonly time: number | undefined
}

export interface Relay {
  readonly name: string
  readonly tracks: readonly Track[]
  readonly online: boolean
  /** See PathSpec; undefined: everything is admitted. */
  guard(guard: string | undefined): void
  admit(guard: string): void
  /** `end` is called when another publisher takes the path over or the path goes. */
  publish(tracks: readonly Track[], end: (reason: string) => void): Feed
  /** The SDP, once there is video; waits for it up to `ms`. `proof`: before it is admitted. */
  describe(ms: number, proof?: boolean): Promise<string | undefined>
  /** Whether there is video for such a reader. */
  plays(proof: boolean): boolean
  /** What the reader will begin with, and the function that makes it begin. What is not ours gets squeezed times. */
  join(
    reader: Reader,
    by?: { readonly own?: boolean; readonly proof?: boolean },
  ): { readonly starts: readonly TrackStart[]; begin(): void }
  leave(reader: Reader): void
  /** Once a second. */
  tick(): void
  close(reason: string): void
  facts(): GatewayFacts['paths'][number]
}

interface Line {
  readonly track: Track
  readonly timeline: Timeline
  readonly look: (payload: Buffer) => Seen
  sets: ParameterSets
}

const REPORT_TICKS = 5
/** How long readers wait for a publisher to come back. */
const ORPHAN_MS = 15_000

export interface RelayDeps {
  readonly name: string
  readonly clock: Clock
  readonly onOnline: (online: boolean) => void
}

export const createRelay = ({ name, clock, onOnline }: RelayDeps): Relay => {
  const readers = new Set<Reader>()
  const proofs = new Set<Reader>()
  const presence = createPresence(clock, onOnline)
  let guard: string | undefined
  let lines: readonly Line[] = []
  let video = -1
  let group: Group = createGroup()
  let publisher: { readonly end: (reason: string) => void } | undefined
  let lostAt = 0
  let ticks = 0
  /** A key frame became known among the packets that wait in the outbox. */
  let keyBegan = false
  const total = { bytesIn: 0, bytesOut: 0, dropped: 0 }

  const gets = (reader: Reader): boolean => !presence.held || proofs.has(reader)
  const outbox = createOutbox(clock, (packets) => {
    const batch = createBatch(packets)
    const fresh = keyBegan ? createBatch(group.packets()) : group.overflowed ? batch : null
    keyBegan = false
    for (const reader of readers)
      if (gets(reader)) reader.deliver({ batch, fresh: reader.wants(video) ? fresh : batch })
  })
  const learnSets = (line: Line, { sets }: Seen): void => {
    // Copied: the packet's memory is part of a larger piece read from the socket.
    for (const [set, nal] of sets)
      if (!line.sets[set]?.equals(nal)) line.sets = { ...line.sets, [set]: Buffer.from(nal) }
  }
  const take = (index: number, line: Line, framed: Buffer): void => {
    const payload = payloadOf(framed)
    if (!payload) return
    total.bytesIn += framed.length - FRAME
    const time = line.timeline.stamp(framed, clock.now())
    const packet: Packet = { track: index, framed, time }
    if (line.track.type === 'video') {
      const seen = line.look(payload)
      if (seen.sets.length > 0) learnSets(line, seen)
      if (index === video && group.add(packet, seen.key)) keyBegan = true
    }
    outbox.push(packet)
    // Video is there when a picture can be made of it.
    if (!presence.has(true) && (video < 0 || group.overflowed || group.packets().length > 0)) presence.setPictured(true)
  }
  const endReaders = (reason: string): void => {
    for (const reader of [...readers]) reader.end(reason)
  }
  const report = (reader: Reader): void => {
    const now = clock.now()
    lines.forEach(({ timeline }, track) => {
      const rtcp = reader.wants(track) && timeline.report(now, name)
      if (rtcp) reader.report(track, rtcp)
    })
  }
  /** The same moment on every track: the one at which the history begins. */
  const startsOf = (reader: Reader, first: Packet | undefined): TrackStart[] => {
    const wall = first && lines[first.track]?.timeline.wallOf(first.time)
    return lines.flatMap(({ timeline }, track) => {
      if (!reader.wants(track)) return []
      const { nextSequence, lastTime } = timeline
      if (first?.track === track) return [{ track, sequence: sequenceOf(first.framed), time: first.time }]
      const fitting = wall === undefined ? undefined : timeline.timeOf(wall)
      // Never later than the packet that really comes.
      const late = fitting !== undefined && lastTime !== undefined && timeBetween(fitting, lastTime) > 0
      return [{ track, sequence: nextSequence, time: late ? lastTime : fitting }]
    })
  }
  const lose = (): void => {
    publisher = undefined
    lostAt = clock.now().mono
    outbox.flush()
    presence.setPictured(false)
  }
  const lookAgain = (): void => {
    for (const reader of readers) reader.skip()
    group = createGroup()
  }
  return {
    name,
    get tracks() {
      return lines.map(({ track }) => track)
    },
    get online() {
      return presence.has(false)
    },
    plays: presence.has,
    guard: (next) => {
      if (next === guard) return
      guard = next
      const old = publisher
      lose()
      old?.end('what may be seen has changed')
      lookAgain()
    },
    admit: (proven) => {
      if (proven === guard) presence.hold(false)
    },
    publish: (tracks, end) => {
      const old = publisher
      lose()
      presence.hold(guard !== undefined)
      old?.end('another publisher took the path over')
      if (
        !sameTracks(
          tracks,
          lines.map(({ track }) => track),
        )
      ) {
        endReaders('the stream has changed')
        lines = tracks.map((track) => {
          return { track, timeline: createTimeline(track.rate), look: lookInto(track.codec), sets: {} }
        })
        video = tracks.findIndex(({ type }) => type === 'video')
      }
      for (const line of lines) {
        line.timeline.renew()
        line.sets = announcedSets(line.track)
      }
      lookAgain()
      const mine = { end }
      publisher = mine
      return {
        rtp: (index, framed) => {
          const line = lines[index]
          if (line && publisher === mine) take(index, line, framed)
        },
        rtcp: (index, data) => {
          if (publisher === mine) lines[index]?.timeline.hear(data, clock.now())
        },
        end: () => {
          if (publisher === mine) lose()
        },
      }
    },
    describe: async (ms, proof = false) =>
      (await presence.wait(ms, proof)) ? formatDescription(name, lines) : undefined,
    join: (reader, { own = false, proof = false } = {}) => {
      outbox.flush()
      if (proof) proofs.add(reader)
      const wantsVideo = reader.wants(video)
      const line = lines[video]
      const kept = wantsVideo && line ? group.packets() : []
      const history = own || !line ? kept : squeeze(kept, line.track.rate, group.reorder)
      readers.add(reader)
      return {
        starts: startsOf(reader, history[0]),
        begin: () => {
          report(reader)
          reader.begin(history, wantsVideo && history.length === 0 && !group.overflowed)
        },
      }
    },
    leave: (reader) => {
      if (!readers.delete(reader)) return
      proofs.delete(reader)
      total.bytesOut += reader.bytesOut
      total.dropped += reader.dropped
    },
    tick: () => {
      for (const reader of [...readers]) if (reader.stalled) reader.end('it took nothing for 10 s')
      if (!publisher && readers.size > 0 && clock.now().mono - lostAt > ORPHAN_MS) endReaders('the stream has ended')
      if (++ticks % REPORT_TICKS === 0 && presence.has(false)) for (const reader of readers) report(reader)
    },
    close: (reason) => {
      const old = publisher
      lose()
      old?.end(reason)
      endReaders(reason)
      presence.close()
    },
    facts: () => {
      const all = [...readers]
      const sum = (of: (reader: Reader) => number): number => all.reduce((before, reader) => before + of(reader), 0)
      return {
        name,
        online: presence.has(false),
        readers: readers.size - proofs.size,
        bytesIn: total.bytesIn,
        bytesOut: total.bytesOut + sum(({ bytesOut }) => bytesOut),
        dropped: total.dropped + sum(({ dropped }) => dropped),
      }
    },
  }
}
