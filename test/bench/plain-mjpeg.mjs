// The plain ffmpeg that MJPEG is held against: it makes the same JPEGs by itself, quantised as libjpeg does at quality 85.
import { PROMPT_AGENT } from '../../dist/media/gateway/gateway.js'

const LUMA =
  '5,3,3,5,7,12,15,18,4,4,4,6,8,17,18,17,4,4,5,7,12,17,21,17,4,5,7,9,15,26,24,19,5,7,11,17,20,33,31,23,7,11,17,19,24,31,' +
  '34,28,15,19,23,26,31,36,36,30,22,28,29,29,34,30,31,30'
const CHROMA = `5,5,7,14,30,30,30,30,5,6,8,20,30,30,30,30,7,8,17,30,30,30,30,30,14,20${',30'.repeat(38)}`
const FILTERS =
  'select=isnan(prev_selected_t)+gt(abs(t-prev_selected_t)\\,0.005),' +
  'format=yuv420p|yuvj420p,colorspace=iall=bt709:all=bt709:range=pc'

/** Without the program's name. It writes SMJPEG. */
export const plainMjpegArgs = (/** @type {string} */ url, /** @type {string} */ to) => [
  ...['-hide_banner', '-nostdin', '-loglevel', 'error'],
  ...['-rtsp_transport', 'tcp', '-allowed_media_types', 'video', '-user_agent', PROMPT_AGENT],
  ...['-flags', 'low_delay', '-copyts'],
  ...['-probesize', '32', '-analyzeduration', '0', '-threads', '1', '-i', url],
  ...['-map', '0:v:0', '-fps_mode', 'passthrough', '-enc_time_base', '-1', '-threads', '1', '-vf', FILTERS],
  ...['-c:v', 'mjpeg', '-q:v', '8', '-intra_matrix', LUMA, '-chroma_intra_matrix', CHROMA],
  ...['-huffman', 'default', '-strict', 'unofficial', '-flush_packets', '1', '-f', 'smjpeg', '-y', to],
]

const HEAD_END = 'HEND'
const PICTURE_HEAD = 12

/** SMJPEG: a head that ends with "HEND", then per picture "vidD", its time and its size (both 32 bit). */
export const createSmjpegReader = (/** @type {(jpeg: Buffer) => void} */ onJpeg) => {
  let begun = false
  let held = Buffer.alloc(0)
  return (/** @type {Buffer} */ chunk) => {
    held = Buffer.concat([held, chunk])
    if (!begun) {
      const end = held.indexOf(HEAD_END)
      if (end < 0) return
      begun = true
      held = held.subarray(end + HEAD_END.length)
    }
    while (held.length >= PICTURE_HEAD) {
      const end = PICTURE_HEAD + held.readUInt32BE(8)
      if (held.length < end) return
      onJpeg(held.subarray(PICTURE_HEAD, end))
      held = held.subarray(end)
    }
  }
}
