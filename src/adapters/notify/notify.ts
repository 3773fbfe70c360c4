// Whether people are told of something that was seen: by camera, label and zone, not too often, not at night. Pure.
import type { Sighting } from '../../camera/events.js'
import type { Instant } from '../../lib/clock.js'

export interface NotifyRule {
  /** Empty: all; the same for labels and zones. */
  readonly cameras: readonly string[]
  readonly labels: readonly string[]
  /** It must stand in one of them. */
  readonly zones: readonly string[]
  /** From one message to the next about the same label of the same camera. */
  readonly cool_down_s: number
  /** "22:00", local time; both or none. Over midnight where `from` is later. */
  readonly quiet: { readonly from: string | null; readonly to: string | null }
}

/** When each label of each camera was last told, mono ms: see `toldKey`. */
export type Told = ReadonlyMap<string, number>

export interface Seen {
  readonly camera: string
  readonly sighting: Sighting
}

export type Decision =
  | { readonly tell: true }
  /** Null: none of its business. */
  | { readonly tell: false; readonly reason: string | null }

export const toldKey = ({ camera, sighting }: Seen): string => `${camera}/${sighting.label}`

export const decide = (rule: NotifyRule, seen: Seen, told: Told, now: Instant): Decision => {
  const { camera, sighting } = seen
  const no = (reason: string | null): Decision => ({ tell: false, reason })
  if (sighting.phase !== 'began' || isOutside(rule.cameras, [camera])) return no(null)
  if (isOutside(rule.labels, [sighting.label])) return no(`${sighting.label} is none of ${rule.labels.join(', ')}`)
  if (isOutside(rule.zones, sighting.zones)) return no(`${sighting.label} is not in ${rule.zones.join(', ')}`)
  const { from, to } = rule.quiet
  if (isQuiet(rule.quiet, now.wall)) return no(`quiet hours ${from}–${to}`)
  const since = (now.mono - (told.get(toldKey(seen)) ?? -Infinity)) / 1000
  if (since < rule.cool_down_s)
    return no(`cool-down: ${sighting.label} was told ${Math.round(since)} s ago, least ${rule.cool_down_s} s`)
  return { tell: true }
}

/** `any` of them must be in the list, if that has something in it. */
const isOutside = (list: readonly string[], any: readonly string[]): boolean =>
  list.length > 0 && !any.some((one) => list.includes(one))

export const isQuiet = ({ from, to }: NotifyRule['quiet'], wall: number): boolean => {
  if (from === null || to === null) return false
  const at = new Date(wall)
  const [now, begin, end] = [at.getHours() * 60 + at.getMinutes(), minutesOf(from), minutesOf(to)]
  return begin <= end ? now >= begin && now < end : now >= begin || now < end
}

const minutesOf = (text: string): number => {
  const [hours = 0, minutes = 0] = text.split(':').map(Number)
  return hours * 60 + minutes
}
