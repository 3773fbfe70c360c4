// Where the house can be reached, as text: for the terminal, for devices in Home Assistant, for scripts.
import type { HttpServer } from './adapters/http/server.js'
import type { Onvif } from './adapters/onvif/onvif.js'
import type { Config } from './config/schema.js'
import { isEverywhere } from './lib/network.js'

export interface Addresses {
  readonly http: string
  readonly rtsp: Readonly<Record<string, string>>
  /** Missing when MQTT is off. */
  readonly mqtt?: string
  /** Each camera's device; missing when ONVIF is off. */
  readonly onvif?: Readonly<Record<string, string>>
  /** The line protocol's; missing when it is off. */
  readonly line?: string
  /** Only in the demo. */
  readonly users: readonly { readonly name: string; readonly password: string }[]
}

export const rtspAddress = (host: string, port: number, page: string, camera: string): string =>
  `rtsp://${isEverywhere(host) ? new URL(page).hostname : host}:${port}/${camera}`

export const onvifAddresses = ({ onvif }: Config, { ports }: Onvif): Record<string, string> =>
  Object.fromEntries(Object.entries(ports).map(([id, port]) => [id, `${here(onvif?.host ?? '0.0.0.0')}:${port}`]))

export const here = (host: string): string => (isEverywhere(host) ? '127.0.0.1' : host)

export const httpAddress = ({ http: { host, prefix } }: Config, { port }: HttpServer, any: string): string =>
  `http://${isEverywhere(host) ? any : host}:${port}${prefix}`
