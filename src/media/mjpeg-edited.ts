// MJPEG of pictures that somebody else has made (a processor's): draws the annotations, encodes, tells. The newest only:
// while one picture is encoded, only the latest of those that come waits.
import sharp from 'sharp'
import type { MjpegPart, MjpegVariant } from '../camera/ports.js'
import type { CameraState } from '../camera/state.js'
import type { RgbImage } from '../lib/frame.js'
import { createLatest } from '../lib/latest.js'
import { encodeJpeg } from './jpeg.js'
import { SMALL_WIDTH } from './mjpeg-args.js'
import { draftPart, finishPart } from './mjpeg-part.js'

/** Where edited pictures come from: `image` is valid during the call. `at`: wall ms at which the camera saw it. */
export interface EditedPictures {
  watch(onImage: (image: RgbImage, at: number) => void): Disposable
}

export interface EditedRun {
  readonly pictures: EditedPictures
  readonly size: MjpegVariant['size']
  state(): CameraState
  draw(image: RgbImage, at: number): void
  nextId(): number
  onPart(part: MjpegPart): void
}

/** Returns when `signal` aborts; throws when a picture can't be encoded. */
export const runEdited = async (run: EditedRun, signal: AbortSignal): Promise<void> => {
  const latest = createLatest<{ readonly image: RgbImage; readonly id: number; readonly at: number }>()
  const spare: Uint8Array[] = []
  const keep = (image: RgbImage): RgbImage => {
    const free = spare.pop()
    const data = free?.length === image.data.length ? free : Buffer.allocUnsafeSlow(image.data.length)
    data.set(image.data)
    return { ...image, data }
  }
  using _watching = run.pictures.watch((image, at) => latest.put({ image: keep(image), id: run.nextId(), at }))
  while (!signal.aborted) {
    const next = await latest.take(signal).catch(() => undefined)
    if (!next) return
    const { image, id, at } = next
    const shown = run.size === 'small' ? await shrink(image) : image
    run.draw(shown, at)
    const jpeg = await encodeJpeg(shown, run.state().settings.jpeg.quality)
    if (spare.length < 2) spare.push(image.data)
    if (signal.aborted) return
    const draft = draftPart(jpeg.length)
    draft.picture.set(jpeg)
    run.onPart(finishPart(draft, id, at, run.state().light))
  }
}

const shrink = async (image: RgbImage): Promise<RgbImage> => {
  const { data, width, height, channels } = image
  if (width <= SMALL_WIDTH) return image
  const small = sharp(data, { raw: { width, height, channels } }).resize({ width: SMALL_WIDTH, fastShrinkOnLoad: true })
  const { data: pixels, info } = await small.raw().toBuffer({ resolveWithObject: true })
  return { data: pixels, width: info.width, height: info.height, channels: 3 }
}
