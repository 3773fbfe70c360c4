// Brings files and index into agreement: finishes what a dead run left unfinished, takes in files that the index does
// not know, forgets items whose files are gone. Works through one folder after the other, in the background.
import { readdir, rm, rmdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { StoredItem } from '../camera/stored-item.js'
import { sentenceOf } from '../lib/failure.js'
import type { Log } from '../lib/log.js'
import { probeMedia } from './finish.js'
import { endPart, exists, pathsOf } from './item-files.js'
import type { Index } from './storage-index.js'
import { CAMERA, DAY, type FoundName, readName } from './storage-names.js'

export interface ShelfView {
  readonly data: string
  readonly index: Index
  /** `2026-11-20`: its folders stay, also when they are empty. */
  readonly today: string
  /** Being made by this very run: not to be touched. */
  isActive(id: string): boolean
  /** Finishing takes turns with the recordings that end now. */
  inTurn<T>(task: () => Promise<T>): Promise<T>
  readonly signal: AbortSignal
  readonly log: Log
}

const names = (path: string): Promise<string[]> =>
  readdir(path).catch((error: NodeJS.ErrnoException) => {
    // Anything else is a sick disk, not an empty one.
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
    throw error
  })

/** `<camera>/<date>` of each folder on disk. */
export const listFolders = async (data: string): Promise<string[]> => {
  const cameras = (await names(data)).filter((name) => CAMERA.test(name))
  const folders: string[] = []
  for (const camera of cameras)
    for (const day of await names(join(data, camera))) if (DAY.test(day)) folders.push(`${camera}/${day}`)
  return folders
}

const readFolder = async (data: string, folder: string): Promise<FoundName[]> => {
  const [camera = '', day = ''] = folder.split('/')
  return (await names(join(data, folder))).flatMap((file) => readName(camera, day, file) ?? [])
}

/** A new index learns which numbers are taken before it gives out one. */
export const learnNumbers = async (data: string, index: Index): Promise<void> => {
  const highest = new Map<string, number>()
  for (const folder of await listFolders(data))
    for (const { camera, number } of await readFolder(data, folder))
      highest.set(camera, Math.max(number, highest.get(camera) ?? 0))
  for (const [camera, number] of highest) index.numberSeen(camera, number)
}

interface Found {
  readonly name: FoundName
  readonly video: boolean
  readonly part: boolean
  readonly image: 'jpg' | 'png' | null
}

const groupFiles = (files: readonly FoundName[]): Map<string, Found> => {
  const found = new Map<string, Found>()
  for (const name of files) {
    if (name.role === 'scrap' || name.role === 'crop') continue
    const { video = false, part = false, image = null } = found.get(name.id) ?? {}
    found.set(name.id, {
      name,
      video: video || (name.role === 'final' && name.format === 'mp4'),
      part: part || name.role === 'part',
      image: name.format === 'mp4' ? image : name.format,
    })
  }
  return found
}

const blank = ({ name, video, part, image }: Found): StoredItem => {
  const format = video || part ? 'mp4' : (image ?? 'jpg')
  return {
    id: name.id,
    camera: name.camera,
    kind: format === 'mp4' ? 'recording' : 'snapshot',
    from: name.at,
    to: null,
    state: format === 'mp4' ? 'recovered' : 'finished',
    causes: [],
    pre_roll_s: format === 'mp4' ? 0 : null,
    bytes: 0,
    keep: false,
    width: null,
    height: null,
    format,
    path: `${name.folder}/${name.stem}.${format}`,
    picture: format === 'mp4' && image === 'jpg',
  }
}

/** Makes the item's video whole if it is not, reads what it is, and puts it into the index. */
const takeIn = async (shelf: ShelfView, found: Found, known: StoredItem | undefined): Promise<void> => {
  const { data, index, signal, log } = shelf
  const paths = pathsOf(data, found.name)
  const item = known ?? blank(found)
  if (found.part && !found.video) {
    if ((await endPart({ paths, item, cut: true, signal, log })) === null) {
      index.forget(item.id)
      await rm(paths.picture, { force: true })
      return
    }
  }
  const path = join(data, item.path)
  const [facts, { size, mode }] = [await probeMedia(path, signal), await stat(path)]
  const from = known?.from ?? facts.note?.from ?? item.from
  index.put({
    ...item,
    from,
    to: item.kind === 'snapshot' ? from : from + (facts.duration ?? 0) * 1000,
    state: item.kind === 'snapshot' ? 'finished' : 'recovered',
    causes: known?.causes ?? facts.note?.causes ?? [],
    pre_roll_s: known?.pre_roll_s ?? facts.note?.pre_roll_s ?? item.pre_roll_s,
    bytes: size,
    keep: known?.keep ?? (mode & 0o200) === 0,
    width: facts.width,
    height: facts.height,
    picture: item.kind === 'snapshot' || (await exists(paths.picture)),
  })
  index.numberSeen(item.camera, found.name.number)
  if (found.part) log.info({ item: item.id }, `Finished ${item.id}, which the last run left unfinished`)
}

const sweepFolder = async (shelf: ShelfView, folder: string): Promise<void> => {
  const { data, index, today, isActive, inTurn, signal, log } = shelf
  // Rows first: a file that comes after this look then can't seem to be missing.
  const rows = new Map(index.inFolder(folder).map((item) => [item.id, item]))
  const files = await readFolder(data, folder)
  const found = groupFiles(files)
  for (const { id, role, file } of files)
    if ((role === 'scrap' || (role === 'crop' && !found.has(id))) && !isActive(id))
      await rm(join(data, folder, file), { force: true })
  for (const [id, item] of rows) {
    const there = found.get(id)
    const whole = item.kind === 'recording' ? there?.video || there?.part : there?.image === item.format
    if (whole || isActive(id)) continue
    index.forget(id)
    if (item.state === 'running' && there) await rm(pathsOf(data, there.name).picture, { force: true })
    else log.info({ item: id }, `${id} was removed from the disk`)
  }
  for (const [id, there] of found) {
    if (isActive(id)) continue
    if (there.part && there.video) await rm(pathsOf(data, there.name).part, { force: true })
    const known = index.get(id)
    if ((known && known.state !== 'running') || (rows.has(id) && !known)) continue
    await inTurn(() => takeIn(shelf, there, known)).catch((error: unknown) => {
      if (signal.aborted) throw error
      // The file stays for a person to look at.
      log.warn({ item: id, problem: sentenceOf(error) }, `${id} can't be read: ${sentenceOf(error)}`)
      index.forget(id)
    })
  }
  if (files.length === 0 && dayIn(folder) !== today) await rmdir(join(data, folder)).catch(() => {})
}

/** Ends early when `signal` aborts. */
export const sweepShelf = async (shelf: ShelfView): Promise<void> => {
  const folders = new Set([...(await listFolders(shelf.data)), ...shelf.index.folders()])
  const newestFirst = [...folders].sort((a, b) => dayIn(b).localeCompare(dayIn(a)))
  for (const folder of newestFirst) {
    if (shelf.signal.aborted) return
    await sweepFolder(shelf, folder)
  }
}

const dayIn = (folder: string): string => folder.slice(-10)
