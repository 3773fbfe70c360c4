// What cameras of several kinds look like in MJPEG: colours, sizes, and a change of size in mid-stream.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MjpegPart, MjpegVariant } from '../../src/camera/ports.js'
import { newMind } from '../../src/camera/rules/mind.js'
import { createSystemClock } from '../../src/lib/clock.js'
import { silentLog } from '../../src/lib/log.js'
import { type Child, startChild } from '../../src/lib/process.js'
import { startBuiltinGateway } from '../../src/media/gateway/builtin/server.js'
import type { Gateway } from '../../src/media/gateway/gateway.js'
import { createMjpeg } from '../../src/media/mjpeg.js'
import { until } from '../support/nightjar.js'
import { nobody } from '../support/pipeline-house.js'
import { defaultSettings } from '../support/settings.js'

const folder = mkdtempSync(join(tmpdir(), 'mjpeg-sources-'))
const clock = createSystemClock()
let gateway: Gateway

beforeAll(async () => {
  const config = { host: '127.0.0.1', port: 0, gateway: 'builtin' } as const
  gateway = await startBuiltinGateway({ config, accounts: nobody, clock, log: silentLog })
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

/** Four stripes across: red, green, blue, white. */
const STRIPES = [
  [255, 0, 0],
  [0, 160, 0],
  [0, 0, 255],
  [255, 255, 255],
] as const

/** Three seconds. */
const encode = async (
  name: string,
  width: number,
  height: number,
  format: string,
  ...more: readonly string[]
): Promise<string> => {
  const [stripes, file] = [join(folder, 'stripes.png'), join(folder, name)]
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, at) => {
    const x = Math.floor(at / 3) % width
    return STRIPES[Math.floor((4 * x) / width)]?.[at % 3] ?? 0
  })
  await sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(stripes)
  const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '6', '-g', '5', '-bf', '0', '-pix_fmt', format]
  const input = ['-loop', '1', '-framerate', '10', '-t', '3', '-i', stripes]
  execFileSync('ffmpeg', ['-v', 'error', ...input, ...h264, ...more, file])
  return file
}

const publish = async (path: string, file: string, ...input: string[]): Promise<Child> => {
  await gateway.apply([{ name: path, feed: 'publish' }])
  const to = ['-c', 'copy', '-f', 'rtsp', '-rtsp_transport', 'tcp', gateway.serviceUrl(path)]
  const child = startChild({
    ...{ name: 'publisher', command: 'ffmpeg' },
    args: ['-v', 'error', '-re', ...input, '-i', file, ...to],
  })
  child.stdout.resume()
  await until('the publisher', () => gateway.facts().paths[0]?.online)
  return child
}

const watch = (path: string, variant: MjpegVariant, onPart: (part: MjpegPart) => void): AsyncDisposable => {
  const { state } = newMind({ id: path, name: path, source: 'file' }, defaultSettings, 0)
  const url = () => gateway.serviceUrl(path)
  const mjpeg = createMjpeg({ camera: path, url, state: () => state, draw: () => {}, clock, log: silentLog })
  mjpeg.subscribe(variant, onPart)
  return mjpeg
}
const jpegOf = ({ bytes }: MjpegPart): Buffer => bytes.subarray(bytes.indexOf('\r\n\r\n') + 4, -2)
const sizeOf = async (part: MjpegPart): Promise<string> => {
  const { width, height } = await sharp(jpegOf(part)).metadata()
  return `${width}x${height}`
}

const expectStripes = async (part: MjpegPart): Promise<void> => {
  const { data, info } = await sharp(jpegOf(part)).raw().toBuffer({ resolveWithObject: true })
  for (const [i, colour] of STRIPES.entries()) {
    const x = Math.round(((i + 0.5) * info.width) / 4)
    for (const y of [1, info.height >> 1, info.height - 1]) {
      const at = (y * info.width + x) * 3
      const far = colour.map((value, part) => Math.abs((data[at + part] ?? 0) - value))
      expect(Math.max(...far), `${colour} is ${data.subarray(at, at + 3).join()} at row ${y}`).toBeLessThan(8)
    }
  }
}

const BT709 = ['-vf', 'scale=out_color_matrix=bt709']
const HEVC = ['-c:v', 'libx265', '-x265-params', 'log-level=none:qp=6:keyint=5']
const full = { annotated: false, size: 'full' } as const
const small = { annotated: false, size: 'small' } as const

interface Camera {
  readonly width: number
  readonly height: number
  readonly format: string
  readonly variant: MjpegVariant
  readonly size: string
  readonly more?: readonly string[]
}
const CAMERAS: Record<string, Camera> = {
  'limited range': { width: 640, height: 360, format: 'yuv420p', variant: full, size: '640x360' },
  'full range': { width: 640, height: 360, format: 'yuvj420p', variant: full, size: '640x360' },
  'full range, made small': { width: 1280, height: 720, format: 'yuvj420p', variant: small, size: '640x360' },
  'limited range, made small': { width: 1280, height: 720, format: 'yuv420p', variant: small, size: '640x360' },
  '4:2:2 of full range': { width: 320, height: 240, format: 'yuvj422p', variant: full, size: '320x240' },
  '4:2:2 of limited range': { width: 320, height: 240, format: 'yuv422p', variant: full, size: '320x240' },
  'ten bits': { width: 320, height: 240, format: 'yuv420p10le', variant: full, size: '320x240' },
  'BT.709, and says so': {
    width: 640,
    height: 360,
    format: 'yuv420p',
    variant: full,
    size: '640x360',
    more: [...BT709, '-colorspace', 'bt709'],
  },
  'BT.709 of full range': {
    width: 640,
    height: 360,
    format: 'yuvj420p',
    variant: full,
    size: '640x360',
    more: [...BT709, '-colorspace', 'bt709'],
  },
  'colours that are left open': {
    width: 640,
    height: 360,
    format: 'yuv420p',
    variant: full,
    size: '640x360',
    more: ['-color_primaries', 'bt709'],
  },
  'HEVC that says nothing': {
    width: 640,
    height: 360,
    format: 'yuv420p',
    variant: small,
    size: '640x360',
    more: [...HEVC],
  },
  'odd sides': { width: 321, height: 241, format: 'yuv444p', variant: full, size: '320x240' },
}

test.each(Object.entries(CAMERAS))('%s: the colours are right', async (name, camera) => {
  const { width, height, format, variant, size, more = [] } = camera
  const path = name.replaceAll(/\W+/g, '-')
  await using _publisher = await publish(path, await encode(`${path}.mp4`, width, height, format, ...more))
  const parts: MjpegPart[] = []
  await using _mjpeg = watch(path, variant, (part) => parts.push(part))
  await until('pictures', () => parts.length > 3)
  const part = parts.at(-1) as MjpegPart
  expect(await sizeOf(part)).toBe(size)
  await expectStripes(part)
})

test('a camera that changes its size is shown in the new one, in the same colours', async () => {
  const sizes = [
    [320, 240, 'yuv420p'],
    [640, 360, 'yuv420p'],
    [320, 240, 'yuvj420p'],
  ] as const
  const file = join(folder, 'changing.h264')
  const films: Buffer[] = []
  for (const [at, size] of sizes.entries())
    films.push(readFileSync(await encode(`${at}.h264`, size[0], size[1], size[2])))
  writeFileSync(file, Buffer.concat(films))
  await using _publisher = await publish('changing', file, '-framerate', '10')
  const parts: MjpegPart[] = []
  await using _mjpeg = watch('changing', full, (part) => parts.push(part))
  const last = async (): Promise<string> => (parts.length > 0 ? sizeOf(parts.at(-1) as MjpegPart) : '')
  for (const size of ['320x240', '640x360', '320x240']) {
    await until(size, async () => (await last()) === size)
    await expectStripes(parts.at(-1) as MjpegPart)
  }
  expect(parts.map(({ frameId }) => frameId)).toEqual(parts.map((_, i) => i + 1))
}, 30_000)
