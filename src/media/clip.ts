// A piece of the ring, kept as an ordinary recording: it begins with the key frame at or before `from` (or the oldest that
// is held) and ends at `to`. Where the stream broke in between, what came after the break is kept.
import { open } from 'node:fs/promises'
import type { Picture } from '../camera/ports.js'
import type { StoredItem } from '../camera/stored-item.js'
import type { Clock } from '../lib/clock.js'
import { Failure, sentenceOf } from '../lib/failure.js'
import type { Log } from '../lib/log.js'
import { storageFailure } from './disk.js'
import { isBreak } from './recorder.js'
import type { Fragment, Ring, RingItem } from './ring.js'
import type { Storage } from './storage.js'

export interface ClipDeps {
  readonly camera: string
  readonly ring: Pick<Ring, 'from'>
  readonly storage: Pick<Storage, 'begin'>
  readonly clock: Clock
  readonly log: Log
  picture(at: number): Promise<Picture>
}

/** Wall ms. Failure 'unavailable' when the ring holds nothing of it; 'storage'. */
export const keepClip = async (
  { camera, ring, storage, clock, log, picture }: ClipDeps,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<StoredItem> => {
  const items = partOf(ring.from(clock.toMono(from)), clock.toMono(to))
  const [first] = items
  const last = items.findLast(({ fragment }) => fragment.track === 'video')
  if (!first || !last) {
    const oldest = ring.from(-Infinity)[0]
    const held = oldest ? `since ${new Date(clock.toWall(oldest.fragment.mono)).toISOString()}` : 'of no time'
    throw new Failure('unavailable', `${camera} has no video of that time in memory: it holds video ${held}`)
  }
  const begins = clock.toWall(first.fragment.mono)
  // Asked for now: the ring still holds those seconds.
  const taken = picture(Math.max(from, begins)).catch((error: unknown) =>
    log.warn({ camera }, `No picture for a clip: ${sentenceOf(error)}`),
  )
  const { width, height } = first.init.video
  const pre_roll_s = Math.max(0, Math.round(from - begins) / 1000)
  const draft = await storage.begin({ camera, from: begins, causes: ['manual'], pre_roll_s, width, height })
  try {
    await write(draft.part, [first.init.data, ...items.map(({ fragment }) => fragment.data)])
    const shown = await taken
    if (shown) await draft.savePicture(shown)
  } catch (error) {
    await draft.drop()
    throw storageFailure(camera, error)
  }
  // Both by the clock as it is now: it may have stepped since.
  const times = { from: clock.toWall(first.fragment.mono), to: clock.toWall(last.fragment.mono) }
  return draft.finish({ ...times, causes: ['manual'] })
}

const write = async (path: string, parts: readonly Buffer[]): Promise<void> => {
  const file = await open(path, 'w')
  try {
    for (const part of parts) await file.writeFile(part)
  } finally {
    await file.close()
  }
}

/** What can be one file: from a key frame to the last picture at or before `to`. */
export const partOf = (held: readonly RingItem[], to: number): readonly RingItem[] => {
  const wanted = held.filter(({ fragment }) => fragment.mono <= to)
  let begin = 0
  let before: Fragment | undefined
  wanted.forEach(({ fragment }, at) => {
    if (fragment.track !== 'video') return
    if (before && isBreak(before, fragment)) begin = at
    before = fragment
  })
  const part = wanted.slice(begin)
  const key = part.findIndex(({ fragment }) => fragment.track === 'video' && fragment.key)
  return key < 0 ? [] : part.slice(key)
}
