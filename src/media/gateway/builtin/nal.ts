// What the relay must know of a video packet: does a picture begin here that needs no other, and which parameter sets
// does it carry. H.264 (RFC 6184), H.265 (RFC 7798) and JPEG (RFC 2435) are understood; of any other codec every frame
// counts as a key frame, because it can't be told.

export type ParameterSet = 'vps' | 'sps' | 'pps'

export interface Seen {
  readonly key: boolean
  readonly sets: readonly (readonly [ParameterSet, Buffer])[]
}

const NOTHING: Seen = { key: false, sets: [] }
const KEY: Seen = { key: true, sets: [] }

type Kind = 'key' | ParameterSet | 'other'

const h264Kind = (type: number): Kind => (type === 5 ? 'key' : type === 7 ? 'sps' : type === 8 ? 'pps' : 'other')
const h265Kind = (type: number): Kind =>
  type >= 16 && type <= 21 ? 'key' : type === 32 ? 'vps' : type === 33 ? 'sps' : type === 34 ? 'pps' : 'other'

const seenOf = (kind: Kind, nal: Buffer): Seen =>
  kind === 'other' ? NOTHING : kind === 'key' ? KEY : { key: false, sets: [[kind, nal]] }

/** Several NAL units in one packet, each after its 16-bit length. */
const inAggregate = (data: Buffer, start: number, look: (nal: Buffer) => Seen): Seen => {
  const all: Seen[] = []
  for (let at = start; at + 2 < data.length; ) {
    const end = at + 2 + data.readUInt16BE(at)
    if (end > data.length || end === at + 2) break
    all.push(look(data.subarray(at + 2, end)))
    at = end
  }
  return { key: all.some(({ key }) => key), sets: all.flatMap(({ sets }) => sets) }
}

const h264Nal = (nal: Buffer): Seen => seenOf(h264Kind((nal[0] ?? 0) & 31), nal)
const h265Nal = (nal: Buffer): Seen => seenOf(h265Kind(((nal[0] ?? 0) >> 1) & 63), nal)

const inH264 = (data: Buffer): Seen => {
  const type = (data[0] ?? 0) & 31
  if (type === 24) return inAggregate(data, 1, h264Nal)
  const header = data[1] ?? 0
  if (type === 28 || type === 29) return header & 0x80 && h264Kind(header & 31) === 'key' ? KEY : NOTHING
  return h264Nal(data)
}

const inH265 = (data: Buffer): Seen => {
  const type = ((data[0] ?? 0) >> 1) & 63
  if (type === 48) return inAggregate(data, 2, h265Nal)
  const header = data[2] ?? 0
  if (type === 49) return header & 0x80 && h265Kind(header & 63) === 'key' ? KEY : NOTHING
  return h265Nal(data)
}

const inJpeg = (data: Buffer): Seen => (data.length >= 8 && data.readUIntBE(1, 3) === 0 ? KEY : NOTHING)

export const lookInto = (codec: string): ((payload: Buffer) => Seen) =>
  codec === 'H264' ? inH264 : codec === 'H265' ? inH265 : codec === 'JPEG' ? inJpeg : () => KEY
