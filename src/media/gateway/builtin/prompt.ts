// For decoders of ours that must not wait: ffmpeg knows that an H.264 picture is whole when it sees the next one begin,
// a whole frame later. A delimiter (access unit delimiter, H.264 7.3.2.4) right behind each picture is such a beginning.
import type { Socket } from 'node:net'
import type { Sink } from './reader.js'
import { addFrame, FRAME, HEADER, markerOf, type Packet, timeBetween, timeOf } from './rtp.js'

const DELIMITER = Buffer.from([0x09, 0xf0])
/** A header with nothing behind it: version 2, no padding, extension or sources. */
const PLAIN = 0x80

/**
 * The sequence number is that of the picture's last packet: over TCP nobody sorts or misses by it. ffmpeg takes the time
 * for that of the next picture: all pictures have the time of the one before and a tick, which must not be the same.
 */
const delimiterAfter = (framed: Buffer, channel: number): Buffer => {
  const packet = addFrame(Buffer.concat([framed.subarray(FRAME, FRAME + HEADER), DELIMITER]))
  packet[1] = channel
  packet[FRAME] = PLAIN
  packet[FRAME + 1] = packet.readUInt8(FRAME + 1) & 0x7f
  packet.writeUInt32BE((timeOf(framed) + 1) >>> 0, FRAME + 4)
  return packet
}

/** `track` is H.264 and goes over `channel` of this connection. Where pictures are not in the order of their times there are no delimiters. */
export const createPromptSink = (sink: Sink, socket: Socket, track: number, channel: number): Sink => {
  let ordered = true
  let time: number | undefined
  const hear = (packets: readonly Packet[]): Packet | undefined => {
    const mine = packets.filter((packet) => packet.track === track)
    for (const { framed } of mine) {
      const next = timeOf(framed)
      if (time !== undefined && timeBetween(next, time) < 0) ordered = false
      time = next
    }
    return mine.at(-1)
  }
  return {
    ...sink,
    write: (batch) => {
      const bytes = sink.write(batch)
      const last = hear(batch.packets)
      if (ordered && last && markerOf(last.framed)) socket.write(delimiterAfter(last.framed, channel))
      return bytes
    },
  }
}
