// A network camera as a process of its own, outside of what is counted: the built-in gateway with the paths `main` and
// `sub`. Prints one line of JSON with their addresses, for publishing and for reading; ends with its stdin.
import { createSystemClock } from '../../dist/lib/clock.js'
import { silentLog } from '../../dist/lib/log.js'
import { startBuiltinGateway } from '../../dist/media/gateway/builtin/server.js'

const PASSWORD = 'word'
const gateway = await startBuiltinGateway({
  config: { host: '127.0.0.1', port: 0, gateway: 'builtin' },
  accounts: {
    verify: async () => null,
    verifyToken: async () => null,
    list: () => [],
    streamPassword: (/** @type {string} */ name) => (name === 'cam' ? PASSWORD : null),
  },
  clock: createSystemClock(),
  log: silentLog,
})
const names = ['main', 'sub']
await gateway.apply(names.map((name) => ({ name, feed: 'publish' })))
const addresses = (/** @type {(name: string) => string} */ of) =>
  Object.fromEntries(names.map((name) => [name, of(name)]))
const read = addresses((name) => `rtsp://cam:${PASSWORD}@127.0.0.1:${gateway.facts().port}/${name}`)
console.log(JSON.stringify({ publish: addresses(gateway.serviceUrl), read }))
process.stdin.resume().once('end', () => process.exit(0))
