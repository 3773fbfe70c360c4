// Disks that fill up, can't be written or lose their files while recording: the state says it, video goes on, and all
// works again once the disk does. Real small disks where this machine mounts them, else what a file system can do.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSystemClock } from '../../src/lib/clock.js'
import { silentLog } from '../../src/lib/log.js'
import { startStorage } from '../../src/media/storage.js'
import { type PipelineHouse, startPipelineHouse } from '../support/pipeline-house.js'
import { defaultSettings } from '../support/settings.js'
import { until } from '../support/streams.js'

const PATTERN = {
  kind: 'test-pattern',
  width: 640,
  height: 360,
  fps: 15,
  walk_every_s: 3600,
  walk_s: 1,
  day_s: 3600,
} as const
const quiet = { ...defaultSettings, recording: { ...defaultSettings.recording, on: [] } }
let disk: string

const mount = (...options: string[]): boolean => {
  try {
    execFileSync('mount', [...options, disk], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
const canMount = ((): boolean => {
  disk = mkdtempSync(join(tmpdir(), 'nightjar-disk-'))
  const can = mount('-t', 'tmpfs', '-o', 'size=1m', 'tmpfs')
  if (can) execFileSync('umount', [disk])
  rmSync(disk, { recursive: true })
  return can
})()

beforeEach(() => {
  disk = mkdtempSync(join(tmpdir(), 'nightjar-disk-'))
})
afterEach(() => {
  try {
    execFileSync('umount', ['-l', disk], { stdio: 'ignore' })
  } catch {
    // Nothing was mounted.
  }
  rmSync(disk, { recursive: true, force: true })
})

const startHouse = () => startPipelineHouse(PATTERN, quiet, undefined, undefined, disk)
const record = (house: PipelineHouse, action: 'start' | 'stop') =>
  house.cameras.execute('porch', { type: 'record', action }, { adapter: 'test' })
const events = ({ facts }: PipelineHouse) => facts.flatMap((fact) => (fact.type === 'event' ? [fact.event] : []))
const told = (house: PipelineHouse, type: string) => events(house).filter((event) => event.type === type)
const recorderProblem = (house: PipelineHouse) => house.cameras.state('porch').health.recorder?.problem ?? null

describe.runIf(canMount)('a disk of its own', () => {
  test('that is full: told once with its reason, nothing piles up, recording goes on when there is room', async () => {
    expect(mount('-t', 'tmpfs', '-o', 'size=12m', 'tmpfs')).toBe(true)
    await using house = await startHouse()
    await until(() => (house.pipelines.stats('porch')?.seconds ?? 0) > 1)
    await record(house, 'start')
    await until(() => told(house, 'recording_started').length === 1)
    const fillers: string[] = []
    for (const size of [1_000_000, 4096])
      try {
        for (;;) {
          fillers.push(join(disk, `filler${fillers.length}`))
          writeFileSync(fillers.at(-1) ?? '', Buffer.alloc(size))
        }
      } catch (error) {
        expect(error).toMatchObject({ code: 'ENOSPC' })
      }
    await until(() => recorderProblem(house) !== null)
    expect(recorderProblem(house)).toMatch(/^The disk is full \(/)
    expect(house.cameras.state('porch').link.status).toBe('online')
    expect(house.cameras.state('porch').link.problem).toMatch(/disk is full/)
    await new Promise((resolve) => setTimeout(resolve, 2000))
    expect(told(house, 'recording_failed')).toHaveLength(1)
    for (const filler of fillers) rmSync(filler, { force: true })
    await until(() => recorderProblem(house) === null)
    await record(house, 'stop')
    await until(() => house.storage.list().every(({ state, bytes }) => state !== 'running' && bytes > 0))
    expect(house.storage.list().length).toBeGreaterThan(1)
    expect(house.cameras.state('porch').link.problem).toBeNull()
  })

  test('that is read-only: said in words, refused in words, and used as soon as it can be written', async () => {
    expect(mount('-t', 'tmpfs', '-o', 'ro,size=1m', 'tmpfs')).toBe(true)
    const limits = { days: 14, max_bytes: 0, min_free_bytes: 0 }
    const clock = createSystemClock()
    await using storage = await startStorage({ data: disk, config: limits, clock, log: silentLog })
    const health: (string | null)[] = []
    using _ = storage.watch(({ problem }) => health.push(problem))
    expect(health).toEqual([expect.stringMatching(/^The disk is read-only/)])
    const picture = { data: Buffer.from('x'), format: 'jpg', width: 1, height: 1, at: clock.now().wall } as const
    await expect(
      storage.saveSnapshot({ camera: 'porch', picture: { ...picture, etag: 'x' } as never }),
    ).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringMatching(/^The disk is read-only/),
    })
    expect(mount('-o', 'remount,rw')).toBe(true)
    await storage.saveSnapshot({ camera: 'porch', picture: { ...picture, etag: 'x' } as never })
    expect(health.at(-1)).toBeNull()
    expect(storage.list()).toHaveLength(1)
  })
})

test('everything is removed while it records: told, nothing runs for ever, and the next recording is whole', async () => {
  await using house = await startHouse()
  await until(() => (house.pipelines.stats('porch')?.seconds ?? 0) > 1)
  await record(house, 'start')
  await until(() =>
    readdirSync(house.data, { recursive: true }).some(
      (name) => String(name).endsWith('.part.mp4') || String(name).includes('part'),
    ),
  )
  for (const name of readdirSync(house.data)) rmSync(join(house.data, name), { recursive: true })
  await new Promise((resolve) => setTimeout(resolve, 1500))
  await record(house, 'stop')
  await until(() => told(house, 'recording_failed').length > 0)
  expect(house.storage.list().filter(({ state }) => state === 'running')).toEqual([])
  expect(told(house, 'recording_failed')).toMatchObject([{ problem: expect.stringMatching(/removed/) }])
  await record(house, 'start')
  await new Promise((resolve) => setTimeout(resolve, 1500))
  await record(house, 'stop')
  await until(() => told(house, 'recording_finished').length === 1)
  const [item] = house.storage.list()
  expect(item?.state).toBe('finished')
  expect(house.storage.files(item?.id ?? '').video).not.toBeNull()
  expect(house.cameras.state('porch').health.recorder?.problem ?? null).toBeNull()
})
