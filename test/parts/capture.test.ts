// A camera switched off with real ffmpegs: nothing runs, nothing is given, nothing is written; and on again.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { ffmpegs, makeCrossing, type PipelineHouse, startPipelineHouse } from '../support/pipeline-house.js'
import { defaultSettings } from '../support/settings.js'
import { until } from '../support/streams.js'

const run = promisify(execFile)
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

const by = { adapter: 'test' }
const settings = { ...defaultSettings, recording: { ...defaultSettings.recording, on: [], before_s: 0 } }
const state = () => house.cameras.state('porch')
const capture = (enabled: boolean) =>
  house.cameras.execute('porch', { type: 'settings', change: { capture: { enabled } } }, by)
const probe = (url: string) => run('ffprobe', ['-v', 'error', '-rtsp_transport', 'tcp', '-show_streams', url])

test('off: recording finished, no process, no path, no picture; on: all is back, for a viewer too', async () => {
  house = await startPipelineHouse({ kind: 'file', path: film, loop: true, transcode: false }, settings)
  await until(() => state().link.status === 'online')
  const url = house.gateway.serviceUrl('porch')
  let parts = 0
  using _ = house.pipelines.streams.mjpeg('porch', { annotated: true, size: 'small' }, () => void parts++)
  await until(() => parts > 5)
  await until(() => (house.pipelines.stats('porch')?.seconds ?? 0) > 2)
  await house.cameras.execute('porch', { type: 'record', action: 'start' }, by)
  await until(() => house.storage.list({ kind: 'recording' })[0]?.state === 'running')
  await new Promise((resolve) => setTimeout(resolve, 1000))

  await capture(false)
  expect(house.gateway.facts().paths).toEqual([])
  await expect(house.pipelines.pictures.picture('porch')).rejects.toMatchObject({ code: 'refused' })
  const item = await until(() => house.storage.list({ kind: 'recording' }).find(({ state }) => state === 'finished'))
  const { video } = house.storage.files(item.id)
  const { stderr } = await run('ffmpeg', ['-v', 'error', '-i', video ?? '', '-f', 'null', '-'])
  expect(stderr).toBe('')
  await until(() => house.pipelines.stats('porch')?.bytes === 0)
  // Publishers, taps and MJPEG: all that has to do with the stream. The decoder of pictures may wait ready for the next.
  for (let left = await ffmpegs('rtsp'); left.length > 0; left = await ffmpegs('rtsp')) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const before = { parts, facts: house.facts.length, items: house.storage.list().length }
  // Longer than anything of ours waits before it tries again.
  for (let look = 0; look < 50; look++) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await ffmpegs('rtsp')).toEqual([])
  }
  expect({ parts, facts: house.facts.length, items: house.storage.list().length }).toEqual(before)
  expect(state().link.status).toBe('stopped')
  await expect(probe(url)).rejects.toThrow(/404/)
  const refusal = expect.objectContaining({ code: 'refused' })
  expect(() => house.pipelines.streams.mjpeg('porch', { annotated: false, size: 'full' }, () => {})).toThrow(refusal)

  await capture(true)
  await until(() => state().link.status === 'online')
  await until(() => parts > before.parts + 5)
  expect((await house.pipelines.pictures.picture('porch')).width).toBe(640)
})

test('a house that starts with a stopped camera starts nothing for it', async () => {
  const source = { kind: 'file', path: film, loop: true, transcode: false } as const
  house = await startPipelineHouse(source, { ...settings, capture: { enabled: false } })
  expect(await ffmpegs('')).toEqual([])
  expect(house.gateway.facts().paths).toEqual([])
  expect(state().link.status).toBe('stopped')
})
