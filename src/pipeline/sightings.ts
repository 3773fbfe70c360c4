// Sightings: what is told when a thing that moves was confirmed, and when it is gone; with the best picture of it, kept
// as a snapshot. Several things in one picture share it. Which things are worth telling is the tracker's.
import type { Camera } from '../camera/camera.js'
import type { Sighting } from '../camera/events.js'
import type { Picture, Pictures } from '../camera/ports.js'
import type { Box } from '../lib/box.js'
import type { Clock } from '../lib/clock.js'
import { sentenceOf } from '../lib/failure.js'
import type { Log } from '../lib/log.js'
import { createSerial } from '../lib/serial.js'
import { cropJpeg } from '../media/crops.js'
import { encodeJpeg } from '../media/jpeg.js'
import type { Storage } from '../media/storage.js'
import { rgbOf } from '../vision/rgb.js'
import type { HeldTrack, Tracks } from '../vision/tracker.js'
import type { Kept } from './detecting.js'

/** What is worth telling of a step of the tracker. */
export const compareTracks = (
  was: Tracks,
  is: Tracks,
): { readonly began: readonly HeldTrack[]; readonly ended: readonly HeldTrack[] } => {
  const sighted = ({ held }: Tracks, { id }: HeldTrack): boolean => held.some((one) => one.id === id && one.sighted)
  return {
    began: is.held.filter((track) => track.sighted && !sighted(was, track)),
    ended: was.held.filter((track) => track.sighted && !sighted(is, track)),
  }
}

export const describeTrack = (phase: Sighting['phase'], track: HeldTrack, item: string | null): Sighting => {
  const { id, label, score, box, zones, since, bornAt, seenAt } = track
  const duration_s = Math.round((seenAt - bornAt) / 100) / 10
  return { phase, track: id, label, score, box, zones, since, duration_s, item }
}

export interface SightingsDeps {
  readonly camera: Pick<Camera, 'id' | 'state' | 'learn'>
  readonly storage: Pick<Storage, 'saveSnapshot' | 'saveCrop'>
  readonly pictures: Pictures
  readonly clock: Clock
  readonly log: Log
}

export interface Sightings extends AsyncDisposable {
  /** See DetectingDeps: whether it keeps the picture. */
  onTracks(was: Tracks, is: Tracks, picture: Kept | null): boolean
}

/** A better picture is kept beside the first one only when it is better by this. */
const BETTER = 1.3
/** A picture of another moment would not show it. */
const SAME_MOMENT = 150

interface Best {
  readonly picture: Kept
  readonly quality: number
  readonly track: number
  /** Where it is in the picture. */
  readonly box: Box
}

interface Stored {
  readonly picture: Picture
  readonly id: string
}

export const createSightings = ({ camera, storage, pictures, clock, log }: SightingsDeps): Sightings => {
  const best = new Map<number, Best>()
  const stored = new WeakMap<Kept, Promise<Stored | null>>()
  /** What each is kept as. */
  const items = new WeakMap<Best, Promise<string | null>>()
  const inTurn = createSerial()

  /** From the ring where the stream is larger than what detectors get. */
  const take = async (kept: Kept): Promise<Picture> => {
    const { jpeg } = camera.state().settings
    const full = camera.state().media.video
    const at = clock.toWall(kept.mono)
    const own = async (): Promise<Picture> => {
      const data = await encodeJpeg(rgbOf(kept), jpeg.quality)
      return { data, format: 'jpg', at, width: kept.width, height: kept.height }
    }
    if (!full || full.width <= kept.width) return own()
    return pictures.picture(camera.id, { at, maxAge: SAME_MOMENT, quality: jpeg.quality }).catch(own)
  }
  /** Null, and said so in the log, when it could not be kept. */
  const orNull = (error: unknown): null => {
    log.warn({ camera: camera.id }, `${camera.id}: no picture of a sighting was kept: ${sentenceOf(error)}`)
    return null
  }
  const store = (kept: Kept): Promise<Stored | null> => {
    const known = stored.get(kept)
    if (known) return known
    const save = async (): Promise<Stored> => {
      const picture = await take(kept)
      return { picture, id: (await storage.saveSnapshot({ camera: camera.id, picture })).id }
    }
    const storing = save().catch(orNull)
    stored.set(kept, storing)
    return storing
  }
  /** The picture, and the piece of it that shows the thing. */
  const keep = (one: Best): Promise<string | null> => {
    const known = items.get(one)
    if (known) return known
    const save = async (): Promise<string | null> => {
      const shot = await store(one.picture)
      if (!shot) return null
      const { quality } = camera.state().settings.jpeg
      await cropJpeg(shot.picture.data, one.box, quality)
        .then((piece) => storage.saveCrop(shot.id, one.track, piece))
        .catch(orNull)
      return shot.id
    }
    const keeping = save()
    items.set(one, keeping)
    return keeping
  }
  /** `mono`: the time of the picture that told it. */
  const tell = (phase: Sighting['phase'], track: HeldTrack, item: Promise<string | null>, mono?: number): void =>
    void inTurn(async () => {
      const event = { type: 'sighting', sighting: describeTrack(phase, track, await item) } as const
      camera.learn({ type: 'happened', event, ...(mono !== undefined && { mono }) })
    })
  const none = Promise.resolve(null)

  return {
    onTracks: (was, is, picture) => {
      const before = new Map(was.held.map((track) => [track.id, track]))
      if (picture) {
        for (const track of is.held) {
          if (track.seenAt !== picture.mono) continue
          const quality = qualityOf(track)
          const known = best.get(track.id)
          // What is told now is shown now, unless it was seen much better before; later only what is much better counts.
          const isNew = track.sighted && !before.get(track.id)?.sighted
          const enough = isNew ? 1 / BETTER : track.sighted ? BETTER : 1
          if (!known || quality > known.quality * enough)
            best.set(track.id, { picture, quality, track: track.id, box: track.box })
        }
      }
      const { began, ended } = compareTracks(was, is)
      for (const track of began) {
        const one = best.get(track.id)
        tell('began', track, one ? keep(one) : none, picture?.mono)
      }
      for (const track of ended) {
        const one = best.get(track.id)
        // All was forgotten, also pictures that may not be shown any more: only what is kept already is told.
        tell('ended', track, one ? (picture ? keep(one) : (items.get(one) ?? none)) : none, picture?.mono)
      }
      for (const id of best.keys()) if (!is.held.some((track) => track.id === id)) best.delete(id)
      return [...best.values()].some((one) => one.picture === picture)
    },
    [Symbol.asyncDispose]: async () => {
      best.clear()
      await inTurn(() => {})
    },
  }
}

const EDGE = 0.005

/** Large, sure and whole is best. */
const qualityOf = ({ box, lastScore }: HeldTrack): number => {
  const { x, y, width, height } = box
  const cut = x < EDGE || y < EDGE || x + width > 1 - EDGE || y + height > 1 - EDGE
  return lastScore * Math.sqrt(width * height) * (cut ? 0.6 : 1)
}
