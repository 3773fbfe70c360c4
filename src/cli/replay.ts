// `nightjar replay`: what a recording would have told with a configuration, and what another one would change about it.
import { access } from 'node:fs/promises'
import { Command } from 'commander'
import type { CameraSettings } from '../camera/settings.js'
import { loadConfig } from '../config/load.js'
import { createSystemClock } from '../lib/clock.js'
import { Failure } from '../lib/failure.js'
import { silentLog } from '../lib/log.js'
import { isWanted } from '../pipeline/detecting.js'
import { replay } from '../pipeline/replay.js'
import { compareReplays, type ReplayEvent, type Told, toldIn } from '../pipeline/replay-events.js'
import { type Engine, type EngineConfig, startEngine } from '../vision/engine/engine.js'
import { engineConfigOf } from '../vision/engine/engine-config.js'
import type { CliDeps } from './run-house.js'

interface ReplayCliOptions {
  readonly config?: string
  readonly compare?: string
  readonly camera?: string
  readonly json: boolean
  readonly why: boolean
  readonly objects: boolean
}

/** What counts of a configuration. */
interface Meant {
  readonly settings: CameraSettings
  readonly engine: EngineConfig
}

const DEFAULTS = JSON.stringify({ cameras: [{ id: 'camera', source: { kind: 'test-pattern' } }] })

/** The settings of the camera that is meant; those of a camera nobody has configured without a file. */
const meantBy = async (
  path: string | undefined,
  camera: string | undefined,
  env: NodeJS.ProcessEnv,
): Promise<Meant> => {
  const config = await loadConfig(path === undefined ? { path: 'defaults', text: DEFAULTS, env: {} } : { path, env })
  const ids = config.cameras.map(({ id }) => id)
  const found = path === undefined || camera === undefined ? config.cameras[0] : undefined
  const meant = found ?? config.cameras.find(({ id }) => id === camera)
  if (path !== undefined && camera === undefined && ids.length > 1)
    throw new Failure('invalid', `${path} has several cameras: please add --camera with one of ${ids.join(', ')}`)
  if (!meant) throw new Failure('invalid', `${path} has no camera ${camera}: there is ${ids.join(', ')}`)
  return { settings: meant.settings, engine: engineConfigOf(config.detection, config.data) }
}

const withObjects = (settings: CameraSettings): CameraSettings => ({
  ...settings,
  detection: { ...settings.detection, enabled: true },
})

/** Resolves when it can look; a Failure when it can't. */
const startDetector = async (config: EngineConfig, labels: readonly string[]): Promise<Engine> => {
  let heard: (problem: string | null) => void = () => {}
  const health = new Promise<string | null>((resolve) => {
    heard = resolve
  })
  const engine = await startEngine({
    ...{ config, labels, clock: createSystemClock(), log: silentLog },
    onHealth: ({ status, ...rest }) => {
      if (status !== 'starting') heard('problem' in rest ? rest.problem : null)
    },
  })
  const problem = await health
  if (problem === null) return engine
  await engine[Symbol.asyncDispose]()
  throw new Failure('unavailable', `nothing can be looked for: ${problem}`)
}

const timeOf = (seconds: number): string => {
  const minutes = Math.floor(seconds / 60)
  return `${minutes}:${(seconds - 60 * minutes).toFixed(3).padStart(6, '0')}`.padStart(10)
}

export const describeReplayEvent = (event: ReplayEvent): string => {
  const what = ((): string => {
    switch (event.event) {
      case 'motion':
        return event.on ? `motion begins: ${event.reason}` : `motion ends: ${event.reason}`
      case 'light':
        return `light: ${'kind' in event ? event.kind : event.mode}${event.reason ? ` (${event.reason})` : ''}`
      case 'sighting':
        return `${event.label} ${event.track} ${event.on ? 'is there' : 'is gone'} (score ${event.score.toFixed(2)})`
      case 'suppressed':
        return `no ${event.what}: ${event.reason}`
      default:
        return event satisfies never
    }
  })()
  return `${timeOf(event.at)}  ${what}`
}

const describeTold = (sign: string, { what, from, to }: Told): string =>
  `${sign} ${timeOf(from)}  ${what}${to > from ? ` until ${timeOf(to).trim()}` : ''}`

const readable = async (file: string): Promise<void> => {
  await access(file).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'ENOENT' ? 'there is no such file' : cause.message
    throw new Failure('not-found', `${file} can't be read: ${why}`, { cause })
  })
}

export const replayCommand = ({ env, out, note, stop }: CliDeps): Command =>
  new Command('replay')
    .description('look at a recording again: what would have been told, when and why')
    .argument('<file>', 'a video file')
    .option('-c, --config <file>', 'the configuration whose thresholds and zones count; without it the defaults')
    .option('--camera <id>', 'which camera of the configuration')
    .option('--compare <file>', 'another configuration: print only what it would gain and lose')
    .option('--why', 'also what was seen and made no event, with the reason', false)
    .option('--objects', 'look for people and other things, also where the configuration does not', false)
    .option('--json', 'print JSON, one line an event', false)
    .action(async (file: string, { config, compare, camera, json, why, objects }: ReplayCliOptions) => {
      const paths = compare === undefined ? [config] : [config, compare]
      const meant: Meant[] = []
      for (const path of paths) meant.push(await meantBy(path, camera, env))
      const settings = meant.map((one) => (objects ? withObjects(one.settings) : one.settings))
      await readable(file)
      const wanting = settings.filter(isWanted).flatMap(({ detection }) => detection.labels)
      const chosen = meant[settings.findIndex(isWanted)]?.engine
      await using engine = chosen ? await startDetector(chosen, wanting) : undefined
      const begun = performance.now()
      const { events, seconds, looks } = await replay({ file, settings, signal: stop, ...(engine && { engine }) })
      const [before = [], after = []] = events.map((list) => list.filter((one) => why || one.event !== 'suppressed'))
      if (compare === undefined) {
        for (const event of before) out(json ? JSON.stringify(event) : describeReplayEvent(event))
        if (!json && before.length === 0) out('Nothing was seen.')
      } else {
        const { gained, lost } = compareReplays(toldIn(before, seconds), toldIn(after, seconds))
        const told = [
          ...lost.map((one) => ({ change: 'lost', sign: '-', one })),
          ...gained.map((one) => ({ change: 'gained', sign: '+', one })),
        ].sort((a, b) => a.one.from - b.one.from)
        for (const { change, sign, one } of told) {
          const { what, from, to } = one
          out(json ? JSON.stringify({ at: from, until: to, what, change }) : describeTold(sign, one))
        }
        if (!json && told.length === 0) out('Both tell the same.')
      }
      const took = (performance.now() - begun) / 1000
      if (!json) note(`${looks} looks at ${seconds.toFixed(1)} s of video in ${took.toFixed(1)} s`)
    })
