// What the doctor says of the RTSP server.
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkGateway } from '../../src/cli/check-gateway.js'
import type { GatewayConfig } from '../../src/media/gateway/gateway.js'
import type { MediamtxConfig } from '../../src/media/gateway/mediamtx/options.js'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightjar-check-gateway-'))
})
afterEach(() => rm(folder, { recursive: true }))

const program = async (version: string): Promise<string> => {
  const path = join(folder, 'mediamtx')
  await writeFile(path, `#!/bin/sh\necho ${version}\n`)
  await chmod(path, 0o755)
  return path
}
const check = (gateway: GatewayConfig['gateway'], mediamtx: Partial<MediamtxConfig>) =>
  checkGateway({
    data: folder,
    rtsp: { host: '127.0.0.1', port: 8554, gateway },
    mediamtx: {
      ...{ path: null, api: null, api_username: null, api_password: null },
      ...{ webrtc: false, webrtc_port: 8189, webrtc_hosts: [], ...mediamtx },
    },
  })

test('the one that is configured is named with its version', async () => {
  const path = await program('v1.20.1')
  expect(await check('auto', { path })).toEqual({ status: 'ok', what: `MediaMTX v1.20.1 is at ${path}` })
})

test('one that must be there and is not, or is too old, is bad; the built-in one needs none', async () => {
  const path = join(folder, 'nowhere')
  const missing = await check('mediamtx', { path })
  expect(missing).toMatchObject({ status: 'bad', what: expect.stringContaining(`there is no program at ${path}`) })
  expect(missing.todo).toMatch(/fetch or install it/)
  const old = await check('mediamtx', { path: await program('v1.9.3') })
  expect(old).toMatchObject({ status: 'bad', what: expect.stringMatching(/^MediaMTX v1\.9\.3 at .* is too old/) })
  expect((await check('builtin', { path })).status).toBe('ok')
})

test('with auto the built-in one takes its place, which is worth a word only where somebody wanted more', async () => {
  const path = join(folder, 'nowhere')
  expect(await check('auto', { path })).toMatchObject({
    status: 'warn',
    what: expect.stringMatching(/the built-in RTSP server is used$/),
  })
})

test('one that runs already is asked', async () => {
  const gone = await check('auto', { api: 'http://127.0.0.1:9' })
  expect(gone).toMatchObject({ status: 'bad', what: expect.stringMatching(/^MediaMTX's API can't be reached/) })
})
