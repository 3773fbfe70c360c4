// What concerns the house and no single camera, as adapters may ask for it: put together from the parts that do it.
import { stringify } from 'yaml'
import type { SystemActions } from './automation/system-actions.js'
import type { CameraFinder, Cameras, Finding, FoundCamera, GatewayFacts, House, NotifierView } from './camera/ports.js'
import type { PartHealth } from './camera/state.js'
import { addCamera } from './config/add-camera.js'
import { dumpConfig } from './config/dump.js'
import type { Config } from './config/schema.js'
import type { SettingsStore } from './config/settings-store.js'
import { storeConfig } from './config/store-config.js'
import type { Clock } from './lib/clock.js'
import { Failure, sentenceOf } from './lib/failure.js'
import { networkHosts } from './lib/network.js'
import { createCoalesced, createSerial } from './lib/serial.js'
import { discoverOnvif } from './sources/onvif-discover.js'
import { deviceUrl } from './sources/onvif-session.js'

/** What a running house knows of itself: the doctor need not try it. */
export interface Running {
  /** Ports that we listen on, by what is configured: {http: 8080, rtsp: 8554}. */
  readonly ports: Readonly<Record<string, number>>
  readonly gateway: GatewayFacts | undefined
  /** Ports of our own ONVIF devices. */
  readonly devices?: readonly number[]
  /** Missing when MQTT is off. */
  readonly mqtt: PartHealth | undefined
  readonly notifiers: readonly NotifierView[]
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
  readonly clock: Clock
  running(): Running
}

export const createHouse = (deps: HouseDeps): House & CameraFinder => {
  const { version, startedAt, config, file, env, cameras, settings, actions, doctor, clock, running } = deps
  const inTurn = createSerial()
  let found: readonly Finding[] = []
  /** Added since the start: not among the cameras yet. */
  const added: { id: string; host: string }[] = []
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
    problems: () => ({
      ...Object.fromEntries(found.filter(isOfHouse).map(({ about, what }) => [about, what])),
      ...Object.fromEntries(
        running().notifiers.flatMap(({ name, health: { problem } }) => (problem ? [[`notify ${name}`, problem]] : [])),
      ),
    }),
    discover: async () => {
      const readers = [...readersOf(config), ...added]
      const ours = (running().devices ?? []).flatMap((port) =>
        [...networkHosts(), '127.0.0.1'].map((at) => `${at}:${port}`),
      )
      return (await discoverOnvif()).flatMap((one): FoundCamera[] => {
        const host = hostOf(one.address)
        if (ours.includes(host)) return []
        return [{ ...one, camera: readers.find((reader) => reader.host === host)?.id ?? null }]
      })
    },
    addCamera: (camera) =>
      inTurn(async () => {
        const ids = [...config.cameras, ...added].map(({ id }) => id)
        const { id, what, yaml } = await addCamera({ path: file, env, data: config.data, ids, camera, clock })
        if (yaml !== null)
          return {
            id,
            yaml,
            sentence: `It is ${what}. No file holds this configuration: put these lines among its cameras`,
          }
        added.push({ id, host: hostOf(camera.address) })
        return { id, yaml, sentence: `It is ${what}, and stands in ${file} as ${id}: restart Nightjar to see it` }
      }),
  }
}

/** Grave, and told by nobody else: cameras tell what is wrong with them, and the broker hears nothing of its own. */
const isOfHouse = ({ status, about }: Finding): boolean => status === 'bad' && !['cameras', 'mqtt'].includes(about)

const hostOf = (address: string): string => {
  const url = deviceUrl(address)
  return url ? `${url.hostname}:${url.port || (url.protocol === 'https:' ? 443 : 80)}` : address
}

const readersOf = ({ cameras }: Config): { readonly id: string; readonly host: string }[] =>
  cameras.flatMap(({ id, source }) => (source.kind === 'onvif' ? [{ id, host: hostOf(source.address) }] : []))
