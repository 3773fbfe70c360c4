// Reads what we need of MP4 boxes: tracks and codec strings of a moov, track, time and key flag of a moof. Believes no
// size: what reaches beyond its parent is a Failure.
import { Failure } from '../lib/failure.js'
import { aacCodec, avcCodec, hevcCodec } from './mp4-codecs.js'

export interface Track {
  readonly id: number
  readonly kind: 'video' | 'audio'
  readonly timescale: number
  /** For MediaSource. */
  readonly codec: string
  readonly width: number
  readonly height: number
  readonly sampleFlags: number
}

export interface Box {
  readonly type: string
  readonly start: number
  /** Where its content begins. */
  readonly body: number
  readonly end: number
}

const NON_SYNC = 0x10000

const broken = (what: string): Failure => new Failure('unavailable', `the fragmented MP4 of ffmpeg is broken: ${what}`)

const sizeAt = (data: Buffer, start: number, to: number): number => {
  const size = data.readUInt32BE(start)
  if (size >= 8 && start + size <= to) return size
  throw broken(`a ${data.toString('latin1', start + 4, start + 8)} box says it has ${size} bytes`)
}

/** Bounds-checked boxes of `data` between two places. */
export function* boxesIn(data: Buffer, from = 0, to = data.length): Generator<Box> {
  for (let start = from; start + 8 <= to; ) {
    const end = start + sizeAt(data, start, to)
    yield { type: data.toString('latin1', start + 4, start + 8), start, body: start + 8, end }
    start = end
  }
}

const isType = (data: Buffer, at: number, type: string): boolean =>
  data[at] === type.charCodeAt(0) &&
  data[at + 1] === type.charCodeAt(1) &&
  data[at + 2] === type.charCodeAt(2) &&
  data[at + 3] === type.charCodeAt(3)

/** The first of each type inside the one before; asked so often that nothing is made on the way. */
export const findBox = (
  data: Buffer,
  parent: { readonly body: number; readonly end: number },
  ...path: string[]
): Box => {
  let found: Box | undefined
  for (const type of path) {
    const { body, end } = found ?? parent
    let start = body
    while (start + 8 <= end && !isType(data, start + 4, type)) start += sizeAt(data, start, end)
    if (start + 8 > end) throw broken(`it has no ${type}`)
    found = { type, start, body: start + 8, end: start + sizeAt(data, start, end) }
  }
  if (!found) throw broken('an empty path was asked')
  return found
}

const reading = <T>(what: string, read: () => T): T => {
  try {
    return read()
  } catch (error) {
    if (error instanceof RangeError) throw broken(`its ${what} is cut short`)
    throw error
  }
}

/** The tracks of an init segment (ftyp + moov). */
export const readTracks = (init: Buffer): Track[] =>
  reading('moov', () => {
    const moov = findBox(init, { body: 0, end: init.length }, 'moov')
    const defaults = new Map<number, number>()
    for (const mvex of boxesIn(init, moov.body, moov.end)) {
      if (mvex.type !== 'mvex') continue
      for (const trex of boxesIn(init, mvex.body, mvex.end))
        if (trex.type === 'trex') defaults.set(init.readUInt32BE(trex.body + 4), init.readUInt32BE(trex.body + 20))
    }
    return [...boxesIn(init, moov.body, moov.end)]
      .filter(({ type }) => type === 'trak')
      .flatMap((trak) => readTrack(init, trak, defaults) ?? [])
  })

const readTrack = (init: Buffer, trak: Box, defaults: ReadonlyMap<number, number>): Track | undefined => {
  const handler = findBox(init, trak, 'mdia', 'hdlr')
  const kind = { vide: 'video' as const, soun: 'audio' as const }[
    init.toString('latin1', handler.body + 8, handler.body + 12)
  ]
  if (!kind) return undefined
  const header = findBox(init, trak, 'tkhd')
  const id = init.readUInt32BE(header.body + (init[header.body] === 1 ? 20 : 12))
  const media = findBox(init, trak, 'mdia', 'mdhd')
  const timescale = init.readUInt32BE(media.body + (init[media.body] === 1 ? 20 : 12))
  if (timescale === 0) throw broken('its time scale is 0')
  const descriptions = findBox(init, trak, 'mdia', 'minf', 'stbl', 'stsd')
  const [entry] = boxesIn(init, descriptions.body + 8, descriptions.end)
  if (!entry) throw broken('a track has no sample description')
  const sampleFlags = defaults.get(id) ?? 0
  if (kind === 'audio') return { id, kind, timescale, codec: audioCodec(init, entry), width: 0, height: 0, sampleFlags }
  const width = init.readUInt16BE(entry.body + 24)
  const height = init.readUInt16BE(entry.body + 26)
  return { id, kind, timescale, codec: videoCodec(init, entry), width, height, sampleFlags }
}

const videoCodec = (init: Buffer, entry: Box): string => {
  const inside = { body: entry.body + 78, end: entry.end }
  const content = (type: string): Buffer => {
    const { body, end } = findBox(init, inside, type)
    return init.subarray(body, end)
  }
  if (entry.type === 'avc1' || entry.type === 'avc3') return avcCodec(entry.type, content('avcC'))
  if (entry.type === 'hvc1' || entry.type === 'hev1') return hevcCodec(entry.type, content('hvcC'))
  // The only mp4v that cameras give is Motion JPEG (object type 0x6c).
  return entry.type === 'mp4v' ? 'mp4v.6c' : entry.type
}

const audioCodec = (init: Buffer, entry: Box): string => {
  if (entry.type !== 'mp4a') return entry.type
  const { body, end } = findBox(init, { body: entry.body + 28, end: entry.end }, 'esds')
  return aacCodec(init.subarray(body + 4, end))
}

/** A copy of a fragment of one track whose times are so many ticks later (or earlier, but not below 0). */
export const shiftTimes = (fragment: Buffer, ticks: number): Buffer =>
  reading('moof', () => {
    const copy = Buffer.from(fragment)
    const time = findBox(copy, { body: 0, end: copy.length }, 'moof', 'traf', 'tfdt')
    if (copy[time.body] === 1) copy.writeBigUInt64BE(copy.readBigUInt64BE(time.body + 4) + BigInt(ticks), time.body + 4)
    else copy.writeUInt32BE(copy.readUInt32BE(time.body + 4) + ticks, time.body + 4)
    return copy
  })

export interface Sample {
  readonly track: Track
  readonly key: boolean
  /** Seconds. */
  readonly pts: number
}

/** The first sample of a moof: of its video track where it has one. */
export const readSample = (moof: Buffer, tracks: ReadonlyMap<number, Track>): Sample | undefined =>
  reading('moof', () => {
    const whole = findBox(moof, { body: 0, end: moof.length }, 'moof')
    let best: Sample | undefined
    for (const traf of boxesIn(moof, whole.body, whole.end)) {
      if (traf.type !== 'traf') continue
      const sample = readTraf(moof, traf, tracks)
      if (sample && (!best || sample.track.kind === 'video')) best = sample
    }
    return best
  })

const readTraf = (moof: Buffer, traf: Box, tracks: ReadonlyMap<number, Track>): Sample | undefined => {
  const header = findBox(moof, traf, 'tfhd')
  const track = tracks.get(moof.readUInt32BE(header.body + 4))
  if (!track) return undefined
  const given = moof.readUIntBE(header.body + 1, 3)
  const before = (given & 0x1 ? 8 : 0) + (given & 0x2 ? 4 : 0) + (given & 0x8 ? 4 : 0) + (given & 0x10 ? 4 : 0)
  const defaultFlags = given & 0x20 ? moof.readUInt32BE(header.body + 8 + before) : track.sampleFlags
  const time = findBox(moof, traf, 'tfdt')
  const decoded = moof[time.body] === 1 ? Number(moof.readBigUInt64BE(time.body + 4)) : moof.readUInt32BE(time.body + 4)
  const { flags, offset } = readFirstOfRun(moof, findBox(moof, traf, 'trun'))
  return { track, key: ((flags ?? defaultFlags) & NON_SYNC) === 0, pts: (decoded + offset) / track.timescale }
}

const readFirstOfRun = (moof: Buffer, { body }: Box): { flags: number | undefined; offset: number } => {
  const given = moof.readUIntBE(body + 1, 3)
  if (moof.readUInt32BE(body + 4) === 0) throw broken('a run of samples is empty')
  let at = body + 8 + (given & 0x1 ? 4 : 0)
  let flags = given & 0x4 ? moof.readUInt32BE(at) : undefined
  if (given & 0x4) at += 4
  at += (given & 0x100 ? 4 : 0) + (given & 0x200 ? 4 : 0)
  if (given & 0x400) {
    flags = moof.readUInt32BE(at)
    at += 4
  }
  return { flags, offset: given & 0x800 ? moof.readInt32BE(at) : 0 }
}
