import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MjpegPart } from '../../src/camera/ports.js'
import { newMind } from '../../src/camera/rules/mind.js'
import type { CameraState } from '../../src/camera/state.js'
import { createSystemClock } from '../../src/lib/clock.js'
import { silentLog } from '../../src/lib/log.js'
import { type Child, startChild } from '../../src/lib/process.js'
import { startBuiltinGateway } from '../../src/media/gateway/builtin/server.js'
import type { Gateway } from '../../src/media/gateway/gateway.js'
import { createMjpeg, type Mjpeg, type MjpegDeps } from '../../src/media/mjpeg.js'
import { childrenOf, until } from '../support/nightjar.js'
import { nobody } from '../support/pipeline-house.js'
import { defaultSettings } from '../support/settings.js'

// Left half black, right half white, and a moving strip below, so that every picture is another one.
const FILM =
  'color=black:s=1280x720:r=25:d=4[a];color=white:s=640x720:r=25:d=4[b];testsrc2=s=1280x120:r=25:d=4[c];' +
  '[a][b]overlay=640:0[d];[d][c]overlay=0:600'
const folder = mkdtempSync(join(tmpdir(), 'mjpeg-'))
const clock = createSystemClock()
let gateway: Gateway
let publisher: Child

beforeAll(async () => {
  const film = join(folder, 'film.mp4')
  const encode = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '50']
  execFileSync('ffmpeg', ['-v', 'error', '-filter_complex', FILM, ...encode, film])
  const config = { host: '127.0.0.1', port: 0, gateway: 'builtin' } as const
  gateway = await startBuiltinGateway({ config, accounts: nobody, clock, log: silentLog })
  await gateway.apply([{ name: 'porch', feed: 'publish' }])
  const to = ['-c', 'copy', '-f', 'rtsp', '-rtsp_transport', 'tcp', gateway.serviceUrl('porch')]
  const args = ['-v', 'error', '-re', '-stream_loop', '-1', '-i', film, ...to]
  publisher = startChild({ name: 'publisher', command: 'ffmpeg', args })
  publisher.stdout.resume()
  await until('the publisher', () => gateway.facts().paths[0]?.online)
})
afterAll(async () => {
  await publisher.stop()
  await gateway[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

const first = newMind({ id: 'porch', name: 'Porch', source: 'file' }, defaultSettings, 0).state
const start = (deps: Partial<MjpegDeps> = {}): Mjpeg =>
  createMjpeg({
    camera: 'porch',
    url: () => gateway.serviceUrl('porch'),
    state: () => first,
    draw: () => {},
    clock,
    log: silentLog,
    ...deps,
  })
const encoders = (): number[] =>
  childrenOf(process.pid)
    .filter(({ pid, command }) => pid !== publisher.pid && command.includes('ffmpeg'))
    .map(({ pid }) => pid)
const header = ({ bytes }: MjpegPart, name: string): string =>
  new RegExp(`${name}: (\\S+)\r\n`).exec(bytes.toString('latin1', 0, 300))?.[1] ?? ''
const jpegOf = ({ bytes }: MjpegPart): Buffer => bytes.subarray(bytes.indexOf('\r\n\r\n') + 4, -2)
const pixel = async (part: MjpegPart, left: number, top: number): Promise<number[]> => [
  ...(await sharp(jpegOf(part)).extract({ left, top, width: 1, height: 1 }).raw().toBuffer()),
]
/** A square at the top left of a plane. */
const fill = (data: Uint8Array, from: number, width: number, side: number, value: number): void => {
  for (let y = 0; y < side; y++) data.fill(value, from + y * width, from + y * width + side)
}
const clean = { annotated: false, size: 'full' } as const

test('fifty viewers get every picture, once made, from one encoder', async () => {
  await using mjpeg = start()
  const got = Array.from({ length: 50 }, (): MjpegPart[] => [])
  for (const parts of got) mjpeg.subscribe(clean, (part) => parts.push(part))
  expect(mjpeg.viewers()).toBe(50)
  await until('three seconds of pictures', () => (got[0]?.length ?? 0) >= 80)
  expect(encoders()).toHaveLength(1)

  const parts = got[0] ?? []
  expect(parts.map(({ frameId }) => frameId)).toEqual(parts.map((_, i) => i + 1))
  for (const others of got) for (const [i, part] of parts.entries()) expect(others[i]).toBe(part)
  // From the second group of pictures on, as the camera saw them: 40 ms apart.
  const times = parts.slice(-25).map((part) => Number(header(part, 'X-Timestamp')))
  for (const [i, at] of times.slice(1).entries()) expect(at - (times[i] ?? 0)).toBeCloseTo(0.04, 2)
  expect(Math.abs((times.at(-1) ?? 0) - Date.now() / 1000)).toBeLessThan(2)

  const part = parts[60] as MjpegPart
  expect(Number(header(part, 'Content-Length'))).toBe(jpegOf(part).length)
  expect(await sharp(jpegOf(part)).metadata()).toMatchObject({ format: 'jpeg', width: 1280, height: 720 })
  // The full range of a JPEG, not the 16..235 of video.
  expect(Math.max(...(await pixel(part, 200, 200)))).toBeLessThan(4)
  expect(Math.min(...(await pixel(part, 900, 200)))).toBeGreaterThan(251)
})

test('the annotated stream shows what was drawn, and says the state of its moment', async () => {
  let state: CameraState = first
  const drawn: number[] = []
  await using mjpeg = start({
    state: () => state,
    draw: ({ data, width, height, channels }, at) => {
      drawn.push(at)
      expect(channels).toBe('yuvj420p')
      // Red.
      fill(data, 0, width, 64, 76)
      fill(data, width * height, width / 2, 32, 85)
      fill(data, width * height * 1.25, width / 2, 32, 255)
    },
  })
  const parts: MjpegPart[] = []
  mjpeg.subscribe({ annotated: true, size: 'full' }, (part) => parts.push(part))
  await until('pictures', () => parts.length > 5)
  state = { ...first, light: { ...first.light, dark: 231, mode: 'night' } }
  const before = parts.length
  await until('more pictures', () => parts.length > before + 5)

  const part = parts.at(-1) as MjpegPart
  const [red = 0, green = 255, blue = 255] = await pixel(part, 30, 30)
  expect([red > 240, green < 15, blue < 15]).toEqual([true, true, true])
  expect(Math.min(...(await pixel(part, 900, 200)))).toBeGreaterThan(251)
  expect([header(part, 'X-Dark-Score'), header(part, 'X-Night')]).toEqual(['231', '1'])
  expect([header(parts[0] as MjpegPart, 'X-Dark-Score'), header(parts[0] as MjpegPart, 'X-Night')]).toEqual(['0', '0'])
  expect(drawn.map((at) => (at / 1000).toFixed(3))).toContain(header(part, 'X-Timestamp'))
})

test('small ones are 640 wide', async () => {
  await using mjpeg = start()
  const parts: MjpegPart[] = []
  for (const annotated of [true, false]) mjpeg.subscribe({ annotated, size: 'small' }, (part) => parts.push(part))
  await until('pictures of both', () => parts.filter(({ frameId }) => frameId === 3).length === 2)
  for (const part of parts) expect(await sharp(jpegOf(part)).metadata()).toMatchObject({ width: 640, height: 360 })
})

test('a killed encoder comes back for those who still watch, and the numbers go on', async () => {
  await using mjpeg = start()
  const ids: number[] = []
  mjpeg.subscribe(clean, ({ frameId }) => ids.push(frameId))
  await until('pictures', () => ids.length > 3)
  const [pid = 0] = encoders()
  process.kill(pid, 'SIGKILL')
  await until('its end', () => !encoders().includes(pid))
  const before = ids.length
  await until('pictures again', () => ids.length > before + 10)
  expect(ids).toEqual(ids.map((_, i) => i + 1))
})

test('another quality setting holds within seconds', async () => {
  let state: CameraState = first
  await using mjpeg = start({ state: () => state })
  let bytes = 0
  mjpeg.subscribe(clean, (part) => {
    bytes = part.bytes.length
  })
  await until('pictures', () => bytes)
  const fine = bytes
  state = { ...first, settings: { ...defaultSettings, jpeg: { quality: 10 } } }
  await until('smaller pictures', () => bytes < fine * 0.7)
})

test('ends its encoder a while after the last viewer, keeps it for one who comes back, and leaves nothing', async () => {
  // Ten seconds are one here.
  const mjpeg = start({ clock: { ...clock, after: (ms, run) => clock.after(ms / 10, run) } })
  let count = 0
  const watch = (): Disposable => mjpeg.subscribe(clean, () => count++)
  const one = watch()
  await until('pictures', () => count > 3)
  const running = encoders()
  one[Symbol.dispose]()
  one[Symbol.dispose]()
  const seen = count
  const two = watch()
  await until('pictures', () => count > seen + 40)
  expect(encoders()).toEqual(running)
  two[Symbol.dispose]()
  expect(mjpeg.viewers()).toBe(0)
  expect(encoders()).toEqual(running)
  await until('the end of the encoder', () => encoders().length === 0)

  watch()
  await until('pictures', () => encoders().length === 1)
  await mjpeg[Symbol.asyncDispose]()
  expect(encoders()).toEqual([])
  const told = count
  watch()
  await clock.sleep(300)
  expect([count, encoders()]).toEqual([told, []])
})

test('a viewer that fails costs the others nothing', async () => {
  await using mjpeg = start()
  let count = 0
  mjpeg.subscribe(clean, () => {
    throw new Error('its socket is gone')
  })
  mjpeg.subscribe(clean, () => count++)
  await until('pictures', () => count > 5)
  expect(mjpeg.viewers()).toBe(1)
})
