// From encoded fragments to the pixels of their last picture: one short-lived ffmpeg, fed on stdin.
import { Failure } from '../lib/failure.js'
import type { RgbImage } from '../lib/frame.js'
import { describeEnd, startChild } from '../lib/process.js'
import { pictureArgs } from './ffmpeg-args.js'
import type { Fragment, InitSegment } from './ring.js'

const DECODE_MS = 10_000

/** The picture of the last of `fragments`, which begin with a key frame; scaled down to `width` where that is less. */
export const decodeLast = async (
  name: string,
  init: InitSegment,
  fragments: readonly Fragment[],
  width: number | undefined,
): Promise<RgbImage> => {
  const args = pictureArgs(fragments.at(-1)?.pts ?? 0, width)
  const child = startChild({ name: `picture of ${name}`, command: 'ffmpeg', args, stdin: true })
  const reader = createPpmReader()
  const complete = new Promise<'complete'>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      reader.write(chunk)
      if (reader.picture()) resolve('complete')
    })
  })
  child.stdin?.cork()
  child.stdin?.write(init.data)
  for (const { data } of fragments) child.stdin?.write(data)
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
    void child.stop(0)
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
