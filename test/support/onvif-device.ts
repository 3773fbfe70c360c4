// One camera's device without sockets: requests go straight to its router, and time is the test's.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Answer, answerSoap } from '../../src/adapters/onvif/answer.js'
import { createDigestNonces, NONCE_MS } from '../../src/adapters/onvif/http-auth.js'
import { identityOf } from '../../src/adapters/onvif/identity.js'
import type { Device } from '../../src/adapters/onvif/operation.js'
import { createProfiles } from '../../src/adapters/onvif/profiles.js'
import { createReplays } from '../../src/adapters/onvif/replays.js'
import { createDoor } from '../../src/adapters/onvif/security.js'
import { createSubscriptions } from '../../src/adapters/onvif/subscriptions.js'
import type { CameraStream } from '../../src/camera/ports.js'
import { createAttempts } from '../../src/lib/attempts.js'
import { silentLog } from '../../src/lib/log.js'
import { createFakeCameras, type FakeCameras } from './fake-cameras.js'
import { all, envelope, type Read, read, security } from './onvif-client.js'
import { ACCOUNTS, PASSWORDS, STREAMS } from './onvif-house.js'
import { createTestClock, type TestClock } from './test-clock.js'

export interface OnvifDevice extends Disposable {
  readonly clock: TestClock
  readonly cameras: FakeCameras
  readonly device: Device
  /** What was logged as a bug. */
  readonly bugs: unknown[]
  post(text: string, options?: { readonly path?: string; readonly gone?: AbortSignal }): Promise<Answer>
  /** As a user, at an address of the device. */
  ask(
    body: string,
    options?: { readonly user?: string; readonly at?: string; readonly gone?: AbortSignal },
  ): Promise<Read>
  /** The address of a new PullPoint. */
  subscribe(options?: { readonly user?: string; readonly life?: string; readonly filter?: string }): Promise<string>
}

const WINDOW_MS = 300_000

export const createOnvifDevice = (streams: readonly CameraStream[] = STREAMS): OnvifDevice => {
  const folder = mkdtempSync(join(tmpdir(), 'nightjar-onvif-'))
  const clock = createTestClock()
  const cameras = createFakeCameras(folder, 'porch')
  const bugs: unknown[] = []
  const log = { ...silentLog, error: (details: object | string) => void bugs.push(details) }
  const state = () => cameras.state('porch')
  const views = { streams: () => streams }
  const device: Device = {
    ...{ state, cameras, pictures: cameras.pictures, streams: views, accounts: ACCOUNTS, clock, log },
    ...{ identity: identityOf('seed', 'porch', 0), version: '1.2.3', discovery: true },
    gateway: () => ({ facts: () => ({ kind: 'builtin', port: 8554, paths: [] }) }),
    profiles: createProfiles(state, views),
    subscriptions: createSubscriptions('porch', {
      cameras,
      accounts: ACCOUNTS,
      clock,
      file: { of: () => [], put: () => {} },
    }),
  }
  const door = createDoor({
    ...{ accounts: ACCOUNTS, clock, windowMs: WINDOW_MS, nonces: createDigestNonces(clock) },
    attempts: createAttempts(clock, silentLog),
    replays: createReplays(clock, Math.max(2 * WINDOW_MS, NONCE_MS)),
  })
  const post: OnvifDevice['post'] = (text, { path = '/', gone = new AbortController().signal } = {}) => {
    const called = { authority: '10.0.0.5:8900', host: '10.0.0.5', remote: '127.0.0.1' }
    return answerSoap(
      text,
      { method: 'POST', url: path, authorization: undefined, path, gone, ...called },
      device,
      door,
    )
  }
  const ask: OnvifDevice['ask'] = async (body, { user = 'vera', at = 'http://10.0.0.5:8900/', gone } = {}) => {
    const created = new Date(clock.now().wall).toISOString()
    const header = security({ name: user, password: PASSWORDS[user] ?? '', created })
    const { body: text } = await post(envelope(body, header), { path: new URL(at).pathname, ...(gone && { gone }) })
    return read(text)
  }
  return {
    ...{ clock, cameras, device, bugs, post, ask },
    subscribe: async ({ user, life = 'PT10M', filter = '' } = {}) => {
      const create = `<tev:CreatePullPointSubscription>${filter}<tev:InitialTerminationTime>${life}</tev:InitialTerminationTime></tev:CreatePullPointSubscription>`
      const { body, fault } = await ask(create, user ? { user } : {})
      if (fault) throw new Error(`${fault.codes.join(' ')}: ${fault.reason}`)
      return all(body, 'Address')[0]?.text ?? ''
    },
    [Symbol.dispose]: () => {
      device.subscriptions[Symbol.dispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
