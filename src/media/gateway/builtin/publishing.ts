// The publisher's half of a session: ANNOUNCE has been accepted; SETUP of each track, RECORD, packets, end.
import type { Clock } from '../../../lib/clock.js'
import { findControl } from './address.js'
import { createOrder } from './order.js'
import type { Feed, Relay } from './relay.js'
import { addFrame, FRAME, HEADER } from './rtp.js'
import type { Track } from './sdp.js'
import type { Transport } from './transport.js'
import type { UdpPair } from './udp.js'
import type { Reply, Request } from './wire.js'

export interface PublishingDeps {
  readonly relay: Relay
  readonly tracks: readonly Track[]
  readonly remoteAddress: string
  readonly openUdp: () => Promise<UdpPair>
  readonly clock: Clock
  readonly end: (reason: string) => void
}

export interface Publishing extends Disposable {
  setup(request: Request, transport: Transport): Promise<Reply>
  record(): Reply
  packet(channel: number, framed: Buffer): void
  readonly recording: boolean
  /** Monotonic ms of its last packet. */
  readonly heardAt: number
}

export const createPublishing = (deps: PublishingDeps): Publishing => {
  const { relay, tracks, remoteAddress, openUdp, clock, end } = deps
  const channels = new Map<number, { readonly track: number; readonly rtcp: boolean }>()
  const ports = new Map<number, readonly Disposable[]>()
  const done = new Set<number>()
  let feed: Feed | undefined
  let heardAt = clock.now().mono

  const hear = (track: number, rtcp: boolean, framed: Buffer): void => {
    if (!feed) return
    heardAt = clock.now().mono
    if (rtcp) feed.rtcp(track, framed.subarray(FRAME))
    else feed.rtp(track, framed)
  }
  const free = (track: number): void => {
    for (const part of ports.get(track) ?? []) part[Symbol.dispose]()
    ports.delete(track)
  }
  return {
    setup: async ({ url }, transport) => {
      if (feed) return { status: 455 }
      const track = findControl(
        url,
        relay.name,
        tracks.map(({ control }) => control),
      )
      if (track < 0) return { status: 404, reason: 'No Such Track' }
      done.add(track)
      if (transport.kind === 'tcp') {
        const { rtp = 2 * track, rtcp = rtp + 1 } = transport
        channels.set(rtp, { track, rtcp: false })
        channels.set(rtcp, { track, rtcp: true })
        return { status: 200, headers: { Transport: `RTP/AVP/TCP;unicast;interleaved=${rtp}-${rtcp};mode=record` } }
      }
      const udp = await openUdp()
      free(track)
      const order = createOrder(clock, (framed) => hear(track, false, framed))
      ports.set(track, [
        order,
        udp.listen('rtp', transport.rtp, remoteAddress, (data) => {
          if (data.length >= HEADER) order.push(addFrame(data))
        }),
        udp.listen('rtcp', transport.rtcp, remoteAddress, (data) => hear(track, true, addFrame(data))),
      ])
      const own = `client_port=${transport.rtp}-${transport.rtcp};server_port=${udp.ports.rtp}-${udp.ports.rtcp}`
      return { status: 200, headers: { Transport: `RTP/AVP;unicast;${own};mode=record` } }
    },
    record: () => {
      if (feed || done.size === 0) return { status: 455 }
      heardAt = clock.now().mono
      feed = relay.publish(tracks, end)
      return { status: 200 }
    },
    packet: (channel, framed) => {
      const to = channels.get(channel)
      if (to) hear(to.track, to.rtcp, framed)
    },
    get recording() {
      return feed !== undefined
    },
    get heardAt() {
      return heardAt
    },
    [Symbol.dispose]: () => {
      for (const track of ports.keys()) free(track)
      feed?.end()
      feed = undefined
    },
  }
}
