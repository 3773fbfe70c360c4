// libturbojpeg, called by its C interface (2.0 and later). What it is given is checked here first: native code reads
// as many bytes as the size says.
import type { KoffiFunc } from 'koffi'
import { Failure, sentenceOf } from '../lib/failure.js'
import { halfSide, type Image, type YuvImage, yuvBytes } from '../lib/frame.js'

/** One picture at a time: whoever calls again must have waited. */
export interface Compressor extends Disposable {
  /**
   * On another thread: the pixels must stay as they are meanwhile. `quality` 1..100 as libjpeg means it; colours at
   * half the resolution. The bytes are valid until the next call.
   */
  compress(image: Image, quality: number): Promise<Buffer>
}

export interface TurboJpeg {
  createCompressor(): Compressor
}

const LIBRARY = 'libturbojpeg.so.0'

// From turbojpeg.h.
const PROTOTYPES = {
  init: 'void *tjInitCompress(void)',
  destroy: 'int tjDestroy(void *handle)',
  error: 'const char *tjGetErrorStr2(void *handle)',
  bytes: 'unsigned long tjBufSize(int width, int height, int jpegSubsamp)',
  rgb:
    'int tjCompress2(void *handle, const uint8_t *srcBuf, int width, int pitch, int height, int pixelFormat, ' +
    'uint8_t **jpegBuf, _Inout_ unsigned long *jpegSize, int jpegSubsamp, int jpegQual, int flags)',
  yuv:
    'int tjCompressFromYUVPlanes(void *handle, const uint8_t **srcPlanes, int width, const int *strides, int height, ' +
    'int subsamp, uint8_t **jpegBuf, _Inout_ unsigned long *jpegSize, int jpegQual, int flags)',
} as const
const TJPF_RGB = 0
const TJSAMP_420 = 2
/** TJFLAG_NOREALLOC: the room is ours. */
const FLAGS = 1024

type Size = (number | bigint)[]
interface Native {
  readonly init: () => unknown
  readonly destroy: (handle: unknown) => number
  readonly error: (handle: unknown) => string
  readonly bytes: (width: number, height: number, subsampling: number) => number | bigint
  readonly rgb: KoffiFunc<
    (...args: [unknown, Uint8Array, number, number, number, number, Buffer[], Size, number, number, number]) => number
  >
  readonly yuv: KoffiFunc<
    (
      ...args: [unknown, Planes['planes'], number, Planes['strides'], number, number, Buffer[], Size, number, number]
    ) => number
  >
}

/** libjpeg's own limit is 65500 a side; a picture as large as that would need gigabytes. */
const MOST_PIXELS = 8192 * 8192
const MOST_SIDE = 65_500

/** A Failure where there are fewer bytes than native code would read, or nothing to encode. */
const check = ({ data, width, height, channels }: Image, quality: number): void => {
  const fits = Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0
  if (!fits) throw new Failure('invalid', `a picture of ${width}x${height} can't be encoded`)
  if (Math.max(width, height) > MOST_SIDE || width * height > MOST_PIXELS)
    throw new Failure('too-large', `a picture of ${width}x${height} is too large to be encoded`)
  const bytes = channels === 3 ? width * height * 3 : yuvBytes(width, height)
  if (data.length < bytes)
    throw new Failure('invalid', `a picture of ${width}x${height} has ${data.length} bytes, not ${bytes}`)
  if (!Number.isInteger(quality) || quality < 1 || quality > 100)
    throw new Failure('invalid', `JPEG has no quality ${quality}`)
}

interface Planes {
  readonly planes: readonly Uint8Array[]
  readonly strides: readonly number[]
}

/** The library reads luma of an even width and height: where it is odd, its last column and row are there twice. */
const planesOf = ({ data, width, height }: YuvImage): Planes => {
  const [across, down] = [halfSide(width), halfSide(height)]
  const chroma = width * height
  const odd = width % 2 === 1 || height % 2 === 1
  const luma = odd ? evenLuma(data, width, height) : data.subarray(0, chroma)
  const blue = data.subarray(chroma, chroma + across * down)
  const red = data.subarray(chroma + across * down, chroma + 2 * across * down)
  return { planes: [luma, blue, red], strides: [2 * across, across, across] }
}

const evenLuma = (data: Uint8Array, width: number, height: number): Uint8Array => {
  const [across, down] = [2 * halfSide(width), 2 * halfSide(height)]
  const even = Buffer.allocUnsafeSlow(across * down)
  for (let y = 0; y < down; y++) {
    const from = Math.min(y, height - 1) * width
    even.set(data.subarray(from, from + width), y * across)
    if (across > width) even[y * across + width] = data[from + width - 1] ?? 0
  }
  return even
}

const createCompressor = (native: Native): Compressor => {
  const handle = native.init()
  if (!handle) throw new Failure('unavailable', `${LIBRARY} gives no encoder: out of memory?`)
  let room: Buffer = Buffer.alloc(0)
  let busy = false
  /** What native code reads is kept from the garbage collector until it has. */
  const held = new Set<unknown>()
  const run = (image: Image, quality: number, size: Size): Promise<number> =>
    new Promise((resolve, reject) => {
      const { width, height, channels } = image
      const done = (error: unknown, result: number): void => (error ? reject(error) : resolve(result))
      if (channels === 3) {
        const { data } = image
        held.add(data)
        native.rgb.async(
          handle,
          data,
          width,
          3 * width,
          height,
          TJPF_RGB,
          [room],
          size,
          TJSAMP_420,
          quality,
          FLAGS,
          done,
        )
      } else {
        const yuv = planesOf(image)
        held.add(yuv)
        native.yuv.async(handle, yuv.planes, width, yuv.strides, height, TJSAMP_420, [room], size, quality, FLAGS, done)
      }
    })
  return {
    compress: async (image, quality) => {
      check(image, quality)
      if (busy) throw new Error('one picture at a time')
      busy = true
      try {
        const most = Number(native.bytes(image.width, image.height, TJSAMP_420))
        if (room.length < most) room = Buffer.allocUnsafeSlow(most)
        const size: Size = [most]
        if ((await run(image, quality, size)) !== 0)
          throw new Failure('unavailable', `a picture can't be encoded: ${native.error(handle)}`)
        return room.subarray(0, Number(size[0]))
      } finally {
        held.clear()
        busy = false
      }
    },
    [Symbol.dispose]: () => {
      if (busy) throw new Error('it is still encoding')
      native.destroy(handle)
    },
  }
}

let loaded: TurboJpeg | undefined

/** Failure 'unavailable' where the library is missing; asked again, it looks again. */
export const loadTurboJpeg = async (): Promise<TurboJpeg> => {
  if (loaded) return loaded
  try {
    const { default: koffi } = await import('koffi')
    const library = koffi.load(LIBRARY)
    const found = Object.entries(PROTOTYPES).map(([name, prototype]) => [name, library.func(prototype)])
    const native = Object.fromEntries(found) as Native
    loaded = { createCompressor: () => createCompressor(native) }
    return loaded
  } catch (cause) {
    const why = `libturbojpeg (package libturbojpeg0) can't be loaded: ${sentenceOf(cause)}`
    throw new Failure('unavailable', why, { cause })
  }
}
