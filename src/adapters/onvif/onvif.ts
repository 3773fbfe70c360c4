// The ONVIF adapter: each camera is a device of its own on the network, with its own port and identity, because that is
// how clients think: Home Assistant shows only the widest profile of a device, and UniFi has one camera per device.
import type { Accounts, Cameras, GatewayView, Pictures, StreamViews } from '../../camera/ports.js'
import { createAttempts } from '../../lib/attempts.js'
import type { Clock } from '../../lib/clock.js'
import { sentenceOf } from '../../lib/failure.js'
import type { Log } from '../../lib/log.js'
import { createScope } from '../../lib/scope.js'
import { startDeviceServer } from './device-server.js'
import { startDiscovery } from './discovery.js'
import { createDigestNonces, NONCE_MS } from './http-auth.js'
import { loadIdentities } from './identity.js'
import type { OnvifConfig } from './onvif-config.js'
import type { Device } from './operation.js'
import { createProfiles } from './profiles.js'
import { createReplays } from './replays.js'
import { scopesOf } from './scopes.js'
import { createDoor } from './security.js'
import { openSubscriptionFile } from './subscription-file.js'
import { createSubscriptions } from './subscriptions.js'

export interface OnvifDeps {
  readonly config: OnvifConfig
  /** The data folder, which keeps who the cameras are. */
  readonly data: string
  readonly cameras: Cameras
  readonly pictures: Pictures
  readonly streams: StreamViews
  readonly accounts: Accounts
  gateway(): GatewayView
  readonly version: string
  readonly clock: Clock
  readonly log: Log
  /** WS-Discovery's port, for tests. */
  readonly discoveryPort?: number
}

export interface Onvif extends AsyncDisposable {
  /** The port of each camera's device. */
  readonly ports: Readonly<Record<string, number>>
  /** Open subscriptions of all cameras. */
  subscriptions(): number
}

/** Resolves when every camera's device listens. */
export const startOnvif = async (deps: OnvifDeps): Promise<Onvif> => {
  const { config, data, cameras, pictures, streams, accounts, version, clock, log } = deps
  const scope = createScope((error) => log.error({ err: error }, `onvif did not end well: ${sentenceOf(error)}`))
  const nonces = createDigestNonces(clock)
  const windowMs = config.clock_window_s * 1000
  const door = createDoor({
    ...{ accounts, nonces, clock, windowMs },
    attempts: createAttempts(clock, log),
    replays: createReplays(clock, Math.max(2 * windowMs, NONCE_MS)),
  })
  const ports: Record<string, number> = {}
  const devices: Device[] = []
  try {
    const ids = cameras.list().map(({ id }) => id)
    const file = scope.use(await openSubscriptionFile(data, ids, { clock, log }))
    for (const identity of await loadIdentities(data, ids, log)) {
      const { camera, slot } = identity
      const state = () => cameras.state(camera)
      const device: Device = {
        ...{ identity, version, state, cameras, pictures, streams, accounts, gateway: deps.gateway, clock },
        discovery: config.discovery,
        profiles: createProfiles(state, streams),
        subscriptions: scope.use(createSubscriptions(camera, { cameras, accounts, clock, file })),
        log: log.child({ camera }),
      }
      const port = config.port === 0 ? 0 : config.port + slot
      ports[camera] = scope.use(await startDeviceServer({ device, door, nonces, host: config.host, port })).port
      devices.push(device)
    }
    if (config.discovery) {
      const findable = devices.map(({ identity, state }) => ({
        ...{ uuid: identity.uuid, scopes: scopesOf(identity, state().name), port: ports[identity.camera] ?? 0 },
      }))
      const where = deps.discoveryPort === undefined ? {} : { port: deps.discoveryPort }
      scope.use(await startDiscovery({ devices: findable, host: config.host, clock, log, ...where }))
    }
  } catch (error) {
    await scope[Symbol.asyncDispose]()
    throw error
  }
  return {
    ports,
    subscriptions: () => devices.reduce((sum, { subscriptions }) => sum + subscriptions.size, 0),
    [Symbol.asyncDispose]: () => scope[Symbol.asyncDispose](),
  }
}
