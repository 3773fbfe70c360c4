// JPEG: raw pictures to bytes. Knows no streams. By libjpeg-turbo itself, because sharp takes no YUV and needs twice the
// time for RGB, and ffmpeg's own encoder needs 1.7 times the time.
import sharp from 'sharp'
import type { Image } from '../lib/frame.js'
import { type Compressor, loadTurboJpeg } from './turbojpeg.js'

// Every picture is another one: caching them only costs memory. Parallel pictures come from parallel calls.
sharp.cache(false)
sharp.concurrency(1)

/** Compressors that wait for the next picture, each with room for one. */
const spares: Compressor[] = []
const MOST_SPARES = 3

/**
 * `quality` 1..100 as libjpeg means it; colours at half the resolution. Encodes on another thread: the pixels must stay
 * as they are until it has. `take` is given bytes that are valid during the call.
 */
export const encodeJpegFor = async <T>(image: Image, quality: number, take: (jpeg: Buffer) => T): Promise<T> => {
  const turbo = await loadTurboJpeg()
  const compressor = spares.pop() ?? turbo.createCompressor()
  try {
    return take(await compressor.compress(image, quality))
  } finally {
    if (spares.length < MOST_SPARES) spares.push(compressor)
    else compressor[Symbol.dispose]()
  }
}

export const encodeJpeg = (image: Image, quality: number): Promise<Buffer> =>
  encodeJpegFor(image, quality, (jpeg) => Buffer.from(jpeg))
