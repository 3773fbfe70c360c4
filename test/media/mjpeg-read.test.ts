import { describe, expect, test } from 'vitest'
import { MJPEG_BOUNDARY } from '../../src/camera/ports.js'
import { planMjpeg } from '../../src/media/mjpeg-args.js'
import { draftPart, finishPart } from '../../src/media/mjpeg-part.js'
import { createPpmReader, createStampReader, createY4mReader } from '../../src/media/mjpeg-read.js'

/** As a wide pipe gives it: in one buffer that is used again. */
function* cut(bytes: Buffer, size: number): Generator<Buffer> {
  const buffer = Buffer.alloc(size)
  for (let at = 0; at < bytes.length; at += size) yield buffer.subarray(0, bytes.copy(buffer, 0, at, at + size))
}

describe('raw YUV', () => {
  // Odd sides: chroma is rounded up. Line ends and "FRAME" may be among the pixels.
  const head = 'YUV4MPEG2 W3 H3 F25:1 Ip A0:0 C420jpeg XYSCSS=420JPEG XCOLORRANGE=FULL\n'
  const pixels = Buffer.from('FRAME\nYUV4MPEG2 W')
  const other = Buffer.from([...Array(17).keys()].map((i) => (i === 3 ? 10 : i + 30)))
  const frames = [Buffer.from('FRAME\n'), pixels, Buffer.from('FRAME Ip\n'), other]

  test.each([1, 2, 7, 13, 1000])('is the same whatever the pipe gives at a time: %i bytes', (size) => {
    const got: unknown[] = []
    const read = createY4mReader(
      (bytes) => Buffer.alloc(bytes),
      ({ data, width, height, channels }) => got.push([width, height, channels, Buffer.from(data).toString('hex')]),
    )
    const small = Buffer.concat([Buffer.from(head.replace('W3 H3', 'W1 H1')), Buffer.from('FRAME\nabc')])
    for (const chunk of cut(Buffer.concat([Buffer.from(head), ...frames, small]), size)) read(chunk)
    expect(got).toEqual([
      [3, 3, 'yuvj420p', pixels.toString('hex')],
      [3, 3, 'yuvj420p', other.toString('hex')],
      [1, 1, 'yuvj420p', Buffer.from('abc').toString('hex')],
    ])
  })

  test.each([
    ['another kind of picture', head.replace('C420jpeg', 'C422')],
    ['ten bits', head.replace('C420jpeg', 'C420p10')],
    ['no size', 'FRAME\n'],
    ['a size of nothing', `${head.replace('H3', 'H0')}FRAME\n`],
    ['a size that is no camera’s', `${head.replace('W3', 'W99999')}FRAME\n`],
    ['something else', 'vidD'],
  ])('%s is refused, not kept', (_what, text) => {
    const read = createY4mReader(Buffer.alloc, () => {})
    expect(() => read(Buffer.from(text.padEnd(1000)))).toThrow('no picture')
  })
})

describe('raw RGB', () => {
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
    const ticks: number[][] = []
    const read = createStampReader((at, number) => ticks.push([number, at]))
    for (const chunk of cut(
      Buffer.from('frame:0    pts:-90    pts_time:-0.001\nn=1\nframe:1    pts:3600  x\nn=1\n'),
      9,
    ))
      read(chunk)
    expect(ticks).toEqual([
      [0, -90],
      [1, 3600],
    ])
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
  const args = (size: 'small' | 'full', quick = true): string =>
    planMjpeg({ url: 'rtsp://here/porch', size, quick, told: true }).args.join(' ')

  test('reads by TCP, video only, on the description alone when quick', () => {
    expect(args('full')).toContain('-rtsp_transport tcp -allowed_media_types video')
    expect(args('full')).toContain('-probesize 32 -analyzeduration 0')
    expect(args('full', false)).not.toContain('-probesize')
  })

  test('only small ones are scaled', () => {
    expect(args('full')).not.toContain('scale=')
    expect(args('small')).toContain('scale=min(640')
  })
})
