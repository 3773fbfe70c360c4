// Motion kept as pictures, and a stack asked of a whole camera: gateway, tap, ring, eyes, rules, shelf.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { until as untilSoon } from '../support/nightjar.js'
import { ffmpegs, makeCrossing, startPipelineHouse } from '../support/pipeline-house.js'
import { defaultSettings } from '../support/settings.js'
import { until } from '../support/streams.js'

test('motion becomes pictures and no video; a stack is kept like a snapshot', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nightjar-film-'))
  const path = join(folder, 'crossing.mp4')
  await makeCrossing(path)
  const { recording } = defaultSettings
  const settings = {
    ...defaultSettings,
    motion: { ...defaultSettings.motion, hold_s: 1 },
    recording: { ...recording, as: 'pictures', picture_every_s: 1, after_s: 0 },
  } as const
  try {
    await using house = await startPipelineHouse({ kind: 'file', path, loop: true, transcode: false }, settings)
    const state = () => house.cameras.state('porch')
    const items = (kind: 'recording' | 'snapshot') => house.storage.list({ kind })
    await until(() => state().link.status === 'online')
    await until(() => house.pipelines.stats('porch')?.seconds)
    const stack = await house.cameras.execute('porch', { type: 'stack', frames: 5, format: 'png' }, { adapter: 'test' })
    expect(stack).toMatchObject({ kind: 'snapshot', format: 'png', width: 640, height: 360, causes: [] })
    expect(await sharp(await readFile(join(house.data, stack.path))).metadata()).toMatchObject({ width: 640 })

    await until(() => state().motion.active)
    await until(() => !state().motion.active)
    await until(() => items('snapshot').length >= 4)
    const series = items('snapshot').filter(({ id }) => id !== stack.id)
    // The box crosses for 3 s; the hold is one more.
    expect(series.length).toBeGreaterThanOrEqual(3)
    expect(series.length).toBeLessThanOrEqual(6)
    expect(series.map(({ causes }) => causes)).toEqual(series.map(() => ['motion']))
    const steps = series.slice(1).map(({ from }, at) => (series[at]?.from ?? 0) - from)
    for (const step of steps) expect(step).toBeGreaterThan(500)
    expect(items('recording')).toEqual([])
  } finally {
    await rm(folder, { recursive: true })
  }
  await untilSoon('its ffmpegs to end', async () => (await ffmpegs('')).length === 0, 3000)
})
