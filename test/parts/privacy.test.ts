// Privacy with real ffmpegs: what is hidden is hidden in everything that leaves, from the first picture on.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { SettingsChange } from '../../src/camera/settings.js'
import type { Zone } from '../../src/camera/zones.js'
import { type Child, startChild } from '../../src/lib/process.js'
import type { SourceConfig } from '../../src/sources/index.js'
import { ffmpegs, type PipelineHouse, startPipelineHouse } from '../support/pipeline-house.js'
import { defaultSettings } from '../support/settings.js'
import { until } from '../support/streams.js'

const run = promisify(execFile)
const WIDTH = 320
const HEIGHT = 180
let folder: string
let film: string
let house: PipelineHouse
const children: Child[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightjar-privacy-'))
  film = join(folder, 'bright.mp4')
  // Bright everywhere, and never the same.
  const bright = `color=c=white:s=${WIDTH}x${HEIGHT}:r=25:d=6,noise=alls=60:allf=t,format=yuv420p`
  const encode = ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '0', '-g', '25', '-b:v', '1M']
  await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', bright, ...encode, film])
})
afterAll(() => rm(folder, { recursive: true }))
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.stop(0)))
  await house[Symbol.asyncDispose]()
  expect(await ffmpegs('')).toEqual([])
})

const source: SourceConfig = { kind: 'file', path: '', loop: true, transcode: false }
const fromFilm = (): SourceConfig => ({ ...source, path: film })
const zone = (id: string, points: Zone['points']): Zone => ({
  ...{ id, name: id, color: '#ffffff', use: 'privacy', enabled: true, sensitivity: 1, points },
})
/** A triangle at the left, and a box in the right lower corner. */
const zones = [
  zone('window', [
    [10, 10],
    [50, 10],
    [10, 90],
  ]),
  zone('gate', [
    [75, 60],
    [100, 60],
    [100, 100],
    [75, 100],
  ]),
]
/** Pixels deep inside of what is hidden, and clearly outside. */
const HIDDEN = [
  [40, 30],
  [60, 40],
  [45, 100],
  [110, 24],
  [260, 130],
  [310, 170],
] as const
const SEEN = [
  [10, 10],
  [150, 150],
  [200, 60],
  [300, 80],
  [140, 60],
  [220, 170],
] as const

const settings = { ...defaultSettings, recording: { ...defaultSettings.recording, on: [] } }

const by = { adapter: 'test' }
const change = (settings: SettingsChange) => house.cameras.execute('porch', { type: 'settings', change: settings }, by)
const state = () => house.cameras.state('porch')
const online = () => state().link.status === 'online'

/** Of a luma picture. */
const look = (luma: Uint8Array): 'masked' | 'open' | 'other' => {
  const at = ([x, y]: readonly [number, number]): number => luma[y * WIDTH + x] ?? 0
  if (!SEEN.every((point) => at(point) > 120)) return 'other'
  return HIDDEN.every((point) => at(point) < 26) ? 'masked' : 'open'
}
const lumaOf = async (picture: Buffer): Promise<Uint8Array> =>
  sharp(picture).resize(WIDTH, HEIGHT).greyscale().raw().toBuffer()

/** Reads a path as anybody would, and says what each picture is. */
const watchPath = (path: string): { readonly seen: string[]; readonly child: Child } => {
  const seen: string[] = []
  const input = ['-rtsp_transport', 'tcp', '-i', house.gateway.serviceUrl(path)]
  const output = ['-vf', `scale=${WIDTH}:${HEIGHT}`, '-pix_fmt', 'gray', '-f', 'rawvideo', '-fps_mode', 'passthrough']
  const args = ['-nostdin', '-v', 'error', ...input, ...output, 'pipe:1']
  const child = startChild({ name: 'reader', command: 'ffmpeg', args })
  let rest = Buffer.alloc(0)
  child.stdout.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk])
    for (; rest.length >= WIDTH * HEIGHT; rest = rest.subarray(WIDTH * HEIGHT)) seen.push(look(rest))
  })
  children.push(child)
  return { seen, child }
}

test('a mask that is set while the camera is copied: from the answer on nobody gets an open picture', async () => {
  house = await startPipelineHouse(fromFilm(), settings)
  await until(online)
  const open = watchPath('porch')
  await until(() => open.seen.includes('open'))
  const mjpeg: Promise<string>[] = []
  const ending = house.pipelines.streams.mjpeg('porch', { annotated: false, size: 'full' }, ({ bytes }) => {
    const jpeg = bytes.subarray(bytes.indexOf('\r\n\r\n') + 4)
    mjpeg.push(lumaOf(jpeg).then((luma) => look(luma)))
  })
  await until(() => mjpeg.length > 5)

  await change({ zones })
  const after = mjpeg.length
  await expect(house.pipelines.pictures.picture('porch')).rejects.toMatchObject({ code: 'unavailable' })
  const late = watchPath('porch')
  await until(() => online() && late.seen.length > 30)
  const item = await house.cameras.execute('porch', { type: 'snapshot' }, by)
  await house.cameras.execute('porch', { type: 'record', action: 'start' }, by)
  await until(() => mjpeg.length > after + 10)
  await new Promise((resolve) => setTimeout(resolve, 1500))
  await house.cameras.execute('porch', { type: 'record', action: 'stop' }, by)
  const kept = await until(() => house.storage.list({ kind: 'recording' }).find(({ state }) => state === 'finished'))
  ending[Symbol.dispose]()

  expect(new Set(late.seen)).toEqual(new Set(['masked']))
  expect(new Set(await Promise.all(mjpeg.slice(after)))).toEqual(new Set(['masked']))
  expect(look(await lumaOf(await readFile(join(house.data, item.path))))).toBe('masked')
  const decode = ['-vf', `scale=${WIDTH}:${HEIGHT}`, '-pix_fmt', 'gray', '-f', 'rawvideo', 'pipe:1']
  const { stdout } = await run('ffmpeg', ['-v', 'error', '-i', join(house.data, kept.path), ...decode], {
    ...{ encoding: 'buffer', maxBuffer: 1 << 28 },
  })
  const pictures = Array.from({ length: stdout.length / (WIDTH * HEIGHT) }, (_, n) =>
    look(stdout.subarray(n * WIDTH * HEIGHT, (n + 1) * WIDTH * HEIGHT)),
  )
  expect(pictures.length).toBeGreaterThan(25)
  expect(new Set(pictures)).toEqual(new Set(['masked']))
})
