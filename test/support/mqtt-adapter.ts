// The MQTT adapter with cameras without hardware: its dependencies, where a test does not say otherwise.
import { type MqttAdapter, type MqttDeps, startMqtt } from '../../src/adapters/mqtt/mqtt.js'
import type { Links } from '../../src/camera/ports.js'
import { createSystemClock } from '../../src/lib/clock.js'
import { silentLog } from '../../src/lib/log.js'
import type { FakeCameras } from './fake-cameras.js'

/** Signed so that a test can read it. */
export const fakeLinks: Links = { sign: (path) => `http://nightjar.lan:8080${path}?signed` }

export const startFakeMqtt = (
  cameras: FakeCameras,
  config: Partial<MqttDeps['config']> & { readonly url: string },
  over: Partial<Omit<MqttDeps, 'config'>> = {},
): Promise<MqttAdapter> =>
  startMqtt({
    config: {
      username: 'nightjar',
      password: 'pw',
      base: 'nightjar',
      discovery_prefix: 'homeassistant',
      client_id: null,
      ca_file: null,
      reject_unauthorized: true,
      ...config,
    },
    cameras,
    pictures: cameras.pictures,
    recordings: cameras.recordings,
    version: '1.2.3',
    links: fakeLinks,
    urls: { http: () => 'http://nightjar.lan:8080', rtsp: (camera) => `rtsp://nightjar.lan:8554/${camera}` },
    fps: () => 24.96,
    clock: createSystemClock(),
    log: silentLog,
    ...over,
  })
