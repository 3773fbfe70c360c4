import sharp from 'sharp'
import { expect, test } from 'vitest'
import { createJpegCutter } from '../../src/media/jpeg-cutter.js'

const picture = (seed: number): Promise<Buffer> =>
  sharp({
    create: {
      width: 48,
      height: 40,
      channels: 3,
      background: { r: seed, g: 20, b: 200 },
      noise: { type: 'gaussian', mean: 128, sigma: 60 },
    },
  })
    .jpeg({ progressive: seed % 2 === 1 })
    .toBuffer()

/** A picture with another inside of its first segment, as cameras put previews there. */
const withPreview = async (): Promise<Buffer> => {
  const [outer, inner] = [await picture(2), await picture(4)]
  const segment = Buffer.alloc(4)
  segment.writeUInt16BE(0xffe1, 0)
  segment.writeUInt16BE(inner.length + 2, 2)
  return Buffer.concat([outer.subarray(0, 2), segment, inner, outer.subarray(2)])
}

test.each([1, 2, 3, 7, 100, 1e6])(
  'whole pictures come out of pieces of %i bytes, whatever stands between them',
  async (size) => {
    const pictures = [await picture(1), await withPreview(), await picture(3), await picture(200)]
    const noise = ['--b\r\nContent-Type: image/jpeg\r\n\r\n', '\r\n--b--', '', '\xff\xd8 \xff\xff\xff']
    const stream = Buffer.concat(pictures.flatMap((one, at) => [Buffer.from(noise[at] ?? '', 'latin1'), one]))
    const found: Buffer[] = []
    const cutter = createJpegCutter((one) => found.push(one))
    for (let at = 0; at < stream.length; at += size) cutter.write(stream.subarray(at, at + size))
    expect(found.map((one) => one.toString('base64'))).toEqual(pictures.map((one) => one.toString('base64')))
  },
)

test('a picture without end is refused', () => {
  const cutter = createJpegCutter(() => {}, 1000)
  cutter.write(Buffer.from([0xff, 0xd8, 0xff, 0xda, 0, 2]))
  expect(() => {
    for (let n = 0; n < 20; n++) cutter.write(Buffer.alloc(100, 1))
  }).toThrow('larger than')
})
