import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Failure } from '../../src/lib/failure.js'
import { createFrameReader } from '../../src/media/frames.js'

const HEADER = Buffer.from('YUV4MPEG2 W4 H2 F25:1 Ip A1:1 Cmono\n')
const picture = (value: number): Buffer => Buffer.concat([Buffer.from('FRAME\n'), Buffer.alloc(8, value)])
const time = (number: number, ticks: number): Buffer =>
  Buffer.from(`frame:${number}    pts:${ticks}  pts_time:0.1\nn=1\n`)

const readerOf = () => {
  const seen: string[] = []
  const reader = createFrameReader((data, width, height, pts) =>
    seen.push(`${width}x${height} ${[...new Set(data)].join()} x${data.length} @${pts}`),
  )
  return { seen, reader }
}

test('each picture with its own time, however the two pipes race and are cut', () => {
  const pictures = Buffer.concat([HEADER, picture(1), picture(10), picture(3)])
  const times = Buffer.concat([time(0, 90_000), time(1, 180_000), time(2, 225_000)])
  const expected = ['4x2 1 x8 @1', '4x2 10 x8 @2', '4x2 3 x8 @2.5']
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 40 }))), (turns) => {
      const { seen, reader } = readerOf()
      const rest = { pictures, times }
      for (const [which, size] of [...turns, [true, 999], [false, 999]] as const) {
        const pipe = which ? 'pictures' : 'times'
        const chunk = rest[pipe].subarray(0, size)
        rest[pipe] = rest[pipe].subarray(size)
        if (which) reader.writePictures(chunk)
        else reader.writeTimes(chunk)
      }
      expect(seen).toEqual(expected)
    }),
    { numRuns: 200 },
  )
})

test('a picture waits for its time', () => {
  const { seen, reader } = readerOf()
  reader.writePictures(Buffer.concat([HEADER, picture(1), picture(2)]))
  expect(seen).toEqual([])
  reader.writeTimes(time(0, -45_000))
  expect(seen).toEqual(['4x2 1 x8 @-0.5'])
})

test('odd sizes, too', () => {
  const { seen, reader } = readerOf()
  reader.writeTimes(time(0, 0))
  reader.writePictures(Buffer.from('YUV4MPEG2 W3 H3 F1:1 Cmono\nFRAME\n'))
  reader.writePictures(Buffer.alloc(9, 7))
  expect(seen).toEqual(['3x3 7 x9 @0'])
})

test.each([
  ['no y4m', [Buffer.from('RIFF'), Buffer.alloc(400, 65)]],
  ['no size', [Buffer.from('YUV4MPEG2 F25:1\n')]],
  ['a giant size', [Buffer.from('YUV4MPEG2 W99999 H99999 F25:1\n')]],
  ['pictures with chroma', [Buffer.from('YUV4MPEG2 W4 H2 F25:1 C420mpeg2\n')]],
  ['out of step', [HEADER, Buffer.from('FLAME\n')]],
  ['no times', [HEADER, ...Array.from({ length: 5 }, () => Buffer.concat(Array<Buffer>(90_000).fill(picture(1))))]],
])('%s is a Failure', (_name, chunks) => {
  const { reader } = readerOf()
  expect(() => {
    for (const chunk of chunks) reader.writePictures(chunk)
  }).toThrow(Failure)
})
