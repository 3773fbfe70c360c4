// A Source turns its configuration into a plan: data that says how its video comes into the gateway. No I/O.
import type { ReportedThing } from '../camera/inputs.js'
import type { ImageControl, NightMode } from '../camera/settings.js'
import type { Clock } from '../lib/clock.js'
import type { ChildPlan } from '../lib/process.js'
import type { Slice } from '../lib/slice.js'
import type { Mask } from './mask.js'

/** `ring`: the main stream made small for the ring, where that is wanted. */
export type StreamName = 'main' | 'sub' | 'ring'

/** Pictures that come over HTTP: as a stream of them, or one for each question. */
export interface HttpPictures {
  readonly url: string
  readonly username: string | null
  readonly password: string | null
  /** Questions a second, where each answer is one picture. */
  readonly fps: number
  readonly checkCertificate: boolean
}

/** What is written to a child's standard input. */
export type InputPlan =
  /** What another program writes to its standard output. */
  | { readonly from: 'program'; readonly program: ChildPlan }
  /** JPEGs, as the parts of a multipart stream (ffmpeg's mpjpeg). */
  | { readonly from: 'http'; readonly pictures: HttpPictures }

/** An ffmpeg (or the like) that publishes the stream. */
export interface FedByChild {
  readonly feed: 'child'
  readonly child: ChildPlan
  readonly input?: InputPlan
  /** Its standard output is ffmpeg's framecrc of what it reads: the first packet again is a seam. */
  readonly loops?: true
  /** What a good end (code 0) means, as a sentence: it is then not started again. */
  readonly ends?: string
}

/**
 * How one stream comes into the gateway. What is pulled but is to be masked, has sound that nobody wants, or is for a
 * gateway that cannot pull, is fed by an ffmpeg that reads the same address.
 */
export type StreamPlan =
  | FedByChild
  | { readonly feed: 'pull'; readonly url: string; readonly transport: 'tcp' | 'udp' }
  /** By a gateway that reads a Raspberry Pi's camera: see PathSpec. */
  | { readonly feed: 'rpi'; readonly params: Readonly<Record<string, string | number | boolean | readonly number[]>> }

export interface SourcePlan {
  readonly main: StreamPlan
  readonly sub?: StreamPlan
  /** Whether the main stream is to have sound. */
  readonly sound: boolean
  /** Somebody may publish to the camera's inlet, whose address main reads. */
  readonly inlet?: { readonly name: string; readonly password: string }
}

export type Image = Readonly<Record<ImageControl, number>>

/** Where a camera's streams are, with what opens them. */
export interface Addresses {
  readonly main: string
  readonly sub: string | null
  /** What was found, for people. */
  readonly what: string
}

export interface PlanContext {
  /** For a kind that has `resolve`: what its camera answered. */
  readonly addresses?: Addresses
  /** The address that a child publishes a stream to. */
  publishUrl(stream: StreamName): string
  /** The address at which ours read what a guest publishes. */
  readonly inletUrl: string
  readonly night: boolean
  /** Its filter is the last before the encoder of every child, which then copies no picture. Null: nothing to hide. */
  readonly mask: Mask | null
  /** What of it the source can set it does, before the mask. */
  readonly image: Image
  /** The gateway reads a Raspberry Pi's camera itself. */
  readonly rpi: boolean
}

export interface SourceDefinition<Config extends { readonly kind: string } = { readonly kind: string }> {
  readonly kind: Config['kind']
  readonly doc: string
  readonly schema: Slice
  /** Which of `settings.image` it can set. */
  controls(config: Config): readonly ImageControl[]
  plan(config: Config, context: PlanContext): SourcePlan
  /** For a camera that is spoken with beside its video. */
  readonly talk?: Talk<Config>
}

/** What a camera is to set by itself: only what differs from its neutral, or has differed. */
export interface Wish {
  readonly image: Partial<Image>
  readonly night?: NightMode
}

export interface TalkDeps {
  readonly clock: Clock
  /** Ends a conversation at once. */
  readonly signal: AbortSignal
}

/** Each is over within seconds or when it is aborted, and throws a Failure with a sentence. */
export interface Talk<Config> {
  /** Where the streams are: nothing is planned before that. */
  resolve(config: Config, deps: TalkDeps): Promise<Addresses>
  /** Hears what the camera itself sees, until it breaks; `ready` when it hears. Null: not wanted. */
  listen(config: Config): ((deps: Listening) => Promise<void>) | null
  /** A sentence for each wish that this camera can't fulfil. */
  adjust(config: Config, wish: Wish, deps: TalkDeps): Promise<readonly string[]>
}

export interface Listening extends TalkDeps {
  ready(): void
  onReported(what: ReportedThing, active: boolean): void
}

export const defineSource = <Config extends { readonly kind: string }>(
  definition: SourceDefinition<Config>,
): SourceDefinition<Config> => definition
