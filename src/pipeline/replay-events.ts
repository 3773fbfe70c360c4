// What a replay tells, and what two replays of the same recording have apart. Pure.
import type { CameraEvent, TraceEntry } from '../camera/events.js'

/** `at`: seconds from the recording's first picture. */
export type ReplayEvent = { readonly at: number } & (
  | { readonly event: 'motion'; readonly on: true; readonly level: number; readonly reason: string }
  | { readonly event: 'motion'; readonly on: false; readonly peak?: number; readonly reason: string }
  | { readonly event: 'light'; readonly kind: string; readonly reason: string }
  | { readonly event: 'light'; readonly mode: 'day' | 'night'; readonly reason: string }
  | {
      readonly event: 'sighting'
      readonly on: boolean
      readonly label: string
      readonly score: number
      readonly track: number
    }
  /** What was seen and made no event. */
  | { readonly event: 'suppressed'; readonly what: string; readonly reason: string }
)

const reasonFor = (what: string, trace: readonly TraceEntry[]): string =>
  trace.findLast((entry) => entry.what === what && entry.decision === 'done')?.reason ?? ''

/** Events of the hands (recordings, snapshots) don't happen in a replay. */
export const tellEvent = (event: CameraEvent, at: number, trace: readonly TraceEntry[]): ReplayEvent[] => {
  switch (event.type) {
    case 'motion_started':
      return [{ at, event: 'motion', on: true, level: event.level, reason: reasonFor('motion', trace) }]
    case 'motion_ended':
      return [{ at, event: 'motion', on: false, peak: event.peak, reason: reasonFor('motion ends', trace) }]
    case 'light_step':
      return [{ at, event: 'light', kind: event.kind, reason: reasonFor('light', trace) }]
    case 'light_changed':
      return [{ at, event: 'light', mode: event.mode, reason: reasonFor(event.mode, trace) }]
    case 'sighting': {
      const { phase, label, score, track } = event.sighting
      return [{ at, event: 'sighting', on: phase === 'began', label, score, track }]
    }
    default:
      return []
  }
}

/** Something that was told: from its beginning to its end. */
export interface Told {
  readonly what: string
  readonly from: number
  readonly to: number
}

/** Times that lie so many seconds apart tell of the same. */
const SAME_S = 2

export const toldIn = (events: readonly ReplayEvent[], end: number): Told[] => {
  const told: Told[] = []
  const open = new Map<string, Told>()
  const begin = (key: string, what: string, from: number): void => void open.set(key, { what, from, to: end })
  const close = (key: string, to: number): void => {
    const begun = open.get(key)
    if (begun) told.push({ ...begun, to })
    open.delete(key)
  }
  for (const event of events) {
    const { at } = event
    if (event.event === 'suppressed') continue
    if (event.event === 'light') {
      told.push({ what: `light: ${'kind' in event ? event.kind : event.mode}`, from: at, to: at })
      continue
    }
    const key = event.event === 'motion' ? 'motion' : `track ${event.track}`
    if (event.on) begin(key, event.event === 'motion' ? 'motion' : `sighting: ${event.label}`, at)
    else close(key, at)
  }
  return [...told, ...open.values()].sort((a, b) => a.from - b.from)
}

/** What only one of two replays told. */
export const compareReplays = (
  before: readonly Told[],
  after: readonly Told[],
): { readonly gained: readonly Told[]; readonly lost: readonly Told[] } => {
  const missing = (from: readonly Told[], other: readonly Told[]): Told[] =>
    from.filter((a) => !other.some((b) => a.what === b.what && b.from <= a.to + SAME_S && a.from <= b.to + SAME_S))
  return { gained: missing(after, before), lost: missing(before, after) }
}
