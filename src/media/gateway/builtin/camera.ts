// Reads a network camera's video over RTSP (RFC 2326, interleaved in its connection) into a relay, packet for packet. What
// cameras do beyond that is left to ffmpeg: UDP, TLS, redirections, other codecs, packets that fit into no network.
import { connect } from 'node:net'
import type { Clock } from '../../../lib/clock.js'
import { Failure, sentenceOf } from '../../../lib/failure.js'
import { bareHost } from '../../../lib/network.js'
import { decodePercent } from '../../../lib/percent.js'
import { NotSpoken } from '../gateway.js'
import { type Client, createClient } from './client.js'
import type { Feed, Relay } from './relay.js'
import { addFrame, FRAME, formatSenderReport, parseSenderReport } from './rtp.js'
import { parseAnnouncement, type Track } from './sdp.js'
import { parseTransport } from './transport.js'
import type { Answer } from './wire.js'

export interface CameraDeps {
  readonly url: string
  readonly relay: Relay
  readonly clock: Clock
}

const GOODBYE_MS = 500
const REPORT_MS = 5000
const TIMEOUT_S = 60
const CODECS = new Set(['H264', 'H265'])
/** What fits into a UDP packet of any network, for readers who want that. */
const MAX_PACKET = 1500

const SENTENCES: Readonly<Record<number, string>> = {
  401: 'the camera asks for a name and a password that it knows',
  403: 'the camera refuses this user its stream',
  404: 'the camera has no stream at this address',
  453: 'the camera has no bandwidth left',
  503: 'the camera can not give its stream now',
}

/** The address to ask for, without what is said by Authorization only. */
const readAddress = (url: string) => {
  const address = new URL(url)
  const { username, password, hostname } = address
  const credentials =
    username === '' ? undefined : { username: decodePercent(username), password: decodePercent(password) }
  address.username = ''
  address.password = ''
  const place = { host: bareHost(hostname), port: Number(address.port || 554) }
  return { place, name: `${hostname}:${place.port}`, credentials, target: address.href }
}

/** As clients do it: put behind each other, query or not. A track without a name of its own is what the base is. */
const joinControl = (base: string, control: string): string => {
  if (control === '' || control === '*') return base
  return /^rtsp:/i.test(control) ? control : `${base}${base.endsWith('/') ? '' : '/'}${control}`
}

/** Throws what an answer means that is not the one that was hoped for. */
const expectOk = ({ status }: Answer, method: string): void => {
  if (status === 200) return
  const sentence = SENTENCES[status]
  if (sentence === undefined) throw new NotSpoken(`it answers ${method} with ${status}`)
  throw new Failure(status === 401 ? 'unauthorized' : 'unavailable', `${sentence} (${status})`)
}

interface Described {
  readonly base: string
  readonly tracks: readonly Track[]
  /** Which of them is the picture. */
  readonly video: number
}

const describe = async (client: Client, target: string): Promise<Described> => {
  const answer = await client.ask('DESCRIBE', target, { Accept: 'application/sdp' })
  expectOk(answer, 'DESCRIBE')
  let tracks: readonly Track[]
  try {
    tracks = parseAnnouncement(answer.body)
  } catch (error) {
    throw new NotSpoken(sentenceOf(error))
  }
  const video = tracks.findIndex(({ type }) => type === 'video')
  const codec = tracks[video]?.codec
  if (codec === undefined) throw new Failure('unavailable', 'the camera sends no picture')
  if (!CODECS.has(codec)) throw new NotSpoken(`its video is ${codec}`)
  const { headers } = answer
  return { base: headers.get('content-base') ?? headers.get('content-location') ?? target, tracks, video }
}

const channelsOf = (track: number) => ({ rtp: 2 * track, rtcp: 2 * track + 1 })

/**
 * All tracks are set up, as ffmpeg does it: some servers (GStreamer's) otherwise stand still for everybody. Gives back the
 * session's header and the seconds that it lives without a sign of life.
 */
const setup = async (client: Client, { base, tracks, video }: Described) => {
  let session: { readonly Session?: string } = {}
  let timeout = TIMEOUT_S
  for (const [index, { control }] of tracks.entries()) {
    const { rtp, rtcp } = channelsOf(index)
    const transport = { Transport: `RTP/AVP/TCP;unicast;interleaved=${rtp}-${rtcp}` }
    const answer = await client.ask('SETUP', joinControl(base, control), { ...transport, ...session })
    if (index === video) {
      expectOk(answer, 'SETUP')
      const taken = parseTransport(answer.headers.get('transport'))
      if (taken?.kind !== 'tcp' || taken.rtp !== rtp) throw new NotSpoken('it does not send over its connection')
    }
    const [id, ...parameters] = (answer.headers.get('session') ?? '').split(';').map((part) => part.trim())
    if (id) session = { Session: id }
    timeout = Number(/^timeout=(\d+)/i.exec(parameters[0] ?? '')?.[1] ?? timeout)
  }
  return { session, timeout: Math.min(TIMEOUT_S, Math.max(10, timeout)) }
}

/** See Gateway. */
export const readCamera = async ({ url, relay, clock }: CameraDeps, signal: AbortSignal): Promise<void> => {
  if (signal.aborted) return
  const { place, name, credentials, target } = readAddress(url)
  using client = createClient({ socket: connect(place), name, credentials, clock })
  let feed: Feed | undefined
  let leave = (): void => client[Symbol.dispose]()
  const onAbort = (): void => leave()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    const options = await client.ask('OPTIONS', target)
    const described = await describe(client, target)
    const { base, tracks, video } = described
    const { session, timeout } = await setup(client, described)
    let end = (_why: Failure): void => {}
    const ended = new Promise<never>((_, reject) => (end = reject))
    ended.catch(() => {})
    feed = relay.publish(tracks.slice(video, video + 1), (reason) => end(new Failure('unavailable', reason)))
    // Packets may come right behind the answer.
    client.onPacket = takePackets(feed, described, clock)
    expectOk(await client.ask('PLAY', base, { ...session, Range: 'npt=0.000-' }), 'PLAY')
    const left = new Promise<void>((resolve) => {
      leave = resolve
    })
    const alive = /\bGET_PARAMETER\b/i.test(options.headers.get('public') ?? '') ? 'GET_PARAMETER' : 'OPTIONS'
    using _alive = clock.every((timeout * 1000) / 2, () => client.tell(alive, base, session))
    using _report = clock.every(REPORT_MS, () => client.send(receiverReport(channelsOf(video).rtcp)))
    await Promise.race([left, ended, client.over])
    // Some cameras have few sessions, and wait long before they give one up.
    using _late = clock.after(GOODBYE_MS, () => client[Symbol.dispose]())
    await client.ask('TEARDOWN', base, session)
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    signal.removeEventListener('abort', onAbort)
    feed?.end()
  }
}

const takePackets = (feed: Feed, { tracks, video }: Described, clock: Clock) => {
  const channels = channelsOf(video)
  return (channel: number, framed: Buffer): void => {
    if (channel === channels.rtcp) {
      const pair = parseSenderReport(framed.subarray(FRAME))
      // Its clock may be anything: the moment at which it says so is ours.
      if (pair) feed.rtcp(0, formatSenderReport(0, { ...pair, wall: clock.now().wall }, { packets: 0, bytes: 0 }, ''))
    }
    if (channel !== channels.rtp || ((framed[FRAME + 1] ?? 0) & 0x7f) !== tracks[video]?.payload) return
    if (framed.length > FRAME + MAX_PACKET) throw new NotSpoken(`its packets have ${framed.length - FRAME} bytes`)
    feed.rtp(0, framed)
  }
}

/** Nothing was lost, of nobody: that we hear is all that it says (RFC 3550, 6.4.2). */
const receiverReport = (channel: number): Buffer => {
  const report = addFrame(Buffer.from('80c9000100000001', 'hex'))
  report[1] = channel
  return report
}
