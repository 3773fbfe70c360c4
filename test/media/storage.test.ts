import { mkdir, mkdtemp, readdir, readFile, rm, stat, unlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Picture } from '../../src/camera/ports.js'
import type { PartHealth } from '../../src/camera/state.js'
import type { StoredItem } from '../../src/camera/stored-item.js'
import { silentLog } from '../../src/lib/log.js'
import { type Storage, startStorage } from '../../src/media/storage.js'
import { createTestClock, type TestClock } from '../support/test-clock.js'

const DAY = 86_400_000
let data: string
let clock: TestClock
let storage: Storage
let free: number
const unlimited = { days: 0, max_bytes: 0, min_free_bytes: 0 }

const start = async (config = unlimited): Promise<Storage> => {
  storage = await startStorage({ data, config, clock, log: silentLog, free: async () => free })
  return storage
}
const restart = async (config = unlimited): Promise<Storage> => {
  await storage[Symbol.asyncDispose]()
  return start(config)
}
const picture = (at = clock.now().wall, bytes = 10): Picture => ({
  ...{ data: Buffer.alloc(bytes, 7), format: 'jpg', at, width: 1280, height: 720 },
})
const snap = (at?: number, bytes?: number): Promise<StoredItem> =>
  storage.saveSnapshot({ camera: 'porch', picture: picture(at, bytes) })
const begin = () =>
  storage.begin({
    ...{ camera: 'porch', from: clock.now().wall, causes: ['motion'] as const, pre_roll_s: 3, width: 640, height: 360 },
  })
const failure = (code: string, words: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(words) })
const files = async (): Promise<string[]> =>
  (await readdir(data, { recursive: true })).filter((name) => /\.(mp4|jpg|png|draft)$/.test(name)).sort()

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'nightjar-storage-'))
  clock = createTestClock()
  free = 1e12
})
afterEach(async () => {
  await storage[Symbol.asyncDispose]()
  expect(clock.pending).toBe(0)
  await rm(data, { recursive: true, force: true })
})

test('a snapshot lies plainly on the disk, is listed, found, and removed; the folder goes once its day is over', async () => {
  await start()
  const at = new Date(2026, 10, 20, 23, 15, 58, 400).getTime()
  const item = await snap(at)
  expect(item).toMatchObject({
    ...{ id: 'porch-20261120-231558-0001', camera: 'porch', kind: 'snapshot', from: at, to: at, state: 'finished' },
    ...{ bytes: 10, keep: false, width: 1280, height: 720, format: 'jpg', pre_roll_s: null },
    path: 'porch/2026-11-20/23-15-58_0001.jpg',
  })
  expect(await readFile(join(data, item.path))).toEqual(Buffer.alloc(10, 7))
  expect(storage.list()).toEqual([item])
  expect(storage.get(item.id)).toEqual(item)
  expect(storage.files(item.id)).toEqual({ video: null, picture: join(data, item.path) })
  expect(storage.usage()).toEqual({ items: 1, bytes: 10, free: 1e12, problem: null })
  await storage.remove(item.id)
  expect(storage.list()).toEqual([])
  expect(await files()).toEqual([])
  await clock.advance(DAY)
  await expect.poll(() => readdir(join(data, 'porch'))).toEqual([])
  expect(() => storage.get(item.id)).toThrow(failure('not-found', /no recording or snapshot/))
})

test('pieces of a snapshot lie beside it, are found by their track, and go with it', async () => {
  await start()
  const at = new Date(2026, 10, 20, 23, 15, 58).getTime()
  const item = await snap(at)
  const other = await snap(at)
  expect(storage.crop(item.id)).toBeNull()
  await storage.saveCrop(item.id, 12, Buffer.from('twelve'))
  await storage.saveCrop(item.id, 3, Buffer.from('three'))
  await storage.saveCrop(other.id, 4, Buffer.from('four'))
  expect(storage.get(item.id).bytes).toBe(10 + 11)
  await restart()
  await storage.settled
  expect(await files()).toHaveLength(5)
  const read = async (track?: number): Promise<string> => String(await readFile(storage.crop(item.id, track) ?? ''))
  expect([await read(12), await read(3), await read()]).toEqual(['twelve', 'three', 'twelve'])
  expect(storage.crop(item.id, 4)).toBeNull()
  await storage.remove(item.id)
  expect(await files()).toEqual(['porch/2026-11-20/23-15-58_0002.4.crop.jpg', 'porch/2026-11-20/23-15-58_0002.jpg'])
  // A piece whose picture was taken away is nothing.
  await unlink(join(data, other.path))
  await restart()
  await storage.settled
  expect(await files()).toEqual([])
  await expect(storage.saveCrop(other.id, 4, Buffer.from('four'))).rejects.toEqual(failure('not-found', /There is no/))
})

test('numbers go on after a restart, also after the newest was removed', async () => {
  await start()
  await snap()
  await storage.remove((await snap()).id)
  await restart()
  expect((await snap()).id).toMatch(/-0003$/)
  expect((await storage.saveSnapshot({ camera: 'yard', picture: picture() })).id).toMatch(/^yard-.*-0001$/)
})

test('the list is newest first and can be narrowed', async () => {
  await start()
  const noon = clock.now().wall
  const [a, b, c] = [await snap(noon), await snap(noon + 1000), await snap(noon + 2000)]
  const draft = await begin()
  const ids = (filter?: Parameters<Storage['list']>[0]) => storage.list(filter).map(({ id }) => id)
  expect(ids({ kind: 'snapshot' })).toEqual([c.id, b.id, a.id])
  expect(ids({ kind: 'recording' })).toEqual([draft.item.id])
  expect(ids({ kind: 'snapshot', from: noon + 500, to: noon + 1500 })).toEqual([b.id])
  expect(ids({ kind: 'snapshot', limit: 1, offset: 1 })).toEqual([b.id])
  expect(ids({ camera: 'yard' })).toEqual([])
  await clock.advance(5000)
  expect(ids({ from: noon + 3000 })).toEqual([draft.item.id])
  expect(ids({ from: noon + 6000 })).toEqual([])
  await draft.drop()
})

test('a recording that runs is listed, has no video yet, and can not be removed', async () => {
  await start()
  const draft = await begin()
  expect(storage.get(draft.item.id)).toMatchObject({ state: 'running', to: null, causes: ['motion'], pre_roll_s: 3 })
  expect(storage.files(draft.item.id)).toEqual({ video: null, picture: null })
  await expect(storage.remove(draft.item.id)).rejects.toEqual(failure('refused', /still being recorded/))
  await writeFile(draft.part, 'x')
  await draft.savePicture(picture())
  expect(storage.files(draft.item.id).picture).toMatch(/_0001\.jpg$/)
  await draft.drop()
  expect(await files()).toEqual([])
  expect(storage.list()).toEqual([])
})

test('the hourly look at the disk leaves alone what is being made', async () => {
  await start()
  const [draft, empty] = [await begin(), await begin()]
  await writeFile(draft.part, 'x')
  await clock.advance(3_600_000)
  await storage.settled
  expect(await readFile(draft.part, 'utf8')).toBe('x')
  expect(storage.get(draft.item.id).state).toBe('running')
  expect(storage.get(empty.item.id).state).toBe('running')
  await draft.drop()
  await empty.drop()
})

test('an item whose file was taken away says so and is gone; at a restart it is not even listed', async () => {
  await start()
  const [a, b, c] = [await snap(), await snap(), await snap()]
  await unlink(join(data, a.path))
  expect(() => storage.files(a.id)).toThrow(failure('not-found', /removed from the disk/))
  expect(storage.list().map(({ id }) => id)).toEqual([c.id, b.id])
  await unlink(join(data, b.path))
  await restart()
  await storage.settled
  expect(storage.list().map(({ id }) => id)).toEqual([c.id])
  await rm(join(data, 'porch'), { recursive: true })
  await clock.advance(3_600_000)
  await expect.poll(() => storage.list()).toEqual([])
})

test('keep makes the file read-only and holds it against every limit', async () => {
  await start()
  const [old, kept, fresh] = [
    await snap(clock.now().wall - 9 * DAY),
    await snap(clock.now().wall - 8 * DAY),
    await snap(),
  ]
  expect(await storage.keep(kept.id, true)).toEqual({ ...kept, keep: true })
  expect((await stat(join(data, kept.path))).mode & 0o222).toBe(0)
  await restart({ ...unlimited, days: 7 })
  expect(storage.list()).toHaveLength(3)
  await clock.advance(660_000)
  await expect.poll(() => storage.list().map(({ id }) => id)).toEqual([fresh.id, kept.id])
  await expect(stat(join(data, old.path))).rejects.toThrow('ENOENT')
  await storage.keep(kept.id, false)
  await clock.advance(60_000)
  await expect.poll(() => storage.list().map(({ id }) => id)).toEqual([fresh.id])
})

test('below the floor the oldest goes; when nothing may go it says so, refuses, and heals by itself', async () => {
  await start({ ...unlimited, min_free_bytes: 500e6 })
  const told: PartHealth[] = []
  storage.watch((health) => told.push(health))
  const [old, kept] = [await snap(), await snap()]
  await storage.keep(kept.id, true)
  free = 120e6
  await clock.advance(60_000)
  await expect
    .poll(() => storage.usage().problem)
    .toMatch(/^Only 120 MB are free on the disk \(500 MB must stay free\)/)
  expect(storage.list().map(({ id }) => id)).toEqual([kept.id])
  await expect(stat(join(data, old.path))).rejects.toThrow('ENOENT')
  await expect(begin()).rejects.toEqual(failure('storage', /Only 120 MB are free/))
  await expect(snap()).rejects.toEqual(failure('storage', /Only 120 MB are free/))
  free = 600e6
  expect((await snap()).state).toBe('finished')
  expect(storage.usage().problem).toBeNull()
  expect(told.map(({ status }) => status)).toEqual(['working', 'broken', 'working'])
})

test('a data folder that can not be had is a problem, not a crash, and is used once it can', async () => {
  await writeFile(join(data, 'here'), 'a file in the way')
  storage = await startStorage({ data: join(data, 'here'), config: unlimited, clock, log: silentLog })
  expect(storage.usage()).toMatchObject({ items: 0, bytes: 0, problem: expect.stringMatching(/A file is in the way/) })
  expect(() => storage.list()).toThrow(failure('storage', /A file is in the way/))
  await expect(snap()).rejects.toEqual(failure('storage', /A file is in the way/))
  await unlink(join(data, 'here'))
  await clock.advance(60_000)
  await expect.poll(() => storage.usage().problem).toBeNull()
  const item = await snap()
  expect(storage.list()).toEqual([item])
})

test('a picture that can not be written fails with the reason and leaves nothing', async () => {
  await start()
  await writeFile(join(data, 'porch'), 'a file in the way')
  await expect(snap()).rejects.toEqual(failure('storage', /A file is in the way/))
  expect(storage.list()).toEqual([])
})

test('scraps of a run that died are swept away, foreign files are left alone', async () => {
  const folder = join(data, 'porch', '2026-11-20')
  await mkdir(folder, { recursive: true })
  const [scraps, others] = [
    ['.10-00-00_0001.tmp.mp4', '10-00-00_0002.jpg.9-1.draft'],
    ['holiday.mp4', 'notes.txt'],
  ]
  for (const name of [...scraps, ...others]) await writeFile(join(folder, name), 'x')
  await start()
  await storage.settled
  expect((await readdir(folder)).sort()).toEqual(others)
  expect(storage.list()).toEqual([])
})

test('at rest nothing is written', async () => {
  await start({ days: 14, max_bytes: 1e9, min_free_bytes: 500e6 })
  await snap()
  const past = new Date(1_600_000_000_000)
  const names = async () => (await readdir(data, { recursive: true })).sort()
  const before = await names()
  for (const name of before) await utimes(join(data, name), past, past)
  await clock.advance(7_300_000)
  await storage.settled
  expect(await names()).toEqual(before)
  for (const name of before) expect((await stat(join(data, name))).mtimeMs).toBe(past.getTime())
})
