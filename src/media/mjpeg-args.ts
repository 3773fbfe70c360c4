// The ffmpeg of one MJPEG variant as data: pure.
import type { MjpegVariant } from '../camera/ports.js'
import type { ChildPlan } from '../lib/process.js'
import { TICKS } from './ffmpeg-args.js'
import { PROMPT_AGENT } from './gateway/gateway.js'
import { ffmpegQuality } from './jpeg.js'

export interface MjpegPlan {
  readonly url: string
  readonly variant: MjpegVariant
  readonly quality: number
  /** Starts on the stream's description alone; without it ffmpeg reads into the stream first. */
  readonly quick: boolean
}

/** Pipes of raw pictures, and of their times. */
export const STAMPS_FD = 3
export const IMAGES_FD = 4

export const SMALL_WIDTH = 640

/** Something is painted into its pictures, so they must come to us raw. */
export const isDrawn = ({ annotated, zone }: MjpegVariant): boolean => annotated || zone !== undefined

// A gateway gives a new reader the packets since the last key frame within a moment: they must be decoded, but nobody
// wants to see them. 25 packets squeezed into 100 ms are 4 ms apart, real frames at 120/s 8.
const SKIP_SQUEEZED = 'select=isnan(prev_selected_t)+gt(abs(t-prev_selected_t)\\,0.005)'
const SCALE_SMALL = `scale=min(${SMALL_WIDTH}\\,iw):-2:flags=fast_bilinear`
// JPEG is full range. swscale's conversion takes 2.5 ms a 720p picture, the colorspace filter 0.6 for the same result
// (its primaries and matrix are the same on both sides: only the range changes).
const FULL_RANGE = 'format=yuv420p|yuvj420p,colorspace=iall=bt709:all=bt709:range=pc'
const STAMPS = `settb=1/${TICKS},metadata=mode=add:key=n:value=1,metadata=mode=print:file=pipe\\\\:${STAMPS_FD}:direct=1`

export const planMjpeg = ({ url, variant, quality, quick }: MjpegPlan): ChildPlan => {
  const input = [
    ...['-rtsp_transport', 'tcp', '-allowed_media_types', 'video', '-user_agent', PROMPT_AGENT],
    ...['-flags', 'low_delay', '-copyts'],
    ...(quick ? ['-probesize', '32', '-analyzeduration', '0'] : []),
    ...['-threads', '1', '-i', url],
  ]
  const scale = variant.size === 'small' ? [SCALE_SMALL] : []
  // Their encoder keeps the stream's own times: by default it would round them to a guessed frame rate.
  const output = ['-map', '0:v:0', '-fps_mode', 'passthrough', '-enc_time_base', '-1', '-threads', '1']
  const clean = [
    ...['-vf', [SKIP_SQUEEZED, ...scale, FULL_RANGE].join(',')],
    ...['-c:v', 'mjpeg', ...ffmpegQuality(quality), '-huffman', 'default', '-strict', 'unofficial'],
    ...['-flush_packets', '1', '-f', 'smjpeg', 'pipe:1'],
  ]
  const raw = [
    ...['-vf', [SKIP_SQUEEZED, STAMPS, ...scale, 'format=rgb24'].join(','), '-sws_flags', 'fast_bilinear'],
    ...['-c:v', 'ppm', '-f', 'image2pipe', `pipe:${IMAGES_FD}`],
  ]
  return {
    command: 'ffmpeg',
    args: [
      ...['-hide_banner', '-nostdin', '-loglevel', 'error'],
      ...input,
      ...output,
      ...(isDrawn(variant) ? raw : clean),
    ],
  }
}
