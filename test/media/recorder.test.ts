// What the recorder writes, byte for byte, and what it tells: with fragments that are words and a shelf of plain files.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Cause, PartHealth } from '../../src/camera/state.js'
import type { StoredItem } from '../../src/camera/stored-item.js'
import { Failure } from '../../src/lib/failure.js'
import { silentLog } from '../../src/lib/log.js'
import { createRecorder, type Recorder } from '../../src/media/recorder.js'
import { createRing, type InitSegment, type Ring, type RingItem } from '../../src/media/ring.js'
import type { BeginRequest, Draft } from '../../src/media/storage.js'
import type { RecordingEvent } from '../../src/media/take.js'
import { createTestClock, type TestClock } from '../support/test-clock.js'

interface Kept extends BeginRequest {
  readonly part: string
  ended?: { readonly to: number; readonly causes: readonly Cause[]; readonly cut?: boolean }
  pictureAt?: number
}

let folder: string
let clock: TestClock
let ring: Ring
let recorder: Recorder
let told: RecordingEvent[]
let health: PartHealth[]
let shelf: Kept[]
let refusal: Failure | null
let place: ((number: number) => string) | null
let pictureFails: boolean
let longest: number
/** Mono ms at which the test began. */
let zero: number

const init = (epoch: number): InitSegment => ({
  ...{ epoch, data: Buffer.from(`<${epoch}>`), mime: 'video/mp4', audio: true },
  video: { codec: 'h264', width: 1280, height: 720 },
})
/** `k` key frame, `v` other frame, `a` audio. */
const item = (kind: 'k' | 'v' | 'a', seconds: number, epoch = 1, pts = 100 + seconds): RingItem => ({
  init: init(epoch),
  fragment: {
    ...{
      epoch,
      data: Buffer.from(`${kind}${seconds} `),
      track: kind === 'a' ? 'audio' : 'video',
      key: kind === 'k',
      pts,
    },
    mono: zero + seconds * 1000,
  },
})
/** A key frame each second and two frames in between. */
const second = (s: number, epoch = 1): RingItem[] => [
  item('k', s, epoch),
  item('v', s + 0.25, epoch),
  item('v', s + 0.5, epoch),
]
const play = async (...items: RingItem[]): Promise<void> => {
  for (const each of items) {
    await clock.advance(Math.max(0, each.fragment.mono - clock.now().mono))
    ring.push(each)
  }
}
const seconds = (from: number, to: number, epoch = 1): RingItem[] =>
  Array.from({ length: to - from }, (_, n) => second(from + n, epoch)).flat()

const draftOf = (request: BeginRequest): Draft => {
  const number = shelf.length + 1
  const kept: Kept = { ...request, part: place?.(number) ?? join(folder, `${number}`) }
  shelf.push(kept)
  const running: StoredItem = {
    ...{ id: `porch-${number}`, kind: 'recording', to: null, state: 'running', bytes: 0, keep: false, format: 'mp4' },
    ...{ ...request, path: kept.part, picture: false },
  }
  return {
    item: running,
    part: kept.part,
    savePicture: async ({ at }) => {
      kept.pictureAt = at
    },
    finish: async (ended) => {
      kept.ended = ended
      return { ...running, ...ended, state: 'finished' }
    },
    drop: async () => {
      shelf.splice(shelf.indexOf(kept), 1)
    },
  }
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightjar-take-'))
  clock = createTestClock()
  zero = clock.now().mono
  ring = createRing({ seconds: 10, maxBytes: 100_000_000 })
  ;[told, health, shelf, refusal, place, pictureFails, longest] = [[], [], [], null, null, false, 300]
  recorder = createRecorder({
    ...{ camera: 'porch', ring, clock, log: silentLog },
    storage: {
      begin: async (request) => {
        if (refusal) throw refusal
        return draftOf(request)
      },
    },
    maxSeconds: () => longest,
    picture: async (at) => {
      if (pictureFails) throw new Failure('unavailable', 'There is no picture')
      return { data: Buffer.from('jpg'), format: 'jpg', at, width: 1, height: 1 }
    },
    tell: (event) => told.push(event),
    onHealth: (now) => health.push(now),
  })
})
afterEach(async () => {
  await recorder[Symbol.asyncDispose]()
  expect(clock.pending).toBe(0)
  await rm(folder, { recursive: true })
})

const start = (seconds: number, before_s = 0, causes: Cause[] = ['motion']): void =>
  recorder.start({ trigger: zero + seconds * 1000, before_s, causes })
const stop = (seconds: number): void => recorder.stop(zero + seconds * 1000)
const types = () => told.map(({ type }) => type)
const wall = (seconds: number): number => clock.toWall(zero + seconds * 1000)
const read = async (number: number): Promise<string> => readFile(shelf[number - 1]?.part ?? '', 'utf8')
/** The disk answers in real time. */
const begun = (count: number) =>
  expect.poll(() => types().filter((type) => type === 'recording_started')).toHaveLength(count)
const finished = (count: number) =>
  expect.poll(() => types().filter((type) => type === 'recording_finished')).toHaveLength(count)

test('a stream that was late at first: the recording began when its own clock says so', async () => {
  // One second late until 2 s.
  await play(item('k', 1, 1, 100), item('v', 1.5, 1, 100.5), item('k', 2, 1, 102), item('v', 2.5, 1, 102.5))
  start(2.5, 2)
  await play(item('v', 2.75, 1, 102.75))
  stop(3)
  await play(item('k', 3, 1, 103), item('v', 3.5, 1, 103.5))
  await finished(1)
  expect(shelf[0]?.from).toBe(wall(1))
  expect(shelf[0]?.ended).toMatchObject({ from: wall(0), to: wall(3), pre_roll_s: 2.5 })
})

test.each([
  ['an hour forward', 3_600_000],
  ['an hour back', -3_600_000],
])('the wall clock steps %s in mid-recording: it is as long as it is, by the clock of its end', async (_how, by) => {
  await play(...seconds(0, 3))
  start(2, 1)
  await begun(1)
  const from = shelf[0]?.from ?? 0
  clock.step(by)
  await play(...seconds(3, 6))
  stop(5.5)
  await finished(1)
  expect(shelf[0]?.ended).toMatchObject({ from: from + by, to: from + by + 4500, pre_roll_s: 1, cut: false })
})

test("the camera's own clock goes back a little in mid-recording: it does not begin after its end", async () => {
  await play(item('k', 0, 1, 100), item('v', 0.25, 1, 100.25))
  start(0)
  await play(item('v', 0.5, 1, 98.6))
  stop(0.6)
  await play(item('k', 1, 1, 99.1))
  await finished(1)
  expect(shelf[0]?.ended).toMatchObject({ from: wall(0), to: wall(0.5) })
})

test('it starts with the key frame at or before the pre-roll and ends with the last frame up to the stop', async () => {
  await play(...seconds(0, 5))
  start(4.5, 2.25)
  await play(...second(5))
  stop(5.3)
  await play(item('v', 5.4), item('k', 6))
  await finished(1)
  expect(await read(1)).toBe('<1>k2 v2.25 v2.5 k3 v3.25 v3.5 k4 v4.25 v4.5 k5 v5.25 v5.5 ')
  expect(shelf[0]).toMatchObject({ pre_roll_s: 2.5, from: wall(2), width: 1280, height: 720, pictureAt: wall(4.5) })
})

test('a stop ahead of the newest frame waits for the frames up to it, no longer than a second', async () => {
  await play(...seconds(0, 2))
  start(1.5)
  stop(2.3)
  await play(...second(2))
  await finished(1)
  expect(await read(1)).toBe('<1>k1 v1.25 v1.5 k2 v2.25 ')
  expect(shelf[0]?.ended).toMatchObject({ to: wall(2.25) })
  start(2.5)
  stop(2.6)
  await clock.advance(2000)
  await finished(2)
  expect(await read(2)).toBe('<1>k2 v2.25 v2.5 ')
})

test('sound goes in from the first picture on, and only with a time that fits', async () => {
  await play(item('k', 0), item('a', 0.1), item('v', 0.5), item('a', 0.6))
  await play(item('k', 1), item('a', 1.1, 1, 100.9), item('a', 1.2), item('a', 1.3, 1, 4e14), item('v', 1.5))
  start(1.5)
  stop(1.5)
  await finished(1)
  expect(await read(1)).toBe('<1>k1 a1.2 v1.5 ')
})

test('a long recording is split on a key frame: nothing is lost, nothing comes twice', async () => {
  longest = 2.2
  await play(...second(0))
  start(0, 0, ['manual'])
  await play(...seconds(1, 7))
  stop(6.5)
  await finished(3)
  expect(await read(1)).toBe('<1>k0 v0.25 v0.5 k1 v1.25 v1.5 k2 v2.25 v2.5 ')
  expect((await read(1)) + (await read(2)) + (await read(3))).toBe(
    `<1>${[0, 1, 2].map((s) => `k${s} v${s}.25 v${s}.5 `).join('')}<1>${[3, 4, 5].map((s) => `k${s} v${s}.25 v${s}.5 `).join('')}<1>k6 v6.25 v6.5 `,
  )
  expect(shelf.map(({ causes, pre_roll_s }) => [causes, pre_roll_s])).toEqual(Array(3).fill([['manual'], 0]))
})

test('a new stream gets a file of its own, from its first key frame on', async () => {
  await play(...second(0))
  start(0)
  await play(item('v', 1, 2), ...second(2, 2))
  stop(2.5)
  await finished(2)
  expect([await read(1), await read(2)]).toEqual(['<1>k0 v0.25 v0.5 ', '<2>k2 v2.25 v2.5 '])
})

test('a jump of the stream’s clock ends the file, its small errors do not', async () => {
  await play(item('k', 0))
  start(0)
  await play(item('k', 1, 1, 102.9), item('v', 2, 1, 3), item('k', 3, 1, 4))
  stop(3)
  await finished(2)
  expect([await read(1), await read(2)]).toEqual(['<1>k0 k1 ', '<1>k3 '])
})

test('video that stays away ends the file; recording goes on when it is back, and health says so', async () => {
  await play(...second(0))
  start(0)
  await begun(1)
  await clock.advance(12_000)
  await finished(1)
  expect(await read(1)).toBe('<1>k0 v0.25 v0.5 ')
  expect(health).toEqual([{ status: 'broken', problem: expect.stringMatching(/No video has come for 10 s/) }])
  await play(...second(20))
  await begun(2)
  expect(types()).toEqual(['recording_started', 'recording_finished', 'recording_started'])
  expect(health.at(-1)).toEqual({ status: 'working', problem: null })
  stop(20.5)
  await finished(2)
  expect(await read(2)).toBe('<1>k20 v20.25 v20.5 ')
})

test('what the ring holds from before the video was away is no pre-roll', async () => {
  await play(...seconds(0, 2))
  await clock.advance(30_000)
  start(32, 3)
  await play(...second(33))
  stop(33.5)
  await finished(1)
  expect(await read(1)).toBe('<1>k33 v33.25 v33.5 ')
  expect(shelf[0]).toMatchObject({ pre_roll_s: 0, pictureAt: wall(33) })
  await clock.advance(20_000)
  await play(...second(55))
  start(55.5, 3)
  stop(55.5)
  await finished(2)
  expect(await read(2)).toBe('<1>k55 v55.25 v55.5 ')
})

test('nothing ever came: one sentence, no file', async () => {
  start(0, 3)
  await clock.advance(30_000)
  stop(30)
  await clock.advance(2000)
  expect(told).toEqual([{ type: 'recording_failed', problem: expect.stringMatching(/^No video came from the camera/) }])
  expect(shelf).toEqual([])
  expect(health.at(-1)).toEqual({ status: 'working', problem: null })
})

test('a start while it runs, or before the stop is carried out, goes on in the same file with all causes', async () => {
  await play(...second(0))
  start(0, 0, ['motion'])
  recorder.causesChanged(['motion', 'manual'])
  stop(1.1)
  await play(item('k', 1))
  start(1, 3, ['manual'])
  await play(item('v', 1.5), item('k', 2))
  stop(2)
  await finished(1)
  expect(await read(1)).toBe('<1>k0 v0.25 v0.5 k1 v1.5 k2 ')
  expect(shelf[0]?.ended?.causes).toEqual(['motion', 'manual'])
  expect(types()).toEqual(['recording_started', 'recording_finished'])
})

test('what is heard is on the disk within a second, while it runs', async () => {
  await play(...second(0))
  start(0)
  await begun(1)
  await play(...second(1))
  await clock.advance(500)
  await expect.poll(() => read(1)).toBe('<1>k0 v0.25 v0.5 k1 v1.25 v1.5 ')
  expect(types()).toEqual(['recording_started'])
})

test('a recording without its picture is still a recording', async () => {
  pictureFails = true
  await play(...second(0))
  start(0)
  stop(0.5)
  await finished(1)
  expect(shelf[0]?.pictureAt).toBeUndefined()
})

test('a shelf that refuses is told once and asked again; recording begins when it takes files again', async () => {
  refusal = new Failure('storage', 'Only 120 MB are free')
  await play(...second(0))
  start(0)
  await play(...seconds(1, 30))
  expect(told).toEqual([{ type: 'recording_failed', problem: 'Only 120 MB are free' }])
  expect(health).toEqual([{ status: 'broken', problem: 'Only 120 MB are free' }])
  refusal = null
  await play(...seconds(30, 42))
  stop(41.5)
  await finished(1)
  expect(types()).toEqual(['recording_failed', 'recording_started', 'recording_finished'])
  expect(health.at(-1)).toEqual({ status: 'working', problem: null })
})

test('a disk that is full in the middle ends the file with what it took, and the next file is tried', async () => {
  place = (number) => (number === 1 ? '/dev/full' : join(folder, `${number}`))
  await play(...second(0))
  start(0)
  // Real time for the disk to answer.
  for (let s = 1; s < 14; s++) {
    await play(...second(s))
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  stop(13.5)
  await finished(2)
  expect(types().filter((type) => type === 'recording_failed')).toHaveLength(1)
  expect(told.find(({ type }) => type === 'recording_failed')).toMatchObject({ problem: 'The disk is full (porch)' })
  expect(shelf.map(({ ended }) => ended?.cut)).toEqual([true, false])
  expect(await read(2)).toMatch(/^<1>k1[0-3] (.* )?v13\.25 v13\.5 $/)
})

test('a disk that does not keep up breaks the file off with a sentence instead of filling memory', async () => {
  const big = (s: number): RingItem => {
    const { init, fragment } = item('k', s)
    return { init, fragment: { ...fragment, data: Buffer.alloc(9_000_000) } }
  }
  await play(big(0))
  start(0)
  // No tick, so nothing is handed to the disk: as if each write took for ever.
  for (const s of [0.1, 0.2, 0.3, 0.4]) await play(big(s))
  await clock.advance(1000)
  await expect.poll(types).toContain('recording_failed')
  expect(told.at(-1)).toMatchObject({ problem: expect.stringMatching(/^The disk is too slow: \d+ MB wait/) })
})

test('disposing ends the running file', async () => {
  await play(...second(0))
  start(0)
  await recorder[Symbol.asyncDispose]()
  expect(types()).toEqual(['recording_started', 'recording_finished'])
  expect(await read(1)).toBe('<1>k0 v0.25 v0.5 ')
})
