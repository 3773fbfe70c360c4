// A network camera that speaks RTSP: its main stream and, where it has one, a small second stream for the eyes.
import type { ChildPlan } from '../lib/process.js'
import type { Slice } from '../lib/slice.js'
import { decodeAsSent, EVEN, encodeAtOwnRate, publish, quiet } from './ffmpeg-args.js'
import type { Mask } from './mask.js'
import { AAC, ownSound } from './sound.js'
import { defineSource } from './source.js'

export interface RtspConfig {
  readonly kind: 'rtsp'
  readonly url: string
  readonly sub: string | null
  readonly transport: 'tcp' | 'udp'
  /** Default none. */
  readonly audio?: 'none' | 'camera'
}

const SCHEMES = ['rtsp:', 'rtsps:']
const SILENCE_US = 15_000_000

const checkUrl = (value: unknown): void => {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
  if (!url || !SCHEMES.includes(url.protocol) || url.hostname === '') {
    throw new Error('must be an address like rtsp://camera.local:554/stream (rtsp or rtsps)')
  }
}

export const rtsp = defineSource<RtspConfig>({
  kind: 'rtsp',
  doc: 'A network camera or another RTSP server',
  schema: {
    url: { doc: 'Address of the main stream', format: checkUrl, default: '', sensitive: true },
    sub: {
      doc: 'Address of a small second stream of the same picture; the eyes then use it and the main one is never decoded',
      format: checkUrl,
      default: null,
      nullable: true,
      sensitive: true,
    },
    transport: {
      doc: 'How the camera sends: tcp (no loss) or udp',
      format: ['tcp', 'udp'],
      default: 'tcp',
    },
    audio: ownSound,
  } satisfies Slice,
  controls: () => [],
  plan: ({ url, sub, transport, audio }) => ({
    sound: audio === 'camera',
    main: { feed: 'pull', url, transport },
    ...(sub === null ? {} : { sub: { feed: 'pull', url: sub, transport } }),
  }),
})

export interface RelayOptions {
  readonly mask?: Mask | null
  readonly sound?: boolean
  /** Sound is not even asked for: the look at the stream would wait for one that never comes. */
  readonly deaf?: boolean
}

/** At a camera's stream before it is passed on: a few pictures say in which order they come; their rate need not be known. */
const LOOK = ['-analyzeduration', '2000000', '-fpsprobesize', '5']
/** One line on its standard output when a first picture has come: with sound nothing is published before that comes, too. */
const FIRST_PICTURE = ['-map', '0:v:0', '-c', 'copy', '-frames:v', '1', '-f', 'framecrc', 'pipe:1']

/**
 * The publisher for what no gateway pulls: copies or, with a mask, decodes and encodes anew. Gives up after fifteen
 * silent seconds. With sound it says on its standard output when the first picture has come.
 */
export const relayRtsp = (
  url: string,
  transport: 'tcp' | 'udp',
  publishUrl: string,
  { mask = null, sound = false, deaf = false }: RelayOptions = {},
): ChildPlan => ({
  command: 'ffmpeg',
  args: [
    ...quiet,
    ...(mask ? decodeAsSent : []),
    // A camera that refuses TCP is asked for UDP.
    ...(transport === 'tcp' ? ['-rtsp_transport', 'tcp+udp', '-rtsp_flags', 'prefer_tcp'] : ['-rtsp_transport', 'udp']),
    ...(deaf ? ['-allowed_media_types', 'video'] : []),
    ...['-timeout', String(SILENCE_US)],
    ...['-protocol_whitelist', 'rtsp,rtsps,tls,tcp,udp,rtp,srtp', ...LOOK, '-i', url],
    ...(sound ? FIRST_PICTURE : []),
    ...['-map', '0:v:0', ...(sound ? ['-map', '0:a:0?', ...AAC] : [])],
    ...(mask ? ['-vf', `${EVEN},${mask.filter}`, ...encodeAtOwnRate] : ['-c:v', 'copy']),
    ...publish(publishUrl),
  ],
})

/** The camera that such a publisher reads; undefined when it reads something else. */
export const cameraOf = ({ args }: ChildPlan): string | undefined => {
  const address = args[args.indexOf('-i') + 1]
  return address !== undefined && SCHEMES.some((scheme) => address.startsWith(scheme)) ? address : undefined
}
