// A picture that is the mean of the newest ones of the ring, in full resolution: one short-lived ffmpeg decodes them,
// whoever sums them takes each in turn (ffmpeg waits meanwhile). Fewer than asked where the ring holds fewer.
import type { Picture, Pictures } from '../camera/ports.js'
import type { Clock } from '../lib/clock.js'
import { Failure } from '../lib/failure.js'
import type { RgbImage } from '../lib/frame.js'
import { createSerial } from '../lib/serial.js'
import { encodeJpeg } from './jpeg.js'
import { encodePng } from './picture.js'
import type { Ring, RingItem } from './ring.js'
import { decodeEach } from './stacked-decode.js'

/** Takes pictures of one size and gives their mean. */
export interface PictureSum {
  add(image: RgbImage): Promise<void>
  mean(): Promise<RgbImage>
}

export interface StackedPicturesDeps {
  readonly clock: Clock
  /** Failure 'not-found' when there is no such camera; undefined when it has no video yet. */
  ring(camera: string): Ring | undefined
  createStack(width: number, height: number): PictureSum
}

const DEFAULT_AGE = 2000
const DEFAULT_QUALITY = 85
const DEFAULT_PICTURES = 10
/** Pictures further apart show something else: the source was away, or began anew. */
const GAP_MS = 2000

/** Its pictures know `stack`, `format`, `quality` and `maxAge`. One at a time for each camera. */
export const createStackedPictures = ({ clock, ring, createStack }: StackedPicturesDeps): Pictures => {
  const turns = new Map<string, ReturnType<typeof createSerial>>()
  const inTurn = <T>(camera: string, task: () => Promise<T>): Promise<T> => {
    const turn = turns.get(camera) ?? createSerial()
    turns.set(camera, turn)
    return turn(task)
  }
  return {
    picture: (camera, { stack = DEFAULT_PICTURES, format = 'jpg', quality = DEFAULT_QUALITY, maxAge } = {}) =>
      inTurn(camera, async (): Promise<Picture> => {
        const { shown, items } = chooseNewest(camera, ring(camera), stack, clock.now().mono, maxAge ?? DEFAULT_AGE)
        const [oldest] = shown
        const newest = shown.at(-1)
        if (!oldest || !newest) throw new Failure('unavailable', `${camera} has no picture yet`)
        let sum: PictureSum | undefined
        await decodeEach(
          { name: camera, init: newest.init, items, from: oldest.fragment.pts, count: shown.length },
          (image) => {
            sum ??= createStack(image.width, image.height)
            return sum.add(image)
          },
        )
        if (!sum) throw new Failure('unavailable', `${camera}: the decoder gave no picture`)
        const image = await sum.mean()
        const data = format === 'jpg' ? await encodeJpeg(image, quality) : await encodePng(image)
        return { data, format, at: clock.toWall(newest.fragment.mono), width: image.width, height: image.height }
      }),
  }
}

/**
 * The newest pictures of one stream without a gap, in the order in which they are shown, and what must be decoded for
 * them, key frame first.
 */
export const chooseNewest = (
  camera: string,
  ring: Ring | undefined,
  count: number,
  now: number,
  maxAge: number,
): { readonly shown: readonly RingItem[]; readonly items: readonly RingItem[] } => {
  const newest = ring?.newest?.fragment
  if (!ring || !newest) throw new Failure('unavailable', `${camera} has no picture yet`)
  const age = now - newest.mono
  if (age > maxAge) throw new Failure('unavailable', `${camera}'s newest picture is ${(age / 1000).toFixed(1)} s old`)
  const items = ring.from(0).filter(({ fragment }) => fragment.track === 'video' && fragment.epoch === newest.epoch)
  const byTime = items.toSorted((one, other) => one.fragment.mono - other.fragment.mono)
  const gap = byTime.findLastIndex(({ fragment }, at) => {
    const next = byTime[at + 1]?.fragment
    return next !== undefined && (next.mono - fragment.mono > GAP_MS || next.pts <= fragment.pts)
  })
  const shown = byTime.slice(gap + 1).slice(-count)
  const oldest = shown[0]
  const first = oldest ? items.indexOf(oldest) : 0
  const start = items.findLastIndex(({ fragment }, at) => at <= first && fragment.key)
  return { shown, items: items.slice(Math.max(start, 0)) }
}
