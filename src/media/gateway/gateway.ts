// The RTSP server through which all video passes, whoever it is. Paths exist because somebody wants them; facts of
// each path are told when they change.
import type { Accounts, GatewayView } from '../../camera/ports.js'
import type { PartHealth } from '../../camera/state.js'
import type { Clock } from '../../lib/clock.js'
import type { Log } from '../../lib/log.js'
import { range, type Slice } from '../../lib/slice.js'

/** Who may publish to a path besides ourselves. */
export interface GuestPublisher {
  readonly name: string
  readonly password: string
}

/**
 * A path that must exist: its video is published by one of our children or by a guest, pulled by the gateway itself,
 * or read by it from a Raspberry Pi's own camera.
 */
export type PathSpec =
  | {
      readonly name: string
      readonly feed: 'publish'
      /**
       * What its video must be proven to be: until `admit` says so of a publisher, nobody but the proof gets anything of
       * it. Another guard than before lets go of publisher and history before `apply` returns.
       */
      readonly guard?: string
    }
  /** An inlet: only this guest publishes there, and nobody but ourselves reads. */
  | { readonly name: string; readonly feed: 'inlet'; readonly publisher: GuestPublisher }
  | { readonly name: string; readonly feed: 'pull'; readonly url: string; readonly transport: 'tcp' | 'udp' }
  /**
   * Only for a gateway with `rpi`. `params`: as MediaMTX calls them in a path's configuration (rpiCameraWidth: 1280);
   * `source: rpiCamera` goes without saying. A secondary stream is a path of its own with rpiCameraSecondary. A change of
   * parameters that can be patched at run time must leave the readers alone.
   */
  | { readonly name: string; readonly feed: 'rpi'; readonly params: RpiParams }

export type RpiParams = Readonly<Record<string, string | number | boolean | readonly number[]>>

/**
 * How a decoder of ours calls itself (User-Agent) that wants each picture before the next one begins. The built-in gateway
 * does that for H.264; then the time of a picture that comes earlier or later than its neighbours is a guess.
 */
export const PROMPT_AGENT = 'nightjar-prompt'

/** The camera speaks RTSP in a way that only ffmpeg understands. */
export class NotSpoken extends Error {}

export interface Gateway extends GatewayView, AsyncDisposable {
  readonly kind: 'builtin' | 'mediamtx'
  /** Whether it pulls addresses itself; else the pipeline publishes. */
  readonly pulls: boolean
  /** Whether it reads a Raspberry Pi's own camera (MediaMTX's rpiCamera). */
  readonly rpi: boolean
  /** Makes exactly these paths exist. Readers of a path that stays are not disturbed. */
  apply(paths: readonly PathSpec[]): Promise<void>
  /**
   * Where it can: reads the video of the camera at this address (rtsp, over TCP) into a path that is published to, until
   * `signal` aborts. Rejects with a Failure when it ends before that, with NotSpoken when an ffmpeg has to do it.
   */
  readCamera?(path: string, url: string, signal: AbortSignal): Promise<void>
  /** For our own taps and publishers, with this start's own credentials; on loopback where it runs on this machine. */
  serviceUrl(path: string): string
  /** The same path for the proof, which gets its video before it is admitted. */
  proofUrl(path: string): string
  /** The present publisher's video is what `guard` stands for. Without effect when the path's guard is another. */
  admit(path: string, guard: string): void
  /** Called with the path's name when it gets or loses its video. */
  watch(listener: (path: string, online: boolean) => void): Disposable
  /** First hears how it is, then every change. */
  watchHealth(listener: (health: PartHealth) => void): Disposable
}

export interface GatewayConfig {
  readonly host: string
  readonly port: number
  readonly gateway: 'auto' | 'mediamtx' | 'builtin'
}

export const gatewaySchema = {
  host: { doc: 'Address to listen on', format: 'String', default: '0.0.0.0' },
  port: { doc: 'RTSP port (TCP)', format: range(0, 65535, true), default: 8554, unit: '0 takes a free one' },
  gateway: {
    doc: 'The RTSP server: MediaMTX where it is installed, or the built-in one',
    format: ['auto', 'mediamtx', 'builtin'],
    default: 'auto',
  },
} as const satisfies Slice

export interface GatewayDeps {
  readonly config: GatewayConfig
  readonly accounts: Accounts
  readonly clock: Clock
  readonly log: Log
}
