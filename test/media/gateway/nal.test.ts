import { describe, expect, it } from 'vitest'
import { lookInto } from '../../../src/media/gateway/builtin/nal.js'

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex')
const h264 = lookInto('H264')
const h265 = lookInto('H265')

describe('key frames', () => {
  it.each([
    ['H.264, whole', 'H264', '65 88 84', true],
    ['H.264, no key', 'H264', '41 9a 00', false],
    ['H.264, first fragment', 'H264', '7c 85 88', true],
    ['H.264, later fragment', 'H264', '7c 05 88', false],
    ['H.264, first fragment of another', 'H264', '7c 81 88', false],
    ['H.264, aggregate with a key slice', 'H264', '78 0002 6742 0002 6588', true],
    ['H.264, aggregate of parameters', 'H264', '78 0002 6742 0002 68ce', false],
    ['H.265, whole IDR', 'H265', '26 01 af', true],
    ['H.265, whole CRA', 'H265', '2a 01 af', true],
    ['H.265, no key', 'H265', '02 01 af', false],
    ['H.265, first fragment of an IDR', 'H265', '62 01 93 af', true],
    ['H.265, later fragment', 'H265', '62 01 13 af', false],
    ['H.265, aggregate with an IDR', 'H265', '60 01 0003 400101 0003 2601af', true],
    ['JPEG, first fragment', 'JPEG', '00 000000 01 50 50 2d', true],
    ['JPEG, later fragment', 'JPEG', '00 000400 01 50 50 2d', false],
    ['a codec that is not known', 'VP8', '10 02', true],
    ['nothing', 'H264', '', false],
    ['a cut aggregate', 'H264', '78 00ff 65', false],
  ])('%s', (_what, codec, hex, key) => {
    expect(lookInto(codec)(bytes(hex)).key).toBe(key)
  })
})

describe('parameter sets', () => {
  it('are found alone and in aggregates', () => {
    expect(h264(bytes('67 42 c0 1f')).sets).toEqual([['sps', bytes('6742c01f')]])
    expect(h264(bytes('78 0003 67420a 0002 68ce 0001 06')).sets).toEqual([
      ['sps', bytes('67420a')],
      ['pps', bytes('68ce')],
    ])
    expect(h265(bytes('60 01 0003 400101 0003 420102 0003 440103')).sets).toEqual([
      ['vps', bytes('400101')],
      ['sps', bytes('420102')],
      ['pps', bytes('440103')],
    ])
  })
})
