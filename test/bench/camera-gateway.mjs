// A network camera's RTSP server for bench and soak: the built-in gateway as it was built, read as cam:word.
import { createSystemClock } from '../../dist/lib/clock.js'
import { silentLog } from '../../dist/lib/log.js'
import { startBuiltinGateway } from '../../dist/media/gateway/builtin/server.js'

export const LOGIN = { name: 'cam', password: 'word' }

/** With these paths, for somebody to publish to. */
export const startCameraGateway = async (/** @type {string[]} */ names) => {
  const gateway = await startBuiltinGateway({
    config: { host: '127.0.0.1', port: 0, gateway: 'builtin' },
    accounts: {
      verify: async () => null,
      verifyToken: async () => null,
      list: () => [],
      streamPassword: (/** @type {string} */ name) => (name === LOGIN.name ? LOGIN.password : null),
    },
    clock: createSystemClock(),
    log: silentLog,
  })
  await gateway.apply(names.map((name) => ({ name, feed: 'publish' })))
  return gateway
}
