// Things through the house with real ffmpegs and detectors: large pictures through the gate, tracks and sightings of the
// walkers (truth in the footage's README), and a house without any model.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { createSystemClock } from '../../src/lib/clock.js'
import type { Frame } from '../../src/lib/frame.js'
import { silentLog } from '../../src/lib/log.js'
import type { JobHealth } from '../../src/lib/supervise.js'
import { createDetailGate } from '../../src/media/gate.js'
import { createRing } from '../../src/media/ring.js'
import { defineTap } from '../../src/media/tap.js'
import { replay } from '../../src/pipeline/replay.js'
import type { ReplayEvent } from '../../src/pipeline/replay-events.js'
import { startEngine } from '../../src/vision/engine/engine.js'
import { footage, models, withoutFootage } from '../support/footage.js'
import { makeFootage, recipes } from '../support/hard-footage.js'
import { ffmpegs, type PipelineHouse, startPipelineHouse } from '../support/pipeline-house.js'
import { defaultSettings } from '../support/settings.js'
import { encode, numbered, numberOf, startStreams, until } from '../support/streams.js'

const clock = createSystemClock()
const PATTERN = {
  kind: 'test-pattern',
  width: 640,
  height: 360,
  fps: 10,
  walk_every_s: 12,
  walk_s: 4,
  day_s: 0,
} as const
const wanted = { ...defaultSettings, detection: { ...defaultSettings.detection, enabled: true } }

describe('the gate', () => {
  test('large pictures come while it is open, each of a moment that came small; the stream goes on untouched', async () => {
    await using server = await startStreams([...numbered(1280, 720), ...encode()])
    const gate = createDetailGate()
    const ring = createRing({ seconds: 30, maxBytes: 50e6 })
    const frames = new Map<number, { number: number; mono: number }>()
    const large: { number: number; pts: number; mono: number; size: string }[] = []
    const epochs = new Set<number>()
    const seen = ({ data, width, height }: Frame): number => numberOf(data, width, height)
    const tap = defineTap({
      ...{ name: 'porch', url: server.url, fragments: true, audio: false, silence: 10_000, clock, log: silentLog },
      frames: { width: 320, fps: 10 },
      detail: {
        ...{ width: 640, gate },
        onDetail: (frame) => {
          const { width, height, pts, mono } = frame
          expect(frame.data).toHaveLength(width * height * 1.5)
          large.push({ number: seen(frame), pts, mono, size: `${width}x${height}` })
        },
      },
      onItem: (item) => ring.push(item),
      onFrame: (frame) => frames.set(frame.pts, { number: seen(frame), mono: frame.mono }),
      onInit: ({ epoch }) => epochs.add(epoch),
    })
    const end = new AbortController()
    const running = tap(end.signal, () => {})
    await until(() => frames.size > 10)
    expect(large).toEqual([])
    gate.set(5)
    await until(() => large.length >= 4)
    gate.set(0)
    // It is heard within a tenth of a second: on a busy machine some pictures may come at once before that.
    const since = { large: -1, frames: 0 }
    await until(() => {
      if (large.length !== since.large) Object.assign(since, { large: large.length, frames: frames.size })
      return frames.size > since.frames + 12
    })
    const closed = large.length
    gate.set(1)
    await until(() => large.length >= closed + 5)
    end.abort()
    await running

    expect(epochs.size).toBe(1)
    // The small ones of the last may not have come any more.
    for (const { number, pts, mono, size } of large.slice(0, -2)) {
      expect(size).toBe('640x360')
      expect(frames.get(pts)).toEqual({ number, mono })
    }
    const times = large.map(({ pts }) => pts)
    for (const [at, pts] of times.slice(1, closed).entries()) expect(pts - (times[at] ?? 0)).toBeCloseTo(0.5, 1)
    const fragments = ring.from(0).map(({ fragment }) => fragment.pts)
    for (const [at, pts] of fragments.slice(1).entries()) expect(pts - (fragments[at] ?? 0)).toBeCloseTo(0.04, 3)
  })
})

const replayed = async (file: string): Promise<readonly ReplayEvent[]> => {
  let health: JobHealth = { status: 'starting' }
  await using engine = await startEngine({
    config: { engine: 'auto', models, own: null },
    ...{ labels: wanted.detection.labels, clock, log: silentLog },
    onHealth: (next) => {
      health = next
    },
  })
  await until(() => health.status === 'working')
  const { signal } = new AbortController()
  const { events } = await replay({ file, settings: [wanted], signal, engine })
  return events[0] ?? []
}
const sightingsIn = (events: readonly ReplayEvent[]) => events.filter((event) => event.event === 'sighting')

describe.skipIf(withoutFootage)('the walkers, with the models', () => {
  test('each of the six is sighted while walking, with hardly an id too many; those who stand are not', async () => {
    const sightings = sightingsIn(await replayed(footage('walkers.mp4')))
    const began = sightings.filter(({ on, label }) => on && label === 'person')
    expect(began.length).toBeGreaterThanOrEqual(5)
    expect(new Set(began.map(({ track }) => track)).size).toBeLessThan(9)
    for (const { at, score } of began) {
      expect(at).toBeGreaterThan(8)
      expect(at).toBeLessThan(16.5)
      expect(score).toBeGreaterThanOrEqual(0.5)
    }
    expect(sightings.filter(({ at }) => at < 8)).toEqual([])
  })

  test('one person far away is one, from the first look to the last', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nightjar-alone-'))
    const sightings = sightingsIn(await replayed(await makeFootage(folder, 'alone', recipes.alone(40))))
    await rm(folder, { recursive: true })
    expect(sightings).toMatchObject([{ on: true, label: 'person' }])
  })

  test('lights that go off and on are nobody', async () => {
    const sightings = sightingsIn(await replayed(footage('light-switch.mp4')))
    expect(sightings.filter(({ on, at }) => on && (at < 8 || at > 16.5))).toEqual([])
    expect(sightings.filter(({ on }) => on).length).toBeGreaterThanOrEqual(5)
  })
})

describe('a house', () => {
  let house: PipelineHouse
  const state = () => house.cameras.state('porch')
  const sightings = (phase: string) =>
    house.facts.flatMap((fact) =>
      fact.type === 'event' && fact.event.type === 'sighting' && fact.event.sighting.phase === phase
        ? [fact.event.sighting]
        : [],
    )
  afterEach(async () => {
    await house[Symbol.asyncDispose]()
    expect(await ffmpegs('')).toEqual([])
  })

  test.skipIf(withoutFootage)('tells of the walkers, with pictures that are kept', async () => {
    const source = { kind: 'file', path: footage('walkers.mp4'), loop: true, transcode: false } as const
    const engine = { engine: 'auto', models, own: null } as const
    house = await startPipelineHouse(source, wanted, undefined, engine)
    await until(() => (state().objects.counts.person ?? 0) >= 4)
    await until(() => sightings('began').length >= 3)
    const [first] = sightings('began')
    expect(first).toMatchObject({ label: 'person', zones: [] })
    const item = house.storage.get(first?.item ?? '')
    expect(item).toMatchObject({ kind: 'snapshot', width: 1280, height: 720, format: 'jpg' })
    const jpeg = await readFile(join(house.data, item.path))
    expect(jpeg.subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]))
    const { tracks } = house.pipelines.seen('porch', Date.now())
    expect(tracks.length).toBeGreaterThanOrEqual(4)
    await house.cameras.execute(
      'porch',
      { type: 'settings', change: { detection: { enabled: false } } },
      { adapter: 't' },
    )
    expect(state().objects).toEqual({ counts: {}, zones: {}, detector: null })
    await until(() => sightings('ended').length === sightings('began').length)
  })

  test('without any model looks with OpenCV, and says so; nothing runs while nobody wants it', async () => {
    const source = PATTERN
    house = await startPipelineHouse(source, defaultSettings, undefined, {
      engine: 'auto',
      models: '/nowhere',
      own: null,
    })
    await until(() => state().link.status === 'online')
    expect(state().health.detector).toBeUndefined()
    await house.cameras.execute(
      'porch',
      { type: 'settings', change: { detection: { enabled: true } } },
      { adapter: 't' },
    )
    await until(() => state().health.detector?.status === 'working')
    expect(state().objects.detector?.names).toEqual(['OpenCV'])
    expect(state().objects.detector?.why).toMatch(/^person and face by OpenCV, because PicoDet .* no file in \/nowhere/)
    await until(() => state().objects.counts.person === 0)
    await house.cameras.execute(
      'porch',
      { type: 'settings', change: { detection: { enabled: false } } },
      { adapter: 't' },
    )
    expect(state().objects.detector).toBeNull()
  })

  test('with a detector that can’t be there: the problem is told, and nothing else suffers', async () => {
    const source = PATTERN
    house = await startPipelineHouse(source, wanted, undefined, { engine: 'picodet', models: '/nowhere', own: null })
    await until(() => state().health.detector?.status === 'broken')
    expect(state().health.detector?.problem).toContain('PicoDet has no file in /nowhere')
    await until(() => state().link.status === 'online')
    expect(state().link.problem).toContain('nightjar models pull')
    await until(() => state().light.dark !== null)
  })
})
