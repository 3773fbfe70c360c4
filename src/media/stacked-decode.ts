// From encoded fragments to the pixels of several of their pictures, one after the other: the consumer is waited for,
// so that only one picture lies in memory however many there are.
import { Failure, sentenceOf } from '../lib/failure.js'
import type { RgbImage } from '../lib/frame.js'
import { describeEnd, startChild } from '../lib/process.js'
import { createSerial } from '../lib/serial.js'
import { pictureArgs } from './ffmpeg-args.js'
import { createPpmReader } from './mjpeg-read.js'
import type { InitSegment, RingItem } from './ring.js'

export interface DecodeRequest {
  readonly name: string
  readonly init: InitSegment
  /** Video of one stream, beginning with a key frame. */
  readonly items: readonly RingItem[]
  /** The stream's time of the first picture wanted, seconds. */
  readonly from: number
  readonly count: number
}

const DECODE_MS = 30_000

/** `onImage`: the picture's memory is used again once its promise resolves. Failure 'unavailable' when none came. */
export const decodeEach = async (
  { name, init, items, from, count }: DecodeRequest,
  onImage: (image: RgbImage) => Promise<void>,
): Promise<void> => {
  const args = pictureArgs(from, undefined, count)
  const child = startChild({ name: `pictures of ${name}`, command: 'ffmpeg', args, stdin: true })
  const inTurn = createSerial()
  const spare: Uint8Array[] = []
  const given: Promise<void>[] = []
  let problem: unknown
  const fail = (error: unknown): void => {
    problem ??= error
    void child.stop(0)
  }
  const give = async (image: RgbImage): Promise<void> => {
    if (problem !== undefined) return
    child.stdout.pause()
    try {
      await onImage(image)
      spare.push(image.data)
    } finally {
      child.stdout.resume()
    }
  }
  const read = createPpmReader(
    (bytes) => {
      const free = spare.pop()
      return free?.length === bytes ? free : Buffer.allocUnsafeSlow(bytes)
    },
    (image) => void given.push(inTurn(() => give(image)).catch(fail)),
  )
  child.stdout.on('data', (chunk: Buffer) => {
    try {
      if (problem === undefined) read(chunk)
    } catch (error) {
      fail(error)
    }
  })
  child.stdin?.cork()
  child.stdin?.write(init.data)
  for (const { fragment } of items) child.stdin?.write(fragment.data)
  child.stdin?.end()
  const late = setTimeout(() => fail(new Failure('unavailable', `${name}: the decoder is too slow`)), DECODE_MS)
  try {
    const end = await child.exited
    await Promise.all(given)
    if (problem !== undefined) throw problem
    if (given.length === 0)
      throw new Failure(
        'unavailable',
        `${name}: ${end.code === 0 ? 'the decoder gave no picture' : describeEnd('the decoder', end)}`,
      )
  } catch (error) {
    throw error instanceof Failure ? error : new Failure('unavailable', `${name}: ${sentenceOf(error)}`)
  } finally {
    clearTimeout(late)
    void child.stop(0)
  }
}
