// Small fragmented MP4s by hand, for tests that must not need an ffmpeg.

export const box = (type: string, ...content: readonly (Buffer | readonly number[])[]): Buffer => {
  const body = Buffer.concat(content.map((part) => Buffer.from(part)))
  const header = Buffer.alloc(8)
  header.writeUInt32BE(8 + body.length)
  header.write(type, 4, 'latin1')
  return Buffer.concat([header, body])
}
export const u32 = (...values: readonly number[]): Buffer => {
  const data = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries()) data.writeUInt32BE(value >>> 0, index * 4)
  return data
}
const zeros = (count: number): Buffer => Buffer.alloc(count)

export const avcC = box('avcC', [1, 0x64, 0x00, 0x1f, 0xff, 0xe1, 0, 0])
/** An AAC track's description: object type 2 (LC) by default. */
export const esds = (objectType = 2): Buffer =>
  box('esds', u32(0), [3, 0x19, 0, 2, 0, 4, 0x11, 0x40, 0x15], zeros(11), [5, 2, objectType << 3, 0x08, 6, 1, 2])

export interface TrackParts {
  readonly id: number
  readonly handler?: string
  readonly timescale?: number
  readonly entry?: Buffer
}

export const videoEntry = (type: string, config: Buffer, width = 1280, height = 720): Buffer => {
  const size = Buffer.alloc(4)
  size.writeUInt16BE(width)
  size.writeUInt16BE(height, 2)
  return box(type, zeros(24), size, zeros(50), config)
}
export const audioEntry = (config = esds()): Buffer => box('mp4a', zeros(28), config)

const trak = ({ id, handler = 'vide', timescale = 90_000, entry = videoEntry('avc1', avcC) }: TrackParts): Buffer =>
  box(
    'trak',
    box('tkhd', u32(0, 0, 0, id), zeros(68)),
    box(
      'mdia',
      box('mdhd', u32(0, 0, 0, timescale, 0, 0)),
      box('hdlr', u32(0, 0), Buffer.from(handler, 'latin1'), zeros(13)),
      box('minf', box('stbl', box('stsd', u32(0, 1), entry))),
    ),
  )

export const initSegment = (tracks: readonly TrackParts[] = [{ id: 1 }], defaultFlags = 0): Buffer =>
  Buffer.concat([
    box('ftyp', Buffer.from('isom'), u32(0)),
    box(
      'moov',
      box('mvhd', zeros(100)),
      ...tracks.map(trak),
      box('mvex', ...tracks.map(({ id }) => box('trex', u32(0, id, 1, 0, 0, defaultFlags)))),
    ),
  ])

const NON_SYNC = 0x01010000

export interface FragmentParts {
  readonly track?: number
  readonly time?: number | bigint
  /** Where the flags stand; `none` leaves them to the init segment. */
  readonly flags?: 'tfhd' | 'first' | 'sample' | 'none'
  readonly key?: boolean
  readonly offset?: number
  readonly payload?: Buffer
}

export const fragment = ({
  track = 1,
  time = 0,
  flags = 'tfhd',
  key = true,
  offset,
  payload = Buffer.from('payload'),
}: FragmentParts = {}): Buffer => {
  const value = key ? 0x02000000 : NON_SYNC
  const wide = typeof time === 'bigint'
  const when = Buffer.alloc(wide ? 8 : 4)
  if (wide) when.writeBigUInt64BE(time)
  else when.writeUInt32BE(time)
  const given =
    0x1 |
    (flags === 'first' ? 0x4 : 0) |
    0x100 |
    0x200 |
    (flags === 'sample' ? 0x400 : 0) |
    (offset === undefined ? 0 : 0x800)
  const run = [
    1,
    0,
    ...(flags === 'first' ? [value] : []),
    3600,
    payload.length,
    ...(flags === 'sample' ? [value] : []),
  ]
  const traf = box(
    'traf',
    box('tfhd', u32(0x20000 | (flags === 'tfhd' ? 0x28 : 0x8), track, 3600, ...(flags === 'tfhd' ? [value] : []))),
    box('tfdt', u32(wide ? 0x1000000 : 0), when),
    box('trun', u32(0x1000000 | given), u32(...run, ...(offset === undefined ? [] : [offset]))),
  )
  return Buffer.concat([box('moof', box('mfhd', u32(0, 1)), traf), box('mdat', payload)])
}
