import { describe, expect, test } from 'vitest'
import { MJPEG_BOUNDARY } from '../../src/camera/ports.js'
import { planMjpeg } from '../../src/media/mjpeg-args.js'
import { draftPart, finishPart } from '../../src/media/mjpeg-part.js'
import { createPpmReader, createSmjpegReader, createStampReader } from '../../src/media/mjpeg-read.js'

const picture = (ms: number, bytes: Buffer): Buffer => {
  const head = Buffer.alloc(12)
  head.write('vidD')
  head.writeInt32BE(ms, 4)
  head.writeUInt32BE(bytes.length, 8)
  return Buffer.concat([head, bytes])
}
const fileHead = Buffer.from('\0\nSMJPEG\0\0\0\0\0\0\0\xc8_TXT\0\0\0\x01xHEND', 'latin1')
const first = Buffer.from('the first, with vidD and HEND inside')
const second = Buffer.from([0xff, 0xd8, 1, 2, 3, 0xff, 0xd9])

/** As a wide pipe gives it: in one buffer that is used again. */
function* cut(bytes: Buffer, size: number): Generator<Buffer> {
  const buffer = Buffer.alloc(size)
  for (let at = 0; at < bytes.length; at += size) yield buffer.subarray(0, bytes.copy(buffer, 0, at, at + size))
}

describe('coded pictures', () => {
  const stream = Buffer.concat([fileHead, picture(40, first), picture(-5, second)])

  test.each([1, 2, 7, 13, 1000])('are the same whatever the pipe gives at a time: %i bytes', (size) => {
    const got: [string, number][] = []
    const read = createSmjpegReader(
      (bytes) => ({ picture: Buffer.alloc(bytes) }),
      (draft, ms) => got.push([draft.picture.toString('hex'), ms]),
    )
    for (const chunk of cut(stream, size)) read(chunk)
    expect(got).toEqual([
      [first.toString('hex'), 40],
      [second.toString('hex'), -5],
    ])
  })

  test('anything else is refused, not kept', () => {
    const make = () =>
      createSmjpegReader(
        (bytes) => ({ picture: Buffer.alloc(bytes) }),
        () => {},
      )
    expect(() => make()(Buffer.concat([fileHead, Buffer.from('sndD00000000')]))).toThrow('no picture')
    expect(() => make()(Buffer.alloc(100_000))).toThrow('no picture')
    const huge = picture(0, Buffer.from('x'))
    huge.writeUInt32BE(0xffffffff, 8)
    expect(() => make()(Buffer.concat([fileHead, huge]))).toThrow('no picture')
  })
})

describe('raw pictures', () => {
  test.each([1, 5, 1000])('carry their own size: %i bytes at a time', (size) => {
    const pixels = Buffer.from([...Array(18).keys()].map((i) => (i === 3 ? 10 : i + 30)))
    const stream = Buffer.concat([Buffer.from('P6\n3 2\n255\n'), pixels, Buffer.from('P6\n1 1\n255\nabc')])
    const got: unknown[] = []
    const read = createPpmReader(
      (bytes) => Buffer.alloc(bytes),
      ({ data, width, height }) => got.push([width, height, Buffer.from(data).toString('hex')]),
    )
    for (const chunk of cut(stream, size)) read(chunk)
    expect(got).toEqual([
      [3, 2, pixels.toString('hex')],
      [1, 1, Buffer.from('abc').toString('hex')],
    ])
  })

  test('a pipe without a picture is refused', () => {
    const read = createPpmReader(Buffer.alloc, () => {})
    expect(() => read(Buffer.from('P5\n3 2\n255\n'.padEnd(64)))).toThrow('no picture')
  })

  test('times come in lines', () => {
    const ticks: number[] = []
    const read = createStampReader((at) => ticks.push(at))
    for (const chunk of cut(
      Buffer.from('frame:0    pts:-90    pts_time:-0.001\nn=1\nframe:1    pts:3600  x\nn=1\n'),
      9,
    ))
      read(chunk)
    expect(ticks).toEqual([-90, 3600])
  })
})

describe('a part', () => {
  const part = (dark: number | null, mode: 'day' | 'night'): string => {
    const draft = draftPart(4)
    draft.picture.write('JPEG')
    return finishPart(draft, 7, 1_763_600_000_042.4, { dark, mode, cause: 'measured', since: 0 }).bytes.toString()
  }

  test('is its boundary, its headers, its picture', () => {
    expect(part(211, 'night')).toBe(
      `--${MJPEG_BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: 4\r\nX-Frame-Id: 7\r\n` +
        'X-Timestamp: 1763600000.042\r\nX-Dark-Score: 211\r\nX-Night: 1\r\n\r\nJPEG\r\n',
    )
  })

  test('has all four headers before the first look, too', () => {
    expect(part(null, 'day')).toContain('X-Dark-Score: 0\r\nX-Night: 0\r\n')
  })
})

describe('the ffmpeg of a variant', () => {
  const args = (annotated: boolean, size: 'small' | 'full', quick = true, quality = 85): string =>
    planMjpeg({ url: 'rtsp://here/porch', variant: { annotated, size }, quality, quick }).args.join(' ')

  test('reads by TCP, video only, on the description alone when quick', () => {
    expect(args(false, 'full')).toContain('-rtsp_transport tcp -allowed_media_types video')
    expect(args(false, 'full')).toContain('-probesize 32 -analyzeduration 0')
    expect(args(false, 'full', false)).not.toContain('-probesize')
  })

  test('only small ones are scaled', () => {
    expect(args(false, 'full')).not.toContain('scale=')
    expect(args(true, 'small')).toContain('scale=min(640')
  })

  test('clean ones leave it coded, at libjpeg’s own tables; annotated ones leave it raw', () => {
    expect(args(false, 'full', true, 50)).toContain('-intra_matrix 16,11,10,16,24,40,51,61,12,')
    expect(args(false, 'full', true, 85)).toContain('-intra_matrix 5,3,3,5,7,12,15,18,4,')
    expect(args(false, 'full', true, 100)).toContain(`-chroma_intra_matrix ${Array(64).fill(1).join()} `)
    expect(args(true, 'full')).not.toContain('mjpeg')
  })
})
