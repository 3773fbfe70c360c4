// The same things over several looks: ids, confirmation, what moves, what is gone. Pure: (what is known, a look) -> what
// is known then. Boxes are joined with tracks in two stages, sure findings first, weak ones only to go on with what is
// known (ByteTrack, Zhang et al. 2022), at the place where each is expected at a steady speed (SORT, Bewley et al. 2016).
// How alike a box and a track are is tracker-match.ts's; which events come of it is the pipeline's.

import { type DetectionFilters, refusalOf, scoreOf, standsIn } from '../camera/detection-filters.js'
import type { Detection, Track } from '../camera/objects.js'
import type { Zone } from '../camera/zones.js'
import { areaOf, type Box, likeness, overlapOf } from '../lib/box.js'
import type { Instant } from '../lib/clock.js'
import { isPartOf, type Motion, move, pairUp } from './tracker-match.js'

/** One look at one picture. All boxes are fractions of it. */
export interface Look {
  readonly at: Instant
  /** Also those below `score`, down to `WEAK` of it. */
  readonly detections: readonly Detection[]
  /** What was looked for. */
  readonly labels: readonly string[]
  /** What was looked at: all of it, and these pieces in detail. A thing that was not looked at was not missed. */
  readonly swept: boolean
  readonly windows: readonly Box[]
  /** What moved at that moment. */
  readonly moving: readonly Box[]
}

export interface TrackerOptions {
  /** 0..1: what begins a track. */
  readonly score: number
  /** What findings of a label must have besides. */
  readonly filters: DetectionFilters
  readonly labels: readonly string[]
  /** Looks that must see a thing before it counts. */
  readonly confirm: number
  readonly zones: readonly Zone[]
  /** Width over height of the picture. */
  readonly shape: number
}

/** A track and what must be remembered of it. Times are mono ms. */
export interface HeldTrack extends Track {
  readonly confirmed: boolean
  /** It moves, or came while something moved: worth telling. Stays so until it is lost. */
  readonly sighted: boolean
  /** Fractions of the picture in a second. */
  readonly motion: Motion
  readonly bornAt: number
  readonly seenAt: number
  readonly hits: number
  /** Of the last look that saw it. */
  readonly lastScore: number
  /** Looks in a row that should have seen it and did not. */
  readonly misses: number
  /** Where its middle was in the last seconds, oldest first. */
  readonly trail: readonly { readonly at: number; readonly x: number; readonly y: number }[]
  /** When something last moved in its box. */
  readonly stirredAt: number
  /** Looks that saw it while something moved in it. */
  readonly stirs: number
}

export interface Tracks {
  /** Those that are there now, also unconfirmed ones. */
  readonly held: readonly HeldTrack[]
  /** Confirmed ones that are hidden, or gone: whatever appears in their place is the same thing. */
  readonly hidden: readonly HeldTrack[]
  readonly nextId: number
  /** Of the first look at the whole picture; what is found later is new. */
  readonly sweptAt: number | null
}

export const noTracks: Tracks = { held: [], hidden: [], nextId: 1, sweptAt: null }

/** Detectors are asked for findings down to this share of the score: they may go on a track, not begin one. */
export const WEAK = 0.6
/** A confirmed track is lost after so many misses and so much time. */
const LOST_MISSES = 4
const LOST_MS = 1500
/** An unconfirmed one after so many. */
const DOUBT_MISSES = 2
/** How long a hidden thing that stood still is remembered, and one that moved. */
const STOOD_MS = 60_000
const WENT_MS = 4000
/** Moving: so far, in its own size, within the trail's time. Standing again: less than this. */
const TRAIL_MS = 2000
const MOVED = 0.3
const STOOD = 0.12
/** Something moves in it: so much of its box. */
const STIRRED = 0.15
const STIR_MS = 1500
/** Promising are things from this size on, for so many looks. */
const PROMISING = 0.03
const PROMISES = 5
/** The sweep alone sees things that are at least so tall. */
const TALL = 0.1

/** Those that others may know of. */
export const confirmedOf = ({ held }: Tracks): readonly HeldTrack[] => held.filter(({ confirmed }) => confirmed)

/** Whether looking on, though nothing moves, would tell more: something is missed, in doubt or was moving. */
export const isUnsettled = ({ held }: Tracks): boolean =>
  held.some(({ confirmed, misses, moving }) => !confirmed || misses > 0 || moving)

/** Whether a look at once would most likely tell of a thing: well seen, something moves in it, and not told of yet. */
export const isPromising = (
  { held }: Tracks,
  now: number,
  options: Pick<TrackerOptions, 'score' | 'filters'>,
): boolean =>
  held.some(
    ({ label, box, lastScore, sighted, misses, stirredAt, stirs }) =>
      !sighted &&
      misses === 0 &&
      now - stirredAt <= STIR_MS &&
      stirs <= PROMISES &&
      box.height >= PROMISING &&
      lastScore >= scoreOf(label, options),
  )

/** A seam in the source: what moved before it says nothing about what comes. */
export const forgetMotion = (tracks: Tracks): Tracks => ({
  ...tracks,
  held: tracks.held.map((track) => ({
    ...track,
    trail: [],
    moving: false,
    motion: { x: 0, y: 0 },
    stirredAt: -Infinity,
  })),
  hidden: [],
  sweptAt: null,
})

export const stepTracks = (tracks: Tracks, look: Look, options: TrackerOptions): Tracks => {
  const now = look.at.mono
  const usable = look.detections.filter((one) => options.labels.includes(one.label) && refusalOf(one, options) === null)
  const strength = ({ label, score }: Detection): number => score / scoreOf(label, options)
  const sure = usable.filter((one) => strength(one) >= 1)
  const weak = usable.filter((one) => strength(one) < 1 && strength(one) >= WEAK)

  const first = pairUp(tracks.held, sure, now, options.shape)
  const second = pairUp(first.leftTracks, weak, now, options.shape)
  const third = pairUp(tracks.hidden, first.leftDetections, now, options.shape, isBack)
  const seen = [...first.pairs, ...second.pairs].map(([track, found]) => follow(track, found, look, options))
  const back = third.pairs.map(([track, found]) =>
    follow({ ...track, sighted: false, trail: [] }, found, look, options),
  )
  const missed = second.leftTracks.map((track) => miss(track, look))
  const lost = missed.filter((track) => isLost(track, now))
  const kept = [...seen, ...back, ...missed.filter((track) => !lost.includes(track))]
  const fresh: Detection[] = []
  for (const found of third.leftDetections.toSorted((a, b) => b.score - a.score)) {
    if (![...kept, ...fresh].some((one) => isPartOf(one, found))) fresh.push(found)
  }
  const born = fresh.map((found, index) => begin(tracks.nextId + index, found, look, options))
  const all = [...kept, ...born].map((track) => judge(track, tracks, look, options))
  return {
    held: all.sort((a, b) => a.id - b.id),
    hidden: [...third.leftTracks, ...lost.filter(({ confirmed }) => confirmed)].filter(
      ({ seenAt, trail }) => now - seenAt < (movedBy(trail, options.shape, 1) > 0.05 ? WENT_MS : STOOD_MS),
    ),
    nextId: tracks.nextId + born.length,
    sweptAt: tracks.sweptAt ?? (look.swept ? now : null),
  }
}

/** What was hidden for long must be where it was. */
const isBack = (track: HeldTrack, { box }: Detection, now: number): boolean =>
  now - track.seenAt < WENT_MS || likeness(track.box, box) > 0.3

const begin = (id: number, { label, score, box }: Detection, look: Look, { zones }: TrackerOptions): HeldTrack => {
  const { mono, wall } = look.at
  const stirred = isStirred(box, look)
  return {
    ...{ id, label, score, box, since: wall, moving: false, confirmed: false, sighted: false },
    zones: zonesOf(box, zones),
    motion: { x: 0, y: 0 },
    ...{ bornAt: mono, seenAt: mono, hits: 1, misses: 0, lastScore: score },
    trail: [{ at: mono, ...middleOf(box) }],
    stirredAt: stirred ? mono : -Infinity,
    stirs: stirred ? 1 : 0,
  }
}

const follow = (track: HeldTrack, { score, box: found }: Detection, look: Look, options: TrackerOptions): HeldTrack => {
  const now = look.at.mono
  const seconds = Math.max(0.05, (now - track.seenAt) / 1000)
  const [was, is] = [middleOf(track.box), middleOf(found)]
  const measured = { x: (is.x - was.x) / seconds, y: (is.y - was.y) / seconds }
  const trust = track.hits < 2 ? 1 : 0.6
  const mix = (old: number, now: number, share: number): number => old + (now - old) * share
  // Sizes of findings jump about; what is seen does not.
  const [width, height] = [mix(track.box.width, found.width, 0.6), mix(track.box.height, found.height, 0.6)]
  const box = { x: is.x - width / 2, y: is.y - height / 2, width, height }
  const stirred = isStirred(box, look)
  return {
    ...track,
    box,
    score: Math.max(track.score, score),
    zones: zonesOf(box, options.zones),
    motion: { x: mix(track.motion.x, measured.x, trust), y: mix(track.motion.y, measured.y, trust) },
    seenAt: now,
    hits: track.hits + 1,
    lastScore: score,
    misses: 0,
    trail: [...track.trail.filter(({ at }) => now - at <= TRAIL_MS), { at: now, ...is }],
    stirredAt: stirred ? now : track.stirredAt,
    stirs: track.stirs + (stirred ? 1 : 0),
  }
}

const miss = (track: HeldTrack, look: Look): HeldTrack =>
  wasLookedAt(track, look) ? { ...track, misses: track.misses + 1 } : track

const wasLookedAt = (track: HeldTrack, { at, labels, swept, windows }: Look): boolean => {
  if (!labels.includes(track.label)) return false
  const box = move(track, at.mono)
  if (swept && box.height >= TALL) return true
  return windows.some((window) => areaOf(overlapOf(window, box)) >= 0.8 * areaOf(box))
}

const isLost = (track: HeldTrack, now: number): boolean => {
  if (!track.confirmed) return track.misses >= DOUBT_MISSES || now - track.seenAt > STOOD_MS
  if (track.misses > 0 && shareInside(move(track, now)) < 0.4) return true
  return track.misses >= LOST_MISSES && now - track.seenAt >= LOST_MS
}

/** Confirmed? moving? worth telling? */
const judge = (track: HeldTrack, { sweptAt }: Tracks, look: Look, { confirm, shape }: TrackerOptions): HeldTrack => {
  const now = look.at.mono
  const stirred = now - track.stirredAt <= STIR_MS
  const moved = movedBy(track.trail, shape, track.box.height)
  const moving = stirred && moved > (track.moving ? STOOD : MOVED)
  const confirmed = track.confirmed || track.hits >= confirm
  const isNew = sweptAt !== null && track.bornAt > sweptAt && track.stirs >= Math.min(2, confirm)
  const sighted = track.sighted || (confirmed && (moving || isNew))
  return { ...track, moving, confirmed, sighted }
}

const middleOf = ({ x, y, width, height }: Box): { x: number; y: number } => ({ x: x + width / 2, y: y + height / 2 })

const zonesOf = (box: Box, zones: readonly Zone[]): string[] =>
  zones.filter((zone) => zone.use === 'objects' && zone.enabled && standsIn(box, zone)).map(({ id }) => id)

const isStirred = (box: Box, { moving }: Look): boolean => {
  const shared = moving.reduce((sum, blob) => sum + areaOf(overlapOf(blob, box)), 0)
  return shared >= STIRRED * areaOf(box)
}

/** How far it went within its trail, in units of `height`. */
const movedBy = (trail: HeldTrack['trail'], shape: number, height: number): number => {
  const [first, last] = [trail[0], trail.at(-1)]
  if (!first || !last || height <= 0) return 0
  return Math.hypot((last.x - first.x) * shape, last.y - first.y) / height
}

const shareInside = (box: Box): number => areaOf(overlapOf(box, { x: 0, y: 0, width: 1, height: 1 })) / areaOf(box)
