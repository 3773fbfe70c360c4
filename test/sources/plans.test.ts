// The plan of each kind of source, word for word: what ffmpeg is told decides what everybody sees.
import { expect, test } from 'vitest'
import type { Option } from '../../src/lib/slice.js'
import { isHardware } from '../../src/sources/encoder.js'
import { type FileConfig, file } from '../../src/sources/file.js'
import { httpMjpeg } from '../../src/sources/http-mjpeg.js'
import { controlsOf, planSource, sourceKinds, sources } from '../../src/sources/index.js'
import { createMask } from '../../src/sources/mask.js'
import { push } from '../../src/sources/push.js'
import { rpi } from '../../src/sources/rpi.js'
import { relayRtsp, rtsp } from '../../src/sources/rtsp.js'
import type { PlanContext, SourcePlan } from '../../src/sources/source.js'
import { defineTestPattern } from '../../src/sources/test-pattern.js'
import { type UsbConfig, usb } from '../../src/sources/usb.js'

const image = { brightness: 0, contrast: 0, saturation: 0, sharpness: 0 }
const context: PlanContext = {
  publishUrl: (stream) => `rtsp://gateway/${stream}`,
  inletUrl: 'rtsp://gateway/inlet',
  ...{ night: false, mask: null, image, rpi: false },
}
const quiet = '-nostdin -hide_banner -loglevel error -nostats'
const publish = '-f rtsp -rtsp_transport tcp rtsp://gateway/main'
const encode =
  '-c:v libx264 -preset ultrafast -tune zerolatency -profile:v baseline -pix_fmt yuv420p -threads 1 -bf 0 ' +
  '-sc_threshold 0 -g 25 -keyint_min 25 -force_key_frames expr:gte(t,n_forced)'
const checksums = '-map 0:v:0 -c copy -flush_packets 1 -f framecrc pipe:1'

const words = (config: FileConfig): string => {
  const { main } = file.plan(config, context)
  return main.feed === 'child' ? [main.child.command, ...main.child.args].join(' ') : ''
}

test('a file is copied as it is, over and over, with a line for each packet', () => {
  const config = { kind: 'file', path: '/films/a film.mp4', loop: true, transcode: false } as const
  expect(words(config)).toBe(
    `ffmpeg ${quiet} -re -stream_loop -1 -protocol_whitelist file -i file:/films/a film.mp4 ` +
      `-map 0:v:0 -c:v copy ${publish} ${checksums}`,
  )
  expect(planSource(config, context).main).toMatchObject({ loops: true })
})

test('a file that is not to be repeated ends, and the plan says what that means', () => {
  const config = { kind: 'file', path: '/films/a.mp4', loop: false, transcode: false } as const
  expect(words(config)).toContain('-stream_loop 0 ')
  const { main } = file.plan(config, context)
  expect(main).toMatchObject({ ends: 'the file has ended' })
  expect(main).not.toHaveProperty('loops')
})

test('another codec is encoded by us: a key frame each second, no B-frames', () => {
  expect(words({ kind: 'file', path: '/films/a.avi', loop: true, transcode: true, audio: 'camera' })).toBe(
    `ffmpeg ${quiet} -re -stream_loop -1 -protocol_whitelist file -i file:/films/a.avi ` +
      `-map 0:v:0 -map 0:a:0? -c:a aac -b:a 64k -max_interleave_delta 500000 -vf fps=25,scale=trunc(iw/2)*2:trunc(ih/2)*2 ${encode} ${publish} ${checksums}`,
  )
})

test('a network camera is pulled, its small stream too', () => {
  const url = 'rtsp://admin:secret@cam/1'
  expect(planSource({ kind: 'rtsp', url, sub: null, transport: 'udp' }, context)).toEqual({
    sound: false,
    main: { feed: 'pull', url, transport: 'udp' },
  })
  expect(planSource({ kind: 'rtsp', url, sub: 'rtsp://cam/2', transport: 'tcp' }, context)).toEqual({
    sound: false,
    main: { feed: 'pull', url, transport: 'tcp' },
    sub: { feed: 'pull', url: 'rtsp://cam/2', transport: 'tcp' },
  })
})

test('a gateway that does not pull is fed by a copy that opens nothing but RTSP and gives up on silence', () => {
  const { command, args } = relayRtsp('rtsp://cam/1', 'udp', 'rtsp://gateway/main')
  expect([command, ...args].join(' ')).toBe(
    `ffmpeg ${quiet} -rtsp_transport udp -timeout 15000000 -protocol_whitelist rtsp,rtsps,tls,tcp,udp,rtp,srtp ` +
      `-analyzeduration 2000000 -fpsprobesize 5 -i rtsp://cam/1 -map 0:v:0 -c:v copy ${publish}`,
  )
})

test('the test pattern is one graph, painted once, then encoded at its own pace', () => {
  const config = { width: 640, height: 360, fps: 25, walk_every_s: 30, walk_s: 8, day_s: 240 }
  const plan = (font: string | null) => {
    const { main } = defineTestPattern(font).plan({ kind: 'test-pattern', ...config }, context)
    return main.feed === 'child' ? main.child.args : []
  }
  const args = plan('/fonts/mono.ttf')
  const graph = args[args.indexOf('-i') + 1] ?? ''
  expect(args.join(' ')).toBe(`${quiet} -re -f lavfi -protocol_whitelist file -i ${graph} ${encode} ${publish}`)
  expect(graph).toContain('s=640x360')
  expect(graph).toContain('drawtext=fontfile=/fonts/mono.ttf')
  // The first walk begins at 10 s, then every 30 s, for 8 s.
  expect(graph.match(/enable='gte\(t\\,10\)\*lt\(mod\(t\+20\\,30\)\\,8\)'/g)).toHaveLength(2)
  expect(graph).toContain('cos(2*PI*t/240)')
  expect(plan(null).join(' ')).not.toContain('drawtext')
})

const argsOf = ({ main }: SourcePlan): string => (main.feed === 'child' ? main.child.args.join(' ') : '')
const usbCamera: UsbConfig = {
  ...{ kind: 'usb', device: '/dev/video2', format: 'mjpeg', width: 800, height: 600, fps: 15 },
  ...{ encoder: 'software', bitrate: 3000, audio: 'none' },
}

test.each([
  ['mjpeg', '-f v4l2 -input_format mjpeg -framerate 15 -video_size 800x600 -protocol_whitelist file -i /dev/video2'],
  ['raw', '-f v4l2 -input_format yuyv422 -framerate 15'],
  ['h264', '-f v4l2 -input_format h264 -framerate 15'],
] as const)('a USB camera that gives %s', (format, words) => {
  const args = argsOf(usb.plan({ ...usbCamera, format }, context))
  expect(args).toContain(words)
  expect(args).toMatch(
    format === 'h264' ? / -map 0:v:0 -c:v copy -f rtsp/ : / -c:v libx264 .*-bf 0 .*-force_key_frames/,
  )
})

test('a hardware encoder where one is, or is asked for; never one that is not', () => {
  expect([isHardware('auto', true), isHardware('auto', false), isHardware('software', true)]).toEqual([
    true,
    false,
    false,
  ])
  const args = argsOf(usb.plan({ ...usbCamera, encoder: 'hardware' }, context))
  expect(args).toMatch(/-c:v h264_v4l2m2m -b:v 3000k -pix_fmt yuv420p -bf 0 .*-force_key_frames expr:isnan/)
  expect(args).not.toContain('libx264')
})

const bright = { brightness: 40, contrast: -20, saturation: 100, sharpness: 50 }
const mask = createMask([
  [
    { x: 0, y: 0 },
    { x: 0.5, y: 0 },
    { x: 0, y: 0.5 },
  ],
])

test.each([
  usbCamera,
  {
    kind: 'http-mjpeg',
    url: 'http://cam/',
    username: null,
    password: null,
    check_certificate: true,
    fps: 5,
    encoder: 'auto',
    bitrate: 1,
    audio: 'none',
  },
  { kind: 'test-pattern', width: 640, height: 360, fps: 25, walk_every_s: 30, walk_s: 8, day_s: 240 },
  { kind: 'file', path: '/a.avi', loop: true, transcode: true },
] as const)('the image is set before it is masked, and not at all where nothing is to be changed: $kind', (config) => {
  expect(controlsOf(config)).toEqual(['brightness', 'contrast', 'saturation', 'sharpness'])
  const plain = argsOf(planSource(config, context))
  expect(plain).not.toMatch(/eq=brightness|unsharp/)
  const both = argsOf(planSource(config, { ...context, image: bright, mask }))
  expect(both).toMatch(
    /eq=brightness=0.2:contrast=0.8:saturation=2,unsharp=5:5:0.75:5:5:0,format=yuv420p,drawbox=[^ ]*fill( |$)/,
  )
})

test('what is only copied offers no image settings', () => {
  expect(controlsOf({ kind: 'rtsp', url: 'rtsp://cam/1', sub: null, transport: 'tcp' })).toEqual([])
  expect(controlsOf({ ...usbCamera, format: 'h264' })).toEqual([])
  expect(controlsOf({ kind: 'file', path: '/a.mp4', loop: true, transcode: false })).toEqual([])
})

test('pictures over HTTP are fetched by us; user and password stand in no command', () => {
  const config = { kind: 'http-mjpeg', url: 'https://cam/mjpg', username: 'ada', password: 'geheim', fps: 4 } as const
  const plan = httpMjpeg.plan(
    { ...config, check_certificate: false, encoder: 'software', bitrate: 1000, audio: 'default' },
    context,
  )
  expect(plan.main).toMatchObject({
    input: { from: 'http', pictures: { url: 'https://cam/mjpg', username: 'ada', fps: 4, checkCertificate: false } },
  })
  expect(argsOf(plan)).toContain('-use_wallclock_as_timestamps 1 -f mpjpeg -protocol_whitelist pipe -i pipe:0')
  expect(argsOf(plan)).toContain('-f alsa -ac 1 -i default -map 0:v:0 -map 1:a:0 -c:a aac')
  expect(argsOf(plan)).not.toMatch(/geheim|ada|https/)
})

test('a guest publishes to an inlet of its own, which main reads', () => {
  expect(push.plan({ kind: 'push', username: 'phone', password: 'long enough', audio: 'camera' }, context)).toEqual({
    sound: true,
    inlet: { name: 'phone', password: 'long enough' },
    main: { feed: 'pull', url: 'rtsp://gateway/inlet', transport: 'tcp' },
  })
})

test('sound is no part of a copy, unless it is wanted', () => {
  const args = relayRtsp('rtsp://cam/1', 'tcp', 'rtsp://gateway/main', { sound: true }).args.join(' ')
  expect(args).toContain('-map 0:v:0 -map 0:a:0? -c:a aac -b:a 64k -max_interleave_delta 500000 -c:v copy')
  expect(relayRtsp('rtsp://cam/1', 'tcp', 'rtsp://gateway/main').args.join(' ')).not.toContain('0:a')
})

const complaint = (option: Option, value: unknown): string => {
  try {
    if (typeof option.format === 'function') option.format(value)
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

test.each(['http://cam/1', 'file:///etc/passwd', 'cam/1', 'rtsp://', '', 7])(
  '%j is no address of a network camera',
  (url) => {
    expect(complaint(rtsp.schema.url as Option, url)).toContain('rtsp://')
  },
)

test.each([
  [httpMjpeg.schema.url, 'rtsp://cam/1', 'http://'],
  [httpMjpeg.schema.audio, 'camera', 'microphone'],
  [usb.schema.audio, '-i /etc/passwd', 'microphone'],
  [usb.schema.device, '/etc/passwd', '/dev/video0'],
  [usb.schema.device, '/dev/../etc/passwd', '/dev/video0'],
  [push.schema.password, 'short', 'at least 8'],
  [push.schema.username, 'a b', 'name of who publishes'],
  [rpi.schema.crop, '0.5,0.5,0.6,0.5', 'fractions'],
  [rpi.schema.mode, '1640', 'mode such as'],
  [rpi.schema.sub_width, 643, 'multiple of 8'],
  [rpi.schema.awb_gains, [1], 'two numbers'],
])('%#: %j is refused with a sentence', (option, value, sentence) => {
  expect(complaint(option as Option, value)).toContain(sentence)
})

test('addresses and paths that are right are taken', () => {
  for (const url of ['rtsp://cam/1', 'rtsps://u:p@cam:322/x'])
    expect(complaint(rtsp.schema.url as Option, url)).toBe('')
  expect(complaint(file.schema.path as Option, '/a.mp4')).toBe('')
  expect(complaint(file.schema.path as Option, ' ')).toContain('path')
  expect(complaint(defineTestPattern(null).schema.width as Option, 641)).toContain('even')
})

test('each kind stands in the list under its own name', () => {
  expect(sourceKinds).toEqual(['test-pattern', 'file', 'rtsp', 'onvif', 'http-mjpeg', 'push', 'usb', 'rpi'])
  for (const kind of sourceKinds) expect(sources[kind].kind).toBe(kind)
})
