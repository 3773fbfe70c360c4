// How events and answers speak of a kept recording or snapshot, and of events at all: flat, times as ISO text. Addresses
// are signed: whoever reads the message may open them, for a day.
import type { CameraEvent, Fact, Sighting } from '../../camera/events.js'
import type { Links } from '../../camera/ports.js'
import type { StoredItem } from '../../camera/stored-item.js'
import type { Plain } from '../../lib/check.js'

export const isoTime = (wall: number | null): string | null => (wall === null ? null : new Date(wall).toISOString())

const link = (key: string, links: Links, item: string, file: string): Plain => {
  const address = links.sign(`/api/recordings/${encodeURIComponent(item)}/${file}`)
  return address ? { [key]: address } : {}
}

export const describeItem = (item: StoredItem, links: Links): Plain => {
  const video = item.kind === 'recording'
  return {
    item: item.id,
    kind: item.kind,
    format: item.format,
    from: isoTime(item.from),
    to: isoTime(item.to),
    bytes: item.bytes,
    keep: item.keep,
    path: item.path,
    ...(video ? { causes: item.causes, pre_roll_s: item.pre_roll_s, ...link('url', links, item.id, 'video.mp4') } : {}),
    ...(item.picture ? link(video ? 'picture_url' : 'url', links, item.id, 'picture.jpg') : {}),
  }
}

const describeSighting = ({ box, score, since, ...rest }: Sighting, links: Links): Plain => {
  const round = (value: number): number => Math.round(value * 1000) / 1000
  return {
    ...rest,
    score: round(score),
    box: { x: round(box.x), y: round(box.y), width: round(box.width), height: round(box.height) },
    since: isoTime(since),
    ...(rest.item ? link('url', links, rest.item, 'picture.jpg') : {}),
  }
}

/** The message on the `event` topic. */
export const describeEvent = ({ id, at, event }: Extract<Fact, { type: 'event' }>, links: Links): Plain => ({
  event_type: event.type,
  id,
  at: isoTime(at),
  ...details(event, links),
})

const details = (event: CameraEvent, links: Links): Plain => {
  if (event.type === 'snapshot_taken' || event.type === 'recording_finished') return describeItem(event.item, links)
  if (event.type === 'sighting') return describeSighting(event.sighting, links)
  const { type: _, ...rest } = event
  return rest
}
