// The words and pictures of a message. Pictures are read as it is sent: what was removed meanwhile is not sent.
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Sighting } from '../../camera/events.js'
import type { Links, Recordings } from '../../camera/ports.js'
import type { CameraState } from '../../camera/state.js'
import type { Enclosure, Message } from './notifier.js'

/** What is to be told; small, so that it can wait for long. */
export type Entry = Pick<Message, 'id' | 'at' | 'camera' | 'title' | 'text'> & { readonly sighting: Sighting }

export const entryOf = (
  { id, at }: { readonly id: string; readonly at: number },
  { id: camera, name, settings }: Pick<CameraState, 'id' | 'name' | 'settings'>,
  sighting: Sighting,
): Entry => {
  const { label, score, zones } = sighting
  const title = `${label.replace(/^./, (letter) => letter.toUpperCase())} at ${name}`
  const named = zones.map((zone) => settings.zones.find((one) => one.id === zone)?.name ?? zone)
  const where = named.length > 0 ? `\nWhere: ${named.join(', ')}` : ''
  const text = `${title}, ${timeOf(sighting.since)} (${Math.round(score * 100)} % sure).${where}`
  return { id, at, camera: { id: camera, name }, sighting, title, text }
}

/** As it is sent now: the link's days are counted from here. */
export const messageOf = async (
  entry: Entry,
  wanted: boolean,
  { recordings, links }: { readonly recordings: Pick<Recordings, 'files' | 'crop'>; readonly links: Links },
): Promise<Message> => {
  const { item, track } = entry.sighting
  const path = pathOf(item, recordings)
  const link =
    path !== null && item !== null ? links.sign(`/api/recordings/${encodeURIComponent(item)}/picture.jpg`) : ''
  const text = link === '' ? entry.text : `${entry.text}\nPicture: ${link}`
  return {
    ...entry,
    text,
    url: link || null,
    pictures: path === null || item === null || !wanted ? [] : await readPictures(path, recordings.crop(item, track)),
  }
}

/** `2026-11-21 14:03:09`, in local time. */
export const timeOf = (wall: number): string => {
  const at = new Date(wall)
  const local = new Date(wall - at.getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 19).replace('T', ' ')
}

/** The sighting's own picture, never a later one; null when there is none, or none any more. */
const pathOf = (item: string | null, recordings: Pick<Recordings, 'files'>): string | null => {
  try {
    return item === null ? null : recordings.files(item).picture
  } catch {
    return null
  }
}

const readPictures = async (...paths: readonly (string | null)[]): Promise<readonly Enclosure[]> =>
  (await Promise.all(paths.map((path) => (path === null ? [] : readPicture(path))))).flat()

const readPicture = async (path: string): Promise<readonly Enclosure[]> => {
  const type = path.endsWith('.png') ? 'image/png' : 'image/jpeg'
  return readFile(path).then(
    (data): Enclosure[] => [{ name: basename(path), type, data }],
    () => [],
  )
}
