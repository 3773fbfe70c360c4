// What concerns the house and no single camera, as adapters may ask for it: put together from the parts that do it.
import { stringify } from 'yaml'
import type { SystemActions } from './automation/system-actions.js'
import type { Cameras, Finding, GatewayFacts, House } from './camera/ports.js'
import type { PartHealth } from './camera/state.js'
import { dumpConfig } from './config/dump.js'
import type { Config } from './config/schema.js'
import type { SettingsStore } from './config/settings-store.js'
import { storeConfig } from './config/store-config.js'
import { Failure, sentenceOf } from './lib/failure.js'
import { createCoalesced, createSerial } from './lib/serial.js'

/** What a running house knows of itself: the doctor need not try it. */
export interface Running {
  /** Ports that we listen on, by what is configured: {http: 8080, rtsp: 8554}. */
  readonly ports: Readonly<Record<string, number>>
  readonly gateway: GatewayFacts | undefined
  /** Missing when MQTT is off. */
  readonly mqtt: PartHealth | undefined
  /** Wall ms at which the clock last stepped; null: not since the start. */
  readonly stepped: number | null
}

/** Looks at the machine, at what a configuration needs and, if one runs, at the house. */
export type Doctor = (config: Config, running: Running) => Promise<readonly Finding[]>

export interface HouseDeps {
  readonly version: string
  readonly startedAt: number
  readonly config: Config
  /** Null where no file holds the configuration: in the demo, and in an add-on, whose form does. */
  readonly file: string | null
  readonly env: NodeJS.ProcessEnv
  readonly cameras: Pick<Cameras, 'list' | 'state'>
  readonly settings: Pick<SettingsStore, 'rebase'>
  readonly actions: SystemActions
  readonly doctor: Doctor
  running(): Running
}

export const createHouse = (deps: HouseDeps): House => {
  const { version, startedAt, config, file, env, cameras, settings, actions, doctor, running } = deps
  const inTurn = createSerial()
  let found: readonly Finding[] = []
  // A look writes to the disk and starts programs: however many ask, one at a time.
  const look = createCoalesced(async () => {
    found = await doctor(config, running())
  })
  const live = (): Config => ({
    ...config,
    cameras: config.cameras.map((camera) => ({ ...camera, settings: cameras.state(camera.id).settings })),
  })
  return {
    version,
    startedAt,
    ...actions,
    dumpConfig: () => stringify(dumpConfig(live()), { lineWidth: 0 }),
    overwriteConfig: async () => {
      const kept = `the settings stay as they are, in settings.json in ${config.data}`
      if (file === null) throw new Failure('refused', `no file holds this configuration: ${kept}`)
      return inTurn(async () => {
        const now = cameras.list()
        const written = await storeConfig({ path: file, env, cameras: now }).catch((error: unknown) => {
          if (!(error instanceof Failure)) throw error
          throw new Failure(error.code, `${sentenceOf(error)}: ${kept}`, { cause: error })
        })
        await settings.rebase(now)
        return written ? `${file} now says what is set` : `${file} says what is set already`
      })
    },
    findings: async () => {
      await look()
      return found
    },
  }
}
