// Everything that is true of a camera now, in one immutable object. If Home Assistant would show it as a value it is
// state; what is over when it is told is an event (events.ts). Wall times are milliseconds since 1970.
import type { CameraSettings, ImageControl } from './settings.js'

export type PartName =
  | 'gateway'
  | 'source'
  | 'publisher'
  | 'tap'
  | 'recorder'
  | 'storage'
  | 'detector'
  | 'processor'
  | 'ir_cut'
  | 'view'
  | 'events'

export interface PartHealth {
  readonly status: 'starting' | 'working' | 'broken'
  readonly problem: string | null
}

/** Why a recording runs; it runs while any cause holds. */
export const causes = ['manual', 'motion', 'sighting', 'schedule'] as const
export type Cause = (typeof causes)[number]

export interface VideoInfo {
  readonly codec: 'h264' | 'h265' | 'mjpeg'
  readonly width: number
  readonly height: number
}

export interface CameraState {
  readonly id: string
  readonly name: string
  /** The kind of its source. */
  readonly source: string
  /** Which of `settings.image` its source can set. */
  readonly controls: readonly ImageControl[]
  readonly link: {
    /** `stopped`: switched off by `capture.enabled`. */
    readonly status: 'starting' | 'online' | 'offline' | 'stopped'
    readonly since: number
    /** The sentence a person should read, from any part that is broken. */
    readonly problem: string | null
  }
  readonly health: Readonly<Partial<Record<PartName, PartHealth>>>
  readonly motion: {
    readonly active: boolean
    /** 0..100, rounded, published at most twice a second. */
    readonly level: number
    readonly since: number | null
    /** Ids of the motion zones in which something moves. */
    readonly zones: readonly string[]
  }
  readonly objects: {
    /** How many of each configured label are there now: confirmed, seen lately. */
    readonly counts: Readonly<Record<string, number>>
    /** The labels that stand in each object zone. */
    readonly zones: Readonly<Record<string, readonly string[]>>
    /** Which detectors look, and why these; null while detection is off or starting. */
    readonly detector: { readonly names: readonly string[]; readonly why: string } | null
  }
  /** The user's module on the annotated stream; null without one. */
  readonly processor: {
    /** Its file's name. */
    readonly name: string
    readonly status: PartHealth['status']
    /** With file and line where they are known. */
    readonly problem: string | null
    /** What it reports; empty while it has no pictures. */
    readonly facts: Readonly<Record<string, string | number | boolean>>
  } | null
  readonly light: {
    readonly mode: 'day' | 'night'
    /** 0 (bright) .. 255 (black), rounded; null before the first look. */
    readonly dark: number | null
    readonly cause: 'measured' | 'override'
    readonly since: number
  }
  readonly recording: {
    readonly active: boolean
    readonly causes: readonly Cause[]
    readonly since: number | null
    /** Seconds of video from before `since` that were asked for; without it as the settings say. */
    readonly before_s?: number
  }
  readonly media: {
    readonly video: VideoInfo | null
    readonly audio: boolean
  }
  readonly last: {
    readonly motion: number | null
    readonly snapshot: string | null
    readonly recording: string | null
  }
  readonly settings: CameraSettings
}
