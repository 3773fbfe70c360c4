// A network camera as a process of its own, outside of what is counted: the built-in gateway with the paths `main` and
// `sub`. Prints one line of JSON with their addresses, for publishing and for reading; ends with its stdin.
import { LOGIN, startCameraGateway } from './camera-gateway.mjs'

const names = ['main', 'sub']
const gateway = await startCameraGateway(names)
const addresses = (/** @type {(name: string) => string} */ of) =>
  Object.fromEntries(names.map((name) => [name, of(name)]))
const read = addresses((name) => `rtsp://${LOGIN.name}:${LOGIN.password}@127.0.0.1:${gateway.facts().port}/${name}`)
console.log(JSON.stringify({ publish: addresses(gateway.serviceUrl), read }))
process.stdin.resume().once('end', () => process.exit(0))
