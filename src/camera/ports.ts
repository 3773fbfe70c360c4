// What adapters and rules may use of the rest of the house, by interface: adapters know `camera/` and `lib/` only, and
// app.ts hands the real ones in. All times are wall milliseconds; each call may throw a Failure.
import type { Asker, Command, ResultOf } from './commands.js'
import type { Fact, TraceEntry } from './events.js'
import type { CameraState, PartHealth, VideoInfo } from './state.js'
import type { PictureFormat, StoredItem } from './stored-item.js'

/** All cameras: the only way in and out for adapters and automations. */
export interface Cameras {
  list(): readonly CameraState[]
  /** Failure 'not-found' when there is no such camera. */
  state(id: string): CameraState
  /** Failure 'invalid', 'refused', 'unavailable', 'storage' or 'not-found'. */
  execute<C extends Command>(id: string, command: C, by: Asker): Promise<ResultOf<C>>
  /** First hears the present state of every camera (previous: null), then every fact in one order. */
  watch(name: string, listener: (fact: Fact) => void): Disposable
  /** Newest last. */
  trace(id: string): readonly TraceEntry[]
}

export interface ItemFilter {
  readonly camera?: string
  readonly kind?: StoredItem['kind']
  /** Items that overlap from..to. */
  readonly from?: number
  readonly to?: number
  /** Default 200, newest first. */
  readonly limit?: number
  readonly offset?: number
}

/** The shelf of kept recordings and snapshots. */
export interface Recordings {
  list(filter?: ItemFilter): readonly StoredItem[]
  get(id: string): StoredItem
  /** Absolute paths of files that exist; video only for recordings that have ended. */
  files(id: string): { readonly video: string | null; readonly picture: string | null }
  /** Absolute path of the piece of a sighting's picture that shows this track (default: the first); null when there is none. */
  crop(id: string, track?: number): string | null
  keep(id: string, keep: boolean): Promise<StoredItem>
  remove(id: string): Promise<void>
  /** Bytes of all items, or of one camera's; free bytes of the disk (null when it can't be read); `problem` while nothing can be stored. */
  usage(camera?: string): {
    readonly items: number
    readonly bytes: number
    readonly free: number | null
    readonly problem: string | null
  }
}

export interface Picture {
  readonly data: Buffer
  readonly format: PictureFormat
  /** Wall ms at which the camera saw it. */
  readonly at: number
  readonly width: number
  readonly height: number
}

export interface PictureRequest {
  /** The picture at this wall ms; without it the newest. */
  readonly at?: number
  /** Milliseconds; Failure 'unavailable' when there is none that young. Default 2000. */
  readonly maxAge?: number
  readonly format?: PictureFormat
  readonly annotated?: boolean
  /** Only this zone of the camera; everything else is black. */
  readonly zone?: string
  readonly quality?: number
  /** Scaled down to this width. */
  readonly width?: number
  /** The mean of so many of the newest pictures (with format and quality only). */
  readonly stack?: number
}

export interface Pictures {
  picture(camera: string, request?: PictureRequest): Promise<Picture>
}

/** What a browser's MediaSource needs: `init` first and after each change of the stream, then fragments from a key frame on. */
export type LiveMessage =
  | { readonly type: 'init'; readonly mime: string; readonly data: Buffer }
  | { readonly type: 'fragment'; readonly data: Buffer }

export interface MjpegVariant {
  readonly annotated: boolean
  readonly size: 'small' | 'full'
  /** Only this zone; everything else is black. */
  readonly zone?: string
}

/** One part of a multipart/x-mixed-replace body, made once for all: boundary line, headers, picture. */
export interface MjpegPart {
  readonly bytes: Buffer
  readonly frameId: number
}

export const MJPEG_BOUNDARY = 'nightjar-frame'

/** Live video for the browser. Consumers are never waited for: a slow one is told to skip. */
export interface Streams {
  /** Ends when `signal` aborts; a consumer that falls behind is resumed at the newest key frame. */
  live(camera: string, signal: AbortSignal): AsyncIterable<LiveMessage>
  /** Calls `onPart` for every frame until disposed. `onEnd` when the stream can't go on. */
  mjpeg(camera: string, variant: MjpegVariant, onPart: (part: MjpegPart) => void): Disposable
  /** For health and metrics. */
  viewers(camera: string): { readonly live: number; readonly mjpeg: number }
}

export const roles = ['viewer', 'operator', 'admin'] as const
/** viewer sees; operator also commands; admin also changes users and settings of the house. */
export type Role = (typeof roles)[number]

export interface Account {
  readonly name: string
  readonly role: Role
}

/** Who may come in. Sign-in passwords are hashes; stream passwords are plain, because RTSP digest needs them. */
export interface Accounts {
  /** The account when name and sign-in password fit. */
  verify(name: string, password: string): Promise<Account | null>
  /** The account that owns this API token. */
  verifyToken(token: string): Promise<Account | null>
  /** For RTSP: null when the user has none. */
  streamPassword(name: string): string | null
  list(): readonly Account[]
}

/** Addresses that open for whoever has them, until they end: pictures and videos in messages to people. */
export interface Links {
  /** The whole address of a path of the HTTP interface (`/api/recordings/ID/picture.jpg`), signed, for a day; empty without a page. */
  sign(path: string): string
}

/** Facts of the RTSP server for health, metrics and addresses. */
export interface GatewayFacts {
  readonly kind: 'builtin' | 'mediamtx'
  readonly port: number
  /** Where it runs; missing or null: on this machine. */
  readonly host?: string | null
  /** MediaMTX's, while it runs. */
  readonly version?: string | null
  readonly problem?: string | null
  readonly paths: readonly {
    readonly name: string
    readonly online: boolean
    readonly readers: number
    readonly bytesIn: number
    readonly bytesOut: number
    readonly dropped: number
    /** Broken frames that came in, where they are counted. */
    readonly errors?: number
    /** Readers by protocol: {rtsp: 2, webrtc: 1}. */
    readonly protocols?: Readonly<Record<string, number>>
    /** What went wrong last with what the gateway pulls by itself. */
    readonly problem?: string | null
  }[]
}

/**
 * WebRTC signalling (WHEP) of a gateway that has it. Failure 'not-found' when it is off or the session is gone, 'invalid'
 * for an offer that is none, 'unavailable' or 'timeout'.
 */
export interface Whep {
  /** `session` is a secret: whoever has it owns the session. `onGone` is called once, when it has ended. */
  offer(path: string, sdp: string, onGone: () => void): Promise<{ readonly sdp: string; readonly session: string }>
  /** Trickled candidates; what the other side says to that, if anything (a restart of ICE). */
  candidates(
    path: string,
    session: string,
    fragment: string,
  ): Promise<{ readonly fragment: string; readonly etag: string } | null>
  end(path: string, session: string): Promise<void>
}

export interface GatewayView {
  facts(): GatewayFacts
  /** Missing where there is no WebRTC. */
  readonly whep?: Whep
}

/** How a stream is encoded, as measured on its packets. */
export interface Encoding {
  readonly codec: VideoInfo['codec']
  readonly width: number
  readonly height: number
  /** Pictures a second. */
  readonly fps: number
  /** Pictures from one key frame to the next; null while none were seen. */
  readonly gop: number | null
  /** Bits a second. */
  readonly bitrate: number
  /** As the codec calls it: Main, High, Constrained Baseline. */
  readonly profile: string | null
}

export interface CameraStream {
  readonly name: 'main' | 'sub'
  /** The path at the RTSP server. */
  readonly path: string
  /** The last that was measured; null before its first video. */
  readonly encoding: Encoding | null
}

export interface StreamViews {
  /** Those that the camera has, main first. */
  streams(camera: string): readonly CameraStream[]
}

export const systemActions = ['delete_all', 'exit', 'reboot', 'shutdown'] as const
/** `delete_all`: every kept item but those marked to be kept. Running recordings are closed before the others. */
export type SystemAction = (typeof systemActions)[number]

/** What concerns the house and no single camera. Whoever offers an action asks for it twice. */
export interface House {
  readonly version: string
  /** Wall ms of the start. */
  readonly startedAt: number
  /** Why an action can't be done here (no command is configured, say); null when it can. */
  refusal(action: SystemAction): string | null
  /** Failure 'refused' or 'storage'; a sentence of what was done. */
  act(action: SystemAction, by: Asker): Promise<string>
  /** The whole configuration with the live settings, as YAML; secrets are "***". */
  dumpConfig(): string
  /** Writes the live settings into the configuration file, which keeps its comments. Failure 'refused' or 'storage'. */
  overwriteConfig(): Promise<string>
  /** What is missing or wrong on this machine, as `nightjar doctor` tells it. */
  findings(): Promise<readonly Finding[]>
  /**
   * What is wrong with the house and with none of its cameras: a sentence for each, by a short word that stays the same
   * (`notify mail`, `ffmpeg`). What the doctor finds grave is as of its last look.
   */
  problems(): Readonly<Record<string, string>>
}

/** Cameras that are not ours yet. */
export interface CameraFinder {
  /** The ONVIF cameras of the network; takes three seconds. */
  discover(): Promise<readonly FoundCamera[]>
  /** Puts one of them into the configuration file, for the next start. Failure 'invalid' or 'refused'. */
  addCamera(camera: NewCamera): Promise<AddedCamera>
}

export interface FoundCamera {
  readonly name: string
  /** What its maker calls it; may be empty. */
  readonly model: string
  readonly address: string
  /** The camera of ours that reads it already. */
  readonly camera: string | null
}

export interface NewCamera {
  readonly name: string
  readonly address: string
  readonly username: string | null
  readonly password: string | null
}

export interface AddedCamera {
  readonly id: string
  /** What was done, and what is to be done. */
  readonly sentence: string
  /** Where it could not be written: the lines that are to be put among the cameras. */
  readonly yaml: string | null
}

export interface Finding {
  /** What it is about, in a word that stays the same: ffmpeg, disk, clock. */
  readonly about: string
  readonly status: 'ok' | 'warn' | 'bad'
  readonly what: string
  /** What to do about it. */
  readonly todo?: string
}

/** One configured way of telling people who are elsewhere. */
export interface NotifierView {
  readonly name: string
  readonly kind: string
  /** Where its messages go, for people: no secret in it. */
  readonly to: string
  /** Broken: its messages wait and are tried again. */
  readonly health: PartHealth
  readonly waiting: number
  /** Wall ms of the last message that was taken. */
  readonly sent: number | null
}

export interface Notifiers {
  list(): readonly NotifierView[]
  /** Sends a test at once; a sentence of what was done. Failure 'not-found', or why it could not be sent. */
  test(name: string): Promise<string>
}
