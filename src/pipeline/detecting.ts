// One camera's looks for things: when to look (while something moves, while something is in doubt, now and then), at
// which picture (the newest; at most one waits), where, and what the tracker makes of it. Opens the tap's gate for large
// pictures only meanwhile. Events and pictures of what was seen are sightings.ts's.
import type { Camera } from '../camera/camera.js'
import { scoreOf } from '../camera/detection-filters.js'
import type { MotionSeen } from '../camera/inputs.js'
import type { Track } from '../camera/objects.js'
import type { CameraSettings } from '../camera/settings.js'
import { isShut } from '../camera/shut.js'
import type { CameraState } from '../camera/state.js'
import { areaOf, type Box, overlapOf } from '../lib/box.js'
import type { Clock } from '../lib/clock.js'
import { sentenceOf } from '../lib/failure.js'
import type { Frame } from '../lib/frame.js'
import type { Log } from '../lib/log.js'
import { createDetailGate, type DetailGate } from '../media/gate.js'
import type { Engine } from '../vision/engine/engine.js'
import {
  confirmedOf,
  forgetMotion,
  type HeldTrack,
  isPromising,
  isUnsettled,
  noTracks,
  stepTracks,
  type Tracks,
  WEAK,
} from '../vision/tracker.js'
import { move } from '../vision/tracker-match.js'
import { createRefusals } from './refusals.js'
import { planGaze, unexplained } from './windows.js'

/** A large picture that is being looked at, with what moved in it. Its pixels stay as they are. */
export interface Kept extends Frame {
  readonly moving: readonly Box[]
}

export interface DetectingDeps {
  readonly camera: Pick<Camera, 'id' | 'state' | 'learn'>
  engine(): Pick<Engine, 'look'> | undefined
  readonly clock: Pick<Clock, 'now' | 'toWall' | 'after'>
  readonly log: Log
  /** After each look, with the picture it was; without one when all was forgotten. True: it keeps the picture. */
  onTracks(was: Tracks, is: Tracks, picture: Kept | null): boolean
}

export interface Detecting extends Disposable {
  readonly gate: DetailGate
  /** A look of the motion eye at this mono ms. */
  onLooked(mono: number, seen: MotionSeen): void
  /** A picture that came through the gate; valid during the call. */
  onDetail(frame: Frame): void
  /** What was seen is no longer true: the source began anew. */
  seam(): void
  /** The settings have changed. */
  follow(previous: CameraState | null, state: CameraState): void
  /** Resolves when no look is going on and none waits. */
  settled(): Promise<void>
  /** For the overlay: where things are at this mono ms. */
  seen(mono: number): { readonly tracks: readonly Track[]; readonly moving: readonly Box[] }
}

/** Looking goes on for so long after the last motion, and longer while something is in doubt. */
const AFTER_MS = 1000
const DOUBT_MS = 8000
/** While something moves all of the picture is looked at as often as this. */
const SWEEP_MS = 2000
/** Where all that moves is known, one look in so many is enough. */
const KNOWN_EVERY = 2
/** The next look at what may be told at once comes after so many of the tap's frames. */
const SOON = 2
const TOLD_MS = 500
/** What one look did not see is still shown, so that boxes do not flicker. */
const SHOWN_MISSES = 1
/** Faces of people smaller than this part of the picture's height are not to be found. */
const FACES_FROM = 0.3
const FACES_EVERY = 4
/** The tap's frames come so often. */
const FRAME_MS = 100

export const createDetecting = ({ camera, engine, clock, log, onTracks }: DetectingDeps): Detecting => {
  const gate = createDetailGate()
  const noteRefusals = createRefusals(camera)
  let tracks = noTracks
  let moving: readonly Box[] = []
  let inRow = 0
  let movedAt = -Infinity
  /** When it began to move, after rest. */
  let stirredAt = -Infinity
  let doubtedFrom = -Infinity
  let lookedAt = -Infinity
  let sweptAt = -Infinity
  let looks = 0
  let looking: Promise<void> | undefined
  let waiting: Kept | undefined
  let spare: Uint8Array[] = []
  /** What was begun before this changed is of no use. */
  let era = 0

  const settings = (): CameraSettings['detection'] => camera.state().settings.detection
  const isOn = (): boolean => isWanted(camera.state().settings) && engine() !== undefined

  const turnGate = (mono: number): void => {
    const { interval, idle_s } = settings()
    const idleDue = idle_s > 0 && mono - lookedAt >= idle_s * 1000
    const doubts = isUnsettled(tracks) && mono - Math.max(movedAt, doubtedFrom) < DOUBT_MS
    const moves = mono - movedAt < AFTER_MS
    const isNew = moves && lookedAt < stirredAt
    const every = isNew || isSoon(mono) ? 1 : interval
    gate.set(isOn() && (idleDue || doubts || moves) ? every : 0)
  }
  const isSoon = (mono: number): boolean => isPromising(tracks, mono, settings())

  const keep = ({ data, width, height, mono, pts }: Frame): Kept => {
    const room = spare.pop()
    const copy = room?.length === data.length ? room : Buffer.allocUnsafeSlow(data.length)
    copy.set(data)
    return { data: copy, width, height, mono, pts, moving }
  }
  const recycle = ({ data }: Kept): void => {
    if (spare.length < 2) spare.push(data)
  }

  const look = async (picture: Kept, from: Pick<Engine, 'look'>): Promise<boolean> => {
    const { mono, width, height } = picture
    const { labels, score, confirm, filters } = settings()
    const { zones } = camera.state().settings
    const begun = era
    const idle = mono - movedAt >= AFTER_MS
    if (mono - lookedAt > AFTER_MS * 2) doubtedFrom = mono
    const strange = unexplained(picture.moving, placesOf(confirmedOf(tracks), mono))
    const places = [
      ...strange,
      ...placesOf(
        tracks.held.filter((track) => isOfInterest(track, picture)),
        mono,
      ),
    ]
    const gaze = planGaze(places, width / height, idle || mono - sweptAt >= SWEEP_MS)
    const asked = facesToo(looks, labels, tracks) ? labels : labels.filter((label) => label !== 'face')
    lookedAt = mono
    if (gaze.sweep) sweptAt = mono
    looks++
    const least = Object.fromEntries(asked.map((label) => [label, scoreOf(label, { score, filters }) * WEAK]))
    const detections = await from.look(picture, { ...gaze, labels: asked, score: least })
    if (begun !== era) return false
    const was = tracks
    const options = { score, filters, confirm, zones, labels, shape: width / height }
    noteRefusals(detections, options, mono)
    const at = { mono, wall: clock.toWall(mono) }
    const { windows, sweep } = gaze
    tracks = stepTracks(was, { at, detections, labels: asked, swept: sweep, windows, moving: picture.moving }, options)
    tell()
    return onTracks(was, tracks, picture)
  }

  const run = async (first: Kept): Promise<void> => {
    for (let picture: Kept | undefined = first; picture; picture = waiting) {
      if (picture === waiting) waiting = undefined
      const from = engine()
      try {
        if (!from || !isOn() || !(await look(picture, from))) recycle(picture)
      } catch (error) {
        // Its health is told by the engine itself.
        log.debug({ camera: camera.id }, `${camera.id}: a look failed: ${sentenceOf(error)}`)
        recycle(picture)
      }
    }
  }

  /** Nothing new is to be learnt from a look this soon. */
  const isEarly = (mono: number): boolean => {
    const frames = (mono - lookedAt) / FRAME_MS + 0.5
    const { interval } = settings()
    if (frames < Math.min(interval, isSoon(mono) ? SOON : interval)) return true
    if (frames >= KNOWN_EVERY * interval || isSoon(mono)) return false
    const sure = tracks.held.length > 0 && tracks.held.every(({ confirmed }) => confirmed)
    return sure && unexplained(moving, placesOf(tracks.held, mono)).length === 0
  }

  let toldAt = -Infinity
  let later: Disposable | undefined
  const tell = (): void => {
    const now = clock.now().mono
    if (now - toldAt < TOLD_MS) {
      later ??= clock.after(TOLD_MS - (now - toldAt), () => {
        later = undefined
        tell()
      })
      return
    }
    toldAt = now
    if (isWanted(camera.state().settings))
      camera.learn({ type: 'tracked', tracks: confirmedOf(tracks).map(publicPart) })
  }

  const forgetAll = (): void => {
    era++
    const was = tracks
    tracks = noTracks
    lookedAt = -Infinity
    moving = []
    spare = []
    waiting = undefined
    if (was.held.length > 0) onTracks(was, tracks, null)
  }

  return {
    gate,
    onLooked: (mono, { level, veto, boxes }) => {
      const on = veto === undefined && level >= camera.state().settings.motion.trigger_level
      moving = on ? (boxes ?? []) : []
      inRow = on ? inRow + 1 : 0
      if (inRow >= 2) {
        if (mono - movedAt >= AFTER_MS) stirredAt = mono
        movedAt = mono
      }
      turnGate(mono)
    },
    onDetail: (frame) => {
      if (!isOn() || gate.every === 0 || isEarly(frame.mono)) return
      const picture = keep(frame)
      if (waiting) recycle(waiting)
      if (looking) waiting = picture
      else
        looking = run(picture).finally(() => {
          looking = undefined
        })
    },
    seam: () => {
      tracks = forgetMotion(tracks)
      moving = []
      inRow = 0
      doubtedFrom = clock.now().mono
    },
    follow: (previous, state) => {
      if (previous && previous.settings === state.settings) return
      const was = previous && isWanted(previous.settings)
      const hidden = (of: CameraSettings): string => JSON.stringify(of.zones.filter(({ use }) => use === 'privacy'))
      const is = isWanted(state.settings)
      if (was && (!is || hidden(previous.settings) !== hidden(state.settings))) forgetAll()
      if (!is) gate.set(0)
    },
    settled: () => looking ?? Promise.resolve(),
    seen: (mono) => ({
      tracks: confirmedOf(tracks)
        .filter(({ misses }) => misses <= SHOWN_MISSES)
        .map((track) => publicPart(track.moving ? { ...track, box: move(track, mono) } : track)),
      moving,
    }),
    [Symbol.dispose]: () => {
      era++
      waiting = undefined
      gate.set(0)
      later?.[Symbol.dispose]()
    },
  }
}

/** Whether the camera's people want it, and allow it. */
export const isWanted = (settings: CameraSettings): boolean => settings.detection.enabled && !isShut(settings)

const placesOf = (tracks: readonly HeldTrack[], mono: number): readonly Box[] =>
  tracks.map((track) => move(track, mono))

/** What must be found again to know where it is now. */
const isOfInterest = ({ misses, confirmed, moving, box }: HeldTrack, picture: Kept): boolean =>
  misses > 0 || !confirmed || moving || picture.moving.some((blob) => areaOf(overlapOf(blob, box)) > 0.1 * areaOf(box))

const facesToo = (looks: number, labels: readonly string[], { held }: Tracks): boolean =>
  looks % FACES_EVERY === 0 ||
  !labels.includes('person') ||
  held.some(({ label, box }) => label === 'face' || box.height >= FACES_FROM)

const publicPart = ({ id, label, score, box, zones, since, moving }: HeldTrack): Track => ({
  ...{ id, label, score, box, zones, since, moving },
})
