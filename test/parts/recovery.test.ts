// What a run that died has left on the disk, and what the next one makes of it.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, mkdtemp, readdir, rename, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Picture } from '../../src/camera/ports.js'
import { silentLog } from '../../src/lib/log.js'
import type { RingItem } from '../../src/media/ring.js'
import { type Draft, type Storage, startStorage } from '../../src/media/storage.js'
import { inspect, makeFilm, numbers } from '../support/films.js'
import { createTestClock, type TestClock } from '../support/test-clock.js'

let stream: readonly RingItem[]
let image: Buffer
let data: string
let clock: TestClock
let storage: Storage
let from: number
const limits = { days: 14, max_bytes: 0, min_free_bytes: 0 }

beforeAll(async () => {
  stream = await makeFilm(0, { seconds: 4, audio: true })
  image = await sharp({ create: { width: 64, height: 48, channels: 3, background: 'teal' } })
    .jpeg()
    .toBuffer()
})
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'nightjar-recovery-'))
  clock = createTestClock()
  from = clock.now().wall + 250
  await start()
})
afterEach(async () => {
  await storage[Symbol.asyncDispose]()
  expect(clock.pending).toBe(0)
  await rm(data, { recursive: true })
})
afterAll(() => expect(children()).toEqual([]))

const start = async (): Promise<void> => {
  storage = await startStorage({ data, config: limits, clock, log: silentLog })
}
const restart = async (between: () => Promise<unknown> = async () => {}): Promise<void> => {
  await storage[Symbol.asyncDispose]()
  await between()
  await start()
  await storage.settled
}
const begin = () =>
  storage.begin({ camera: 'porch', from, causes: ['motion'] as const, pre_roll_s: 3.04, width: 320, height: 180 })
const bytesOf = (items: readonly RingItem[]): Buffer =>
  Buffer.concat([items[0]?.init.data ?? Buffer.alloc(0), ...items.map(({ fragment }) => fragment.data)])
const picture = (): Picture => ({ data: image, format: 'jpg', at: from, width: 64, height: 48 })
const filesOf = async (draft: Draft): Promise<string[]> => (await readdir(join(draft.part, '..'))).sort()
const children = (): string[] =>
  execFileSync('ps', ['--ppid', `${process.pid}`, '-o', 'comm='])
    .toString()
    .split('\n')
    .filter((name) => /^(ffmpeg|ffprobe|sleep)/.test(name))

test('a recording that a dead run left is finished up to its last whole fragment', async () => {
  const draft = await begin()
  await draft.savePicture(picture())
  const whole = stream.filter(({ fragment }) => fragment.mono < 3000)
  const next = stream.find(({ fragment }) => fragment.key && fragment.mono >= 3000)?.fragment.data ?? Buffer.alloc(0)
  await writeFile(draft.part, Buffer.concat([bytesOf(whole), next.subarray(0, -100)]))
  await restart()
  const item = storage.get(draft.item.id)
  expect(item).toMatchObject({
    ...{ ...draft.item, state: 'recovered', picture: true, causes: ['motion'], pre_roll_s: 3.04 },
    ...{ to: expect.any(Number), bytes: expect.any(Number) },
  })
  expect(Math.abs((item.to ?? 0) - from - 3000)).toBeLessThan(60)
  const { video } = storage.files(item.id)
  const report = await inspect(video ?? '')
  expect(report).toMatchObject({ complaints: '', start: 0, pictures: numbers(0, 75) })
  expect(item.bytes).toBe((await stat(video ?? '')).size)
  expect(await filesOf(draft)).toEqual(['12-00-00_0001.jpg', '12-00-00_0001.mp4'])
})

test('also when the index has never heard of it', async () => {
  const draft = await begin()
  await writeFile(draft.part, bytesOf(stream))
  await restart(() => rm(join(data, 'nightjar.db')))
  expect(storage.list()).toMatchObject([{ id: draft.item.id, state: 'recovered', width: 320, height: 180, causes: [] }])
  expect((await inspect(storage.files(draft.item.id).video ?? '')).pictures).toEqual(numbers(0, 100))
})

test('a new index gives out no number twice, also before it knows the files', async () => {
  const draft = await begin()
  await writeFile(draft.part, bytesOf(stream))
  await storage[Symbol.asyncDispose]()
  await rm(join(data, 'nightjar.db'))
  await start()
  expect((await begin()).item.id).toMatch(/-0002$/)
})

test('a part without one whole fragment is nothing, and nothing of it stays', async () => {
  const draft = await begin()
  await draft.savePicture(picture())
  await writeFile(draft.part, bytesOf(stream).subarray(0, 900))
  const empty = await begin()
  await restart()
  expect(storage.list()).toEqual([])
  expect(await filesOf(draft)).toEqual([])
  expect(empty.item.id).not.toBe(draft.item.id)
})

test('a run that died between the finished file and the index loses nothing', async () => {
  const draft = await begin()
  await writeFile(draft.part, bytesOf(stream))
  const copy = `${draft.part}.copy`
  await copyFile(draft.part, copy)
  const item = await draft.finish({ to: from + 4000, causes: ['motion'] })
  const dead = await begin()
  await rename(copy, draft.part)
  await copyFile(storage.files(item.id).video ?? '', dead.part.replace('/.', '/').replace('.part', ''))
  await restart()
  expect(storage.list().map(({ id, state }) => [id, state])).toEqual([
    [dead.item.id, 'recovered'],
    [item.id, 'finished'],
  ])
  expect(storage.get(item.id)).toEqual(item)
  expect(await filesOf(draft)).toEqual(['12-00-00_0001.mp4', '12-00-00_0002.mp4'])
})

test.each([
  ['is no database any more', (db: string) => writeFile(db, 'scribbled over '.repeat(1000))],
  ['is damaged inside', (db: string) => writeFile(db, Buffer.alloc(20_000, 0xa5), { flag: 'r+' })],
  ['is cut short', (db: string) => truncate(db, 5000)],
])('an index that %s is set aside and made again from the files', async (_, damage) => {
  const draft = await begin()
  await writeFile(draft.part, bytesOf(stream))
  await draft.savePicture(picture())
  const recording = await draft.finish({ to: from + 4000, causes: ['motion', 'manual'] })
  const snapshot = await storage.saveSnapshot({ camera: 'porch', picture: picture() })
  const kept = await storage.keep(recording.id, true)
  await restart(() => damage(join(data, 'nightjar.db')))
  expect((await readdir(data)).filter((name) => /^nightjar\.db\.broken-[\dTZ-]+$/.test(name))).toHaveLength(1)
  const again = storage.get(recording.id)
  expect(again).toEqual({ ...kept, state: 'recovered', to: again.to })
  expect(Math.abs((again.to ?? 0) - from - 4000)).toBeLessThan(60)
  // A picture remembers the second it was taken in.
  const second = Math.floor(from / 1000) * 1000
  expect(storage.get(snapshot.id)).toEqual({ ...snapshot, from: second, to: second })
  expect((await begin()).item.id).toMatch(/-0003$/)
})

test('a file that only looks like ours is left alone', async () => {
  const draft = await begin()
  const path = draft.part.replace('/.', '/').replace('.part', '')
  await draft.drop()
  await restart(async () => {
    await rm(join(data, 'nightjar.db'))
    execFileSync('mkdir', ['-p', join(path, '..')])
    await writeFile(path, 'no video')
  })
  expect(storage.list()).toEqual([])
  expect((await stat(path)).size).toBe(8)
})

test('a video that ffmpeg can not finish stays as it was written', async () => {
  const draft = await begin()
  await writeFile(draft.part, bytesOf(stream))
  // The place of ffmpeg's own file is taken by a folder.
  execFileSync('mkdir', ['-p', join(draft.part.replace('.part', '.tmp'), 'in-the-way')])
  const item = await draft.finish({ to: from + 4000, causes: [] })
  expect(item.state).toBe('finished')
  const report = await inspect(storage.files(item.id).video ?? '')
  expect(report).toMatchObject({ complaints: '', pictures: numbers(0, 100) })
})

test('storage that is stopped while it recovers ends its ffmpeg, and the next start does the rest', async () => {
  const drafts = await Promise.all(Array.from({ length: 3 }, begin))
  for (const draft of drafts) await writeFile(draft.part, bytesOf(stream))
  await storage[Symbol.asyncDispose]()
  const path = process.env.PATH
  const started = join(data, 'started')
  try {
    process.env.PATH = `${data}:${path}`
    await writeFile(join(data, 'ffmpeg'), `#!/bin/sh\ntouch ${started}\nexec sleep 1000\n`, { mode: 0o755 })
    await start()
    await expect.poll(() => existsSync(started)).toBe(true)
    await storage[Symbol.asyncDispose]()
    expect(children()).toEqual([])
  } finally {
    process.env.PATH = path
  }
  await start()
  await storage.settled
  expect(storage.list().map(({ state }) => state)).toEqual(['recovered', 'recovered', 'recovered'])
})
