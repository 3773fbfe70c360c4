// A network camera that speaks ONVIF: it is asked where its streams are, is heard when it detects something by itself,
// and sets its own picture. The video is then read as from any RTSP camera.
import { imageControls } from '../camera/settings.js'
import { Failure } from '../lib/failure.js'
import type { Slice } from '../lib/slice.js'
import { listenToOnvif } from './onvif-events.js'
import { adjustOnvif } from './onvif-imaging.js'
import { chooseProfiles, type OnvifProfile, readProfiles } from './onvif-profiles.js'
import { at, deviceUrl, type OnvifLogin, type OnvifSession, openSession } from './onvif-session.js'
import { ownSound } from './sound.js'
import { type Addresses, defineSource } from './source.js'

export interface OnvifSourceConfig extends OnvifLogin {
  readonly kind: 'onvif'
  readonly profile: string
  readonly sub_profile: string
  readonly transport: 'tcp' | 'udp'
  /** Default none. */
  readonly audio?: 'none' | 'camera'
  readonly events: boolean
}

const checkAddress = (value: unknown): void => {
  const url = typeof value === 'string' && value !== '' ? deviceUrl(value) : undefined
  if (url?.username !== '' || url.password !== '')
    throw new Error('must be a host, host:port, or an address like http://camera.local:8000, without user and password')
}

const checkWord = (value: unknown): void => {
  if (typeof value !== 'string' || value === '') throw new Error('must be text')
}

const profilesOf = async (session: OnvifSession): Promise<readonly OnvifProfile[]> => {
  const answer = await session.ask('getProfiles').catch(async (error: unknown) => {
    // Some announce the newer media service, and answer nothing there.
    if (!session.has('media2') || !session.has('media')) throw error
    session.forgetMedia2()
    return session.ask('getProfiles')
  })
  return readProfiles(answer)
}

const chosen = async (session: OnvifSession, { profile, sub_profile }: OnvifSourceConfig) =>
  chooseProfiles(await profilesOf(session), { main: profile, sub: sub_profile })

const LOOPBACK = /^(localhost|127\.|0\.0\.0\.0$|\[::1?\]$)/

/** The address of a stream with what opens it; where a camera names itself as only it can, by the host that we reached. */
export const streamAddress = (uri: unknown, host: string, { username, password }: OnvifLogin): string => {
  const told = String(uri).trim()
  const url = URL.canParse(told) ? new URL(told) : undefined
  if (!url || !['rtsp:', 'rtsps:'].includes(url.protocol))
    throw new Failure('refused', 'the camera gives no RTSP address for its stream')
  const hostname = url.hostname === '' || LOOPBACK.test(url.hostname) ? host : url.hostname
  const login = username === null ? '' : `${encodeURIComponent(username)}:${encodeURIComponent(password ?? '')}@`
  const rest = told.replace(/^rtsps?:\/\/[^/?#]*/i, '')
  return `${url.protocol}//${login}${hostname}${url.port === '' ? '' : `:${url.port}`}${rest}`
}

const resolve = async (config: OnvifSourceConfig, signal: AbortSignal): Promise<Addresses> => {
  using session = await openSession(config, signal)
  const device = await session.ask('getDeviceInformation')
  const { main, sub } = await chosen(session, config)
  const addressOf = async ({ token }: OnvifProfile): Promise<string> =>
    streamAddress(
      at(await session.ask('getStreamUri', { protocol: 'RTSP', profileToken: token }), 'uri'),
      session.host,
      config,
    )
  const size = ({ name, width, height }: OnvifProfile): string => `${name} ${width}x${height}`
  const model = [at(device, 'manufacturer'), at(device, 'model'), at(device, 'firmwareVersion')]
  return {
    main: await addressOf(main),
    sub: sub && (await addressOf(sub)),
    what: `${model.filter((word) => word !== undefined && word !== '').join(' ')}: ${size(main)}${sub ? `, ${size(sub)}` : ''}`,
  }
}

export const onvif = defineSource<OnvifSourceConfig>({
  kind: 'onvif',
  doc: 'A network camera that speaks ONVIF; `nightjar discover` and the page find them',
  schema: {
    address: {
      doc: 'Where it is: host, host:port, or the address of its device service',
      format: checkAddress,
      default: '',
    },
    username: {
      doc: 'Its user; many cameras have ONVIF users of their own',
      format: checkWord,
      default: null,
      nullable: true,
    },
    password: { doc: 'Its password', format: checkWord, default: null, nullable: true, sensitive: true },
    profile: {
      doc: 'The main stream: auto (the largest with H.264), or the name or token of a profile',
      format: checkWord,
      default: 'auto',
    },
    sub_profile: {
      doc: 'The small stream for the eyes: auto (the smallest that is at least 320 wide), none, or the name or token of a profile',
      format: checkWord,
      default: 'auto',
    },
    transport: { doc: 'How the camera sends: tcp (no loss) or udp', format: ['tcp', 'udp'], default: 'tcp' },
    audio: ownSound,
    events: {
      doc: "Hear the camera's own detection (motion.trust says what it counts)",
      format: 'Boolean',
      default: true,
    },
    check_certificate: {
      doc: 'https: refuse a certificate that nobody vouches for, as most cameras have',
      format: 'Boolean',
      default: true,
    },
  } satisfies Slice,
  controls: () => imageControls,
  plan: ({ transport, audio }, { addresses }) => {
    if (!addresses) throw new Error('an ONVIF camera is planned before it has answered')
    const { main, sub } = addresses
    return {
      sound: audio === 'camera',
      main: { feed: 'pull', url: main, transport },
      ...(sub === null ? {} : { sub: { feed: 'pull', url: sub, transport } }),
    }
  },
  talk: {
    resolve: (config, { signal }) => resolve(config, signal),
    listen: (config) => (config.events ? (deps) => listenToOnvif(config, deps) : null),
    adjust: async (config, wish, { signal }) => {
      using session = await openSession(config, signal)
      const { main } = await chosen(session, config)
      // Before the session ends.
      return await adjustOnvif(session, main.source, wish)
    },
  },
})
