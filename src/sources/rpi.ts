// A Raspberry Pi's own camera (CSI). MediaMTX reads it itself, with a second small stream where one is wanted; for the
// built-in gateway, for privacy zones and for a microphone rpicam-vid films and ffmpeg publishes. What changes by day
// and night and by the image settings is what MediaMTX can patch while it runs.
import { imageControls } from '../camera/settings.js'
import { isHardware } from './encoder.js'
import { decodeAsSent, EVEN, encodeAtOwnRate, publish, quiet } from './ffmpeg-args.js'
import { gainOf } from './image.js'
import type { Mask } from './mask.js'
import { type RpiConfig, rpiSchema } from './rpi-options.js'
import { listen, mapWithMicrophone } from './sound.js'
import { defineSource, type FedByChild, type Image, type PlanContext } from './source.js'

type Params = Readonly<Record<string, string | number | boolean | readonly number[]>>

/** What the night makes of it. */
interface Exposure {
  readonly fps: number
  readonly exposure: RpiConfig['exposure']
  readonly shutter: number
  readonly gain: number
}

const exposureOf = (config: RpiConfig, night: boolean): Exposure => {
  const { fps, exposure, shutter_us: shutter, gain, slow_video, night_fps, night_gain } = config
  if (!night || !slow_video) return { fps, exposure, shutter, gain }
  // Exposed as long as a picture lasts, less what the sensor needs to be read.
  const longest = Math.round((1_000_000 / night_fps) * 0.95)
  return { fps: night_fps, exposure: 'long', shutter: shutter === 0 ? longest : shutter, gain: night_gain || gain }
}

const given = (params: Readonly<Record<string, Params[string] | null>>): Params =>
  Object.fromEntries(Object.entries(params).flatMap(([key, value]) => (value === null ? [] : [[key, value]])))

const mediamtxMain = (config: RpiConfig, night: boolean, image: Image): Params => {
  const { fps, exposure, shutter, gain } = exposureOf(config, night)
  return given({
    rpiCameraCamID: config.camera,
    rpiCameraWidth: config.width,
    rpiCameraHeight: config.height,
    rpiCameraHFlip: config.hflip,
    rpiCameraVFlip: config.vflip,
    rpiCameraBrightness: image.brightness / 100,
    rpiCameraContrast: gainOf(image.contrast),
    rpiCameraSaturation: gainOf(image.saturation),
    rpiCameraSharpness: gainOf(image.sharpness),
    rpiCameraExposure: exposure,
    rpiCameraShutter: shutter,
    rpiCameraGain: gain,
    rpiCameraEV: config.ev,
    rpiCameraMetering: config.metering,
    rpiCameraAWB: config.awb_gains.length > 0 ? 'custom' : config.awb,
    rpiCameraAWBGains: config.awb_gains.length > 0 ? config.awb_gains : null,
    rpiCameraDenoise: config.denoise,
    rpiCameraFlickerPeriod: config.flicker_hz === 0 ? 0 : Math.round(500_000 / config.flicker_hz),
    rpiCameraROI: config.crop,
    rpiCameraHDR: config.hdr,
    rpiCameraTuningFile: config.tuning_file,
    rpiCameraMode: config.mode,
    rpiCameraAfMode: config.focus,
    rpiCameraLensPosition: config.focus === 'manual' ? config.lens_position : null,
    rpiCameraFPS: fps,
    rpiCameraIDRPeriod: Math.max(1, Math.round(fps * config.gop_s)),
    rpiCameraBitrate: config.bitrate * 1000,
    rpiCameraCodec: codecOf(config),
    rpiCameraTextOverlayEnable: config.text !== null,
    rpiCameraTextOverlay: config.text,
  })
}

const codecOf = ({ encoder }: RpiConfig): string =>
  encoder === 'auto' ? 'auto' : encoder === 'hardware' ? 'hardwareH264' : 'softwareH264'

/** By default its codec would be MJPEG. */
const mediamtxSub = (config: RpiConfig, width: number, height: number): Params => ({
  rpiCameraCamID: config.camera,
  rpiCameraSecondary: true,
  rpiCameraWidth: width,
  rpiCameraHeight: height,
  rpiCameraFPS: config.sub_fps,
  rpiCameraCodec: isHardware(config.encoder) ? 'hardwareH264' : 'softwareH264',
  rpiCameraIDRPeriod: config.sub_fps,
})

const AWB_GAINS = (gains: readonly number[]): readonly string[] =>
  gains.length > 0 ? ['--awbgains', gains.join()] : []

/** rpicam-vid takes the machine's encoder, or libx264 where there is none. */
const rpicamArgs = (config: RpiConfig, night: boolean, image: Image): readonly string[] => {
  const { fps, exposure, shutter, gain } = exposureOf(config, night)
  const option = (name: string, value: string | number | null): readonly string[] =>
    value === null ? [] : [`--${name}`, String(value)]
  const flag = (name: string, on: boolean): readonly string[] => (on ? [`--${name}`] : [])
  return [
    ...['--nopreview', '--timeout', '0', '--codec', 'h264', '--profile', 'baseline', '--inline', '--flush'],
    ...option('camera', config.camera),
    ...[...option('width', config.width), ...option('height', config.height), ...option('framerate', fps)],
    ...option('bitrate', config.bitrate * 1000),
    ...option('intra', Math.max(1, Math.round(fps * config.gop_s))),
    ...option('mode', config.mode),
    ...option('roi', config.crop),
    ...[...flag('hflip', config.hflip), ...flag('vflip', config.vflip)],
    ...option('hdr', config.hdr ? 'auto' : null),
    ...option('exposure', exposure === 'short' ? 'sport' : exposure),
    ...[...option('shutter', shutter || null), ...option('gain', gain || null), ...option('ev', config.ev)],
    ...option('metering', config.metering === 'matrix' ? 'average' : config.metering),
    ...[...option('awb', config.awb), ...AWB_GAINS(config.awb_gains)],
    ...option('denoise', config.denoise),
    ...option('flicker-period', config.flicker_hz === 0 ? null : `${Math.round(500_000 / config.flicker_hz)}us`),
    ...option('autofocus-mode', config.focus),
    ...option('lens-position', config.focus === 'manual' ? config.lens_position : null),
    ...option('tuning-file', config.tuning_file),
    ...[...option('brightness', image.brightness / 100), ...option('contrast', gainOf(image.contrast))],
    ...[...option('saturation', gainOf(image.saturation)), ...option('sharpness', gainOf(image.sharpness))],
    ...['--output', '-'],
  ]
}

const filmed = (config: RpiConfig, { night, image, publishUrl }: PlanContext, mask: Mask | null): FedByChild => ({
  feed: 'child',
  input: { from: 'program', program: { command: 'rpicam-vid', args: rpicamArgs(config, night, image) } },
  child: {
    command: 'ffmpeg',
    args: [
      ...quiet,
      ...(mask ? decodeAsSent : []),
      // H.264 without a container has no times.
      ...['-probesize', '5000', '-analyzeduration', '0', '-use_wallclock_as_timestamps', '1'],
      ...['-f', 'h264', '-protocol_whitelist', 'pipe', '-i', 'pipe:0'],
      ...listen(config.audio),
      ...mapWithMicrophone(config.audio),
      ...(mask ? ['-vf', `${EVEN},${mask.filter}`, ...encodeAtOwnRate] : ['-c:v', 'copy']),
      ...publish(publishUrl('main')),
    ],
  },
})

export const rpi = defineSource<RpiConfig>({
  kind: 'rpi',
  doc: "A Raspberry Pi's own camera (CSI)",
  schema: rpiSchema,
  controls: () => imageControls,
  plan: (config, context) => {
    const { night, image, mask, rpi: byGateway } = context
    const { sub_width: width, sub_height: height, audio } = config
    const sound = audio !== 'none'
    if (!byGateway || mask || sound) return { sound, main: filmed(config, context, mask) }
    const main = { feed: 'rpi', params: mediamtxMain(config, night, image) } as const
    if (width === null || height === null) return { sound, main }
    return { sound, main, sub: { feed: 'rpi', params: mediamtxSub(config, width, height) } }
  },
})
