// Cameras with everything behind them but the adapters: gateway, pipelines, storage, automation.
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startPictureSeries } from '../../src/automation/picture-series.js'
import { startRecordOnMotion } from '../../src/automation/record-on-motion.js'
import { createCameras, type House } from '../../src/camera/cameras.js'
import type { Fact } from '../../src/camera/events.js'
import type { Accounts } from '../../src/camera/ports.js'
import type { CameraSettings } from '../../src/camera/settings.js'
import { createSystemClock } from '../../src/lib/clock.js'
import { silentLog } from '../../src/lib/log.js'
import { createScope } from '../../src/lib/scope.js'
import { startBuiltinGateway } from '../../src/media/gateway/builtin/server.js'
import type { Gateway } from '../../src/media/gateway/gateway.js'
import { type Storage, startStorage } from '../../src/media/storage.js'
import { definePipelines, type Pipelines } from '../../src/pipeline/pipelines.js'
import type { SourceConfig } from '../../src/sources/index.js'
import type { EngineConfig } from '../../src/vision/engine/engine.js'
import type { ProcessorConfig } from '../../src/vision/processor/config.js'
import { defaultSettings } from './settings.js'

export const nobody: Accounts = {
  verify: async () => null,
  verifyToken: async () => null,
  streamPassword: () => null,
  list: () => [],
}

export interface PipelineHouse extends AsyncDisposable {
  readonly cameras: House
  readonly gateway: Gateway
  readonly pipelines: Pipelines
  readonly storage: Storage
  readonly data: string
  readonly facts: readonly Fact[]
}

/** One camera, `porch`. */
export const startPipelineHouse = async (
  source: SourceConfig,
  settings: CameraSettings = defaultSettings,
  processor?: ProcessorConfig,
  detection: EngineConfig = { engine: 'opencv', models: '/nowhere', own: null },
  /** Where the data folder is made. */
  disk = tmpdir(),
  ringWidth: number | null = null,
  /** Who may read its streams. */
  accounts: Accounts = nobody,
): Promise<PipelineHouse> => {
  const scope = createScope()
  const clock = createSystemClock()
  const log = silentLog
  const data = await mkdtemp(join(disk, 'nightjar-pipeline-'))
  scope.defer(() => rm(data, { recursive: true, force: true }))
  const limits = { days: 14, max_bytes: 0, min_free_bytes: 0 }
  const storage = scope.use(await startStorage({ data, config: limits, clock, log }))
  const cameras = createCameras({
    cameras: [{ id: 'porch', name: 'Porch', source: source.kind, settings }],
    clock,
    log,
    saveSettings: async () => {},
  })
  scope.use(clock.every(1000, () => cameras.parts.forEach((camera) => void camera.learn({ type: 'tick' }))))
  const facts: Fact[] = []
  scope.use(cameras.watch('test', (fact) => facts.push(fact)))
  const configs = [
    {
      id: 'porch',
      source,
      ring: { seconds: 10, max_bytes: 64_000_000, width: ringWidth },
      ...(processor ? { processor } : {}),
    },
  ]
  const pipelines = scope.use(definePipelines({ cameras, configs, storage, detection, clock, log }))
  const config = { host: '127.0.0.1', port: 0, gateway: 'builtin' } as const
  const gateway = scope.use(await startBuiltinGateway({ config, accounts, clock, log }))
  await pipelines.start(gateway)
  scope.use(startRecordOnMotion({ cameras, log }))
  scope.use(startPictureSeries({ cameras, clock, log }))
  return {
    ...{ cameras, gateway, pipelines, storage, data, facts },
    [Symbol.asyncDispose]: () => scope[Symbol.asyncDispose](),
  }
}

/** This process's own ffmpegs, by what their command line says. */
export const ffmpegs = async (word: string): Promise<number[]> => {
  const found: number[] = []
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const [stat, line] = await Promise.all(
      ['stat', 'cmdline'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
    )
    const parent = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[1]
    if (Number(parent) === process.pid && line?.startsWith('ffmpeg') && line.includes(word)) found.push(Number(pid))
  }
  return found
}

const run = promisify(execFile)

/** Nothing happens for 4 s, a bright box crosses the picture for 3 s, nothing happens for 5 s. */
export const makeCrossing = async (path: string): Promise<void> => {
  const scene = 'gradients=s=640x360:r=25:c0=0x305030:c1=0x90a0c0:speed=0.00001:d=12:seed=3'
  const box = "color=c=white:s=80x120:r=25:d=12[box];[0][box]overlay=x='(t-4)*180':y=120:enable='between(t,4,7)'"
  const encode = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '25', '-bf', '0']
  await run('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', scene, '-filter_complex', box, ...encode, path])
}
