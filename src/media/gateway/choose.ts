// Which gateway it is: what `rtsp.gateway` says or, with `auto`, MediaMTX where it is and the built-in one elsewhere.
import { sentenceOf } from '../../lib/failure.js'
import { startBuiltinGateway } from './builtin/server.js'
import type { Gateway } from './gateway.js'
import { findMediamtx } from './mediamtx/program.js'
import { type MediamtxDeps, startMediamtx } from './mediamtx.js'

/** A Failure when it can't listen. A MediaMTX that was asked for and is not there is the gateway's health, no Failure. */
export const startGateway = async (deps: MediamtxDeps): Promise<Gateway> => {
  const { config, mediamtx, data, log } = deps
  if (config.gateway === 'builtin') return startBuiltinGateway(deps)
  if (config.gateway === 'mediamtx' || mediamtx.api !== null) return startMediamtx(deps)
  try {
    await findMediamtx({ path: mediamtx.path, data })
  } catch (error) {
    const wanted = mediamtx.path !== null || mediamtx.webrtc
    log[wanted ? 'warn' : 'debug'](`${sentenceOf(error)}; the built-in RTSP server is used`)
    return startBuiltinGateway(deps)
  }
  return startMediamtx(deps)
}
