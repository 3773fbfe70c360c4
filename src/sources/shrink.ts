// A camera's main stream made small for the ring of a machine with little memory: read from the gateway, as everybody
// gets it, and published there again.
import type { ChildPlan } from '../lib/process.js'
import { encodeAtOwnRate, publish, quiet } from './ffmpeg-args.js'
import { SHORT_WAIT } from './sound.js'

const SILENCE_US = 10_000_000

/** Wider pictures become `width` wide; sound is copied. */
export const shrink = (width: number, url: string, publishUrl: string, sound: boolean): ChildPlan => ({
  command: 'ffmpeg',
  args: [
    ...quiet,
    ...['-rtsp_transport', 'tcp', '-timeout', String(SILENCE_US), '-protocol_whitelist', 'rtsp,tcp,udp,rtp'],
    ...['-flags', 'low_delay', '-threads', '1', '-i', url],
    ...['-map', '0:v:0', ...(sound ? ['-map', '0:a:0?', '-c:a', 'copy', ...SHORT_WAIT] : [])],
    ...['-vf', `scale='trunc(min(iw,${width})/2)*2':-2:flags=fast_bilinear`, ...encodeAtOwnRate],
    ...publish(publishUrl),
  ],
})
