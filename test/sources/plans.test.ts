// The plan of each kind of source, word for word: what ffmpeg is told decides what everybody sees.
import { expect, test } from 'vitest'
import type { Option } from '../../src/lib/slice.js'
import { type FileConfig, file } from '../../src/sources/file.js'
import { planSource, sourceKinds, sources } from '../../src/sources/index.js'
import { relayRtsp, rtsp } from '../../src/sources/rtsp.js'
import type { PlanContext } from '../../src/sources/source.js'
import { defineTestPattern } from '../../src/sources/test-pattern.js'

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
      `-map 0:v:0 -map 0:a:0? -c:a aac -b:a 64k -vf fps=25,scale=trunc(iw/2)*2:trunc(ih/2)*2 ${encode} ${publish} ${checksums}`,
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
    `ffmpeg ${quiet} -rtsp_transport udp -timeout 10000000 -protocol_whitelist rtsp,rtsps,tls,tcp,udp,rtp,srtp ` +
      `-analyzeduration 2000000 -i rtsp://cam/1 -map 0:v:0 -c:v copy ${publish}`,
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

test('addresses and paths that are right are taken', () => {
  for (const url of ['rtsp://cam/1', 'rtsps://u:p@cam:322/x'])
    expect(complaint(rtsp.schema.url as Option, url)).toBe('')
  expect(complaint(file.schema.path as Option, '/a.mp4')).toBe('')
  expect(complaint(file.schema.path as Option, ' ')).toContain('path')
  expect(complaint(defineTestPattern(null).schema.width as Option, 641)).toContain('even')
})

test('each kind stands in the list under its own name', () => {
  expect(sourceKinds).toEqual(['test-pattern', 'file', 'rtsp', 'http-mjpeg', 'push', 'usb', 'rpi'])
  for (const kind of sourceKinds) expect(sources[kind].kind).toBe(kind)
})
