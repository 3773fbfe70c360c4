// The doctor's look at the RTSP server: which one it would be here, and what to do where it is not the one asked for.
import type { Config } from '../config/schema.js'
import { sentenceOf } from '../lib/failure.js'
import type { MediamtxConfig } from '../media/gateway/mediamtx/options.js'
import { findMediamtx, isTooOld, OLDEST } from '../media/gateway/mediamtx/program.js'
import { createMediamtxApi } from '../media/gateway/mediamtx-api.js'
import { bad, type Look, ok, warn } from './look.js'

const BUILTIN = 'the built-in RTSP server is used'

const checkApi = async (url: string, { api_username: name, api_password: password }: MediamtxConfig): Promise<Look> => {
  using api = createMediamtxApi({ url, login: name !== null && password !== null ? { name, password } : undefined })
  try {
    const { version } = await api.info()
    return isTooOld(version)
      ? bad(`MediaMTX ${version} at ${url} is too old`, `${OLDEST.join('.')} or newer is needed`)
      : ok(`MediaMTX ${version} answers at ${url}`)
  } catch (error) {
    return bad(sentenceOf(error), 'is it running with `api: yes`, and mediamtx.api right?')
  }
}

/** Without a configuration: what `auto` would take. */
export const checkGateway = async (config: Pick<Config, 'rtsp' | 'mediamtx' | 'data'> | null): Promise<Look> => {
  const { gateway, path, api, data } = config
    ? { ...config.mediamtx, gateway: config.rtsp.gateway, data: config.data }
    : { gateway: 'auto', path: null, api: null, data: '' }
  if (gateway === 'builtin') return ok(`RTSP: ${BUILTIN}`)
  if (config && api !== null) return checkApi(api, config.mediamtx)
  try {
    const found = await findMediamtx({ path, data })
    return ok(`MediaMTX ${found.version} is at ${found.path}`)
  } catch (error) {
    const what = sentenceOf(error)
    if (gateway === 'mediamtx') return bad(what, 'fetch or install it, or set rtsp.gateway: auto')
    const wanted = path !== null || config?.mediamtx.webrtc === true
    return wanted ? warn(`${what}: ${BUILTIN}`, 'fetch it, or correct mediamtx.path') : ok(`${what}: ${BUILTIN}`)
  }
}
