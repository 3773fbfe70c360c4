// RTP and RTCP headers. A packet is held framed: the four bytes of the interleaved header, then the RTP packet, so that
// it goes out over TCP without another copy.

export const FRAME = 4
/** The least of an RTP packet. */
export const HEADER = 12
const SENDER_REPORT = 200
const NTP_EPOCH = 2_208_988_800

/** One RTP packet, shared by all readers: nobody changes it any more. */
export interface Packet {
  readonly track: number
  readonly framed: Buffer
  readonly time: number
}

/** a - b on the circle of 32-bit RTP times. */
export const timeBetween = (a: number, b: number): number => (a - b) | 0
/** a - b on the circle of 16-bit sequence numbers. */
export const sequenceBetween = (a: number, b: number): number => ((a - b) << 16) >> 16

export const addFrame = (rtp: Uint8Array): Buffer => {
  const framed = Buffer.allocUnsafe(FRAME + rtp.length)
  framed[0] = 0x24
  framed[1] = 0
  framed.writeUInt16BE(rtp.length, 2)
  framed.set(rtp, FRAME)
  return framed
}

/** The codec's bytes, or undefined when this is no RTP packet. */
export const payloadOf = (framed: Buffer): Buffer | undefined => {
  if (framed.length < FRAME + HEADER) return undefined
  const first = framed.readUInt8(FRAME)
  if (first >> 6 !== 2) return undefined
  let start = FRAME + HEADER + 4 * (first & 15)
  if (first & 0x10) {
    if (framed.length < start + 4) return undefined
    start += 4 + 4 * framed.readUInt16BE(start + 2)
  }
  const end = framed.length - (first & 0x20 ? framed.readUInt8(framed.length - 1) : 0)
  return start <= end ? framed.subarray(start, end) : undefined
}

/** Whether it is the last packet of a frame. */
export const markerOf = (framed: Buffer): boolean => (framed.readUInt8(FRAME + 1) & 0x80) !== 0
export const sequenceOf = (framed: Buffer): number => framed.readUInt16BE(FRAME + 2)
export const timeOf = (framed: Buffer): number => framed.readUInt32BE(FRAME + 4)
export const sourceOf = (framed: Buffer): number => framed.readUInt32BE(FRAME + 8)

export const stampPacket = (framed: Buffer, sequence: number, time: number, source: number): void => {
  framed.writeUInt16BE(sequence & 0xffff, FRAME + 2)
  framed.writeUInt32BE(time >>> 0, FRAME + 4)
  framed.writeUInt32BE(source, FRAME + 8)
}

/** The same packet at another time. */
export const movePacket = (packet: Packet, time: number): Packet => {
  const framed = Buffer.from(packet.framed)
  framed.writeUInt32BE(time >>> 0, FRAME + 4)
  return { ...packet, framed, time: time >>> 0 }
}

/** What a sender report says: that this RTP time is that wall time (milliseconds since 1970). */
export interface TimePair {
  readonly time: number
  readonly wall: number
}

export const parseSenderReport = (rtcp: Buffer): TimePair | undefined => {
  if (rtcp.length < 28 || rtcp.readUInt8(0) >> 6 !== 2 || rtcp.readUInt8(1) !== SENDER_REPORT) return undefined
  const seconds = rtcp.readUInt32BE(8) + rtcp.readUInt32BE(12) / 2 ** 32
  return { wall: (seconds - NTP_EPOCH) * 1000, time: rtcp.readUInt32BE(16) }
}

/** A sender report and the name that says which tracks belong together. */
export const formatSenderReport = (
  source: number,
  { time, wall }: TimePair,
  sent: { readonly packets: number; readonly bytes: number },
  name: string,
): Buffer => {
  const seconds = wall / 1000 + NTP_EPOCH
  const text = Buffer.from(name, 'latin1').subarray(0, 255)
  const chunk = 4 * Math.ceil((4 + 2 + text.length + 1) / 4)
  const report = Buffer.alloc(28 + 4 + chunk)
  report.writeUInt8(0x80, 0)
  report.writeUInt8(SENDER_REPORT, 1)
  report.writeUInt16BE(6, 2)
  report.writeUInt32BE(source, 4)
  report.writeUInt32BE(Math.floor(seconds) >>> 0, 8)
  report.writeUInt32BE(Math.floor((seconds % 1) * 2 ** 32) >>> 0, 12)
  report.writeUInt32BE(time >>> 0, 16)
  report.writeUInt32BE(sent.packets >>> 0, 20)
  report.writeUInt32BE(sent.bytes >>> 0, 24)
  report.writeUInt8(0x81, 28)
  report.writeUInt8(202, 29)
  report.writeUInt16BE(chunk / 4, 30)
  report.writeUInt32BE(source, 32)
  report.writeUInt8(1, 36)
  report.writeUInt8(text.length, 37)
  text.copy(report, 38)
  return report
}
