// The recorder with real fragments, a real disk and ffmpeg: what lies there afterwards is an ordinary video.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { StoredItem } from '../../src/camera/stored-item.js'
import { silentLog } from '../../src/lib/log.js'
import { createRecorder, type Recorder } from '../../src/media/recorder.js'
import { createRing, type Ring, type RingItem } from '../../src/media/ring.js'
import { type Storage, startStorage } from '../../src/media/storage.js'
import type { RecordingEvent } from '../../src/media/take.js'
import { inspect, makeFilm, numbers } from '../support/films.js'
import { numberOf } from '../support/streams.js'
import { createTestClock, type TestClock } from '../support/test-clock.js'

let data: string
let clock: TestClock
let storage: Storage
let ring: Ring
let recorder: Recorder
let told: RecordingEvent[]
const asked: number[] = []
let longest: number
const limits = { days: 14, max_bytes: 0, min_free_bytes: 0 }
const JPEG = Buffer.from('a picture')

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'nightjar-recorder-'))
  clock = createTestClock()
  storage = await startStorage({ data, config: limits, clock, log: silentLog })
  ring = createRing({ seconds: 10, maxBytes: 50_000_000 })
  told = []
  asked.length = 0
  longest = 300
  recorder = createRecorder({
    ...{ camera: 'porch', ring, storage, clock, log: silentLog },
    maxSeconds: () => longest,
    picture: async (at) => {
      asked.push(at)
      return { data: JPEG, format: 'jpg', at, width: 320, height: 180 }
    },
    tell: (event) => told.push(event),
    onHealth: () => {},
  })
})

afterEach(async () => {
  await recorder[Symbol.asyncDispose]()
  await storage[Symbol.asyncDispose]()
  expect(clock.pending).toBe(0)
  await rm(data, { recursive: true })
})

/** Items come when their time has come. */
const play = async (items: readonly RingItem[]): Promise<void> => {
  for (const item of items) {
    const wait = item.fragment.mono - clock.now().mono
    if (wait > 0) await clock.advance(wait)
    ring.push(item)
  }
}

const finished = (): StoredItem[] => told.flatMap((event) => (event.type === 'recording_finished' ? [event.item] : []))
const until = async (count: number): Promise<StoredItem[]> => {
  await expect.poll(() => finished().length, { timeout: 10_000 }).toBe(count)
  return finished()
}

test('a recording begins at the key frame before the pre-roll, ends at the stop, and is an ordinary video', async () => {
  const begin = clock.now().mono
  const items = await makeFilm(begin, { seconds: 12, audio: true })
  const upTo = (s: number) => items.filter(({ fragment }) => fragment.mono <= begin + s * 1000)
  await play(upTo(6.5))
  const trigger = begin + 6500
  recorder.start({ trigger, before_s: 3, causes: ['motion'] })
  await play(upTo(9).slice(upTo(6.5).length))
  recorder.causesChanged(['motion', 'manual'])
  recorder.stop(begin + 9000)
  await play(items.slice(upTo(9).length))
  const [item] = await until(1)

  expect(item).toMatchObject({
    ...{ camera: 'porch', kind: 'recording', state: 'finished', causes: ['motion', 'manual'], pre_roll_s: 3.5 },
    ...{ from: clock.toWall(begin + 3000), to: clock.toWall(begin + 9000), width: 320, height: 180, picture: true },
  })
  expect(told.map(({ type }) => type)).toEqual(['recording_started', 'recording_finished'])
  const { video, picture } = storage.files(item?.id ?? '')
  const report = await inspect(video ?? '')
  expect(report.complaints).toBe('')
  expect(report.start).toBe(0)
  // From 3.00 to 9.00, both ends in it.
  expect(report.pictures).toEqual(numbers(75, 226))
  for (const track of report.tracks) {
    expect(track.start).toBeLessThan(0.03)
    expect(track.duration).toBeGreaterThan(5.9)
    expect(track.duration).toBeLessThan(6.1)
  }
  expect(await readFile(picture ?? '')).toEqual(JPEG)
  expect(asked).toEqual([clock.toWall(trigger)])
  const head = (await readFile(video ?? '')).subarray(0, 64).toString('latin1')
  expect(head).toContain('moov')
  const [folder = ''] = await readdir(join(data, 'porch'))
  expect(await readdir(join(data, 'porch', folder))).toHaveLength(2)
})

test('a longer recording goes on in the next file without a gap, a new stream in one of its own', async () => {
  longest = 4
  const begin = clock.now().mono
  const items = await makeFilm(begin, { seconds: 7 })
  const other = await makeFilm(begin + 7500, { seconds: 3, width: 640, epoch: 2, pts: 3 })
  recorder.start({ trigger: begin, before_s: 0, causes: ['manual'] })
  await play([...items, ...other])
  recorder.stop(clock.now().mono)
  const kept = await until(3)
  kept.sort((a, b) => a.from - b.from)
  const reports = await Promise.all(kept.map((item) => inspect(storage.files(item.id).video ?? '')))
  expect(reports.map(({ complaints }) => complaints)).toEqual(['', '', ''])
  expect(reports.map(({ pictures }) => pictures)).toEqual([numbers(0, 100), numbers(100, 175), numbers(0, 75)])
  expect(kept.map(({ width }) => width)).toEqual([320, 320, 640])
  expect(kept.map(({ from }) => from)).toEqual([begin, begin + 4000, begin + 7500].map(clock.toWall))
})

const page = `<video muted></video><canvas></canvas><script>
const video = document.querySelector('video')
async function load() {
  const loaded = new Promise((resolve, reject) => { video.onloadeddata = resolve; video.onerror = () => reject(new Error(video.error.message)) })
  video.src = URL.createObjectURL(await (await fetch('/video.mp4')).blob())
  await loaded
  return [video.duration, video.seekable.start(0), video.seekable.end(0)]
}
async function pictureAt(time) {
  const seeked = new Promise((resolve) => { video.onseeked = resolve })
  video.currentTime = time
  await seeked
  const canvas = document.querySelector('canvas')
  Object.assign(canvas, { width: video.videoWidth, height: video.videoHeight })
  const context = canvas.getContext('2d')
  context.drawImage(video, 0, 0)
  return Array.from(context.getImageData(0, canvas.height / 2, canvas.width, 1).data)
}
async function playToTheEnd() {
  const ended = new Promise((resolve) => { video.onended = resolve })
  await video.play()
  await ended
  return video.currentTime
}
</script>`

test('Chromium plays it to its end and finds every place in it', async () => {
  const begin = clock.now().mono
  recorder.start({ trigger: begin, before_s: 0, causes: ['manual'] })
  await play(await makeFilm(begin, { seconds: 5, audio: true }))
  recorder.stop(clock.now().mono)
  await clock.advance(2000)
  const [item] = await until(1)
  const video = await readFile(storage.files(item?.id ?? '').video ?? '')
  const server = createServer((request, response) =>
    request.url === '/video.mp4'
      ? response.setHeader('content-type', 'video/mp4').end(video)
      : response.setHeader('content-type', 'text/html').end(page),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
  try {
    const tab = await browser.newPage()
    await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    const [duration, first, last] = await tab.evaluate<number[]>('load()')
    expect(duration).toBeCloseTo(5, 0)
    expect([first, last]).toEqual([0, duration])
    for (const number of [110, 3, 67, 0]) {
      const row = await tab.evaluate<number[]>(`pictureAt(${number / 25 + 0.02})`)
      expect(numberOf(Uint8Array.from(row), row.length / 4, 1, 4)).toBe(number)
    }
    expect(await tab.evaluate<number>('playToTheEnd()')).toBeCloseTo(duration ?? 0, 1)
  } finally {
    await browser.close()
    server.close()
  }
})
