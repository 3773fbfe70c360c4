// The words and pictures of a message. Pictures are read as it is sent: what was removed meanwhile is not sent.
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Sighting } from '../../camera/events.js'
import type { Recordings } from '../../camera/ports.js'
import type { CameraState } from '../../camera/state.js'
import type { Enclosure, Message } from './notifier.js'

/** What is to be told; small, so that it can wait for long. */
export type Entry = Pick<Message, 'id' | 'at' | 'camera' | 'title' | 'text' | 'url'> & { readonly sighting: Sighting }

/** `page`: its address without a slash at its end; empty when there is none. */
export const entryOf = (
  { id, at }: { readonly id: string; readonly at: number },
  { id: camera, name, settings }: Pick<CameraState, 'id' | 'name' | 'settings'>,
  sighting: Sighting,
  page: string,
): Entry => {
  const { label, score, zones, item } = sighting
  const title = `${label.replace(/^./, (letter) => letter.toUpperCase())} at ${name}`
  const named = zones.map((zone) => settings.zones.find((one) => one.id === zone)?.name ?? zone)
  const url = page && item !== null ? `${page}/api/recordings/${encodeURIComponent(item)}/picture.jpg` : null
  const lines = [
    `${title}, ${timeOf(sighting.since)} (${Math.round(score * 100)} % sure).`,
    ...(named.length > 0 ? [`Where: ${named.join(', ')}`] : []),
    ...(url === null ? [] : [`Picture: ${url}`]),
  ]
  return { id, at, camera: { id: camera, name }, sighting, title, text: lines.join('\n'), url }
}

/** `2026-11-21 14:03:09`, in local time. */
export const timeOf = (wall: number): string => {
  const at = new Date(wall)
  const local = new Date(wall - at.getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 19).replace('T', ' ')
}

/** The sighting's own picture, never a later one; none when it is gone. */
export const picturesOf = async (item: string | null, recordings: Pick<Recordings, 'files'>): Promise<Enclosure[]> => {
  if (item === null) return []
  try {
    const { picture } = recordings.files(item)
    if (picture === null) return []
    const type = picture.endsWith('.png') ? 'image/png' : 'image/jpeg'
    return [{ name: basename(picture), type, data: await readFile(picture) }]
  } catch {
    return []
  }
}
