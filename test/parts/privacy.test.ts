// Privacy with real ffmpegs: what is hidden is hidden in everything that leaves, from the first picture on.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { SettingsChange } from '../../src/camera/settings.js'
import type { Zone } from '../../src/camera/zones.js'
import { type Child, startChild } from '../../src/lib/process.js'
import { disprove, parseY4m } from '../../src/pipeline/proof.js'
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
const overlay = { boxes: false, zones: false, level: false, name: false, time: false, marks: false }

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

const input = (path: string): string[] => [
  ...['-rtsp_transport', 'tcp', '-allowed_media_types', 'video', '-probesize', '32', '-analyzeduration', '0'],
  ...['-i', house.gateway.serviceUrl(path)],
]

/** Reads a path as anybody would, and says what each picture is. */
const watchPath = (path: string): { readonly seen: string[]; readonly child: Child } => {
  const seen: string[] = []
  const output = ['-vf', `scale=${WIDTH}:${HEIGHT}`, '-pix_fmt', 'gray', '-f', 'rawvideo', '-fps_mode', 'passthrough']
  const args = ['-nostdin', '-v', 'error', ...input(path), ...output, 'pipe:1']
  const child = startChild({ name: 'reader', command: 'ffmpeg', args })
  let rest = Buffer.alloc(0)
  child.stdout.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk])
    for (; rest.length >= WIDTH * HEIGHT; rest = rest.subarray(WIDTH * HEIGHT)) seen.push(look(rest))
  })
  children.push(child)
  return { seen, child }
}

/** What somebody who connects now gets first. */
const pictureOf = async (path: string): Promise<string> => {
  const args = [...input(path), '-frames:v', '1', '-pix_fmt', 'yuv420p']
  const { stdout } = await run('ffmpeg', ['-v', 'error', ...args, '-f', 'yuv4mpegpipe', 'pipe:1'], {
    ...{ encoding: 'buffer', maxBuffer: 1 << 28 },
  })
  const picture = parseY4m(stdout)
  if (!picture) throw new Error('no picture')
  return disprove({ of: 'slate' }, picture) === null ? 'slate' : look(picture.data)
}

test('a mask that is set while the camera is copied: from the answer on nobody gets an open picture', async () => {
  // It always has a picture in its hands when something changes.
  const slow = join(folder, 'slow.mjs')
  await writeFile(slow, 'export const process_image = () => new Promise((done) => setTimeout(done, 200))')
  const processor = { path: slow, always: false, width: WIDTH, fps: 25, limit_ms: 2000 }
  house = await startPipelineHouse(fromFilm(), { ...settings, overlay }, processor)
  await until(online)
  const open = watchPath('porch')
  await until(() => open.seen.includes('open'))
  const looks: Record<'clean' | 'processed', Promise<string>[]> = { clean: [], processed: [] }
  const streams = (['clean', 'processed'] as const).map((name) =>
    house.pipelines.streams.mjpeg('porch', { annotated: name === 'processed', size: 'full' }, ({ bytes }) => {
      const jpeg = bytes.subarray(bytes.indexOf('\r\n\r\n') + 4)
      looks[name].push(lumaOf(jpeg).then((luma) => look(luma)))
    }),
  )
  await until(() => looks.clean.length > 5 && looks.processed.length > 2)
  expect(await looks.processed[0]).toBe('open')

  await change({ zones })
  const after = { clean: looks.clean.length, processed: looks.processed.length }
  await expect(house.pipelines.pictures.picture('porch')).rejects.toMatchObject({ code: 'unavailable' })
  const late = watchPath('porch')
  await until(() => online() && late.seen.length > 30)
  const item = await house.cameras.execute('porch', { type: 'snapshot' }, by)
  await house.cameras.execute('porch', { type: 'record', action: 'start' }, by)
  await until(() => looks.clean.length > after.clean + 10 && looks.processed.length > after.processed + 5)
  await new Promise((resolve) => setTimeout(resolve, 1500))
  await house.cameras.execute('porch', { type: 'record', action: 'stop' }, by)
  const kept = await until(() => house.storage.list({ kind: 'recording' }).find(({ state }) => state === 'finished'))
  for (const stream of streams) stream[Symbol.dispose]()

  expect(new Set(late.seen)).toEqual(new Set(['masked']))
  for (const name of ['clean', 'processed'] as const)
    expect(new Set(await Promise.all(looks[name].slice(after[name])))).toEqual(new Set(['masked']))
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

test('five new starts of the camera and its small stream: not one open picture', async () => {
  const camera = await startPipelineHouse(fromFilm(), settings)
  try {
    await until(() => camera.cameras.state('porch').link.status === 'online')
    const url = camera.gateway.serviceUrl('porch')
    house = await startPipelineHouse({ kind: 'rtsp', url, sub: url, transport: 'tcp' }, { ...settings, zones })
    await until(online)
    const readers = [watchPath('porch'), watchPath('porch_sub')]
    await until(() => readers.every(({ seen }) => seen.length > 0))
    for (let start = 0; start < 5; start++) {
      let old: number[] = []
      while (old.length < 2 || !online()) {
        await new Promise((resolve) => setTimeout(resolve, 50))
        old = await ffmpegs('drawbox')
      }
      const before = readers.map(({ seen }) => seen.length)
      for (const pid of old) process.kill(pid, 'SIGKILL')
      await until(() => readers.every(({ seen }, at) => seen.length > (before[at] ?? 0) + 10))
    }
    for (const { seen } of readers) {
      expect(new Set(seen)).toEqual(new Set(['masked']))
      expect(seen.length).toBeGreaterThan(50)
    }
    // The eyes look at what is left.
    expect(state().light.dark).not.toBeNull()
  } finally {
    await camera[Symbol.asyncDispose]()
  }
})

const PATTERN = {
  kind: 'test-pattern',
  width: WIDTH,
  height: HEIGHT,
  fps: 25,
  walk_every_s: 30,
  walk_s: 8,
  day_s: 86400,
} as const

test('privacy mode: let go of the camera, a card for all, no picture, no recording, and back; readers stay', async () => {
  house = await startPipelineHouse(PATTERN, settings)
  await until(online)
  const reader = watchPath('porch')
  let over = false
  void reader.child.exited.then(() => {
    over = true
  })
  await until(() => reader.seen.length > 5)
  await house.cameras.execute('porch', { type: 'record', action: 'start' }, by)
  await until(() => house.storage.list({ kind: 'recording' })[0])

  const at = Date.now()
  await change({ privacy: { enabled: true } })
  expect(state()).toMatchObject({ recording: { active: false, causes: [] }, motion: { active: false, level: 0 } })
  const shown = reader.seen.length
  for (const ask of [
    () => house.cameras.execute('porch', { type: 'record', action: 'start' }, by),
    () => house.cameras.execute('porch', { type: 'snapshot' }, by),
    () => house.pipelines.pictures.picture('porch'),
  ])
    await expect(ask()).rejects.toMatchObject({ code: 'refused', message: /^porch is private: / })
  await until(() => reader.seen.length > shown + 3)
  expect(await ffmpegs('cos(2')).toEqual([])
  expect(await ffmpegs('rawvideo')).toHaveLength(1)
  const card = await pictureOf('porch')
  expect(card).toBe('slate')
  const items = await until(() => {
    const all = house.storage.list({ kind: 'recording' })
    return all.every(({ state }) => state === 'finished') && all
  })
  expect(items).toHaveLength(1)
  expect(items[0]?.to ?? 0).toBeLessThan(at + 200)
  await until(online)

  await change({ privacy: { enabled: false } })
  const back = reader.seen.length
  await until(() => online() && state().link.problem === null && reader.seen.length > back + 40)
  expect(await pictureOf('porch')).not.toBe('slate')
  await house.cameras.execute('porch', { type: 'snapshot' }, by)
  expect(over).toBe(false)
})

test('a camera that was private when the service ended is never opened when it starts again', async () => {
  house = await startPipelineHouse(fromFilm(), { ...settings, privacy: { enabled: true }, zones })
  await until(online)
  expect(await pictureOf('porch')).toBe('slate')
  expect(await ffmpegs(film)).toEqual([])
  expect(state().media.video).toEqual({ codec: 'h264', width: 1280, height: 720 })
  expect(state().light.dark).toBeNull()
})
