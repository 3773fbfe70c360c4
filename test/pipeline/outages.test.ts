// Thirty outages in five minutes, in no time: a camera that records all the while, its retries, its recorder and its
// state, with a stream of words. What is counted: how soon it is back, what is told, what is written, what is left.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createCameras } from '../../src/camera/cameras.js'
import type { CameraState } from '../../src/camera/state.js'
import type { StoredItem } from '../../src/camera/stored-item.js'
import { Failure } from '../../src/lib/failure.js'
import { type Log, silentLog } from '../../src/lib/log.js'
import { type Job, supervise } from '../../src/lib/supervise.js'
import { createRecorder } from '../../src/media/recorder.js'
import { createRing } from '../../src/media/ring.js'
import type { RecordingEvent } from '../../src/media/take.js'
import { createHealths } from '../../src/pipeline/health.js'
import { KNOCK_PAUSE_MS } from '../../src/pipeline/knock.js'
import { defaultSettings } from '../support/settings.js'
import { createTestClock } from '../support/test-clock.js'

const OUTAGES = 30
/** Video, then none, in seconds: ten together. */
const GOES_ON = 6
const IS_AWAY = 4
const PICTURES = 5

test('thirty outages in five minutes: told, back within two seconds, and nothing piles up', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nightjar-outages-'))
  const clock = createTestClock()
  const lines: string[] = []
  const say = (...words: readonly unknown[]): void => void lines.push(String(words.at(-1)))
  const log: Log = { ...silentLog, info: say, warn: say, error: say }
  const cameras = createCameras({
    cameras: [{ id: 'porch', name: 'Porch', source: 'rtsp', settings: defaultSettings }],
    ...{ clock, log, saveSettings: async () => {} },
  })
  const [camera] = cameras.parts
  if (!camera) throw new Error('there is no camera')
  const links: CameraState['link']['status'][] = []
  using _watching = cameras.watch('test', (fact) => {
    if (fact.type === 'state' && fact.state.link.status !== links.at(-1)) links.push(fact.state.link.status)
  })
  const ring = createRing({ seconds: 10, maxBytes: 1_000_000 })
  const told: RecordingEvent[] = []
  const spans: { from: number; to: number }[] = []
  let begun = 0
  const recorder = createRecorder({
    ...{ camera: 'porch', ring, clock, log, maxSeconds: () => 300, tell: (event) => told.push(event) },
    onHealth: (health) => camera.learn({ type: 'health', part: 'recorder', health }),
    picture: async () => {
      throw new Failure('unavailable', 'There is no picture')
    },
    storage: {
      begin: async (request) => {
        const item: StoredItem = {
          ...{ id: `porch-${++begun}`, kind: 'recording', to: null, state: 'running', bytes: 0, keep: false },
          ...{ format: 'mp4', picture: false, path: '', ...request },
        }
        return {
          ...{ item, part: join(folder, item.id), savePicture: async () => {}, drop: async () => {} },
          finish: async ({ from = request.from, to }) => {
            spans.push({ from, to })
            return { ...item, from, to, state: 'finished' }
          },
        }
      },
    },
  })

  const zero = clock.now().mono
  const isThere = (): boolean => (clock.now().mono - zero) % ((GOES_ON + IS_AWAY) * 1000) < GOES_ON * 1000
  const back: number[] = []
  let epoch = 0
  const stream: Job = async (signal, ready) => {
    await clock.sleep(200, signal)
    if (!isThere()) throw new Failure('unavailable', 'the camera refuses connections')
    epoch++
    back.push(((clock.now().mono - zero) % ((GOES_ON + IS_AWAY) * 1000)) / 1000)
    for (let picture = 0; isThere(); picture++) {
      const init = { epoch, data: Buffer.from('i'), mime: '', video: { codec: 'h264', width: 8, height: 8 } } as const
      const fragment = { epoch, data: Buffer.from('f'), track: 'video', key: picture % PICTURES === 0 } as const
      ring.push({
        init: { ...init, audio: false },
        fragment: { ...fragment, pts: picture / PICTURES, mono: clock.now().mono },
      })
      ready()
      await clock.sleep(1000 / PICTURES, signal)
    }
    throw new Failure('unavailable', 'the camera ended its stream')
  }
  const healths = createHealths()
  const supervised = supervise(stream, {
    ...{ name: 'tap main of porch', clock, log, maxPause: KNOCK_PAUSE_MS },
    onHealth: (health) => camera.learn({ type: 'health', part: 'tap', health: healths.hear('main', health) }),
  })
  recorder.start({ trigger: zero, before_s: 0, causes: ['manual'] })
  for (let outage = 0; outage < OUTAGES; outage++) {
    await clock.advance((GOES_ON + IS_AWAY) * 1000)
    // The disk answers in real time.
    await expect.poll(() => told.filter(({ type }) => type === 'recording_started').length).toBe(back.length)
  }
  const during = { pending: clock.pending, ring: ring.stats().fragments }
  recorder.stop(clock.now().mono)
  await Promise.all([recorder[Symbol.asyncDispose](), supervised[Symbol.asyncDispose]()])
  await rm(folder, { recursive: true })

  // It was back each time within the pauses of its retries, and was told to be away each time.
  expect(back).toHaveLength(OUTAGES)
  expect(Math.max(...back)).toBeLessThan(2)
  expect(links.filter((status) => status === 'offline')).toHaveLength(OUTAGES)
  // An outage is two lines: that it is, and that it is over. Nothing is said of each try.
  expect(lines.filter((line) => line.startsWith('tap main of porch'))).toHaveLength(2 * OUTAGES - 1)
  // Each stretch of video is one recording that begins and ends where it should; none is empty, none failed.
  expect(spans).toHaveLength(OUTAGES)
  expect(spans.every(({ from, to }, at) => to > from && from >= (spans[at - 1]?.to ?? 0))).toBe(true)
  expect(told.map(({ type }) => type).filter((type) => type === 'recording_failed')).toEqual([])
  // What runs is what ran at first: a timer of the recorder's, one of the retries'.
  expect(during.pending).toBeLessThanOrEqual(2)
  expect(during.ring).toBeLessThanOrEqual(11 * PICTURES)
  expect(clock.pending).toBe(0)
}, 30_000)
