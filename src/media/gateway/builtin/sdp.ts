// Session descriptions: what a publisher announces, read into tracks; what a reader is told, written from them with the
// parameter sets that were really seen.
import { type MediaDescription, parse, type SessionDescription, write } from 'sdp-transform'
import { Failure } from '../../../lib/failure.js'
import type { ParameterSet } from './nal.js'

export interface Track {
  readonly type: 'video' | 'audio' | 'application'
  /** In capitals: H264, H265, JPEG, MPEG4-GENERIC, … */
  readonly codec: string
  readonly rate: number
  readonly payload: number
  /** As in rtpmap: "H264/90000", "mpeg4-generic/48000/2". */
  readonly encoding: string
  /** Parameters of the codec, in order. */
  readonly format: readonly (readonly [string, string])[]
  /** Where the publisher sets it up. */
  readonly control: string
}

export type ParameterSets = Readonly<Partial<Record<ParameterSet, Buffer>>>

const MAX_TRACKS = 8
/** Payload types that need no rtpmap. */
const STATIC: Readonly<Record<number, readonly [string, number]>> = {
  0: ['PCMU', 8000],
  3: ['GSM', 8000],
  8: ['PCMA', 8000],
  9: ['G722', 8000],
  14: ['MPA', 90_000],
  26: ['JPEG', 90_000],
  32: ['MPV', 90_000],
  33: ['MP2T', 90_000],
}

const parseFormat = (text: string): [string, string][] =>
  text
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=')
      return equals < 0 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)]
    })

const formatFormat = (pairs: Track['format']): string =>
  pairs.map(([name, value]) => (value === '' ? name : `${name}=${value}`)).join('; ')

type Media = SessionDescription['media'][number]

const parseTrack = (media: Media, index: number): Track => {
  const { type } = media
  if (type !== 'video' && type !== 'audio' && type !== 'application')
    throw new Failure('invalid', `track ${index} is ${type}, neither video nor audio`)
  const payload = Number.parseInt(String(media.payloads ?? ''), 10)
  if (!(payload >= 0 && payload <= 127)) throw new Failure('invalid', `track ${index} has no payload type`)
  const map = media.rtp.find((one) => one.payload === payload)
  const [codec, rate] = map ? [String(map.codec), map.rate ?? 0] : (STATIC[payload] ?? ['', 0])
  if (!codec || !(rate > 0)) throw new Failure('invalid', `track ${index} has no codec (rtpmap)`)
  const format = media.fmtp.find((one) => one.payload === payload)?.config ?? ''
  const encoding = `${codec}/${rate}${map?.encoding ? `/${map.encoding}` : ''}`
  const control = (media as MediaDescription & { control?: string }).control ?? ''
  return { type, codec: codec.toUpperCase(), rate, payload, encoding, format: parseFormat(format), control }
}

/** Throws a Failure 'invalid' when there is nothing to publish in it. */
export const parseAnnouncement = (text: string): readonly Track[] => {
  const { media } = parse(text)
  if (media.length === 0 || media.length > MAX_TRACKS)
    throw new Failure('invalid', `an announcement has 1 to ${MAX_TRACKS} tracks, this one ${media.length}`)
  return media.map(parseTrack)
}

/** A reader of the one can go on with the other without being told anything. */
export const sameTracks = (a: readonly Track[], b: readonly Track[]): boolean => {
  const key = (tracks: readonly Track[]): string => JSON.stringify(tracks.map((track) => ({ ...track, control: '' })))
  return key(a) === key(b)
}

/** The parameter sets in the description itself. */
export const announcedSets = ({ codec, format }: Track): ParameterSets => {
  const value = (name: string): string | undefined => format.find(([key]) => key === name)?.[1]
  const sets: Partial<Record<ParameterSet, Buffer>> = {}
  const keep = (set: ParameterSet, text: string | undefined): void => {
    if (text) sets[set] = Buffer.from(text, 'base64')
  }
  if (codec === 'H264') {
    const [sps, pps] = (value('sprop-parameter-sets') ?? '').split(',')
    keep('sps', sps)
    keep('pps', pps)
  }
  if (codec === 'H265') for (const set of ['vps', 'sps', 'pps'] as const) keep(set, value(`sprop-${set}`))
  return sets
}

const withSets = ({ codec, format }: Track, { vps, sps, pps }: ParameterSets): Track['format'] => {
  const pairs = new Map(format)
  const put = (name: string, set: Buffer | undefined): unknown => set && pairs.set(name, set.toString('base64'))
  if (codec === 'H264' && sps && pps) {
    if (!pairs.has('packetization-mode')) pairs.set('packetization-mode', '1')
    pairs.set('sprop-parameter-sets', `${sps.toString('base64')},${pps.toString('base64')}`)
    pairs.set('profile-level-id', sps.toString('hex', 1, 4).toUpperCase())
  }
  if (codec === 'H265') {
    put('sprop-vps', vps)
    put('sprop-sps', sps)
    put('sprop-pps', pps)
  }
  return [...pairs]
}

export const controlOf = (index: number): string => `trackID=${index}`

/** What DESCRIBE answers. */
export const formatDescription = (
  name: string,
  tracks: readonly { readonly track: Track; readonly sets: ParameterSets }[],
): string =>
  write({
    version: 0,
    origin: {
      username: '-',
      sessionId: 0,
      sessionVersion: 0,
      netType: 'IN',
      ipVer: 4,
      address: '127.0.0.1',
    },
    name,
    connection: { version: 4, ip: '0.0.0.0' },
    timing: { start: 0, stop: 0 },
    control: '*',
    media: tracks.map(({ track, sets }, index) => {
      const format = formatFormat(withSets(track, sets))
      return {
        type: track.type,
        port: 0,
        protocol: 'RTP/AVP',
        payloads: String(track.payload),
        rtp: [rtpmap(track)],
        fmtp: format ? [{ payload: track.payload, config: format }] : [],
        control: controlOf(index),
      }
    }),
  } as SessionDescription)

const rtpmap = ({ payload, encoding }: Track): Media['rtp'][number] => {
  const [codec = '', rate = '', channels] = encoding.split('/')
  return { payload, codec, rate: Number(rate), ...(channels ? { encoding: Number(channels) } : {}) }
}
