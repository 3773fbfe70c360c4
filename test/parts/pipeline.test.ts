// One camera from a file through gateway, tap and eyes to facts, with real ffmpegs.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { ffmpegs, makeCrossing, type PipelineHouse, startPipelineHouse } from '../support/pipeline-house.js'
import { defaultSettings } from '../support/settings.js'
import { until } from '../support/streams.js'

let folder: string
let film: string
let house: PipelineHouse

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightjar-film-'))
  film = join(folder, 'crossing.mp4')
  await makeCrossing(film)
})
afterAll(() => rm(folder, { recursive: true }))
afterEach(async () => {
  await house[Symbol.asyncDispose]()
  expect(await ffmpegs('')).toEqual([])
})

const source = (loop: boolean) => ({ kind: 'file', path: film, loop, transcode: false }) as const
const state = () => house.cameras.state('porch')
const events = (type: string) =>
  house.facts.flatMap((fact) => (fact.type === 'event' && fact.event.type === type ? [fact] : []))

test('a file that loops: motion in every round, one recording each, and nothing else', async () => {
  const settings = { ...defaultSettings, motion: { ...defaultSettings.motion, hold_s: 1 } }
  house = await startPipelineHouse(source(true), {
    ...settings,
    recording: { ...settings.recording, before_s: 2, after_s: 1 },
  })
  const online = await until(() => house.facts.find(({ type }) => type === 'state' && state().link.status === 'online'))
  await until(() => events('motion_started')[1])
  await until(() => events('recording_finished')[1])

  const [first, second] = events('motion_started')
  const [end] = events('motion_ended')
  const lap = ((second?.at ?? 0) - (first?.at ?? 0)) / 1000
  expect(lap).toBeGreaterThan(11)
  expect(lap).toBeLessThan(13)
  expect(first?.at).toBeGreaterThan(online.at)
  const lasted = ((end?.at ?? 0) - (first?.at ?? 0)) / 1000
  expect(lasted).toBeGreaterThan(2.5)
  expect(lasted).toBeLessThan(5)
  expect(events('motion_started')).toHaveLength(2)
  const items = house.storage.list({ kind: 'recording' })
  expect(items).toHaveLength(2)
  expect(items.map(({ state, causes, picture }) => ({ state, causes, picture }))).toEqual(
    Array(2).fill({ state: 'finished', causes: ['motion'], picture: true }),
  )
  expect(items[1]?.pre_roll_s).toBeGreaterThanOrEqual(2)
  expect(items[1]?.pre_roll_s).toBeLessThan(3.2)
  expect(state().media).toEqual({ video: { codec: 'h264', width: 640, height: 360 }, audio: false })
  expect(state().light).toMatchObject({ mode: 'day' })
})

test('a killed tap and a killed publisher come back by themselves, and the link says so', async () => {
  house = await startPipelineHouse(source(true))
  const online = () => state().link.status === 'online'
  await until(online)
  for (const [word, part] of [
    ['frag_every_frame', 'tap'],
    ['stream_loop', 'publisher'],
  ] as const) {
    const [pid, ...others] = await ffmpegs(word)
    expect(others).toEqual([])
    process.kill(pid ?? 0, 'SIGKILL')
    await until(() => state().link.status === 'offline')
    expect(state().health[part]?.status).toBe('broken')
    await until(() => online() && !state().link.problem)
    const [next] = await ffmpegs(word)
    expect(next).not.toBe(pid)
  }
})

test('a file played once ends: offline, and the reason says why', async () => {
  house = await startPipelineHouse(source(false))
  await until(() => state().link.problem === 'the file has ended')
  expect(state().link.status).toBe('offline')
  expect(await ffmpegs('crossing.mp4')).toEqual([])
})

test('a file that is not there: offline with its name, the page of the camera stays', async () => {
  house = await startPipelineHouse({ kind: 'file', path: '/nowhere/film.mp4', loop: true, transcode: false })
  await until(() => state().link.status === 'offline')
  expect(state().link.problem).toContain('/nowhere/film.mp4: No such file or directory')
  await expect(house.pipelines.pictures.picture('porch')).rejects.toMatchObject({ code: 'unavailable' })
})

test('a snapshot is a stored picture of the stream, told as an event', async () => {
  house = await startPipelineHouse(source(true))
  await until(() => state().link.status === 'online')
  const item = await house.cameras.execute('porch', { type: 'snapshot', format: 'png' }, { adapter: 'test' })
  expect(item).toMatchObject({ kind: 'snapshot', format: 'png', width: 640, height: 360 })
  const bytes = await readFile(join(house.data, item.path))
  expect(bytes.subarray(1, 4).toString()).toBe('PNG')
  expect(events('snapshot_taken')).toMatchObject([{ event: { item: { id: item.id } } }])
  expect(state().last.snapshot).toBe(item.id)
})

test('a network camera with a small second stream: main is kept, the small one is looked at', async () => {
  const camera = await startPipelineHouse(source(true))
  try {
    await until(() => camera.cameras.state('porch').link.status === 'online')
    const url = camera.gateway.serviceUrl('porch')
    house = await startPipelineHouse({ kind: 'rtsp', url, sub: url, transport: 'tcp' })
    await until(() => state().link.status === 'online')
    await until(() => state().light.dark !== null)
    expect(house.gateway.facts().paths.map(({ name, online }) => [name, online])).toEqual([
      ['porch', true],
      ['porch_sub', true],
    ])
    expect((await house.pipelines.pictures.picture('porch')).width).toBe(640)
  } finally {
    await camera[Symbol.asyncDispose]()
  }
  await until(() => state().link.status === 'offline')
  expect(JSON.stringify(house.facts)).not.toContain('service-')
})
