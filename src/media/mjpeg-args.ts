// The ffmpeg of one MJPEG variant as data: pure.
import type { MjpegVariant } from '../camera/ports.js'
import type { ChildPlan } from '../lib/process.js'
import { PROMPT_AGENT } from './gateway/gateway.js'
import { STAMPS } from './mjpeg-read.js'

export interface MjpegPlan {
  readonly url: string
  readonly size: MjpegVariant['size']
  /** Starts on the stream's description alone; without it ffmpeg reads into the stream first. */
  readonly quick: boolean
  /** Believes what the stream says of its colours, where it says anything: some say what the filter can't read. */
  readonly told: boolean
}

export const SMALL_WIDTH = 640

// A gateway gives a new reader the packets since the last key frame within a moment: they must be decoded, but nobody
// wants to see them. 25 packets squeezed into 100 ms are 4 ms apart, real frames at 120/s 8.
const SKIP_SQUEEZED = 'select=isnan(prev_selected_t)+gt(abs(t-prev_selected_t)\\,0.005)'
const SCALE_SMALL = `scale=min(${SMALL_WIDTH}\\,iw):-2:flags=fast_bilinear`
// JPEG is full range and BT.601. swscale's conversion takes 2.5 ms a 720p picture, the colorspace filter 0.6 for the same
// result: primaries and transfer are the same on both sides, only range and matrix change. It takes even sides only (to
// crop costs nothing), and knows no default: the decoder's is what a stream without tags gets.
const EVEN = 'format=yuv420p|yuvj420p,crop=floor(iw/2)*2:floor(ih/2)*2:0:0'
const DEFAULT_MATRIX = ['-colorspace', 'smpte170m']
const TOLD = 'colorspace=iprimaries=bt709:itrc=bt709:primaries=bt709:trc=bt709:space=smpte170m:range=pc'
const UNTOLD = 'colorspace=iall=bt709:all=bt709:range=pc'
/** What ffmpeg says where `told` was too much. */
export const UNREADABLE = /Unsupported input colorspace/

export const planMjpeg = ({ url, size, quick, told }: MjpegPlan): ChildPlan => {
  const filters = [SKIP_SQUEEZED, STAMPS, ...(size === 'small' ? [SCALE_SMALL] : []), EVEN, told ? TOLD : UNTOLD]
  return {
    command: 'ffmpeg',
    args: [
      ...['-hide_banner', '-nostdin', '-loglevel', 'error'],
      ...['-rtsp_transport', 'tcp', '-allowed_media_types', 'video', '-user_agent', PROMPT_AGENT],
      ...['-flags', 'low_delay', '-copyts'],
      ...(quick ? ['-probesize', '32', '-analyzeduration', '0'] : []),
      ...(told ? DEFAULT_MATRIX : []),
      ...['-threads', '1', '-i', url, '-map', '0:v:0', '-vf', filters.join(','), '-sws_flags', 'fast_bilinear'],
      // Their encoder keeps the stream's own times: by default it would round them to a guessed frame rate.
      ...['-fps_mode', 'passthrough', '-enc_time_base', '-1', '-threads', '1'],
      ...['-flush_packets', '1', '-f', 'yuv4mpegpipe', 'pipe:1'],
    ],
  }
}
