// A clip from a ring of real fragments: an ordinary video of just those seconds.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { silentLog } from '../../src/lib/log.js'
import { type ClipDeps, keepClip } from '../../src/media/clip.js'
import { createRing, type Ring } from '../../src/media/ring.js'
import { type Storage, startStorage } from '../../src/media/storage.js'
import { inspect, makeFilm, numbers } from '../support/films.js'
import { createTestClock, type TestClock } from '../support/test-clock.js'

let data: string
let clock: TestClock
let storage: Storage
let ring: Ring
let deps: ClipDeps
const JPEG = Buffer.from('a picture')

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'nightjar-clip-'))
  clock = createTestClock()
  const limits = { days: 14, max_bytes: 0, min_free_bytes: 0, path: null }
  storage = await startStorage({ data, config: limits, clock, log: silentLog })
  ring = createRing({ seconds: 60, maxBytes: 50_000_000 })
  const picture: ClipDeps['picture'] = async (at) => ({ data: JPEG, format: 'jpg', at, width: 320, height: 180 })
  deps = { camera: 'porch', ring, storage, clock, log: silentLog, picture }
})
afterEach(async () => {
  await storage[Symbol.asyncDispose]()
  await rm(data, { recursive: true })
})

test('it begins at the key frame before, ends where it was asked to, and is kept with a picture', async () => {
  const begin = clock.now().mono
  for (const item of await makeFilm(begin, { seconds: 8, audio: true })) ring.push(item)
  await clock.advance(8000)
  const from = clock.toWall(begin + 2400)
  const item = await keepClip(deps, { from, to: clock.toWall(begin + 5000) })
  expect(item).toMatchObject({
    kind: 'recording',
    state: 'finished',
    causes: ['manual'],
    pre_roll_s: 0.4,
    picture: true,
  })
  expect([item.from, item.to]).toEqual([clock.toWall(begin + 2000), clock.toWall(begin + 5000)])
  const { video, picture } = storage.files(item.id)
  const report = await inspect(video ?? '')
  expect(report.complaints).toBe('')
  // From 2.00 to 5.00, both ends in it.
  expect(report.pictures).toEqual(numbers(50, 126))
  expect(report.tracks.map(({ kind }) => kind).sort()).toEqual(['audio', 'video'])
  expect(await readFile(picture ?? '')).toEqual(JPEG)
  expect(storage.list({ camera: 'porch' }).map(({ id }) => id)).toEqual([item.id])
  expect(storage.usage('porch')).toMatchObject({ items: 1, bytes: item.bytes })
  expect(storage.usage('attic')).toMatchObject({ items: 0, bytes: 0 })
})

test('where the stream changed it is what came after; of a time that is not held there is none', async () => {
  const begin = clock.now().mono
  await expect(keepClip(deps, { from: clock.toWall(begin), to: clock.toWall(begin + 1) })).rejects.toMatchObject({
    ...{ code: 'unavailable', message: expect.stringContaining('of no time') },
  })
  for (const item of await makeFilm(begin, { seconds: 3 })) ring.push(item)
  for (const item of await makeFilm(begin + 3000, { seconds: 2, width: 640, epoch: 2 })) ring.push(item)
  await clock.advance(5000)
  const before = { from: clock.toWall(begin - 9000), to: clock.toWall(begin - 5000) }
  await expect(keepClip(deps, before)).rejects.toMatchObject({ code: 'unavailable' })
  const item = await keepClip(deps, { from: clock.toWall(begin), to: clock.toWall(begin + 9000) })
  expect(item).toMatchObject({ from: clock.toWall(begin + 3000), width: 640 })
  expect((await inspect(storage.files(item.id).video ?? '')).pictures).toEqual(numbers(0, 50))
  expect(storage.list()).toHaveLength(1)
})

test.each([3_600_000, -3_600_000])(
  'the wall clock steps by %i ms while it is stored: it is where it is',
  async (by) => {
    const begin = clock.now().mono
    for (const item of await makeFilm(begin, { seconds: 3 })) ring.push(item)
    await clock.advance(3000)
    const times = { from: clock.toWall(begin), to: clock.toWall(begin + 2000) }
    const picture: ClipDeps['picture'] = async (at) => {
      clock.step(by)
      return { data: JPEG, format: 'jpg', at, width: 320, height: 180 }
    }
    const { id } = await keepClip({ ...deps, picture }, times)
    const [from, to] = [times.from + by, times.to + by]
    expect(storage.get(id)).toMatchObject({ from, to, state: 'finished' })
    expect(storage.list({ from: from - 1, to: to + 1 }).map((item) => item.id)).toEqual([id])
  },
)

test('of a disk that is full nothing is left', async () => {
  const begin = clock.now().mono
  for (const item of await makeFilm(begin, { seconds: 2 })) ring.push(item)
  const full: ClipDeps['storage'] = {
    begin: async (request) => ({ ...(await storage.begin(request)), part: join(data, 'no', 'such', 'folder') }),
  }
  const times = { from: clock.toWall(begin), to: clock.toWall(begin + 1000) }
  await expect(keepClip({ ...deps, storage: full }, times)).rejects.toMatchObject({ code: 'storage' })
  expect(storage.list()).toEqual([])
})
