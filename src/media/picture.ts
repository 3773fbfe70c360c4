// Pictures in full resolution from the ring: the group of pictures up to the one asked for is decoded, once for all
// who ask for the same at the same time. Never older than asked: what is too old is a Failure that says how old.
import sharp from 'sharp'
import type { Picture, PictureRequest, Pictures } from '../camera/ports.js'
import type { Clock } from '../lib/clock.js'
import { Failure } from '../lib/failure.js'
import type { RgbImage } from '../lib/frame.js'
import { createSerial } from '../lib/serial.js'
import { encodeJpeg } from './jpeg.js'
import type { PictureDecoder } from './picture-decode.js'
import type { Ring, RingItem } from './ring.js'

export interface PicturesDeps {
  readonly clock: Clock
  readonly decoder: PictureDecoder
  /** Failure 'not-found' when there is no such camera; undefined when it has no video yet. */
  ring(camera: string): Ring | undefined
  /** Paints what is asked for into a picture, which the camera saw at this wall ms. */
  draw?(camera: string, image: RgbImage, at: number, what: Pick<PictureRequest, 'annotated' | 'zone'>): void
}

/** A picture and what must be decoded for it, key frame first. */
interface Chosen {
  readonly item: RingItem
  readonly group: readonly RingItem[]
}

interface Held {
  readonly mono: number
  readonly picture: Promise<Picture>
}

const DEFAULT_AGE = 2000
const DEFAULT_QUALITY = 85
/** The newest picture is made anew when the last one is older than this, however old it may be. */
const SHARED_MS = 500
const HELD = 6
/** A wall time that came from a frame must find that frame again, after rounding and the anchor's small moves. */
const SLACK_MS = 5

export const createPictures = ({ clock, decoder, ring, draw }: PicturesDeps): Pictures => {
  const held = new Map<string, Held>()
  const turns = new Map<string, ReturnType<typeof createSerial>>()

  /** One decoder at a time for each camera. */
  const inTurn = <T>(camera: string, task: () => Promise<T>): Promise<T> => {
    const turn = turns.get(camera) ?? createSerial()
    turns.set(camera, turn)
    return turn(task)
  }

  const make = async (camera: string, request: PictureRequest, { item, group }: Chosen): Promise<Picture> => {
    const fragments = group.map(({ fragment }) => fragment)
    const image = await decoder.last(camera, item.init, fragments, request.width)
    const at = clock.toWall(item.fragment.mono)
    if (request.annotated || request.zone !== undefined) draw?.(camera, image, at, request)
    const format = request.format ?? 'jpg'
    const data = format === 'jpg' ? await encodeJpeg(image, request.quality ?? DEFAULT_QUALITY) : await encodePng(image)
    return { data, format, at, width: image.width, height: image.height }
  }

  const hold = (key: string, made: Held): void => {
    held.delete(key)
    held.set(key, made)
    made.picture.catch(() => {
      if (held.get(key) === made) held.delete(key)
    })
    for (const oldest of held.keys()) {
      if (held.size <= HELD) break
      held.delete(oldest)
    }
  }

  return {
    picture: async (camera, request = {}) => {
      const { at, maxAge = DEFAULT_AGE, format, annotated, zone, quality, width } = request
      const now = clock.now().mono
      const items = ring(camera)
      const key = JSON.stringify([camera, format, annotated, zone, quality, width])
      const last = held.get(key)
      if (last && at === undefined && now - last.mono <= Math.min(maxAge, SHARED_MS)) return last.picture
      const chosen = choose(camera, items, at === undefined ? undefined : clock.toMono(at), now, maxAge)
      const { mono } = chosen.item.fragment
      if (last?.mono === mono) return last.picture
      const made = { mono, picture: inTurn(camera, () => make(camera, request, chosen)) }
      hold(key, made)
      return made.picture
    },
  }
}

const choose = (
  camera: string,
  ring: Ring | undefined,
  asked: number | undefined,
  now: number,
  maxAge: number,
): Chosen => {
  const moment = asked ?? now
  const newest = ring?.newest?.fragment.mono
  if (!ring || newest === undefined) throw new Failure('unavailable', `${camera} has no picture yet`)
  const items = ring.from(moment + SLACK_MS)
  const found = shownAt(items, moment)
  const item = items[found]
  if (!item) throw new Failure('unavailable', `${camera} no longer holds a picture from ${seconds(now - moment)} ago`)
  const age = moment - item.fragment.mono
  if (age > maxAge)
    throw new Failure(
      'unavailable',
      asked === undefined
        ? `${camera}'s newest picture is ${seconds(age)} old`
        : `${camera} has no picture of that time: the last one before it is ${seconds(age)} older`,
    )
  const start = items.findLastIndex(({ fragment }, index) => index <= found && fragment.key)
  return { item, group: items.slice(start, found + 1).filter(({ fragment }) => fragment.track === 'video') }
}

/** Where the picture shown at `mono` stands: not always the last before it, pictures may be stored out of order. */
const shownAt = (items: readonly RingItem[], mono: number): number => {
  let best = -1
  let bestFar = Number.POSITIVE_INFINITY
  for (const [index, { fragment }] of items.entries()) {
    const before = mono - fragment.mono
    const far = before < -SLACK_MS ? Number.POSITIVE_INFINITY : Math.abs(before)
    if (fragment.track === 'video' && far < bestFar) [best, bestFar] = [index, far]
  }
  return best
}

export const encodePng = ({ data, width, height, channels }: RgbImage): Promise<Buffer> =>
  sharp(data, { raw: { width, height, channels } }).png({ compressionLevel: 3 }).toBuffer()

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
