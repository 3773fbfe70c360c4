// The kinds of camera input. A new kind is one file and its name here.
import type { ImageControl } from '../camera/settings.js'
import { type FileConfig, file } from './file.js'
import { type HttpMjpegConfig, httpMjpeg } from './http-mjpeg.js'
import { type OnvifSourceConfig, onvif } from './onvif.js'
import { type PushConfig, push } from './push.js'
import { rpi } from './rpi.js'
import type { RpiConfig } from './rpi-options.js'
import { type RtspConfig, rtsp } from './rtsp.js'
import type { PlanContext, SourceDefinition, SourcePlan, Talk } from './source.js'
import { type TestPatternConfig, testPattern } from './test-pattern.js'
import { type UsbConfig, usb } from './usb.js'

export type SourceConfig =
  | TestPatternConfig
  | FileConfig
  | RtspConfig
  | OnvifSourceConfig
  | HttpMjpegConfig
  | PushConfig
  | UsbConfig
  | RpiConfig
export type SourceKind = SourceConfig['kind']

type ConfigOf<Kind extends SourceKind> = Extract<SourceConfig, { kind: Kind }>

export const sources: { readonly [Kind in SourceKind]: SourceDefinition<ConfigOf<Kind>> } = {
  'test-pattern': testPattern,
  file,
  rtsp,
  onvif,
  'http-mjpeg': httpMjpeg,
  push,
  usb,
  rpi,
}

export const sourceKinds = Object.keys(sources) as SourceKind[]

export const planSource = <Kind extends SourceKind>(config: ConfigOf<Kind>, context: PlanContext): SourcePlan => {
  const definition: SourceDefinition<ConfigOf<Kind>> = sources[config.kind as Kind]
  return definition.plan(config, context)
}

export const controlsOf = <Kind extends SourceKind>(config: ConfigOf<Kind>): readonly ImageControl[] => {
  const definition: SourceDefinition<ConfigOf<Kind>> = sources[config.kind as Kind]
  return definition.controls(config)
}

/** For a camera that is spoken with beside its video. */
export const talkOf = <Kind extends SourceKind>(config: ConfigOf<Kind>): Talk<ConfigOf<Kind>> | undefined => {
  const definition: SourceDefinition<ConfigOf<Kind>> = sources[config.kind as Kind]
  return definition.talk
}
