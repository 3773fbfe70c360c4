// A Source turns its configuration into a plan: data that says how its video comes into the gateway. No I/O.
import type { ChildPlan } from '../lib/process.js'
import type { Slice } from '../lib/slice.js'
import type { Mask } from './mask.js'

export type StreamName = 'main' | 'sub'

/**
 * How one stream comes into the gateway. What is to be masked, or is for a gateway that cannot pull, is fed by an ffmpeg
 * that reads the same address.
 */
export type StreamPlan =
  | {
      readonly feed: 'child'
      readonly child: ChildPlan
      /** Its standard output is ffmpeg's framecrc of what it reads: the first packet again is a seam. */
      readonly loops?: true
      /** What a good end (code 0) means, as a sentence: it is then not started again. */
      readonly ends?: string
    }
  | { readonly feed: 'pull'; readonly url: string; readonly transport: 'tcp' | 'udp' }

export interface SourcePlan {
  readonly main: StreamPlan
  readonly sub?: StreamPlan
}

export interface PlanContext {
  /** The address that a child publishes a stream to. */
  publishUrl(stream: StreamName): string
  readonly night: boolean
  /** Its filter is the last before the encoder of every child, which then copies no picture. Null: nothing to hide. */
  readonly mask: Mask | null
}

export interface SourceDefinition<Config extends { readonly kind: string } = { readonly kind: string }> {
  readonly kind: Config['kind']
  readonly doc: string
  readonly schema: Slice
  plan(config: Config, context: PlanContext): SourcePlan
}

export const defineSource = <Config extends { readonly kind: string }>(
  definition: SourceDefinition<Config>,
): SourceDefinition<Config> => definition
