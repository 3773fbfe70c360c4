// A small stream for the ring of a machine with little memory: recordings, pictures and eyes have it, RTSP the full one.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { afterEach, expect, test } from 'vitest'
import { ffmpegs, type PipelineHouse, startPipelineHouse } from '../support/pipeline-house.js'
import { defaultSettings } from '../support/settings.js'
import { until } from '../support/streams.js'

const run = promisify(execFile)
let house: PipelineHouse
afterEach(async () => {
  await house[Symbol.asyncDispose]()
  expect(await ffmpegs('')).toEqual([])
})

test('the ring is small, RTSP is not, and a privacy zone is proven in both', async () => {
  const size = { width: 640, height: 360, fps: 10, walk_every_s: 30, walk_s: 8, day_s: 240 }
  const settings = { ...defaultSettings, recording: { ...defaultSettings.recording, on: [] } }
  house = await startPipelineHouse({ kind: 'test-pattern', ...size }, settings, undefined, undefined, undefined, 320)
  const state = () => house.cameras.state('porch')
  await until(() => state().link.status === 'online')
  await until(() => state().light.dark !== null)
  expect(state().media.video).toEqual({ codec: 'h264', width: 320, height: 180 })
  expect((await house.pipelines.pictures.picture('porch')).width).toBe(320)
  const entries = ['-show_entries', 'stream=width', '-of', 'csv=p=0']
  const url = house.gateway.serviceUrl('porch')
  const { stdout } = await run('ffprobe', ['-v', 'error', '-rtsp_transport', 'tcp', ...entries, url])
  expect(stdout.trim()).toBe('640')
  // One reads the main stream to make it small, one the small one for ring and eyes.
  expect(await ffmpegs('frag_every_frame')).toHaveLength(1)

  const corner = {
    id: 'corner',
    name: 'Corner',
    color: '#ffffff',
    use: 'privacy',
    enabled: true,
    sensitivity: 1,
  } as const
  const points = [
    [0, 0],
    [50, 0],
    [50, 50],
    [0, 50],
  ] as const
  const since = Date.now()
  await house.cameras.execute(
    'porch',
    { type: 'settings', change: { zones: [{ ...corner, points }] } },
    { adapter: 'test' },
  )
  await until(() => state().link.status !== 'online')
  await until(() => state().link.status === 'online')
  const { data, at } = await house.pipelines.pictures.picture('porch', { format: 'png' })
  expect(at).toBeGreaterThan(since)
  const { data: pixels, info } = await sharp(data).greyscale().raw().toBuffer({ resolveWithObject: true })
  expect(info.width).toBe(320)
  const brightness = (x: number, y: number): number => pixels[(y * 180 * 320 + x * 320) | 0] ?? 0
  expect(brightness(0.25, 0.25)).toBeLessThan(24)
  expect(brightness(0.75, 0.25)).toBeGreaterThan(60)
})
