// Talks to the service. Every address is relative to the page, so that it also works behind a prefix.

import type {
  AddedAnswer,
  DiscoverAnswer,
  FindingsAnswer,
  HouseAnswer,
  NotifierAnswer,
  NotifyTestAnswer,
  SentenceAnswer,
  SystemAnswer,
} from '../adapters/http/api.js'
import type { TraceEntry } from '../camera/events.js'
import type { Role } from '../camera/ports.js'
import type { CameraSettings, SettingsChange } from '../camera/settings.js'
import type { PictureFormat, StoredItem } from '../camera/stored-item.js'
import type { Zone, ZoneInput } from '../camera/zones.js'

export interface Me {
  readonly name: string
  readonly role: Role
}

export class ApiError extends Error {
  constructor(
    readonly status: number,
    sentence: string,
  ) {
    super(sentence)
  }
}

/** Home Assistant shows the page: it knows who one is, and its proxy loses the boundary of MJPEG. */
export const insideHomeAssistant = location.pathname.includes('/hassio_ingress/')

export const at = (path: string): string => new URL(path, document.baseURI).href

export const socketAt = (path: string): string => at(path).replace(/^http/, 'ws')

const ask = async <Answer>(method: string, path: string, body?: unknown): Promise<Answer> => {
  const request: RequestInit = { method, headers: { accept: 'application/json' }, credentials: 'same-origin' }
  if (body !== undefined) {
    request.body = JSON.stringify(body)
    request.headers = { ...request.headers, 'content-type': 'application/json' }
  }
  const response = await fetch(at(path), request).catch(() => {
    throw new ApiError(0, 'Nightjar does not answer')
  })
  const answer = response.status === 204 ? undefined : await response.json().catch(() => undefined)
  if (!response.ok) throw new ApiError(response.status, answer?.error ?? response.statusText)
  return answer
}

const cameraPath = (camera: string, rest: string): string => `api/cameras/${encodeURIComponent(camera)}/${rest}`
const itemPath = (id: string, rest = ''): string => `api/recordings/${encodeURIComponent(id)}${rest}`

export const api = {
  me: () => ask<Me>('GET', 'api/session'),
  signIn: (name: string, password: string) => ask<Me>('POST', 'api/session', { name, password }),
  signOut: () => ask<void>('DELETE', 'api/session'),
  record: (camera: string, action: 'start' | 'stop') =>
    ask<unknown>('POST', cameraPath(camera, 'recording'), { action }),
  snapshot: (camera: string, format: PictureFormat) =>
    ask<StoredItem>('POST', cameraPath(camera, 'snapshot'), { format }),
  change: (camera: string, change: SettingsChange) =>
    ask<CameraSettings>('PATCH', cameraPath(camera, 'settings'), change),
  addZone: (camera: string, zone: Partial<ZoneInput>) => ask<Zone>('POST', cameraPath(camera, 'zones'), zone),
  changeZone: (camera: string, zone: string, change: Partial<ZoneInput>) =>
    ask<Zone>('PATCH', cameraPath(camera, `zones/${encodeURIComponent(zone)}`), change),
  removeZone: (camera: string, zone: string) =>
    ask<void>('DELETE', cameraPath(camera, `zones/${encodeURIComponent(zone)}`)),
  zoneView: (camera: string, zone: string) => at(cameraPath(camera, `stream.mjpeg?zone=${encodeURIComponent(zone)}`)),
  trace: (camera: string) => ask<readonly TraceEntry[]>('GET', cameraPath(camera, 'trace')),
  items: (camera: string, limit: number) =>
    ask<readonly StoredItem[]>('GET', `api/recordings?camera=${encodeURIComponent(camera)}&limit=${limit}`),
  keep: (id: string, keep: boolean) => ask<StoredItem>('PATCH', itemPath(id), { keep }),
  remove: (id: string) => ask<void>('DELETE', itemPath(id)),
  pictureOf: (id: string) => at(itemPath(id, '/picture.jpg')),
  videoOf: (id: string, download = false) => at(itemPath(id, `/video.mp4${download ? '?download=1' : ''}`)),
  mjpegOf: (camera: string, annotated: boolean) =>
    at(cameraPath(camera, `stream.mjpeg?plain=true&annotated=${annotated}&size=full`)),
  liveOf: (camera: string) => socketAt(cameraPath(camera, 'live')),
  house: () => ask<HouseAnswer>('GET', 'api/house'),
  discover: () => ask<DiscoverAnswer>('GET', 'api/discover'),
  addCamera: (camera: { name: string; address: string; username?: string; password?: string }) =>
    ask<AddedAnswer>('POST', 'api/discover', camera),
  doctor: () => ask<FindingsAnswer>('GET', 'api/doctor'),
  system: (action: string, confirm: string | undefined) =>
    ask<SystemAnswer>('POST', `api/house/${action}`, confirm === undefined ? {} : { confirm }),
  storeConfig: () => ask<SentenceAnswer>('PUT', 'api/house/nightjar.yaml'),
  configAddress: () => at('api/house/nightjar.yaml'),
  notifiers: () => ask<readonly NotifierAnswer[]>('GET', 'api/notify'),
  testNotifier: (name: string) => ask<NotifyTestAnswer>('POST', `api/notify/${encodeURIComponent(name)}/test`),
  eventsAddress: () => at('api/events'),
}
