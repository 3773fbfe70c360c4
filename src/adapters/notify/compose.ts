// A message as it goes out: with its link and its pictures, which are read as it is sent: what was removed meanwhile is
// not sent.
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Links, Recordings } from '../../camera/ports.js'
import type { Entry } from './entry.js'
import type { Enclosure, Message } from './notifier.js'

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
