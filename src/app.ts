// The composition root: every part, what it is given, and the order it starts in. Stop is start reversed.
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { startAccounts } from './adapters/http/accounts.js'
import { startLinks } from './adapters/http/links.js'
import { startHttp } from './adapters/http/server.js'
import { type Line, startLine } from './adapters/line/line.js'
import { type Broker, startBroker } from './adapters/mqtt/broker.js'
import { startMqtt } from './adapters/mqtt/mqtt.js'
import { type BrokerLogin, type Speaker, startMqttOfSupervisor } from './adapters/mqtt/supervisor.js'
import { startNotify } from './adapters/notify/start-notify.js'
import { type Onvif, startOnvif } from './adapters/onvif/onvif.js'
import { type Addresses, here, httpAddress, onvifAddresses, rtspAddress } from './addresses.js'
import { startAutoSave } from './automation/auto-save.js'
import { startCheckUps } from './automation/check-ups.js'
import { startNightExposure } from './automation/night-exposure.js'
import { startPictureSeries } from './automation/picture-series.js'
import { startRecordOnMotion } from './automation/record-on-motion.js'
import { startRecordOnSighting } from './automation/record-on-sighting.js'
import { createSystemActions } from './automation/system-actions.js'
import { createCameras } from './camera/cameras.js'
import type { Notifiers } from './camera/ports.js'
import { cameraSettingsSchema } from './camera/settings-schema.js'
import type { PartHealth } from './camera/state.js'
import { sourceOf } from './config/dump.js'
import type { Config } from './config/schema.js'
import { startSettingsStore } from './config/settings-store.js'
import { createHouse, type Doctor } from './house.js'
import type { Clock } from './lib/clock.js'
import { Failure, sentenceOf } from './lib/failure.js'
import type { Supervisor } from './lib/ha-supervisor.js'
import type { Log } from './lib/log.js'
import { makeFolder } from './lib/make-folder.js'
import { networkHosts } from './lib/network.js'
import { redactText } from './lib/redact.js'
import { createScope, type Scope } from './lib/scope.js'
import { startGateway } from './media/gateway/choose.js'
import type { Gateway } from './media/gateway/gateway.js'
import { startStorage } from './media/storage.js'
import { definePipelines } from './pipeline/pipelines.js'
import { startStreamFacts } from './pipeline/stream-facts.js'
import { controlsOf } from './sources/index.js'
import { version } from './version.js'
import { engineConfigOf } from './vision/engine/engine-config.js'

export interface App extends AsyncDisposable {
  addresses(): Addresses
}

export interface AppDeps {
  readonly config: Config
  readonly clock: Clock
  readonly log: Log
  /** The demo's one user, for HTTP, RTSP and MQTT alike. */
  readonly demo?: { readonly name: string; readonly password: string }
  /** Home Assistant's, when it started us as an add-on. */
  readonly supervisor?: Supervisor
  /** The configuration file; missing where it came from elsewhere. */
  readonly file?: string
  readonly env: NodeJS.ProcessEnv
  readonly doctor: Doctor
  /** Ends the process as SIGTERM does. */
  exit(): void
  /** Shows a line to the person at the terminal, past the log. */
  announce(line: string): void
}

const TICK_MS = 1000

/** Resolves when everything listens; a missing camera or broker is not waited for. */
export const startApp = async (deps: AppDeps): Promise<App> => {
  const scope = createScope((error) => deps.log.error({ err: error }, `a part did not end well: ${sentenceOf(error)}`))
  try {
    return await startParts(deps, scope)
  } catch (error) {
    await scope[Symbol.asyncDispose]()
    throw error
  }
}

const startParts = async (deps: AppDeps, scope: Scope): Promise<App> => {
  const { config, clock, log, demo, supervisor, announce } = deps
  const { data } = config
  await makeFolder(data).catch((cause: unknown) => {
    throw new Failure('storage', `The data folder ${data} can't be made: ${sentenceOf(cause)}`, { cause })
  })
  let stepped: number | null = null
  scope.use(
    clock.onStep((by) => {
      stepped = clock.now().wall
      log.warn(`the wall clock stepped by ${Math.round(by / 1000)} s`)
    }),
  )

  const settings = scope.use(await startSettingsStore({ data, cameras: config.cameras, clock, log }))
  const cameras = createCameras({
    cameras: config.cameras.map(({ id, name, source }) => ({
      id,
      name,
      source: source.kind,
      controls: controlsOf(source),
      settings: settings.load(id),
    })),
    clock,
    log,
    saveSettings: settings.save,
  })
  scope.use(clock.every(TICK_MS, () => cameras.parts.forEach((camera) => void camera.learn({ type: 'tick' }))))
  const storage = scope.use(
    await startStorage({ data: config.storage.path ?? data, config: config.storage, clock, log }),
  )
  const accounts = await startAccounts({ data, users: config.users, log, clock, announce, ...(demo ? { demo } : {}) })
  const pipelines = scope.use(
    definePipelines({
      cameras,
      configs: config.cameras,
      storage,
      detection: engineConfigOf(config.detection, data),
      clock,
      log,
    }),
  )
  const { pictures, streams } = pipelines

  let page = ''
  const links = await startLinks({ data, page: () => page, clock })
  let gateway: Gateway | undefined
  let mqtt: Speaker | undefined
  let notify: Notifiers | undefined
  const ports: Record<string, number> = {}
  const { env, doctor, exit } = deps
  let onvif: Onvif | undefined
  const house = createHouse({
    clock,
    ...{ version, startedAt: clock.now().wall, config, file: deps.file ?? null, env, cameras, settings, doctor },
    actions: createSystemActions({ config: config.system, cameras, recordings: storage, exit, clock, log }),
    running: () => ({
      ports,
      gateway: gateway?.facts(),
      mqtt: mqtt && mqttHealth(mqtt),
      notifiers: notify?.list() ?? [],
      devices: Object.values(onvif?.ports ?? {}),
      stepped,
    }),
  })
  const http = scope.use(
    await startHttp({
      config: config.http,
      cameras,
      recordings: storage,
      pictures,
      streams,
      gateway: () => gateway,
      accounts,
      links,
      settingsSchema: cameraSettingsSchema,
      health: () => ({ ...(mqtt ? { mqtt: mqttHealth(mqtt) } : {}), ...notifyHealth(notify) }),
      notify: () => notify,
      house,
      rings: pipelines.stats,
      ...(supervisor ? { ingress: { peer: supervisor.peer, role: config.http.ingress_role } } : {}),
      version,
      webRoot: fileURLToPath(new URL('./web/', import.meta.url)),
      clock,
      log,
    }),
  )
  gateway = scope.use(
    await startGateway({ config: config.rtsp, mediamtx: config.mediamtx, data, accounts, clock, log }),
  )
  notify = scope.use(
    await startNotify({
      ...{ data, config: config.notify, cameras, recordings: storage, pictures, links, clock, log },
      note: (id, note) => cameras.parts.find((camera) => camera.id === id)?.learn({ type: 'noted', note }),
    }),
  )
  await pipelines.start(gateway)
  scope.use(startRecordOnMotion({ cameras, log }))
  scope.use(startRecordOnSighting({ cameras, log }))
  scope.use(startPictureSeries({ cameras, clock, log }))
  scope.use(startAutoSave({ cameras, clock, log }))
  scope.use(startCheckUps({ house, clock, log }))
  scope.use(startNightExposure({ cameras, configs: config.cameras, clock, log }))

  const { port, host } = gateway.facts()
  Object.assign(ports, { http: http.port, ...(host ? {} : { rtsp: port }) })
  const rtspHost = host ?? config.rtsp.host
  page = config.http.public_url ?? httpAddress(config, http, networkHosts()[0] ?? 'localhost')
  let broker: Broker | undefined
  if (config.mqtt) {
    const { embedded, url, supervisor: asked, ...rest } = config.mqtt
    const own = { base: rest.base, prefix: rest.discovery_prefix, service: { name: secret(), password: secret() } }
    if (embedded.port !== null) {
      const { host, port } = embedded
      broker = scope.use(await startBroker({ ...own, config: { host, port }, accounts, log }))
    }
    const login = broker
      ? { url: broker.url, username: own.service.name, password: own.service.password }
      : { url: url ?? '', username: rest.username, password: rest.password }
    const speak = (login: BrokerLogin): Promise<Speaker> =>
      startMqtt({
        config: { ...rest, ...login },
        cameras,
        pictures,
        recordings: storage,
        version,
        house,
        links,
        urls: { http: () => page, rtsp: (camera) => rtspAddress(rtspHost, port, page, camera) },
        fps: (camera) => pipelines.stats(camera)?.fps,
        clock,
        log,
      })
    if (asked && !supervisor)
      throw new Failure('invalid', 'mqtt.supervisor: works only in an add-on, which Home Assistant starts')
    mqtt = scope.use(
      supervisor && asked ? startMqttOfSupervisor({ supervisor, start: speak, clock, log }) : await speak(login),
    )
  }
  if (config.onvif) {
    const gatewayView = gateway
    const measured = scope.use(startStreamFacts({ cameras: config.cameras.map(({ id }) => id), gateway, log }))
    const given = { cameras, pictures, streams: measured, accounts, gateway: () => gatewayView, version, clock, log }
    onvif = scope.use(await startOnvif({ config: config.onvif, data, ...given }))
  }
  let line: Line | undefined
  if (config.line) {
    const source = (id: string) => sourceOf(config, id)
    line = scope.use(await startLine({ config: config.line, cameras, recordings: storage, house, source, clock, log }))
    ports.line = line.port
  }
  return {
    addresses: () => ({
      http: httpAddress(config, http, '127.0.0.1'),
      rtsp: Object.fromEntries(config.cameras.map(({ id }) => [id, `rtsp://${here(rtspHost)}:${port}/${id}`])),
      ...(config.mqtt ? { mqtt: redactText(broker?.url ?? config.mqtt.url ?? 'as Home Assistant says') } : {}),
      ...(onvif ? { onvif: onvifAddresses(config, onvif) } : {}),
      ...(line ? { line: `${here(config.line?.host ?? '')}:${line.port}` } : {}),
      users: demo ? [demo] : [],
    }),
    [Symbol.asyncDispose]: () => scope[Symbol.asyncDispose](),
  }
}

const mqttHealth = (mqtt: Speaker): PartHealth => {
  const { connected, problem } = mqtt.health()
  return { status: connected ? 'working' : problem ? 'broken' : 'starting', problem }
}

const notifyHealth = (notify: Notifiers | undefined): Record<string, PartHealth> =>
  Object.fromEntries((notify?.list() ?? []).map(({ name, health }) => [`notify ${name}`, health]))

const secret = (): string => randomBytes(18).toString('base64url')
