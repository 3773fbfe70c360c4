// When the camera's detector looks, and at what: an engine that only writes down what it is asked.
import { expect, test } from 'vitest'
import { createCameras } from '../../src/camera/cameras.js'
import type { Detection } from '../../src/camera/objects.js'
import { Failure } from '../../src/lib/failure.js'
import { silentLog } from '../../src/lib/log.js'
import { createDetecting } from '../../src/pipeline/detecting.js'
import type { LookRequest } from '../../src/vision/engine/engine.js'
import { defaultSettings } from '../support/settings.js'
import { createTestClock } from '../support/test-clock.js'

const setUp = () => {
  const clock = createTestClock()
  const detection = { ...defaultSettings.detection, enabled: true }
  const cameras = createCameras({
    cameras: [{ id: 'porch', name: 'Porch', source: 'file', settings: { ...defaultSettings, detection } }],
    ...{ clock, log: silentLog, saveSettings: async () => {} },
  })
  const [camera] = cameras.parts
  if (!camera) throw new Error('no camera')
  const looks: (LookRequest & { first: number | undefined })[] = []
  const held: (() => void)[] = []
  let found: readonly Detection[] = []
  const state = { works: true, fails: false, slow: false }
  const engine = {
    look: async ({ data }: { data: Uint8Array }, request: LookRequest) => {
      looks.push({ ...request, first: data[0] })
      if (state.fails) throw new Failure('timeout', 'it hangs')
      if (state.slow) await new Promise<void>((resolve) => held.push(resolve))
      return found
    },
  }
  const forgotten: boolean[] = []
  const detecting = createDetecting({
    ...{ camera, clock, log: silentLog, engine: () => (state.works ? engine : undefined) },
    onTracks: (_was, _is, picture) => {
      forgotten.push(picture === null)
      return false
    },
  })
  cameras.watch('test', (fact) => {
    if (fact.type === 'state') detecting.follow(fact.previous, fact.state)
  })
  const change = (settings: object) =>
    cameras.execute('porch', { type: 'settings', change: settings }, { adapter: 'test' })
  return {
    ...{ camera, clock, looks, held, state, detecting, forgotten, change },
    see: (...detections: Detection[]) => {
      found = detections
    },
    calm: (mono: number) => detecting.onLooked(mono, { level: 0, boxes: [] }),
    stir: (mono: number, ...boxes: Detection['box'][]) => detecting.onLooked(mono, { level: 50, boxes }),
    detail: async (mono: number, first = 0) => {
      const data = new Uint8Array(64 * 36 * 1.5)
      data[0] = first
      detecting.onDetail({ data, width: 64, height: 36, mono, pts: mono / 1000 })
      data.fill(255)
      await clock.advance(0)
    },
  }
}
const person = (x: number): Detection => ({ label: 'person', score: 0.8, box: { x, y: 0.4, width: 0.05, height: 0.2 } })

test('one look at the beginning and one each idle_s; in between the gate is closed', async () => {
  const { detecting, calm, detail, looks } = setUp()
  calm(1000)
  expect(detecting.gate.every).toBe(5)
  await detail(1000)
  expect(looks).toMatchObject([
    { windows: [], sweep: true, labels: ['person', 'face'], score: { person: 0.3, face: 0.3 } },
  ])
  calm(1100)
  expect(detecting.gate.every).toBe(0)
  await detail(1200)
  expect(looks).toHaveLength(1)
  calm(60_900)
  expect(detecting.gate.every).toBe(0)
  calm(61_000)
  expect(detecting.gate.every).toBe(5)
})

test('with idle_s 0 there is no look while nothing moves', async () => {
  const { detecting, calm, change } = setUp()
  await change({ detection: { idle_s: 0 } })
  calm(1000)
  expect(detecting.gate.every).toBe(0)
})

test('two moving looks in a row open the gate: the next picture, then every interval-th until a second after the last', async () => {
  const { detecting, calm, stir, detail, change } = setUp()
  await change({ detection: { interval: 3 } })
  calm(1000)
  await detail(1000)
  stir(2000, person(0.5).box)
  expect(detecting.gate.every).toBe(0)
  stir(2100, person(0.5).box)
  expect(detecting.gate.every).toBe(1)
  await detail(2200)
  stir(2200, person(0.5).box)
  expect(detecting.gate.every).toBe(3)
  calm(2800)
  expect(detecting.gate.every).toBe(3)
  calm(3200)
  expect(detecting.gate.every).toBe(0)
})

test('light that changes is nothing to look at', async () => {
  const { detecting, calm, detail } = setUp()
  calm(1000)
  await detail(1000)
  for (const mono of [2000, 2100, 2200]) detecting.onLooked(mono, { level: 90, veto: 'light change', boxes: [] })
  expect(detecting.gate.every).toBe(0)
})

test('the newest picture only: one is looked at, one waits, and pixels stay as they were', async () => {
  const { stir, detail, looks, held, state, clock } = setUp()
  state.slow = true
  for (let mono = 1000; mono <= 3500; mono += 100) stir(mono, person(0.5).box)
  await detail(1500, 1)
  await detail(2000, 2)
  await detail(2500, 3)
  await detail(3000, 4)
  expect(looks.map(({ first }) => first)).toEqual([1])
  held.shift()?.()
  await clock.advance(0)
  expect(looks.map(({ first }) => first)).toEqual([1, 4])
  held.shift()?.()
  await clock.advance(0)
  expect(looks).toHaveLength(2)
})

test('what may be told at once is looked at again as soon as it has moved on, a few times; then as often as all else', async () => {
  const { stir, detail, see, looks, detecting } = setUp()
  const times: number[] = []
  const play = async (from: number, to: number, found: Detection, others: readonly Detection[] = []) => {
    see(found, ...others)
    for (let mono = from; mono < to; mono += 100) {
      const known = looks.length
      stir(mono, found.box)
      // What comes through the gate.
      if (detecting.gate.every > 0 && (mono / 100) % detecting.gate.every === 0) await detail(mono)
      if (looks.length > known) times.push(mono)
    }
  }
  // The first is an idle look, so that what comes is new.
  await play(1000, 1400, { ...person(0.5), score: 0.2 })
  await play(3000, 5600, person(0.5))
  expect(times).toEqual([1000, 3000, 3200, 4500, 5500])
  // Somebody who stands there and waves is not worth more than a few.
  times.length = 0
  const standing = { ...person(0.1), box: { ...person(0.1).box, y: 0.1 } }
  await play(20_000, 25_000, standing)
  expect(times.length).toBeLessThan(9)
  // What is hardly seen is not, either.
  times.length = 0
  await play(40_000, 41_600, { ...person(0.9), score: 0.4 })
  expect(times).toEqual([40_000, 40_500, 41_000, 41_500])
})

test('a thing seen twice is learnt; while all that moves is known every second picture is enough', async () => {
  const { camera, stir, detail, see, looks, clock, detecting } = setUp()
  see(person(0.5))
  const tick = async (mono: number) => {
    stir(mono - 100, person(0.5).box)
    stir(mono, person(0.5).box)
    await detail(mono)
    await clock.advance(500)
  }
  // Whoever stands there and stirs may begin to walk: for a few looks.
  for (let mono = 1500; mono <= 4000; mono += 500) await tick(mono)
  expect(looks).toHaveLength(6)
  for (let mono = 4500; mono <= 7500; mono += 500) await tick(mono)
  expect(camera.state().objects.counts).toEqual({ person: 1, face: 0 })
  expect(looks).toHaveLength(9)
  expect(detecting.seen(7500).tracks).toMatchObject([{ id: 1, label: 'person', box: { height: 0.2 } }])
  expect(detecting.seen(7500).moving).toHaveLength(1)
  stir(7500, person(0.5).box, person(0.1).box)
  await detail(7500)
  expect(looks).toHaveLength(10)
})

test('faces are looked for where people are near, and now and then', async () => {
  const { stir, detail, see, looks } = setUp()
  const play = async (from: number) => {
    for (let mono = from; mono < from + 4000; mono += 500) {
      stir(mono - 100, { x: 0.1, y: 0.1, width: 0.1, height: 0.15 })
      stir(mono, { x: 0.1, y: 0.1, width: 0.1, height: 0.15 })
      await detail(mono)
    }
  }
  await play(1500)
  expect(looks.map(({ labels }) => labels.includes('face'))).toEqual([
    true,
    false,
    false,
    false,
    true,
    false,
    false,
    false,
  ])
  see({ ...person(0.4), box: { x: 0.4, y: 0.2, width: 0.2, height: 0.6 } })
  await play(6000)
  expect(looks.slice(9).every(({ labels }) => labels.includes('face'))).toBe(true)
})

test('an engine that is away or fails costs nothing but the look', async () => {
  const { calm, detail, looks, state, detecting } = setUp()
  state.works = false
  calm(1000)
  expect(detecting.gate.every).toBe(0)
  await detail(1000)
  expect(looks).toEqual([])
  state.works = true
  state.fails = true
  calm(1100)
  await detail(1100)
  state.fails = false
  calm(70_000)
  await detail(70_000)
  expect(looks).toHaveLength(2)
})

test('switched off, or private, all is forgotten, also what a look that still runs will find', async () => {
  const { camera, calm, detail, see, held, state, clock, detecting, forgotten, change } = setUp()
  see(person(0.5))
  for (const mono of [1000, 1600]) {
    calm(mono)
    await detail(mono)
  }
  expect(detecting.seen(1600).tracks).toHaveLength(1)
  state.slow = true
  calm(70_000)
  await detail(70_000)
  await change({ privacy: { enabled: true } })
  expect(detecting.gate.every).toBe(0)
  expect(detecting.seen(70_000)).toEqual({ tracks: [], moving: [] })
  held.shift()?.()
  await clock.advance(1000)
  expect(detecting.seen(70_000).tracks).toEqual([])
  expect(forgotten).toEqual([false, false, true])
  expect(camera.state().objects.counts).not.toMatchObject({ person: 2 })
  detecting[Symbol.dispose]()
  expect(clock.pending).toBe(0)
})

test('a new privacy zone lets go of what was seen before it', async () => {
  const { calm, detail, see, detecting, change } = setUp()
  see(person(0.5))
  for (const mono of [1000, 1600]) {
    calm(mono)
    await detail(mono)
  }
  const points = [
    [0, 0],
    [50, 0],
    [50, 50],
  ]
  await change({ zones: [{ id: 'door', use: 'motion', points }] })
  expect(detecting.seen(1600).tracks).toHaveLength(1)
  await change({ zones: [{ id: 'door', use: 'privacy', points }] })
  expect(detecting.seen(1600).tracks).toEqual([])
})

test('a box is shown though one look missed it, not after two; who moves is shown where they are by now', async () => {
  const { stir, detail, see, detecting } = setUp()
  const tick = async (mono: number, x: number | null) => {
    see(...(x === null ? [] : [person(x)]))
    for (const at of [mono - 100, mono]) stir(at, person(x ?? 0.5).box, { x: 0.9, y: 0.9, width: 0.05, height: 0.1 })
    await detail(mono)
  }
  for (const [look, x] of [0.2, 0.25, 0.3, 0.35, 0.4].entries()) await tick(1500 + look * 500, x)
  const [there, later] = [3500, 3750].map((mono) => detecting.seen(mono).tracks[0]?.box.x ?? 0)
  expect(there).toBeCloseTo(0.4, 2)
  expect(later).toBeCloseTo(0.425, 1)
  expect(later).toBeGreaterThan((there ?? 0) + 0.015)
  await tick(4000, null)
  expect(detecting.seen(4000).tracks).toHaveLength(1)
  await tick(4500, null)
  expect(detecting.seen(4500).tracks).toEqual([])
})
