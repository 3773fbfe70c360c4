// nightjar.yaml as a whole: the slices of all owners put together, and what the result looks like. Reading and checking
// it is load.ts; each option belongs to the part that defines it.
import { type HttpConfig, httpSchema, type UserConfig, userSchema } from '../adapters/http/http-config.js'
import { type LineConfig, lineSchema } from '../adapters/line/line-config.js'
import { type MqttConfig, mqttSchema } from '../adapters/mqtt/schema.js'
import type { NotifyConfig } from '../adapters/notify/notify-config.js'
import { type OnvifConfig, onvifSchema } from '../adapters/onvif/onvif-config.js'
import { type IrCutCommand, irCutSchema } from '../automation/night-exposure.js'
import { type SystemConfig, systemSchema } from '../automation/system-actions.js'
import type { CameraSettings } from '../camera/settings.js'
import { cameraSettingsSchema } from '../camera/settings-schema.js'
import { type LogLevel, logLevels } from '../lib/log.js'
import { range, type Slice } from '../lib/slice.js'
import { type GatewayConfig, gatewaySchema } from '../media/gateway/gateway.js'
import { type MediamtxConfig, mediamtxSchema } from '../media/gateway/mediamtx/options.js'
import { type StorageConfig, storageSchema } from '../media/retention.js'
import type { SourceConfig } from '../sources/index.js'
import { type DetectionConfig, detectionSchema } from '../vision/engine/engine-config.js'
import { type ProcessorConfig, processorSchema } from '../vision/processor/config.js'

export interface CameraConfig {
  readonly id: string
  readonly name: string
  readonly source: SourceConfig
  readonly ring: { readonly seconds: number; readonly max_bytes: number; readonly width?: number | null }
  /** Without it there is none. */
  readonly processor?: ProcessorConfig
  /** `night.ir_cut_command` of the file; missing where neither is given. */
  readonly irCut?: IrCutCommand
  readonly settings: CameraSettings
}

export interface Config {
  /** Absolute, as every path in here. */
  readonly data: string
  readonly http: HttpConfig
  readonly rtsp: GatewayConfig
  readonly mediamtx: MediamtxConfig
  /** Without it MQTT is off. */
  readonly mqtt?: MqttConfig
  /** Without it there is no ONVIF device. */
  readonly onvif?: OnvifConfig
  /** Without it there is no line protocol. */
  readonly line?: LineConfig
  /** `path` null: the data folder. */
  readonly storage: StorageConfig & { readonly path: string | null }
  readonly detection: DetectionConfig
  readonly system: SystemConfig
  readonly logging: { readonly level: LogLevel }
  readonly cameras: readonly CameraConfig[]
  readonly users: readonly UserConfig[]
  readonly notify: readonly NotifyConfig[]
}

/** `bridge` is the service's own place among the MQTT topics. */
const RESERVED_IDS = ['bridge']
const ID = /^[a-z0-9][a-z0-9_-]{0,39}$/

const checkId = (value: unknown): void => {
  if (typeof value !== 'string' || !ID.test(value)) {
    throw new Error('must be 1 to 40 small letters, digits, dashes and underscores, and begin with a letter or digit')
  }
  if (RESERVED_IDS.includes(value)) throw new Error(`is a reserved name (${RESERVED_IDS.join(', ')}): choose another`)
}

const checkText = (value: unknown): void => {
  if (typeof value !== 'string' || value.trim() === '') throw new Error('must be text')
}

const evenWidth = (value: unknown): void => {
  range(160, 1920, true)(value)
  if (Number(value) % 2 !== 0) throw new Error('must be an even number')
}

/** Everything but the lists of cameras and users. */
export const houseSchema = {
  data: {
    doc: 'Folder for recordings, snapshots, users and changed settings',
    format: checkText,
    default: 'data',
    env: 'NIGHTJAR_DATA',
  },
  http: httpSchema,
  rtsp: gatewaySchema,
  mediamtx: mediamtxSchema,
  mqtt: mqttSchema,
  onvif: onvifSchema,
  line: lineSchema,
  storage: storageSchema,
  detection: detectionSchema,
  system: systemSchema,
  logging: { level: { doc: 'The least important lines that are logged', format: logLevels, default: 'info' } },
} as const satisfies Slice

/** Groups that switch something on by being there. */
export const optionalGroups = ['mqtt', 'onvif', 'line', 'processor']

/** One of `cameras`, without its source (whose kind decides on its options). */
export const cameraSchema = {
  id: { doc: 'Name in addresses, topics and folders; never change it', format: checkId, default: null },
  name: { doc: 'Name for people', format: checkText, default: null, nullable: true },
  ring: {
    seconds: { doc: 'Encoded video held in memory', format: range(2, 300), default: 10, unit: 'seconds, 2–300' },
    max_bytes: {
      doc: 'The most memory it may take; it then holds fewer seconds',
      format: range(1_000_000, 1_000_000_000, true),
      default: 64_000_000,
      unit: 'bytes',
    },
    width: {
      doc: 'Wider video is encoded anew, this wide, for the ring: for recordings, snapshots, the live view and the eyes of a machine with little memory; RTSP keeps the full picture',
      format: evenWidth,
      default: null,
      nullable: true,
      unit: 'pixels, 160–1920',
    },
  },
  processor: processorSchema,
  ...cameraSettingsSchema,
  night: { ...cameraSettingsSchema.night, ir_cut_command: irCutSchema },
} as const satisfies Slice

export { userSchema }
