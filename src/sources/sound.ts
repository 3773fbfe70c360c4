// The sound of a source: none, the camera's own, or a microphone at this machine (ALSA). Always AAC, off by default.
import type { Option } from '../lib/slice.js'

/** What ALSA calls a device: `default`, `hw:1,0`, `plughw:CARD=Device,DEV=0`. */
const DEVICE = /^[A-Za-z][\w:,.=-]{0,79}$/

const checkMicrophone = (value: unknown): void => {
  if (typeof value !== 'string' || !DEVICE.test(value) || value === 'camera')
    throw new Error(
      'must be none or a microphone as ALSA calls it, such as default or plughw:1,0 (arecord -L lists them)',
    )
}

export const ownSound = {
  doc: "Sound: none, or the camera's own, as AAC in RTSP, recordings and the live view",
  format: ['none', 'camera'],
  default: 'none',
} as const satisfies Option

export const microphone = {
  doc: 'Sound: none, or a microphone at this machine as ALSA calls it (default, plughw:1,0), as AAC',
  format: checkMicrophone,
  default: 'none',
} as const satisfies Option

/** Half a second is the longest that a picture waits for the sound beside it: after ffmpeg's ten it would be an outage. */
export const SHORT_WAIT = ['-max_interleave_delta', '500000'] as const

export const AAC = ['-c:a', 'aac', '-b:a', '64k', ...SHORT_WAIT] as const

/** The second input of an ffmpeg; nothing without a microphone. */
export const listen = (audio: string): readonly string[] =>
  audio === 'none' ? [] : ['-thread_queue_size', '512', '-f', 'alsa', '-ac', '1', '-i', audio]

/** The picture of the first input with the sound of the second. */
export const mapWithMicrophone = (audio: string): readonly string[] =>
  audio === 'none' ? ['-map', '0:v:0'] : ['-map', '0:v:0', '-map', '1:a:0', ...AAC]
