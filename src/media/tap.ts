// The ffmpeg that reads one stream from the gateway and gives encoded fragments and small raw frames.
import type { Clock } from '../lib/clock.js'
import type { Frame } from '../lib/frame.js'
import type { Log } from '../lib/log.js'
import type { Job } from '../lib/supervise.js'
import type { InitSegment, RingItem } from './ring.js'

export interface TapOptions {
  /** For logs and sentences: the camera's id and stream. */
  readonly name: string
  readonly url: string
  /** What to give: the main stream of a camera with a sub-stream gives fragments only, the sub-stream frames only. */
  readonly fragments: boolean
  readonly frames: { readonly width: number; readonly fps: number } | null
  readonly audio: boolean
  /** The job ends when nothing came for this long, in milliseconds. */
  readonly silence: number
  readonly clock: Clock
  readonly log: Log
  onItem(item: RingItem): void
  onFrame(frame: Frame): void
  /** A new init segment: a new epoch. */
  onInit(init: InitSegment): void
}

export type DefineTap = (options: TapOptions) => Job
