// Brokers that ask for something: TLS, small messages; and one broker for two Nightjars.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createFakeCameras, type FakeCameras } from '../support/fake-cameras.js'
import { type Mosquitto, startMosquitto } from '../support/mosquitto.js'
import { startFakeMqtt } from '../support/mqtt-adapter.js'
import { listen } from '../support/mqtt-listener.js'
import { until } from '../support/streams.js'

const ANNA = { username: 'anna', password: 'pw' }

let folder: string
let cameras: FakeCameras
const ends: (() => Promise<void>)[] = []
const use = <T extends AsyncDisposable>(part: T): T => {
  ends.push(async () => part[Symbol.asyncDispose]())
  return part
}
const broker = async (more = ''): Promise<Mosquitto> => use(await startMosquitto(more))

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nightjar-brokers-'))
  cameras = createFakeCameras(folder, 'porch')
})
afterEach(async () => {
  for (let end = ends.pop(); end; end = ends.pop()) await end()
  rmSync(folder, { recursive: true })
})

/** An authority, and a certificate of this machine signed by it. */
const certify = (name: string): { ca: string; lines: string } => {
  const file = (what: string): string => join(folder, `${name}-${what}`)
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'pipe' })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  openssl('req', '-x509', ...key, '-keyout', file('ca.key'), '-out', file('ca.pem'), '-subj', `/CN=${name}`)
  const signed = ['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-addext', 'subjectAltName=IP:127.0.0.1']
  openssl('req', '-x509', ...key, ...signed, '-keyout', file('key'), '-out', file('cert'), '-subj', '/CN=broker')
  return { ca: file('ca.pem'), lines: `certfile ${file('cert')}\nkeyfile ${file('key')}` }
}

it('TLS: with its authority we connect; with another, or none, it is said what to do', async () => {
  const own = certify('own')
  const other = certify('other')
  const { port } = await broker(own.lines)
  const url = `mqtts://127.0.0.1:${port}`
  const known = use(await startFakeMqtt(cameras, { url, ca_file: own.ca }))
  await until(() => known.health().connected)
  for (const config of [{ ca_file: other.ca }, {}]) {
    const adapter = use(await startFakeMqtt(cameras, { url, client_id: 'another', ...config }))
    await until(() => adapter.health().problem?.includes('mqtt.ca_file') ?? false)
  }
  const careless = use(await startFakeMqtt(cameras, { url, client_id: 'careless', reject_unauthorized: false }))
  await until(() => careless.health().connected)
  await expect(startFakeMqtt(cameras, { url, ca_file: join(folder, 'no-such') })).rejects.toThrow(/mqtt\.ca_file/)
})

it('a broker of small messages: what is too large is not sent, it is said, and the rest goes on', async () => {
  const small = await broker('max_packet_size 2000')
  const home = use(await listen(small.url, ANNA))
  const adapter = use(await startFakeMqtt(cameras, { url: small.url }))
  await home.until('a late state', ({ topic }) => topic === 'nightjar/porch/picture_quality')
  expect(adapter.health().connected).toBe(true)
  expect(adapter.health().problem).toMatch(
    /the broker takes at most 2000 bytes a message: homeassistant\/device\/nightjar_porch/,
  )
  expect(home.last('homeassistant/device/nightjar_porch/config')).toBeUndefined()
  await home.publish('nightjar/porch/recording/set', 'ON')
  await home.until('recording', ({ topic, text }) => topic === 'nightjar/porch/recording' && text === 'ON')
})

it('two Nightjars with cameras of the same name share a broker, and hear only what is for them', async () => {
  const { url } = await broker()
  const others = createFakeCameras(folder, 'porch')
  use(await startFakeMqtt(cameras, { url }))
  use(await startFakeMqtt(others, { url, base: 'garage/nightjar' }))
  const home = use(await listen(url, ANNA))
  const last = 'picture_quality'
  await home.until('the one', ({ topic }) => topic === `nightjar/porch/${last}`)
  await home.until('the other', ({ topic }) => topic === `garage/nightjar/porch/${last}`)
  await home.publish('garage/nightjar/porch/recording/set', 'ON')
  await home.until('recording', ({ topic, text }) => topic === 'garage/nightjar/porch/recording' && text === 'ON')
  expect(cameras.commands).toEqual([])
  expect(others.commands).toHaveLength(1)
  const announced = home.heard.flatMap(({ topic, text }) =>
    topic.startsWith('homeassistant/device/') ? Object.values(JSON.parse(text).components) : [],
  ) as { unique_id?: string }[]
  const ids = announced.flatMap(({ unique_id }) => (unique_id === undefined ? [] : [unique_id]))
  expect(new Set(ids).size).toBe(ids.length)
})
