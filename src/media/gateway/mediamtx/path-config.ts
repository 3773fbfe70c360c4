// A path as MediaMTX is configured to have it. Pure.
import type { PathSpec } from '../gateway.js'
import type { MediamtxPathConfig } from '../mediamtx-api.js'

export const pathConfigOf = (spec: PathSpec): MediamtxPathConfig => {
  switch (spec.feed) {
    case 'publish':
    case 'inlet':
      return { source: 'publisher', overridePublisher: true }
    case 'pull':
      return { source: spec.url, rtspTransport: spec.transport, sourceOnDemand: false }
    case 'rpi':
      return { source: 'rpiCamera', ...spec.params }
    default:
      return spec satisfies never
  }
}
