// The options of MediaMTX: which one it is (a program that we start, or one that runs already), and WebRTC.
import { range, type Slice } from '../../../lib/slice.js'

export interface MediamtxConfig {
  readonly path: string | null
  readonly api: string | null
  readonly api_username: string | null
  readonly api_password: string | null
  readonly webrtc: boolean
  readonly webrtc_port: number
  readonly webrtc_hosts: readonly string[]
}

const checkText = (value: unknown): void => {
  if (typeof value !== 'string' || value.trim() === '') throw new Error('must be text')
}

const checkApi = (value: unknown): void => {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.pathname !== '/') {
    throw new Error('must be an address like http://127.0.0.1:9997, its name and password in options of their own')
  }
}

const HOST = /^[\w.:-]+$/

const checkHosts = (value: unknown): void => {
  if (!Array.isArray(value) || !value.every((host) => typeof host === 'string' && HOST.test(host))) {
    throw new Error('must be a list of host names or addresses')
  }
}

export const mediamtxSchema = {
  path: {
    doc: 'The program. Without it: what `nightjar mediamtx pull` fetched, then the first on the PATH',
    format: checkText,
    default: null,
    nullable: true,
  },
  api: {
    doc:
      'Address of the control API of a MediaMTX that runs already, for Nightjar alone: its users are replaced. ' +
      'Its RTSP port is `rtsp.port`',
    format: checkApi,
    default: null,
    nullable: true,
  },
  api_username: { doc: 'User of that API', format: checkText, default: null, nullable: true },
  api_password: { doc: 'Password of that user', format: checkText, default: null, nullable: true, sensitive: true },
  webrtc: { doc: 'WebRTC for browsers, asked for at `/api/cameras/ID/whep` (WHEP)', format: 'Boolean', default: false },
  webrtc_port: { doc: 'UDP port of WebRTC', format: range(1, 65535, true), default: 8189, unit: '1–65535' },
  webrtc_hosts: {
    doc: 'More names or addresses under which browsers find this machine: in a container, those of its host',
    format: checkHosts,
    default: [],
  },
} as const satisfies Slice
