// The reader's half of a session: SETUP of each track, PLAY, PAUSE, end.
import type { Socket } from 'node:net'
import type { Clock } from '../../../lib/clock.js'
import { splitTrack } from './address.js'
import { createPromptSink } from './prompt.js'
import { createReader, type Reader, type Sink } from './reader.js'
import type { Relay } from './relay.js'
import { controlOf } from './sdp.js'
import { createTcpSink, createUdpSink, type Pair } from './sinks.js'
import type { Transport } from './transport.js'
import type { UdpPair } from './udp.js'
import type { Reply, Request } from './wire.js'

export interface ReadingDeps {
  readonly relay: Relay
  /** One of ours: not paced by the times of what it reads, which stay as they are. */
  readonly own: boolean
  /** It gets video before that is admitted. */
  readonly proof: boolean
  /** See PROMPT_AGENT. */
  readonly prompt: boolean
  readonly socket: Socket
  readonly remoteAddress: string
  readonly openUdp: () => Promise<UdpPair>
  readonly clock: Clock
  /** Hears the reader's RTCP. */
  readonly alive: () => void
  readonly end: (reason: string) => void
}

export interface Reading extends Disposable {
  setup(request: Request, transport: Transport): Promise<Reply>
  play(request: Request): Reply
  pause(): Reply
  /** It plays over the connection itself: whether it lives is seen there. */
  readonly interleaved: boolean
}

export const createReading = (deps: ReadingDeps): Reading => {
  const { relay, own, proof, prompt, socket, remoteAddress, openUdp, clock, end } = deps
  const tcp = new Map<number, Pair>()
  const udp = new Map<number, Pair>()
  const ports = new Map<number, Disposable>()
  let pair: UdpPair | undefined
  let reader: Reader | undefined
  let sink: (Sink & Partial<Disposable>) | undefined

  const stop = (): void => {
    if (reader) relay.leave(reader)
    sink?.[Symbol.dispose]?.()
    reader = undefined
    sink = undefined
  }
  const tcpSink = (): Sink => {
    const plain = createTcpSink(socket, tcp)
    const track = relay.tracks.findIndex(({ codec }) => codec === 'H264')
    const pair = prompt ? tcp.get(track) : undefined
    return pair ? createPromptSink(plain, socket, track, pair.rtp) : plain
  }
  const setupTcp = (track: number, transport: Transport & { kind: 'tcp' }): Reply => {
    const used = new Set([...tcp].flatMap(([other, { rtp, rtcp }]) => (other === track ? [] : [rtp, rtcp])))
    const { rtp = 2 * track, rtcp = rtp + 1 } = transport
    if (used.has(rtp) || used.has(rtcp)) return { status: 400, reason: 'Channel In Use' }
    tcp.set(track, { rtp, rtcp })
    return { status: 200, headers: { Transport: `RTP/AVP/TCP;unicast;interleaved=${rtp}-${rtcp}` } }
  }
  const setupUdp = async (track: number, { rtp, rtcp }: Transport & { kind: 'udp' }, alive: () => void) => {
    pair = await openUdp()
    udp.set(track, { rtp, rtcp })
    ports.get(track)?.[Symbol.dispose]()
    ports.set(track, pair.listen('rtcp', rtcp, remoteAddress, alive))
    const own = `client_port=${rtp}-${rtcp};server_port=${pair.ports.rtp}-${pair.ports.rtcp}`
    return { status: 200, headers: { Transport: `RTP/AVP;unicast;${own}` } }
  }
  return {
    get interleaved() {
      return reader !== undefined && tcp.size > 0
    },
    setup: async ({ url }, transport) => {
      if (reader) return { status: 455 }
      const target = splitTrack(url)
      const track = target?.track ?? (relay.tracks.length === 1 ? 0 : undefined)
      if (track === undefined) return { status: 459 }
      if (!relay.tracks[track]) return { status: 404, reason: 'No Such Track' }
      if (transport.kind === 'tcp') return udp.size > 0 ? { status: 461 } : setupTcp(track, transport)
      return tcp.size > 0 ? { status: 461 } : setupUdp(track, transport, deps.alive)
    },
    play: ({ url }) => {
      if (reader) return { status: 200 }
      if (tcp.size + udp.size === 0) return { status: 455 }
      if (!relay.plays(proof)) return { status: 503, reason: 'No Video On This Path Now' }
      const udpSink = pair && createUdpSink(pair, remoteAddress, udp, clock)
      sink = udpSink ?? tcpSink()
      reader = createReader({ sink, clock, end })
      const { starts, begin } = relay.join(reader, { own, proof })
      const base = url.replace(/\?.*$/, '').replace(/\/?(trackID=\d+)?$/, '')
      const info = starts.map(({ track, sequence, time }) =>
        [
          `url=${base}/${controlOf(track)}`,
          ...(sequence === undefined ? [] : [`seq=${sequence}`]),
          ...(time === undefined ? [] : [`rtptime=${time}`]),
        ].join(';'),
      )
      return { status: 200, headers: { Range: 'npt=0.000-', 'RTP-Info': info.join(',') }, after: begin }
    },
    pause: () => {
      if (!reader) return { status: 455 }
      stop()
      return { status: 200 }
    },
    [Symbol.dispose]: () => {
      stop()
      for (const port of ports.values()) port[Symbol.dispose]()
    },
  }
}
