// What a sick ffmpeg may write: it is cut into fragments or refused, and no other error is thrown.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Failure } from '../../src/lib/failure.js'
import { createFragmentCutter } from '../../src/media/fragments.js'
import { createFrameReader } from '../../src/media/frames.js'
import { box, fragment, initSegment } from '../support/mp4.js'
import { TIMEOUT_MS, tries } from './runs.js'

/** What is thrown must be a Failure. */
const attempt = (run: () => void): void => {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(Failure)
  }
}
const part = fc.oneof(
  fc.constant(initSegment()),
  fc.tuple(fc.nat(1e6), fc.boolean(), fc.nat(3)).map(([time, key, track]) => fragment({ time, key, track })),
  fc
    .tuple(fc.constantFrom('moof', 'mdat', 'moov', 'ftyp', 'free', 'traf'), fc.uint8Array({ maxLength: 40 }))
    .map(([type, data]) => box(type, [...data])),
  fc.uint8Array({ maxLength: 40 }).map((data) => Buffer.from(data)),
)
const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 })

test.each([false, true])(
  'the fragment cutter: any boxes, any bytes of them changed (sound of its own: %s)',
  (sound) => {
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 8 }),
        fc.array(part, { maxLength: 4 }),
        changes,
        (pictures, sounds, changed) => {
          const data = Buffer.concat(pictures)
          for (const [at, value] of changed) if (data.length > 0) data[at % data.length] = value
          let epoch = 0
          const open = new Set<number>()
          attempt(() => {
            const cutter = createFragmentCutter({
              sound,
              maxBytes: 65_536,
              nextEpoch: () => ++epoch,
              onInit: (init) => void open.add(init.epoch),
              onFragment: (item) => {
                expect(open.has(item.epoch)).toBe(true)
                expect(Number.isFinite(item.pts)).toBe(true)
              },
            })
            cutter.write(data)
            for (const one of sounds) cutter.writeSound(one)
            cutter.write(data)
          })
        },
      ),
      tries(200),
    )
  },
  TIMEOUT_MS,
)

test(
  'the frame reader: any bytes on both pipes',
  () => {
    const text = fc.constantFrom(
      'YUV4MPEG2 W4 H2 F25:1 Cmono\n',
      'FRAME\n',
      '12345678',
      'YUV4MPEG2 W99999 H2 Cmono\n',
      'FRAME I\n',
    )
    const times = fc.oneof(
      fc.nat().map((pts) => `frame:0 pts:${pts} pts_time:1\n`),
      fc.string(),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.oneof(text, fc.string()), times), { maxLength: 20 }), (steps) => {
        attempt(() => {
          const reader = createFrameReader((data, width, height) => expect(data).toHaveLength(width * height))
          for (const [first, picture, time] of steps) {
            if (first) reader.writeTimes(Buffer.from(time))
            reader.writePictures(Buffer.from(picture))
            if (!first) reader.writeTimes(Buffer.from(time))
          }
        })
      }),
      tries(200),
    )
  },
  TIMEOUT_MS,
)
