// The onvif section of nightjar.yaml. Without it there is no ONVIF device.
import { range, type Slice } from '../../lib/slice.js'

export interface OnvifConfig {
  readonly host: string
  readonly port: number
  readonly discovery: boolean
  readonly clock_window_s: number
}

export const onvifSchema = {
  host: { doc: 'Address to listen on', format: 'String', default: '0.0.0.0' },
  port: {
    doc: 'Port of the first camera; each further camera has the next one, which it keeps',
    format: range(0, 65000, true),
    default: 8900,
    unit: '0 takes free ones',
  },
  discovery: {
    doc: 'Answer searches on the network (WS-Discovery, UDP 3702), and say hello and bye',
    format: 'Boolean',
    default: true,
  },
  clock_window_s: {
    doc: 'How far the clock of a client may be off from ours',
    format: range(10, 3600),
    default: 300,
    unit: 'seconds, 10–3600',
  },
} as const satisfies Slice
