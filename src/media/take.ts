// One file of a recording while it is written: fragments gathered in memory, appended twice a second, then handed over
// to be finished. A slow disk delays it; a disk that stays behind breaks it off with what was written.
import { type FileHandle, open } from 'node:fs/promises'
import type { CameraEvent } from '../camera/events.js'
import type { Picture } from '../camera/ports.js'
import type { Cause } from '../camera/state.js'
import type { Clock } from '../lib/clock.js'
import { Failure, sentenceOf } from '../lib/failure.js'
import type { Log } from '../lib/log.js'
import { createCoalesced } from '../lib/serial.js'
import { storageFailure } from './disk.js'
import type { Fragment, RingItem } from './ring.js'
import type { Draft, Storage } from './storage.js'

export type RecordingEvent = Extract<CameraEvent, { type: `recording_${string}` }>

export interface TakeDeps {
  readonly camera: string
  readonly storage: Pick<Storage, 'begin'>
  readonly clock: Clock
  readonly log: Log
  picture(at: number): Promise<Picture>
  tell(event: RecordingEvent): void
}

export interface Take {
  readonly first: Fragment
  readonly last: Fragment
  /** What went wrong; nothing more is written then. */
  readonly problem: string | null
  add(item: RingItem): void
  addCauses(causes: readonly Cause[]): void
  /** Hands to the disk what has gathered. */
  flush(): void
  /** Resolves when the file is finished and told, or `problem` says why not. */
  end(): Promise<void>
}

const MAX_WAITING = 32_000_000
const SYNC_EVERY = 5000
const PICTURE_PATIENCE = 5000

/** Gives the bytes; writes them all or throws. */
const append = async (file: FileHandle, batch: readonly Buffer[]): Promise<number> => {
  const bytes = batch.reduce((sum, { length }) => sum + length, 0)
  const { bytesWritten } = await file.writev(batch)
  // Cut short means that the disk is filling up: the rest brings the reason, or is written.
  if (bytesWritten < bytes) await file.writeFile(Buffer.concat(batch).subarray(bytesWritten))
  return bytes
}

const preRoll = (trigger: number, first: number): number => Math.max(0, Math.round(trigger - first) / 1000)

/** `start`: the key frame it begins with. `trigger`: mono of what it is about. */
export const createTake = (
  { camera, storage, clock, log, picture, tell }: TakeDeps,
  start: RingItem,
  { trigger, causes }: { readonly trigger: number; readonly causes: readonly Cause[] },
): Take => {
  const { init, fragment: first } = start
  const allCauses = new Set(causes)
  let gathered: Buffer[] = [init.data, first.data]
  /** Bytes gathered and not on the disk yet. */
  let waiting = init.data.length + first.data.length
  let last = first
  let problem: string | null = null
  let file: FileHandle | undefined
  let syncedAt = clock.now().mono

  const breakOff = (error: unknown): void => {
    problem ??= storageFailure(camera, error).message
    gathered = []
  }
  /** One append of all that has gathered. */
  const flush = createCoalesced(async () => {
    if (!file || problem !== null || gathered.length === 0) return
    const batch = gathered
    gathered = []
    await append(file, batch).then((bytes) => {
      waiting -= bytes
    }, breakOff)
  })
  const openFile = async (): Promise<Draft> => {
    const draft = await storage.begin({
      camera,
      from: clock.toWall(first.mono),
      causes: [...allCauses],
      pre_roll_s: preRoll(trigger, first.mono),
      width: init.video.width,
      height: init.video.height,
    })
    try {
      file = await open(draft.part, 'w')
    } catch (error) {
      await draft.drop()
      throw error
    }
    // On a full disk files can be made, and nothing be put into them.
    await flush()
    if (problem === null) tell({ type: 'recording_started', item: draft.item.id, causes: [...allCauses] })
    return draft
  }
  const opened = openFile()
  opened.catch(breakOff)
  // Asked for now: the ring still holds those seconds.
  const takePicture = async (): Promise<void> => {
    const taken = await picture(clock.toWall(Math.max(trigger, first.mono)))
    await (await opened).savePicture(taken)
  }
  const pictured = takePicture().catch((error: unknown) => {
    if (problem === null) log.warn({ camera }, `No picture for a recording: ${sentenceOf(error)}`)
  })

  const close = async (): Promise<void> => {
    await flush()
    await file?.close().catch(breakOff)
  }
  return {
    first,
    get last() {
      return last
    },
    get problem() {
      return problem
    },
    add: ({ fragment }) => {
      if (problem !== null) return
      if (fragment.track === 'video') last = fragment
      gathered.push(fragment.data)
      waiting += fragment.data.length
      if (waiting > MAX_WAITING)
        breakOff(new Failure('storage', `The disk is too slow: ${Math.round(waiting / 1e6)} MB wait to be written`))
    },
    addCauses: (more) => {
      for (const cause of more) allCauses.add(cause)
    },
    flush: () => {
      void flush()
      const now = clock.now().mono
      if (now - syncedAt < SYNC_EVERY) return
      syncedAt = now
      file?.datasync().catch(() => {})
    },
    end: async () => {
      try {
        const draft = await opened
        await close()
        const patience = new AbortController()
        await Promise.race([pictured, clock.sleep(PICTURE_PATIENCE, patience.signal).catch(() => {})])
        patience.abort()
        // By the stream's own clock: where a stream was late at first, its first pictures were thought to be later.
        // A clock that went back a little in between would have it begin after its end.
        const begun = Math.min(first.mono, last.mono, last.mono - (last.pts - first.pts) * 1000)
        const times = { from: clock.toWall(begun), to: clock.toWall(last.mono), pre_roll_s: preRoll(trigger, begun) }
        const item = await draft.finish({ ...times, causes: [...allCauses], cut: problem !== null })
        tell({ type: 'recording_finished', item })
      } catch (error) {
        breakOff(error)
      }
    },
  }
}
