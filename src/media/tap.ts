// The ffmpeg that reads one stream from the gateway and gives encoded fragments and small raw frames. One run of it is
// tap-run.ts; here is what a run learns for the next: how to probe, and what to do with the sound.
import type { Clock } from '../lib/clock.js'
import type { Frame } from '../lib/frame.js'
import type { Log } from '../lib/log.js'
import type { Job } from '../lib/supervise.js'
import type { DetailGate } from './gate.js'
import type { InitSegment, RingItem } from './ring.js'
import { OtherSound, runTap, type TapManner } from './tap-run.js'

export interface TapOptions {
  /** For logs and sentences: the camera's id and stream. */
  readonly name: string
  readonly url: string
  /** What to give: the main stream of a camera with a sub-stream gives fragments only, the sub-stream frames only. */
  readonly fragments: boolean
  readonly frames: { readonly width: number; readonly fps: number } | null
  /** Large pictures beside the frames, while the gate is open. */
  readonly detail?: {
    /** Larger ones are scaled down to it. */
    readonly width: number
    readonly gate: DetailGate
    /** yuv420p, at the time of one of the frames. */
    onDetail(frame: Frame): void
  }
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

export const defineTap: DefineTap = (options) => {
  let manner: TapManner = { sound: options.audio && options.fragments ? 'copy' : 'none', probe: 'quick' }
  let epoch = 0
  // Epochs of a tap that is defined anew must not repeat those that the ring still holds: they begin at the clock.
  const nextEpoch = (): number => {
    epoch = Math.max(epoch + 1, Math.floor(options.clock.now().mono))
    return epoch
  }
  return async (signal, ready) => {
    let worked = false
    const report = (): void => {
      worked = true
      ready()
    }
    try {
      await runTap({ ...options, ...manner, nextEpoch, signal, ready: report }).catch((error: unknown) => {
        if (!(error instanceof OtherSound)) throw error
        manner = { ...manner, sound: error.sound }
        return runTap({ ...options, ...manner, nextEpoch, signal, ready: report })
      })
    } catch (error) {
      if (!worked && !signal.aborted) manner = { ...manner, probe: manner.probe === 'quick' ? 'thorough' : 'quick' }
      throw error
    }
  }
}
