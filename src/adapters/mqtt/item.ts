// How events and answers speak of a kept recording or snapshot, and of events at all: flat, times as ISO text.
import type { CameraEvent, Fact, Sighting } from '../../camera/events.js'
import type { StoredItem } from '../../camera/stored-item.js'
import type { Plain } from '../../lib/check.js'

export interface ItemUrls {
  /** The page's address without a slash at its end; empty when there is none. */
  http(): string
}

export const isoTime = (wall: number | null): string | null => (wall === null ? null : new Date(wall).toISOString())

const pageOf = (urls: ItemUrls): string => urls.http().replace(/\/+$/, '')
const addressOf = (page: string, item: string): string => `${page}/api/recordings/${encodeURIComponent(item)}`

export const describeItem = (item: StoredItem, urls: ItemUrls): Plain => {
  const page = pageOf(urls)
  const at = addressOf(page, item.id)
  return {
    item: item.id,
    kind: item.kind,
    format: item.format,
    from: isoTime(item.from),
    to: isoTime(item.to),
    bytes: item.bytes,
    path: item.path,
    ...(item.kind === 'recording' ? { causes: item.causes, pre_roll_s: item.pre_roll_s } : {}),
    ...(page && item.kind === 'recording' ? { url: `${at}/video.mp4` } : {}),
    ...(page && item.picture ? { [item.kind === 'recording' ? 'picture_url' : 'url']: `${at}/picture.jpg` } : {}),
  }
}

const describeSighting = ({ box, score, since, ...rest }: Sighting, urls: ItemUrls): Plain => {
  const page = pageOf(urls)
  const round = (value: number): number => Math.round(value * 1000) / 1000
  return {
    ...rest,
    score: round(score),
    box: { x: round(box.x), y: round(box.y), width: round(box.width), height: round(box.height) },
    since: isoTime(since),
    ...(page && rest.item ? { url: `${addressOf(page, rest.item)}/picture.jpg` } : {}),
  }
}

/** The message on the `event` topic. */
export const describeEvent = ({ id, at, event }: Extract<Fact, { type: 'event' }>, urls: ItemUrls): Plain => ({
  event_type: event.type,
  id,
  at: isoTime(at),
  ...details(event, urls),
})

const details = (event: CameraEvent, urls: ItemUrls): Plain => {
  if (event.type === 'snapshot_taken' || event.type === 'recording_finished') return describeItem(event.item, urls)
  if (event.type === 'sighting') return describeSighting(event.sighting, urls)
  const { type: _, ...rest } = event
  return rest
}
