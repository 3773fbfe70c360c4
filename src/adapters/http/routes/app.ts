// What every file of routes is given.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type {
  CameraFinder,
  Cameras,
  GatewayView,
  House,
  Notifiers,
  Pictures,
  Recordings,
  Streams,
} from '../../../camera/ports.js'
import type { PartHealth } from '../../../camera/state.js'
import type { Clock } from '../../../lib/clock.js'
import type { Log } from '../../../lib/log.js'
import type { Slice } from '../../../lib/slice.js'
import type { AccountStore } from '../accounts.js'
import type { Attempts } from '../attempts.js'
import type { HttpConfig } from '../http-config.js'
import type { IngressConfig } from '../ingress.js'
import type { SignedLinks } from '../links.js'
import type { OpenStreams } from '../open-streams.js'
import type { SessionCookie } from '../session-cookie.js'

export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

export interface HttpDeps {
  readonly config: HttpConfig
  readonly cameras: Cameras
  readonly recordings: Recordings
  readonly pictures: Pictures
  readonly streams: Streams
  /** The RTSP server's facts; it starts after this. */
  gateway(): GatewayView | undefined
  readonly accounts: AccountStore
  readonly links: Pick<SignedLinks, 'opens'>
  /** What a camera's settings may be: documented from here. */
  readonly settingsSchema: Slice
  /** Other parts of the house for /health, such as `mqtt`. */
  health(): Readonly<Record<string, PartHealth>>
  /** What a camera's ring holds, for metrics. */
  rings?(camera: string): { readonly seconds: number; readonly bytes: number } | undefined
  /** Missing while it starts. */
  notify?(): Notifiers | undefined
  readonly house: House & CameraFinder
  /** Only in a Home Assistant add-on: whom its users are let in by. */
  readonly ingress?: IngressConfig
  readonly version: string
  /** The folder of the built page. */
  readonly webRoot: string
  readonly clock: Clock
  readonly log: Log
}

export interface RouteDeps extends HttpDeps {
  readonly open: OpenStreams
  readonly attempts: Attempts
  readonly cookie: SessionCookie
}
