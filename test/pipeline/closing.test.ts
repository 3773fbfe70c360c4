// When what may be seen changes, the gateway knows before whoever asked for it has an answer, whatever else is going on.
import { expect, test } from 'vitest'
import { createCameras } from '../../src/camera/cameras.js'
import type { Zone } from '../../src/camera/zones.js'
import { silentLog } from '../../src/lib/log.js'
import type { Gateway, PathSpec } from '../../src/media/gateway/gateway.js'
import type { Storage } from '../../src/media/storage.js'
import { definePipelines } from '../../src/pipeline/pipelines.js'
import { defaultSettings } from '../support/settings.js'
import { createTestClock } from '../support/test-clock.js'

const zone = (id: string, x: number): Zone => ({
  ...{ id, name: id, color: '#ffffff', use: 'privacy', enabled: true, sensitivity: 1 },
  points: [
    [x, 10],
    [x + 10, 10],
    [x, 20],
  ],
})

test('the guard of every change is the gateway’s at once, also while one before is still being carried out', async () => {
  const clock = createTestClock()
  const cameras = createCameras({
    cameras: [{ id: 'porch', name: 'Porch', source: 'rtsp', settings: defaultSettings }],
    ...{ clock, log: silentLog, saveSettings: async () => {} },
  })
  let applied: readonly PathSpec[] = []
  let slow: Promise<void> = Promise.resolve()
  const gateway: Gateway = {
    ...{ kind: 'mediamtx', pulls: true, rpi: false },
    apply: (paths) => {
      applied = paths
      return slow
    },
    serviceUrl: (path) => `rtsp://gateway/${path}`,
    proofUrl: (path) => `rtsp://gateway/${path}?proof`,
    admit: () => {},
    watch: () => ({ [Symbol.dispose]: () => {} }),
    watchHealth: () => ({ [Symbol.dispose]: () => {} }),
    facts: () => ({ kind: 'mediamtx', port: 1, paths: [] }),
    [Symbol.asyncDispose]: async () => {},
  }
  const storage = { watch: () => ({ [Symbol.dispose]: () => {} }) } as unknown as Storage
  const source = { kind: 'rtsp', url: 'rtsp://cam/1', sub: null, transport: 'tcp', audio: 'camera' } as const
  const pipelines = definePipelines({
    ...{ cameras, storage, clock, log: silentLog },
    configs: [{ id: 'porch', source, ring: { seconds: 10, max_bytes: 1_000_000 } }],
    detection: { engine: 'opencv', models: '/nowhere', own: null },
  })
  await pipelines.start(gateway)
  expect(applied).toEqual([{ name: 'porch', feed: 'pull', url: 'rtsp://cam/1', transport: 'tcp' }])

  let done = (): void => {}
  slow = new Promise((resolve) => {
    done = resolve
  })
  const change = (zones: readonly Zone[], enabled = false) =>
    cameras.execute('porch', { type: 'settings', change: { zones, privacy: { enabled } } }, { adapter: 'test' })
  const guard = (): string => applied.map((path) => (path.feed === 'publish' ? path.guard : path.feed)).join()
  await change([zone('window', 10)])
  const first = guard()
  expect(first).toMatch(/^{"of":"mask",/)
  await change([zone('window', 10), zone('gate', 50)])
  expect(guard()).not.toBe(first)
  await change([], true)
  expect(guard()).toBe('{"of":"slate"}')
  await expect(pipelines.pictures.picture('porch')).rejects.toMatchObject({ code: 'refused' })
  await change([])
  expect(guard()).toBe('pull')
  done()
  await pipelines[Symbol.asyncDispose]()
  expect(clock.pending).toBe(0)
})
