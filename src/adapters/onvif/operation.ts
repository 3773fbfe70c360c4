// What an operation of the device is: one entry of the table that is the router, the generated page and the coverage
// matrix at once. And what it is given when it is asked.
import type { Account, Accounts, Cameras, GatewayView, Pictures, Role, StreamViews } from '../../camera/ports.js'
import type { CameraState } from '../../camera/state.js'
import type { Clock } from '../../lib/clock.js'
import type { Log } from '../../lib/log.js'
import type { Xml, XmlElement } from '../../lib/xml.js'
import type { Identity } from './identity.js'
import type { Profiles } from './profiles.js'
import type { Subscriptions } from './subscriptions.js'

export const services = {
  device: { prefix: 'tds', path: '/onvif/device_service', title: 'Device' },
  media: { prefix: 'trt', path: '/onvif/media_service', title: 'Media (ver10)' },
  imaging: { prefix: 'timg', path: '/onvif/imaging_service', title: 'Imaging' },
  events: { prefix: 'tev', path: '/onvif/event_service', title: 'Events' },
} as const
export type ServiceName = keyof typeof services

/** ONVIF's access classes (Core, 5.9.4.3), and who of ours may do that; null: everybody, without a password. */
export const access = {
  PRE_AUTH: null,
  READ_SYSTEM: 'viewer',
  READ_SYSTEM_SECRET: 'admin',
  READ_MEDIA: 'viewer',
  ACTUATE: 'operator',
  WRITE_SYSTEM: 'admin',
  UNRECOVERABLE: 'admin',
} as const satisfies Record<string, Role | null>
export type AccessClass = keyof typeof access

/** One camera on the network. */
export interface Device {
  readonly identity: Identity
  readonly version: string
  readonly discovery: boolean
  state(): CameraState
  readonly cameras: Cameras
  readonly pictures: Pictures
  readonly streams: StreamViews
  readonly accounts: Pick<Accounts, 'list' | 'streamPassword'>
  gateway(): GatewayView
  readonly profiles: Profiles
  readonly subscriptions: Subscriptions
  readonly clock: Clock
  readonly log: Log
}

export interface Call {
  readonly device: Device
  /** The operation's element. */
  readonly body: XmlElement
  /** Null only where nobody has to say who he is. */
  readonly account: Account | null
  /** How the client calls us: host and port, then host alone. */
  readonly authority: string
  readonly host: string
  /** The path that it posted to. */
  readonly path: string
  /** The caller's address. */
  readonly remote: string
  /** Aborts when the client hangs up, or the device ends. */
  readonly gone: AbortSignal
}

export interface Operation {
  readonly service: ServiceName
  readonly name: string
  readonly access: AccessClass
  /** For the generated page: what it does here, where its name does not say all. */
  readonly note?: string
  /** The namespace of its element, where it is not its service's. */
  readonly ns?: string
  /** The answer's element; throws a Fault or a Failure. */
  answer(call: Call): Xml | Promise<Xml>
}

export type OperationTable = Readonly<Record<string, Omit<Operation, 'service' | 'name'>>>

/** The operations of one service, by their names. */
export const defineOperations = (service: ServiceName, table: OperationTable): readonly Operation[] =>
  Object.entries(table).map(([name, operation]) => ({ service, name, ...operation }))

export const xaddr = ({ authority }: Pick<Call, 'authority'>, service: ServiceName): string =>
  `http://${authority}${services[service].path}`
