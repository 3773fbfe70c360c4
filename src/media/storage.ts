// The shelf of recordings and snapshots: where they are begun, listed, kept and removed. Files are the truth, the index
// follows them.
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Picture, Recordings } from '../camera/ports.js'
import type { Cause, PartHealth } from '../camera/state.js'
import type { StoredItem } from '../camera/stored-item.js'
import { writeFileAtomic } from '../lib/atomic-file.js'
import { Failure } from '../lib/failure.js'
import { makeFolder } from '../lib/make-folder.js'
import { cropPath, findCrop } from './crops.js'
import { storageFailure } from './disk.js'
import { endPart, exists, markKept, pathsOf } from './item-files.js'
import { type Shelf, type StorageDeps, startShelf } from './shelf.js'
import { type ItemName, itemName } from './storage-names.js'

export interface BeginRequest {
  readonly camera: string
  /** Wall ms of the first picture. */
  readonly from: number
  readonly causes: readonly Cause[]
  readonly pre_roll_s: number
  readonly width: number
  readonly height: number
}

/** A recording in the making. */
export interface Draft {
  readonly item: StoredItem
  /** Absolute: where init segment and fragments are written. */
  readonly part: string
  /** Beside the video, under the same name. */
  savePicture(picture: Picture): Promise<void>
  /** `cut`: writing broke off, the last fragment may not be whole. Failure 'storage' when nothing reached the disk. */
  finish(outcome: {
    /** What is known better now than at the beginning. */
    readonly from?: number
    readonly pre_roll_s?: number
    readonly to: number
    readonly causes: readonly Cause[]
    readonly cut?: boolean
  }): Promise<StoredItem>
  /** Nothing was recorded: nothing stays. */
  drop(): Promise<void>
}

export interface Storage extends Recordings, AsyncDisposable {
  begin(request: BeginRequest): Promise<Draft>
  saveSnapshot(request: {
    readonly camera: string
    readonly picture: Picture
    /** Default none: somebody asked for it. */
    readonly causes?: readonly Cause[]
  }): Promise<StoredItem>
  /** Beside the snapshot: the piece of it that shows this track. Failure 'not-found' or 'storage'. */
  saveCrop(id: string, track: number, jpeg: Buffer): Promise<void>
  /** First hears the present health, then each change. */
  watch(listener: (health: PartHealth) => void): Disposable
  /** Resolves when index and files agree: at first, what an earlier run left behind is in order. */
  readonly settled: Promise<void>
}

const MODE = 0o644

const claimName = async (shelf: Shelf, data: string, camera: string, at: number): Promise<ItemName> => {
  await shelf.ready()
  const name = itemName(
    camera,
    at,
    shelf.withIndex((index) => index.nextNumber(camera)),
  )
  await makeFolder(join(data, name.folder)).catch((error: unknown) => {
    throw storageFailure(data, error)
  })
  return name
}

const beginDraft = async (
  shelf: Shelf,
  { data, log }: StorageDeps,
  { camera, ...request }: BeginRequest,
): Promise<Draft> => {
  const { withIndex, active, signal } = shelf
  const name = await claimName(shelf, data, camera, request.from)
  const paths = pathsOf(data, name)
  const path = `${name.folder}/${name.stem}.mp4`
  const blank = { kind: 'recording', to: null, state: 'running', bytes: 0, keep: false, format: 'mp4' } as const
  const from = Math.round(request.from)
  const item: StoredItem = { id: name.id, camera, ...request, from, ...blank, path, picture: false }
  /** As the index knows it now: `keep` may have changed. */
  const present = (): StoredItem => withIndex((index) => index.get(item.id)) ?? item
  withIndex((index) => index.put(item))
  active.add(item.id)
  const drop = async (): Promise<void> => {
    for (const file of [paths.part, paths.picture]) await rm(file, { force: true }).catch(() => {})
    withIndex((index) => index.forget(item.id))
    active.delete(item.id)
  }
  return {
    item,
    part: paths.part,
    savePicture: async (picture) => {
      await writeFileAtomic(paths.picture, picture.data, MODE)
      withIndex((index) => index.put({ ...present(), picture: true }))
    },
    finish: async ({ from, to, pre_roll_s, causes, cut = false }) => {
      try {
        const bytes = await shelf.inTurn(() => endPart({ paths, item: { ...item, causes }, cut, signal, log }))
        if (bytes === null) {
          await drop()
          throw new Failure('storage', `Nothing of ${item.id} reached the disk`)
        }
        const now = present()
        const times = {
          from: Math.round(from ?? now.from),
          to: Math.round(to),
          pre_roll_s: pre_roll_s ?? now.pre_roll_s,
        }
        const done: StoredItem = { ...now, ...times, causes, state: 'finished', bytes }
        withIndex((index) => index.put(done))
        active.delete(item.id)
        shelf.took()
        if (done.keep) await markKept([paths.video, paths.picture], true)
        return done
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT' && !(await exists(paths.video))) {
          await drop()
          throw new Failure('storage', `The file of ${item.id} was removed while it was being recorded`)
        }
        shelf.missed()
        throw storageFailure(data, error)
      } finally {
        active.delete(item.id)
        void shelf.maintain()
      }
    },
    drop,
  }
}

export const startStorage = async (deps: StorageDeps): Promise<Storage> => {
  const { data } = deps
  const shelf = await startShelf(deps)
  const { withIndex } = shelf
  const get = (id: string): StoredItem => {
    const item = withIndex((index) => index.get(id))
    if (!item) throw new Failure('not-found', `There is no recording or snapshot ${id}`)
    return item
  }
  const picturePath = (item: StoredItem): string => join(data, item.path.replace(/\.mp4$/, '.jpg'))

  return {
    begin: (request) => beginDraft(shelf, deps, request),
    saveSnapshot: async ({ camera, picture, causes = [] }) => {
      const { format, width, height } = picture
      const at = Math.round(picture.at)
      const name = await claimName(shelf, data, camera, at)
      const path = `${name.folder}/${name.stem}.${format}`
      const still = { kind: 'snapshot', state: 'finished', causes, pre_roll_s: null, keep: false } as const
      const facts = { from: at, to: at, bytes: picture.data.length, width, height, format }
      const item: StoredItem = { id: name.id, camera, ...still, ...facts, path, picture: true }
      shelf.active.add(item.id)
      try {
        await writeFileAtomic(join(data, path), picture.data, MODE)
        withIndex((index) => index.put(item))
        return item
      } catch (error) {
        throw storageFailure(data, error)
      } finally {
        shelf.active.delete(item.id)
      }
    },
    saveCrop: async (id, track, jpeg) => {
      const item = get(id)
      await writeFileAtomic(cropPath(join(data, item.path), track), jpeg, MODE).catch((error: unknown) => {
        throw storageFailure(data, error)
      })
      withIndex((index) => index.put({ ...get(id), bytes: item.bytes + jpeg.length }))
    },
    crop: (id, track) => findCrop(join(data, get(id).path), track),
    list: (filter = {}) => withIndex((index) => index.list(filter, deps.clock.now().wall)),
    get,
    files: (id) => {
      const item = get(id)
      const main = join(data, item.path)
      const ended = item.state !== 'running'
      if (ended && !existsSync(main)) {
        withIndex((index) => index.forget(id))
        throw new Failure('not-found', `The file of ${id} was removed from the disk`)
      }
      const picture = picturePath(item)
      return { video: ended && item.kind === 'recording' ? main : null, picture: existsSync(picture) ? picture : null }
    },
    keep: async (id, keep) => {
      const item = { ...get(id), keep }
      withIndex((index) => index.put(item))
      if (item.state !== 'running') await markKept([join(data, item.path), picturePath(item)], keep)
      return item
    },
    remove: async (id) => {
      const item = get(id)
      if (item.state === 'running') throw new Failure('refused', `${id} is still being recorded`)
      await shelf.discard(item).catch((error: unknown) => {
        throw storageFailure(data, error)
      })
    },
    usage: shelf.usage,
    watch: shelf.watch,
    get settled() {
      return shelf.settled
    },
    [Symbol.asyncDispose]: () => shelf[Symbol.asyncDispose](),
  }
}
