// The names that MediaSource gives codecs (RFC 6381), read from their configuration records.
import { Failure } from '../lib/failure.js'

const hex = (value: number, digits = 2): string => value.toString(16).padStart(digits, '0')

/** avc1.PPCCLL from avcC. A record without parameter sets says that the stream was not understood. */
export const avcCodec = (entry: string, avcC: Buffer): string => {
  if (avcC.length < 7) throw new Failure('unavailable', 'the stream did not say its H.264 parameters')
  return `${entry}.${hex(avcC.readUInt8(1))}${hex(avcC.readUInt8(2))}${hex(avcC.readUInt8(3))}`
}

/** hvc1.<profile>.<compatibility>.<tier and level>.<constraints> from hvcC. */
export const hevcCodec = (entry: string, hvcC: Buffer): string => {
  if (hvcC.length < 23) throw new Failure('unavailable', 'the stream did not say its H.265 parameters')
  const profile = hvcC.readUInt8(1)
  const space = ['', 'A', 'B', 'C'][profile >> 6] ?? ''
  const tier = profile & 0x20 ? 'H' : 'L'
  let compatibility = 0
  for (let bit = 0; bit < 32; bit++) if ((hvcC.readUInt32BE(2) >>> bit) & 1) compatibility |= 1 << (31 - bit)
  const constraints = [...hvcC.subarray(6, 12)]
  while (constraints.length > 0 && constraints.at(-1) === 0) constraints.pop()
  const names = constraints.map((value) => `.${value.toString(16)}`).join('')
  return `${entry}.${space}${profile & 0x1f}.${(compatibility >>> 0).toString(16)}.${tier}${hvcC.readUInt8(12)}${names}`
}

/** mp4a.40.<object type> from the descriptors of esds. */
export const aacCodec = (descriptors: Buffer): string => {
  let at = 0
  const open = (): { tag: number; end: number } => {
    const tag = descriptors.readUInt8(at++)
    let size = 0
    for (let more = true; more; ) {
      const byte = descriptors.readUInt8(at++)
      size = size * 128 + (byte & 0x7f)
      more = byte >= 0x80
    }
    return { tag, end: at + size }
  }
  open() // ES
  const flags = descriptors.readUInt8(at + 2)
  at += 3 + (flags & 0x80 ? 2 : 0) + (flags & 0x20 ? 2 : 0)
  if (flags & 0x40) at += 1 + descriptors.readUInt8(at)
  open() // DecoderConfig
  const kind = descriptors.readUInt8(at)
  at += 13
  if (kind !== 0x40 || at >= descriptors.length || open().tag !== 5) return `mp4a.${hex(kind)}`
  const first = descriptors.readUInt8(at) >> 3
  return `mp4a.40.${first === 31 ? 32 + ((descriptors.readUInt16BE(at) >> 5) & 0x3f) : first}`
}
