// For decoders of ours that must not wait: ffmpeg knows that an H.264 picture is whole when it sees the next one begin,
// a whole frame later. A delimiter (access unit delimiter, H.264 7.3.2.4) right behind each picture is such a beginning.
import type { Socket } from 'node:net'
import type { Sink } from './reader.js'
import { addFrame, FRAME, HEADER, markerOf, timeBetween, timeOf } from './rtp.js'

const DELIMITER = Buffer.from([0x09, 0xf0])
/** A header with nothing behind it: version 2, no padding, extension or sources. */
const PLAIN = 0x80

/**
 * The sequence number is that of the picture's last packet: over TCP nobody sorts or misses by it. ffmpeg takes `time`
 * for that of the next picture.
 */
const delimiterAfter = (framed: Buffer, time: number, channel: number): Buffer => {
  const packet = addFrame(Buffer.concat([framed.subarray(FRAME, FRAME + HEADER), DELIMITER]))
  packet[1] = channel
  packet[FRAME] = PLAIN
  packet[FRAME + 1] = packet.readUInt8(FRAME + 1) & 0x7f
  packet.writeUInt32BE(time, FRAME + 4)
  return packet
}

/**
 * Says of each picture what time the next one will have: as far on as the nearer of the last two, and never before what
 * was said already. Undefined where pictures do not come in the order of their times: there nobody can know.
 */
export const createForecast = (): ((time: number) => number | undefined) => {
  let ordered = true
  let last: number | undefined
  let told: number | undefined
  let steps: readonly number[] = []
  return (time) => {
    if (last !== undefined) {
      const step = timeBetween(time, last)
      if (step < 0) ordered = false
      steps = [...steps.slice(-1), step]
    }
    last = time
    if (!ordered) return undefined
    const next = time + Math.max(1, Math.min(...(steps.length > 0 ? steps : [1])))
    told = (told !== undefined && timeBetween(next, told) <= 0 ? told + 1 : next) >>> 0
    return told
  }
}

/** `track` is H.264 and goes over `channel` of this connection. */
export const createPromptSink = (sink: Sink, socket: Socket, track: number, channel: number): Sink => {
  const forecast = createForecast()
  return {
    ...sink,
    write: (batch) => {
      const bytes = sink.write(batch)
      const mine = batch.packets.filter((packet) => packet.track === track)
      let next: number | undefined
      for (const { framed } of mine) if (markerOf(framed)) next = forecast(timeOf(framed))
      const last = mine.at(-1)?.framed
      if (last && markerOf(last) && next !== undefined) socket.write(delimiterAfter(last, next, channel))
      return bytes
    },
  }
}
