// An ONVIF camera as source, which is another Nightjar's device: its video, its own detection, its picture, and what is
// said when it is away or refuses.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Onvif, startOnvif } from '../../src/adapters/onvif/onvif.js'
import { createSystemClock } from '../../src/lib/clock.js'
import { silentLog } from '../../src/lib/log.js'
import { startStreamFacts } from '../../src/pipeline/stream-facts.js'
import type { TestPatternConfig } from '../../src/sources/test-pattern.js'
import { until } from '../support/nightjar.js'
import { ACCOUNTS } from '../support/onvif-house.js'
import { online, read, sourceAt, stateOf, trusting } from '../support/onvif-hub.js'
import { type PipelineHouse, startPipelineHouse } from '../support/pipeline-house.js'

const BY = { adapter: 'http', user: 'ada' } as const
const clock = createSystemClock()
const log = silentLog

describe('another Nightjar', () => {
  const pattern: TestPatternConfig = {
    ...{ kind: 'test-pattern', width: 640, height: 360, fps: 10 },
    ...{ walk_every_s: 3600, walk_s: 8, day_s: 0 },
  }
  const data = mkdtempSync(join(tmpdir(), 'nightjar-onvif-source-'))
  let camera: PipelineHouse
  let facts: ReturnType<typeof startStreamFacts>
  let device: Onvif
  const startDevice = (port: number): Promise<Onvif> =>
    startOnvif({
      config: { host: '127.0.0.1', port, discovery: false, clock_window_s: 300 },
      ...{ data, cameras: camera.cameras, pictures: camera.pipelines.pictures, streams: facts },
      ...{ accounts: ACCOUNTS, gateway: () => camera.gateway, version: '1.2.3', clock, log },
    })
  const tellMotion = (active: boolean): void =>
    camera.cameras.parts[0]?.learn({ type: 'reported', what: 'motion', active })

  beforeAll(async () => {
    const settings = { ...trusting, zones: [] }
    camera = await startPipelineHouse(pattern, settings, undefined, undefined, undefined, null, ACCOUNTS)
    facts = startStreamFacts({ cameras: ['porch'], gateway: camera.gateway, log })
    device = await startDevice(0)
  })
  afterAll(async () => {
    await device[Symbol.asyncDispose]()
    await facts[Symbol.asyncDispose]()
    await camera[Symbol.asyncDispose]()
    rmSync(data, { recursive: true, force: true })
  })

  test('its video comes through, its motion counts, its night mode follows; and it may go and come back', async () => {
    const port = device.ports.porch ?? 0
    const hub = await read(sourceAt(port))
    try {
      expect(await online(hub)).toMatchObject({ codec: 'h264', width: 640, height: 360 })
      await until('a subscription', () => device.subscriptions() === 1)
      tellMotion(true)
      await until('its motion', () => stateOf(hub).motion.active)
      tellMotion(false)
      await until('the end of its motion', () => !stateOf(hub).motion.active)

      await hub.cameras.execute('porch', { type: 'settings', change: { night: { mode: 'night' } } }, BY)
      await until('its night mode', () => stateOf(camera).settings.night.mode === 'night')
      await hub.cameras.execute('porch', { type: 'settings', change: { image: { contrast: 20 } } }, BY)
      await until('why not', () =>
        hub.cameras.trace('porch').some(({ reason }) => /can't set its contrast/.test(reason)),
      )

      tellMotion(true)
      await until('its motion again', () => stateOf(hub).motion.active)
      await device[Symbol.asyncDispose]()
      await until('its silence', () => stateOf(hub).health.events?.status === 'broken')
      await until('the end of what it said', () => !stateOf(hub).motion.active)
      expect(stateOf(hub).link.status).toBe('online')
      expect(stateOf(hub).link.problem).toMatch(/refuses connections|hangs up/)
      device = await startDevice(port)
      await until('what it says now', () => stateOf(hub).motion.active)
      expect(stateOf(hub).link.problem).toBeNull()
    } finally {
      await hub[Symbol.asyncDispose]()
    }
    tellMotion(false)
    // The one from before the restart, in whose place it took a new one: it lives until its time is over.
    expect(device.subscriptions()).toBe(1)
  })

  test('a wrong password is said, and tried once', async () => {
    const hub = await read(sourceAt(device.ports.porch ?? 0, 'otto', 'wrong'))
    const problem = await until('a sentence', () => stateOf(hub).link.problem)
    expect(problem).toMatch(/does not accept this user and password/)
    expect(stateOf(hub).link.status).toBe('offline')
    await hub[Symbol.asyncDispose]()
  })
})
