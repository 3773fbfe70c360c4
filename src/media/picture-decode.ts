// From encoded fragments to the pixels of their last picture: short-lived ffmpegs, fed on stdin. Starting one takes as
// long as half a second of video: after the first picture the next one waits ready, for a minute.
import type { Clock } from '../lib/clock.js'
import { Failure } from '../lib/failure.js'
import type { RgbImage } from '../lib/frame.js'
import { type Child, describeEnd, startChild } from '../lib/process.js'
import { pictureArgs } from './ffmpeg-args.js'
import { readTracks, shiftTimes } from './mp4-boxes.js'
import type { Fragment, InitSegment } from './ring.js'

export interface PictureDecoder extends AsyncDisposable {
  /** The picture of the last of `fragments`, which begin with a key frame; scaled down to `width` where that is less. */
  last(name: string, init: InitSegment, fragments: readonly Fragment[], width: number | undefined): Promise<RgbImage>
}

const DECODE_MS = 10_000
const READY_MS = 60_000
/** Seconds at which the picture that is asked for is put: one that waits can't know what it will be asked. */
const MOMENT = 1000

const startDecoder = (width?: number): Child =>
  startChild({ name: 'picture', command: 'ffmpeg', args: pictureArgs(MOMENT, width), stdin: true })

export const createPictureDecoder = (clock: Pick<Clock, 'after'>): PictureDecoder => {
  let ready: Child | undefined
  let tooLong: Disposable | undefined
  let disposed = false
  const letGo = (): Child | undefined => {
    const child = ready
    ready = undefined
    tooLong?.[Symbol.dispose]()
    tooLong = undefined
    return child
  }
  const keepReady = (): void => {
    if (ready || disposed) return
    const child = startDecoder()
    ready = child
    tooLong = clock.after(READY_MS, () => void letGo()?.stop(0))
    const gone = (): void => {
      if (ready === child) letGo()
    }
    child.exited.then(gone, gone)
  }
  return {
    last: async (name, init, fragments, width) => {
      const child = (width === undefined ? letGo() : undefined) ?? startDecoder(width)
      try {
        return await decode(child, name, init, fragments)
      } finally {
        void child.stop(0)
        keepReady()
      }
    },
    [Symbol.asyncDispose]: async () => {
      disposed = true
      await letGo()?.stop(0)
    },
  }
}

const decode = async (
  child: Child,
  name: string,
  init: InitSegment,
  fragments: readonly Fragment[],
): Promise<RgbImage> => {
  const reader = createPpmReader()
  const complete = new Promise<'complete'>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      reader.write(chunk)
      if (reader.picture()) resolve('complete')
    })
  })
  const { timescale } = readTracks(init.data).find(({ kind }) => kind === 'video') ?? { timescale: 1 }
  const shift = MOMENT * timescale - Math.round((fragments.at(-1)?.pts ?? 0) * timescale)
  child.stdin?.cork()
  child.stdin?.write(init.data)
  for (const { data } of fragments) child.stdin?.write(shiftTimes(data, shift))
  child.stdin?.end()
  const late = setTimeout(() => void child.stop(0), DECODE_MS)
  try {
    // The pixels are there before ffmpeg has cleaned up after itself: nobody waits for that.
    const end = await Promise.race([complete, child.exited])
    const picture = reader.picture()
    if (picture) return picture
    const why = end === 'complete' || end.code === 0 ? 'the decoder gave no picture' : describeEnd('the decoder', end)
    throw new Failure('unavailable', `${name}: ${why}`)
  } finally {
    clearTimeout(late)
  }
}

const HEADER = /^P6\s(\d+)\s(\d+)\s255\s/
const MAX_HEADER = 64
const MAX_SIDE = 16_384

/** Reads one binary PPM into one buffer of its size. Bytes that are none never become a picture. */
export const createPpmReader = (): { write(chunk: Buffer): void; picture(): RgbImage | undefined } => {
  let head = Buffer.alloc(0)
  let image:
    | { readonly data: Buffer; readonly width: number; readonly height: number; readonly channels: 3 }
    | undefined
  let filled = 0
  /** The pixels that follow the header in what came so far. */
  const open = (chunk: Buffer): Buffer | undefined => {
    if (head.length >= MAX_HEADER) return undefined
    head = Buffer.concat([head, chunk])
    const found = HEADER.exec(head.toString('latin1', 0, MAX_HEADER))
    if (!found) return undefined
    const [width, height] = [Number(found[1]), Number(found[2])]
    if (Math.max(width, height) > MAX_SIDE) return undefined
    image = { data: Buffer.allocUnsafe(width * height * 3), width, height, channels: 3 }
    return head.subarray(found[0].length)
  }
  return {
    write: (chunk) => {
      const pixels = image ? chunk : open(chunk)
      if (image && pixels) filled += pixels.copy(image.data, filled)
    },
    picture: () => (image && filled === image.data.length ? image : undefined),
  }
}
