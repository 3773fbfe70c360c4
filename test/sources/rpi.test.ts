// A Raspberry Pi's camera, by tables: what MediaMTX and rpicam-vid are told. There is none here to ask.
import { describe, expect, test } from 'vitest'
import { createMask } from '../../src/sources/mask.js'
import { rpi } from '../../src/sources/rpi.js'
import { type RpiConfig, rpiSchema } from '../../src/sources/rpi-options.js'
import type { PlanContext } from '../../src/sources/source.js'

const defaults = {
  kind: 'rpi',
  ...Object.fromEntries(Object.entries(rpiSchema).map(([key, option]) => [key, option.default])),
} as unknown as RpiConfig
const image = { brightness: 0, contrast: 0, saturation: 0, sharpness: 0 }
const context: PlanContext = {
  publishUrl: (stream) => `rtsp://gateway/${stream}`,
  inletUrl: '',
  ...{ night: false, mask: null, image, rpi: true },
}

type Plan = ReturnType<typeof rpi.plan>
const params = ({ main }: Plan) => (main.feed === 'rpi' ? main.params : {})
const rpicam = ({ main }: Plan): string =>
  main.feed === 'child' && main.input?.from === 'program'
    ? [main.input.program.command, ...main.input.program.args].join(' ')
    : ''
const ffmpeg = ({ main }: Plan): string => (main.feed === 'child' ? main.child.args.join(' ') : '')

test('MediaMTX is told everything in its own words; what nobody chose is left out', () => {
  const plan = rpi.plan(defaults, context)
  expect(plan).toEqual({ sound: false, main: { feed: 'rpi', params: params(plan) } })
  expect(params(plan)).toEqual({
    ...{ rpiCameraCamID: 0, rpiCameraWidth: 1280, rpiCameraHeight: 720, rpiCameraFPS: 25, rpiCameraIDRPeriod: 25 },
    ...{ rpiCameraBitrate: 4_000_000, rpiCameraCodec: 'auto', rpiCameraHFlip: false, rpiCameraVFlip: false },
    ...{ rpiCameraBrightness: 0, rpiCameraContrast: 1, rpiCameraSaturation: 1, rpiCameraSharpness: 1 },
    ...{ rpiCameraExposure: 'normal', rpiCameraShutter: 0, rpiCameraGain: 0, rpiCameraEV: 0 },
    ...{ rpiCameraMetering: 'centre', rpiCameraAWB: 'auto', rpiCameraDenoise: 'off', rpiCameraFlickerPeriod: 0 },
    ...{ rpiCameraHDR: false, rpiCameraAfMode: 'continuous', rpiCameraTextOverlayEnable: false },
  })
})

const table: readonly (readonly [Partial<RpiConfig>, Readonly<Record<string, unknown>>, string])[] = [
  [{ camera: 1 }, { rpiCameraCamID: 1 }, '--camera 1'],
  [{ width: 1640, height: 1232 }, { rpiCameraWidth: 1640, rpiCameraHeight: 1232 }, '--width 1640 --height 1232'],
  [{ fps: 15, gop_s: 2 }, { rpiCameraFPS: 15, rpiCameraIDRPeriod: 30 }, '--framerate 15 --bitrate 4000000 --intra 30'],
  [{ bitrate: 900 }, { rpiCameraBitrate: 900_000 }, '--bitrate 900000'],
  [{ mode: '1640:1232:10:P' }, { rpiCameraMode: '1640:1232:10:P' }, '--mode 1640:1232:10:P'],
  [{ crop: '0.25,0.25,0.5,0.5' }, { rpiCameraROI: '0.25,0.25,0.5,0.5' }, '--roi 0.25,0.25,0.5,0.5'],
  [{ hflip: true, vflip: true }, { rpiCameraHFlip: true, rpiCameraVFlip: true }, '--hflip --vflip'],
  [{ hdr: true }, { rpiCameraHDR: true }, '--hdr auto'],
  [{ exposure: 'short' }, { rpiCameraExposure: 'short' }, '--exposure sport'],
  [{ shutter_us: 20_000 }, { rpiCameraShutter: 20_000 }, '--shutter 20000'],
  [{ gain: 4 }, { rpiCameraGain: 4 }, '--gain 4'],
  [{ ev: -1.5 }, { rpiCameraEV: -1.5 }, '--ev -1.5'],
  [{ metering: 'matrix' }, { rpiCameraMetering: 'matrix' }, '--metering average'],
  [{ awb: 'daylight' }, { rpiCameraAWB: 'daylight' }, '--awb daylight'],
  [{ awb_gains: [1.5, 2] }, { rpiCameraAWB: 'custom', rpiCameraAWBGains: [1.5, 2] }, '--awbgains 1.5,2'],
  [{ denoise: 'cdn_fast' }, { rpiCameraDenoise: 'cdn_fast' }, '--denoise cdn_fast'],
  [{ flicker_hz: 50 }, { rpiCameraFlickerPeriod: 10_000 }, '--flicker-period 10000us'],
  [
    { focus: 'manual', lens_position: 2.5 },
    { rpiCameraAfMode: 'manual', rpiCameraLensPosition: 2.5 },
    '--autofocus-mode manual --lens-position 2.5',
  ],
  [{ tuning_file: '/t/noir.json' }, { rpiCameraTuningFile: '/t/noir.json' }, '--tuning-file /t/noir.json'],
]
test.each(table)('%j', (change, wanted, words) => {
  expect(params(rpi.plan({ ...defaults, ...change }, context))).toMatchObject(wanted)
  expect(rpicam(rpi.plan({ ...defaults, ...change }, { ...context, rpi: false }))).toContain(words)
})

test.each([
  [{ encoder: 'software' }, { rpiCameraCodec: 'softwareH264' }],
  [{ encoder: 'hardware' }, { rpiCameraCodec: 'hardwareH264' }],
  [{ text: '%H:%M porch' }, { rpiCameraTextOverlayEnable: true, rpiCameraTextOverlay: '%H:%M porch' }],
] as const)('only by MediaMTX: %j', (change, wanted) => {
  expect(params(rpi.plan({ ...defaults, ...change }, context))).toMatchObject(wanted)
})

test('the second stream is a path of its own: secondary, the same camera, H.264, a key frame each second', () => {
  const plan = rpi.plan(
    { ...defaults, camera: 1, sub_width: 640, sub_height: 360, sub_fps: 8, encoder: 'hardware' },
    context,
  )
  expect(plan.sub).toEqual({
    feed: 'rpi',
    params: {
      ...{ rpiCameraCamID: 1, rpiCameraSecondary: true, rpiCameraWidth: 640, rpiCameraHeight: 360 },
      ...{ rpiCameraFPS: 8, rpiCameraCodec: 'hardwareH264', rpiCameraIDRPeriod: 8 },
    },
  })
})

describe('at night, and by the image settings, only what MediaMTX can patch while it runs differs', () => {
  // Facts D.3.
  const hot = ['Brightness', 'Contrast', 'Saturation', 'Sharpness', 'Exposure', 'Shutter', 'Gain', 'FPS', 'IDRPeriod']
  const changed = (config: RpiConfig, other: Partial<PlanContext>): Readonly<Record<string, unknown>> => {
    const [before, after] = [params(rpi.plan(config, context)), params(rpi.plan(config, { ...context, ...other }))]
    expect(Object.keys(after)).toEqual(Object.keys(before))
    return Object.fromEntries(
      Object.entries(after)
        .filter(([key, value]) => JSON.stringify(before[key]) !== JSON.stringify(value))
        .map(([key, value]) => [key.replace('rpiCamera', ''), value]),
    )
  }
  test.each([
    [{}, {}],
    [{ slow_video: true }, { FPS: 5, IDRPeriod: 5, Exposure: 'long', Shutter: 190_000 }],
    [
      { slow_video: true, night_fps: 2, night_gain: 8 },
      { FPS: 2, IDRPeriod: 2, Shutter: 475_000, Gain: 8 },
    ],
    [
      { slow_video: true, shutter_us: 100_000 },
      { FPS: 5, Exposure: 'long' },
    ],
  ])('night with %j', (change, wanted) => {
    const found = changed({ ...defaults, ...change }, { night: true })
    expect(found).toMatchObject(wanted)
    expect(Object.keys(found).filter((key) => !hot.includes(key))).toEqual([])
  })
  test('image settings', () => {
    const found = changed(defaults, { image: { brightness: -50, contrast: 100, saturation: -100, sharpness: 20 } })
    expect(found).toEqual({ Brightness: -0.5, Contrast: 2, Saturation: 0, Sharpness: 1.2 })
  })
})

test('without MediaMTX rpicam-vid films, its own parameter sets in each key frame, and ffmpeg only copies', () => {
  const plan = rpi.plan({ ...defaults, sub_width: 640, sub_height: 360 }, { ...context, rpi: false })
  expect(rpicam(plan)).toMatch(/^rpicam-vid --nopreview --timeout 0 --codec h264 --profile baseline --inline --flush /)
  expect(rpicam(plan)).toMatch(/ --output -$/)
  expect(ffmpeg(plan)).toContain('-f h264 -protocol_whitelist pipe -i pipe:0 -map 0:v:0 -c:v copy -f rtsp')
  expect(plan).not.toHaveProperty('sub')
  const night = rpicam(rpi.plan({ ...defaults, slow_video: true }, { ...context, rpi: false, night: true }))
  expect(night).toContain('--framerate 5 --bitrate 4000000 --intra 5 --exposure long --shutter 190000')
})

test('privacy zones and a microphone need a child also with MediaMTX', () => {
  const mask = createMask([
    [
      { x: 0, y: 0 },
      { x: 1, y: 0 },
      { x: 1, y: 1 },
    ],
  ])
  const masked = rpi.plan({ ...defaults, sub_width: 640, sub_height: 360 }, { ...context, mask })
  expect(ffmpeg(masked)).toMatch(/-noautorotate .*-vf scale=[^ ]*,format=yuv420p,drawbox=[^ ]* -c:v libx264 /)
  expect(masked).not.toHaveProperty('sub')
  const heard = rpi.plan({ ...defaults, audio: 'plughw:1,0' }, context)
  expect(heard.sound).toBe(true)
  expect(ffmpeg(heard)).toContain('-f alsa -ac 1 -i plughw:1,0 -map 0:v:0 -map 1:a:0 -c:a aac')
})
