// The options of a Raspberry Pi's own camera: words, bounds and defaults. What they mean to MediaMTX and to rpicam-vid
// is rpi.ts.
import { range, type Slice } from '../lib/slice.js'
import { type EncoderChoice, encoderOption } from './encoder.js'
import { microphone } from './sound.js'

export const AWB_MODES = ['auto', 'incandescent', 'tungsten', 'fluorescent', 'indoor', 'daylight', 'cloudy'] as const

export interface RpiConfig {
  readonly kind: 'rpi'
  readonly camera: number
  readonly width: number
  readonly height: number
  readonly fps: number
  readonly bitrate: number
  readonly gop_s: number
  readonly encoder: EncoderChoice
  readonly sub_width: number | null
  readonly sub_height: number | null
  readonly sub_fps: number
  readonly mode: string | null
  readonly crop: string | null
  readonly hflip: boolean
  readonly vflip: boolean
  readonly hdr: boolean
  readonly exposure: 'normal' | 'short' | 'long'
  readonly shutter_us: number
  readonly gain: number
  readonly ev: number
  readonly metering: 'centre' | 'spot' | 'matrix'
  readonly awb: (typeof AWB_MODES)[number]
  readonly awb_gains: readonly number[]
  readonly denoise: 'off' | 'cdn_off' | 'cdn_fast' | 'cdn_hq'
  readonly flicker_hz: number
  readonly focus: 'auto' | 'manual' | 'continuous'
  readonly lens_position: number
  readonly tuning_file: string | null
  readonly text: string | null
  readonly slow_video: boolean
  readonly night_fps: number
  readonly night_gain: number
  readonly audio: string
}

const matching =
  (pattern: RegExp, sentence: string) =>
  (value: unknown): void => {
    if (typeof value !== 'string' || !pattern.test(value)) throw new Error(sentence)
  }

/** Also what MediaMTX's second stream asks for, and below 2048. */
const eighth =
  (max: number) =>
  (value: unknown): void => {
    range(64, max, true)(value)
    if (Number(value) % 8 !== 0) throw new Error('must be a multiple of 8')
  }

const even =
  (max: number) =>
  (value: unknown): void => {
    range(64, max, true)(value)
    if (Number(value) % 2 !== 0) throw new Error('must be an even number')
  }

const checkCrop = (value: unknown): void => {
  const parts = typeof value === 'string' ? value.split(',').map(Number) : []
  const [x = -1, y = -1, w = 0, h = 0] = parts
  const inside = x >= 0 && y >= 0 && w > 0 && h > 0 && x + w <= 1 && y + h <= 1
  if (parts.length !== 4 || !inside)
    throw new Error('must be a part of the sensor as "x,y,width,height" in fractions, such as "0.25,0.25,0.5,0.5"')
}

const checkGains = (value: unknown): void => {
  const good = Array.isArray(value) && [0, 2].includes(value.length) && value.every((gain) => gain > 0 && gain <= 32)
  if (!good) throw new Error('must be two numbers [red, blue] above 0 and at most 32, or an empty list')
}

const nothing = { default: null, nullable: true } as const
const size = { unit: 'pixels' } as const

export const rpiSchema = {
  camera: { doc: 'Which camera, where there are two', format: range(0, 3, true), default: 0 },
  width: { doc: 'Width of the picture', format: even(4608), default: 1280, ...size },
  height: { doc: 'Height of the picture', format: even(2592), default: 720, ...size },
  fps: { doc: 'Pictures a second', format: range(1, 120, true), default: 25 },
  bitrate: { doc: 'Bit rate', format: range(100, 25_000, true), default: 4000, unit: 'kbit/s' },
  gop_s: { doc: 'From one key frame to the next', format: range(0.2, 10), default: 1, unit: 'seconds' },
  encoder: encoderOption,
  sub_width: {
    doc: 'With MediaMTX: width of a small second stream for the eyes',
    format: eighth(2040),
    ...nothing,
    ...size,
  },
  sub_height: { doc: 'Its height; both or neither', format: eighth(2040), ...nothing, ...size },
  sub_fps: { doc: 'Its pictures a second', format: range(1, 60, true), default: 10 },
  mode: {
    doc: 'Sensor mode as width:height:bits:packing, such as 1640:1232:10:P (rpicam-hello --list-cameras)',
    format: matching(/^\d{2,5}:\d{2,5}(:\d{1,2}(:[PU])?)?$/, 'must be a mode such as 1640:1232:10:P'),
    ...nothing,
  },
  crop: { doc: 'Part of the sensor to show: "x,y,width,height" in fractions', format: checkCrop, ...nothing },
  hflip: { doc: 'Mirror left and right', format: 'Boolean', default: false },
  vflip: { doc: 'Mirror top and bottom', format: 'Boolean', default: false },
  hdr: { doc: 'High dynamic range, where the sensor has it', format: 'Boolean', default: false },
  exposure: { doc: 'How exposure is chosen', format: ['normal', 'short', 'long'], default: 'normal' },
  shutter_us: {
    doc: 'Fixed exposure time; 0: by itself',
    format: range(0, 200_000_000, true),
    default: 0,
    unit: 'microseconds',
  },
  gain: { doc: 'Fixed gain; 0: by itself', format: range(0, 64), default: 0 },
  ev: { doc: 'Brighter or darker than exposure would choose', format: range(-10, 10), default: 0, unit: '-10–10' },
  metering: { doc: 'What exposure looks at', format: ['centre', 'spot', 'matrix'], default: 'centre' },
  awb: { doc: 'White balance', format: AWB_MODES, default: 'auto' },
  awb_gains: { doc: 'Fixed white balance: [red, blue]; empty: by awb', format: checkGains, default: [] },
  denoise: { doc: 'Noise reduction', format: ['off', 'cdn_off', 'cdn_fast', 'cdn_hq'], default: 'off' },
  flicker_hz: { doc: 'Mains whose lamps flicker: 50 or 60; 0: none', format: [0, 50, 60], default: 0, unit: 'Hz' },
  focus: { doc: 'Focus, where the lens can move', format: ['continuous', 'auto', 'manual'], default: 'continuous' },
  lens_position: {
    doc: 'For focus: manual',
    format: range(0, 32),
    default: 0,
    unit: 'dioptres, 0 is far away',
  },
  tuning_file: {
    doc: "The sensor's tuning file, such as one for a camera without IR filter",
    format: matching(/^\/[^\0]+$/, 'must be the path of a file'),
    ...nothing,
  },
  text: {
    doc: 'With MediaMTX: text drawn into the picture, with the letters of strftime (%Y-%m-%d %H:%M:%S)',
    format: matching(/^[^\n]{1,200}$/, 'must be one line of text'),
    ...nothing,
  },
  slow_video: { doc: 'At night fewer pictures with longer exposure', format: 'Boolean', default: false },
  night_fps: { doc: 'For slow_video: pictures a second at night', format: range(1, 30, true), default: 5 },
  night_gain: { doc: 'For slow_video: gain at night; 0: by itself', format: range(0, 64), default: 0 },
  audio: microphone,
} as const satisfies Slice
