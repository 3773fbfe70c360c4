// Which encoder makes H.264 of a camera's pictures: the machine's own (a Raspberry Pi 4 and older: V4L2) or libx264.
import { existsSync } from 'node:fs'
import { type Option, range } from '../lib/slice.js'
import { encodeAtOwnRate } from './ffmpeg-args.js'

export type EncoderChoice = 'auto' | 'software' | 'hardware'

/** Where a Raspberry Pi's encoder stands; a Pi 5 has none. */
const PI_ENCODER = '/dev/video11'
export const HAS_ENCODER = existsSync(PI_ENCODER)

export const encoderOption = {
  doc: 'Who encodes: software (libx264), hardware (V4L2, as on a Raspberry Pi 4), or auto: hardware where it is',
  format: ['auto', 'software', 'hardware'],
  default: 'auto',
} as const satisfies Option

export const bitrateOption = {
  doc: 'Bit rate of a hardware encoder',
  format: range(100, 50_000, true),
  default: 4000,
  unit: 'kbit/s',
} as const satisfies Option

export const isHardware = (choice: EncoderChoice, has = HAS_ENCODER): boolean =>
  choice === 'hardware' || (choice === 'auto' && has)

/** Pictures at a rate of their own: a key frame each second, no frame that waits for another. */
export const encodeBy = (choice: EncoderChoice, bitrate: number, has = HAS_ENCODER): readonly string[] =>
  isHardware(choice, has)
    ? [
        ...['-c:v', 'h264_v4l2m2m', '-b:v', `${bitrate}k`, '-pix_fmt', 'yuv420p', '-bf', '0', '-g', '250'],
        ...['-num_capture_buffers', '16', '-fps_mode', 'vfr', '-enc_time_base', '1:90000'],
        ...['-force_key_frames', 'expr:isnan(prev_forced_t)+gt(abs(t-prev_forced_t),0.999)'],
      ]
    : encodeAtOwnRate
