import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Failure } from '../../src/lib/failure.js'
import { type CutFragment, createFragmentCutter } from '../../src/media/fragments.js'
import type { InitSegment } from '../../src/media/ring.js'
import { audioEntry, avcC, box, esds, fragment, initSegment, u32, videoEntry } from '../support/mp4.js'

const cutterOf = (maxBytes?: number, sound = false) => {
  const inits: InitSegment[] = []
  const fragments: CutFragment[] = []
  let epoch = 0
  const cutter = createFragmentCutter({
    sound,
    nextEpoch: () => ++epoch,
    onInit: (init) => inits.push(init),
    onFragment: (item) => fragments.push(item),
    ...(maxBytes === undefined ? {} : { maxBytes }),
  })
  return {
    inits,
    fragments,
    write: (...parts: Buffer[]) => parts.forEach((part) => void cutter.write(part)),
    writeSound: (...parts: Buffer[]) => parts.forEach((part) => void cutter.writeSound(part)),
  }
}

const sound = { id: 2, handler: 'soun', timescale: 16_000, entry: audioEntry() }

test('init segment and fragments come out as they went in, with what they are', () => {
  const { inits, fragments, write } = cutterOf()
  const init = initSegment([{ id: 1 }, sound])
  const [key, audio, next] = [
    fragment({ time: 90_000 }),
    fragment({ track: 2, time: 16_000, payload: Buffer.from('la') }),
    fragment({ time: 93_600, key: false, offset: 1800 }),
  ]
  write(Buffer.concat([init, key, audio, next]))
  expect(inits).toEqual([
    {
      epoch: 1,
      data: init,
      mime: 'video/mp4; codecs="avc1.64001f, mp4a.40.2"',
      video: { codec: 'h264', width: 1280, height: 720 },
      audio: true,
    },
  ])
  expect(fragments).toEqual([
    { epoch: 1, data: key, track: 'video', key: true, pts: 1 },
    { epoch: 1, data: audio, track: 'audio', key: false, pts: 1 },
    { epoch: 1, data: next, track: 'video', key: false, pts: 1.06 },
  ])
})

test('wherever the pipe cuts the bytes, the result is the same', () => {
  const whole = Buffer.concat([initSegment(), fragment(), box('free', [1, 2, 3]), fragment({ time: 3600, key: false })])
  const expected = cutterOf()
  expected.write(whole)
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), (sizes) => {
      const cut = cutterOf()
      for (let at = 0, turn = 0; at < whole.length; turn++) {
        const size = sizes[turn % sizes.length] ?? 1
        cut.write(whole.subarray(at, at + size))
        at += size
      }
      expect(cut.inits).toEqual(expected.inits)
      expect(cut.fragments).toEqual(expected.fragments)
    }),
    { numRuns: 50 },
  )
})

test.each(['tfhd', 'first', 'sample', 'none'] as const)('a key frame by the flags of %s', (flags) => {
  const { fragments, write } = cutterOf()
  // Where the fragment says nothing, the init segment's default holds: no key frame here.
  write(initSegment([{ id: 1 }], 0x10000), fragment({ flags, key: true }), fragment({ flags, key: false }))
  expect(fragments.map(({ key }) => key)).toEqual([flags !== 'none', false])
})

test('times of 64 bits, pictures shown before they were stored, and a track of another scale', () => {
  const { fragments, write } = cutterOf()
  write(initSegment([{ id: 7, timescale: 1000 }]), fragment({ track: 7, time: 2n ** 40n, offset: -40 }))
  expect(fragments[0]?.pts).toBe((2 ** 40 - 40) / 1000)
})

test('the same init segment again is the same epoch, another is a new one', () => {
  const { inits, fragments, write } = cutterOf()
  write(initSegment(), fragment(), initSegment(), fragment())
  write(initSegment([{ id: 1, entry: videoEntry('avc1', avcC, 640, 360) }]), fragment())
  expect(inits.map(({ epoch, video }) => [epoch, video.width])).toEqual([
    [1, 1280],
    [2, 640],
  ])
  expect(fragments.map(({ epoch }) => epoch)).toEqual([1, 1, 2])
})

const hvcC = box(
  'hvcC',
  [1, 0x01, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 93, 0xf0, 0, 0xfc, 0xfd, 0xf8, 0xf8, 0, 0, 0x0f, 0],
)

test.each([
  ['H.265, under the name Apple plays', videoEntry('hev1', hvcC), 'hvc1.1.6.L93.90', 'h265'],
  ['Motion JPEG', videoEntry('mp4v', esds()), 'mp4v.6c', 'mjpeg'],
  ['H.264 with parameters in the stream', videoEntry('avc3', avcC), 'avc3.64001f', 'h264'],
])('%s', (_name, entry, codec, name) => {
  const { inits, write } = cutterOf()
  write(initSegment([{ id: 1, entry }]))
  expect(inits[0]?.mime).toBe(`video/mp4; codecs="${codec}"`)
  expect(inits[0]?.video).toEqual({ codec: name, width: 1280, height: 720 })
  expect(inits[0]?.data.includes('hev1')).toBe(false)
})

test('the kind of AAC', () => {
  const { inits, write } = cutterOf()
  write(initSegment([{ id: 1 }, { ...sound, entry: audioEntry(esds(5)) }]))
  expect(inits[0]?.mime).toContain('mp4a.40.5')
})

test('a fragment before any init segment, or of an unknown track, is left out', () => {
  const { fragments, write } = cutterOf()
  write(fragment(), initSegment(), fragment({ track: 9 }), box('mdat', [1]), fragment())
  expect(fragments).toHaveLength(1)
})

test.each([
  ['a box smaller than its header', Buffer.concat([u32(4), Buffer.from('moof')])],
  ['a box larger than allowed', Buffer.concat([u32(5000), Buffer.from('mdat')])],
  ['a box that reaches beyond its parent', box('moov', u32(900), Buffer.from('trak'))],
  ['a moov without tracks', box('moov')],
  ['H.264 without parameters', initSegment([{ id: 1, entry: videoEntry('avc1', box('avcC')) }])],
  ['a codec nobody plays', initSegment([{ id: 1, entry: videoEntry('xvid', avcC) }])],
  ['sound alone', initSegment([sound])],
  ['a moof cut short', Buffer.concat([initSegment(), box('moof', box('traf', box('tfhd', [0]))), box('mdat')])],
  ['a time scale of 0', initSegment([{ id: 1, timescale: 0 }])],
])('%s is a Failure', (_name, bytes) => {
  expect(() => cutterOf(4096).write(bytes, Buffer.from([0]))).toThrow(Failure)
})

test('any bytes at all end in fragments or a Failure, never in another error', () => {
  const good = Buffer.concat([initSegment([{ id: 1 }, sound]), fragment(), fragment({ track: 2 })])
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 6 }), (changes) => {
      const bytes = Buffer.from(good)
      for (const [at, value] of changes) bytes[at] = value
      try {
        cutterOf(4096).write(bytes)
      } catch (error) {
        expect(error).toBeInstanceOf(Failure)
      }
    }),
    { numRuns: 500 },
  )
})

test('sound from a pipe of its own joins the picture as track 2, whichever speaks first', () => {
  const own = { ...sound, id: 1 }
  for (const order of ['picture', 'sound']) {
    const { inits, fragments, writeSound, write } = cutterOf(4096, true)
    const picture = (): void => write(initSegment(), fragment({ time: 90_000 }))
    if (order === 'picture') picture()
    writeSound(initSegment([own]))
    if (order === 'sound') picture()
    writeSound(fragment({ track: 1, time: 16_000, payload: Buffer.from('la') }))
    expect(inits).toHaveLength(1)
    expect(inits[0]).toMatchObject({ audio: true, mime: 'video/mp4; codecs="avc1.64001f, mp4a.40.2"' })
    expect(fragments.map(({ track, pts }) => [track, pts])).toEqual([
      ['video', 1],
      ['audio', 1],
    ])
    expect(fragments[1]?.data).toEqual(fragment({ track: 2, time: 16_000, payload: Buffer.from('la') }))
    // What came out is a film that can be read as one.
    const again = cutterOf()
    again.write(...inits.map(({ data }) => data), ...fragments.map(({ data }) => data))
    expect(again.inits).toEqual(inits)
    expect(again.fragments).toEqual(fragments)
  }
})

test('sound that never comes is not waited for', () => {
  const { inits, fragments, writeSound, write } = cutterOf(4096, true)
  write(initSegment(), ...Array.from({ length: 49 }, (_, at) => fragment({ time: at * 3600 })))
  expect(inits).toEqual([])
  write(fragment(), fragment())
  expect(inits[0]).toMatchObject({ audio: false })
  expect(fragments).toHaveLength(51)
  writeSound(initSegment([{ ...sound, id: 1 }]), fragment())
  expect(fragments).toHaveLength(51)
})

const nal = (...bytes: number[]): Buffer => Buffer.concat([u32(bytes.length), Buffer.from(bytes)])

test.each([
  ['H.264', videoEntry('avc1', avcC), 0x67, 0x65],
  ['H.265', videoEntry('hvc1', hvcC), 0x42, 0x26],
])('another picture format in the middle of %s is a Failure', (_name, entry, parameters, slice) => {
  const { fragments, write } = cutterOf()
  const picture = (size: number): Buffer =>
    fragment({ payload: Buffer.concat([nal(9, 1), nal(parameters, size), nal(slice, size, 7)]) })
  write(initSegment([{ id: 1, entry }]), picture(1), fragment({ key: false, payload: nal(parameters, 9) }), picture(1))
  write(fragment({ payload: nal(slice, 1) }))
  expect(fragments).toHaveLength(4)
  expect(() => write(picture(2))).toThrow('the camera changed its picture format')
})

test('sound that never comes is waited for three seconds of pictures, however few these are', () => {
  const { inits, fragments, write } = cutterOf(4096, true)
  write(initSegment())
  for (let second = 0; second < 3; second++) write(fragment({ time: second * 90_000 }))
  expect(inits).toHaveLength(0)
  write(fragment({ time: 3 * 90_000 }))
  expect(inits).toMatchObject([{ audio: false }])
  expect(fragments.map(({ pts }) => pts)).toEqual([0, 1, 2, 3])
})
