// Motion: what differs from the picture of 0.3 s ago once the change of light is taken away, as blobs of at least the
// minimum area. A sudden change of all light is a light step, never motion, and everything is learnt anew within 0.4 s.
// One frame is judged at a time: counting looks in a row, holding and ending are the rules' part.
import type { LightStep } from '../camera/events.js'
import type { MotionSeen } from '../camera/inputs.js'
import type { Zone } from '../camera/zones.js'
import type { Frame } from '../lib/frame.js'
import { type Blob, createBlobFinder } from './blobs.js'
import type { Eye } from './eye.js'
import { judgeChange, measureChange, type Pair } from './light-edge.js'
import { createLightFit, fitLight, type LightFit } from './light-fit.js'
import { createDiffer } from './motion-difference.js'
import { boxOf, levelsIn } from './motion-level.js'
import { mapZones } from './motion-zones.js'
import { createSmall, type Small, shrinkLuma } from './shrink.js'

export interface MotionOptions {
  readonly zones: readonly Zone[]
  /** The least blob that counts, in percent of the picture. */
  readonly min_area: number
}

/** Looks with other options may follow each other: only the zones cost something when they change. */
export interface MotionEye extends Eye<MotionSeen> {
  look(frame: Frame, options?: MotionOptions): MotionSeen
}

/** The picture is looked at so wide: a person of 12 pixels in one of 640 is still 6 boxes high. */
const SMALL_WIDTH = 320
/** How far back the other picture lies, in milliseconds. */
const BACK = 300
/** An older picture than this is no neighbour: the stream stood still meanwhile. */
const GAP = 1500
/** Light that changes faster than this, in mean luma within `BACK`, or so much of the picture at once, is no motion. */
const LIGHT_STEP = 9
const LIGHT_SHARE = 0.6
/** Steps that follow each other within this many milliseconds are one. */
const ONE_STEP = 1500
/** What fills so much of the picture has moved before; light comes at once. */
const LARGE = 0.08
/** A camera that sets its exposure takes several pictures for it and changes all light alike; a switch takes one. */
const EXPOSURE = { atOnce: 0.8, unexplained: 0.1 }
/** A blob of light of so many boxes explains lesser ones for so many milliseconds. */
const LIT = 100
const ONE_LIGHT = 1500
/** Boxes of a tile that must differ for it to be part of a blob. */
const LEAST = 2
const ALL_LIGHT = 'light change'
const PART_LIGHT = 'light that changes in a part of the picture'
const DEFAULTS: MotionOptions = { zones: [], min_area: 0.02 }

interface Past {
  mono: number
  readonly small: Small
}

const createMemory = (width: number, height: number) => {
  const side = Math.max(1, Math.round(width / SMALL_WIDTH))
  const first = createSmall(width, height, side)
  const differ = createDiffer(first)
  const spare: Past[] = [{ mono: 0, small: first }]
  const past: Past[] = []
  return {
    ...{ width, height, side, differ, past, spare },
    fit: createLightFit(first.means.length),
    finder: createBlobFinder(differ.across, differ.down),
    /** Tiles in which something moved a look ago, and those beside them. */
    moving: new Uint8Array(differ.across * differ.down),
    /** Share of the boxes that moved a look ago. */
    moved: 0,
    stepAt: -Infinity,
    /** When light was last seen to change in a part of the picture. */
    litAt: -Infinity,
    zones: DEFAULTS.zones,
    map: mapZones(DEFAULTS.zones, differ.across, differ.down),
  }
}
type Memory = ReturnType<typeof createMemory>

const relearn = (memory: Memory, keep: number): void => {
  const { past, spare, moving, differ } = memory
  spare.push(...past.splice(0, past.length - keep))
  moving.fill(0)
  memory.moved = 0
  differ.forget()
}

/** `ms`: how far the two pictures lie apart. */
const isLightStep = ({ step, changed, unexplained }: LightFit, ms: number, moved: number): boolean =>
  (step * BACK) / ms >= LIGHT_STEP || (changed >= LIGHT_SHARE && !(moved >= LARGE && unexplained >= LARGE))

const meanOf = ({ means }: Small): number => means.reduce((sum, mean) => sum + mean, 0) / means.length

const kindOf = ({ past, fit }: Memory): LightStep => {
  const before = past.at(-2)?.small
  const cur = past.at(-1)?.small
  const atOnce = before && cur ? Math.abs(meanOf(cur) - meanOf(before)) / 4 : 0
  const slow = atOnce < EXPOSURE.atOnce * fit.step
  return slow && fit.unexplained < EXPOSURE.unexplained ? 'exposure step' : 'global step'
}

/** The picture to compare with; none until there is one of 0.3 s ago. */
const remember = (memory: Memory, { data, mono }: Frame): { cur: Small; old: Small | null } => {
  const { past, spare, width, height, side } = memory
  const last = past.at(-1)
  if (last && (mono - last.mono > GAP || mono < last.mono)) relearn(memory, 0)
  const cur = spare.pop() ?? { mono, small: createSmall(width, height, side) }
  cur.mono = mono
  shrinkLuma(data, width, side, cur.small)
  past.push(cur)
  // The newest picture that is old enough; what is older is not needed any more.
  while (past.length > 1 && (past[1] as Past).mono <= mono - BACK) spare.push(past.shift() as Past)
  const old = past[0] as Past
  return { cur: cur.small, old: old.mono <= mono - BACK ? old.small : null }
}

/** Marks the tiles in and beside a blob as moving. */
const mark = ({ differ: { across, down }, moving }: Memory, { left, top, right, bottom }: Blob): void => {
  const from = Math.max(0, left - 1)
  const to = Math.min(across - 1, right + 1) + 1
  for (let y = Math.max(0, top - 1); y <= Math.min(down - 1, bottom + 1); y++) {
    moving.fill(1, y * across + from, y * across + to)
  }
}

/** Numbers of the blobs that are large enough: those that move, and those that are light. */
const sort = (memory: Memory, count: number, least: number, pair: Pair, mono: number) => {
  const { finder, differ } = memory
  const verdicts = finder.blobs.slice(0, count).map((blob, index) => {
    if (blob.area < least) return null
    const verdict = judgeChange(measureChange(pair, finder, differ, blob, index + 1), blob.area)
    if (verdict === 'light' && blob.area >= LIT) memory.litAt = mono
    return verdict === 'nothing' ? null : verdict
  })
  const more = mono - memory.litAt <= ONE_LIGHT
  const numbers = verdicts.flatMap((verdict, index) => (verdict ? [index + 1] : []))
  const moves = numbers.filter((number) => {
    const verdict = verdicts[number - 1]
    return verdict === 'moves' || (verdict !== 'light' && !more)
  })
  return { moves, lit: numbers.filter((number) => !moves.includes(number)) }
}

const judge = (
  memory: Memory,
  mono: number,
  cur: Small,
  old: Small,
  { zones, min_area }: MotionOptions,
): MotionSeen => {
  const { differ, fit, finder, moving } = memory
  if (zones !== memory.zones) {
    memory.zones = zones
    memory.map = mapZones(zones, differ.across, differ.down)
  }
  fitLight(cur, old, fit)
  differ.compare(cur, old, fit, moving)
  const { ignored } = memory.map
  for (let at = 0; at < ignored.length; at++) if (ignored[at] === 1) differ.counts[at] = 0
  const boxes = cur.width * cur.height
  const count = finder.find(differ.counts, LEAST)
  const { moves, lit } = sort(memory, count, (min_area / 100) * boxes, { cur, old, fit }, mono)
  moving.fill(0)
  for (const number of moves) mark(memory, finder.blobs[number - 1] as Blob)
  const told = moves.length > 0 ? moves : lit
  const blobs = told.flatMap((number) => finder.blobs[number - 1] ?? [])
  const levels = levelsIn(told, finder, differ, memory.map, boxes)
  const before = memory.moved
  memory.moved = moves.length > 0 ? blobs.reduce((sum, { area }) => sum + area, 0) / boxes : 0
  if (isLightStep(fit, mono - (memory.past[0] as Past).mono, before)) return { ...levels, veto: ALL_LIGHT }
  if (told === lit && lit.length > 0) return { ...levels, veto: PART_LIGHT }
  return { ...levels, boxes: blobs.map((blob) => boxOf(blob, differ)) }
}

export const createMotionEye = (): MotionEye => {
  let memory: Memory | undefined
  const look = (frame: Frame, options = DEFAULTS): MotionSeen => {
    if (memory?.width !== frame.width || memory.height !== frame.height)
      memory = createMemory(frame.width, frame.height)
    const { cur, old } = remember(memory, frame)
    if (!old) return { level: 0, veto: 'learning the picture' }
    const seen = judge(memory, frame.mono, cur, old, options)
    if (seen.veto !== ALL_LIGHT) return seen
    const told = frame.mono - memory.stepAt <= ONE_STEP ? seen : { ...seen, light: kindOf(memory) }
    memory.stepAt = frame.mono
    relearn(memory, 1)
    return told
  }
  return {
    look,
    forget: () => {
      memory = undefined
    },
  }
}
