// The configuration of a MediaMTX that we start. Pure. Only what our API calls need: paths and people come by the API.
import { stringify } from 'yaml'
import type { MediamtxConfig } from './options.js'
import type { Login } from './rights.js'

export interface ServerPorts {
  readonly rtsp: number
  /** Two UDP ports, the first one even. */
  readonly rtp: number
  readonly api: number
  readonly webrtc: number
}

export interface ServerFileRequest {
  /** Where RTSP listens. */
  readonly host: string
  readonly ports: ServerPorts
  readonly service: Login
  readonly webrtc: Pick<MediamtxConfig, 'webrtc' | 'webrtc_port' | 'webrtc_hosts'>
}

export const LOOPBACK = ['127.0.0.1', '::1'] as const

export const rtspAuthMethods = ['basic', 'digest'] as const

const at = (host: string, port: number): string => {
  const any = host === '0.0.0.0' || host === '::' || host === ''
  return `${any ? '' : host.includes(':') ? `[${host}]` : host}:${port}`
}

export const formatServerFile = ({ host, ports, service, webrtc }: ServerFileRequest): string =>
  stringify({
    logLevel: 'info',
    logDestinations: ['stdout'],
    authMethod: 'internal',
    authInternalUsers: [
      { user: service.name, pass: service.password, ips: [...LOOPBACK], permissions: [{ action: 'api' }] },
    ],
    api: true,
    apiAddress: `127.0.0.1:${ports.api}`,
    // As large as our publishers' packets are: else each is taken apart and packed anew.
    udpMaxPayloadSize: 1472,
    metrics: false,
    pprof: false,
    playback: false,
    rtsp: true,
    rtspTransports: ['udp', 'tcp'],
    rtspAddress: at(host, ports.rtsp),
    rtpAddress: at(host, ports.rtp),
    rtcpAddress: at(host, ports.rtp + 1),
    rtspAuthMethods: [...rtspAuthMethods],
    rtmp: false,
    hls: false,
    srt: false,
    moq: false,
    webrtc: webrtc.webrtc,
    ...(webrtc.webrtc
      ? {
          // Signalling is ours to pass on, with our sign-in; only the video goes to browsers directly.
          webrtcAddress: `127.0.0.1:${ports.webrtc}`,
          webrtcLocalUDPAddress: at(host, webrtc.webrtc_port),
          webrtcAdditionalHosts: [...webrtc.webrtc_hosts],
        }
      : {}),
    pathDefaults: { overridePublisher: true },
    paths: {},
  })
