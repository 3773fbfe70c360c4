// An ONVIF camera that others wrote as source: waited for, read, heard, and found where its streams have moved.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, describe, expect, test } from 'vitest'
import { hearArrivals } from '../support/arrivals.js'
import { freePort } from '../support/mosquitto.js'
import { until } from '../support/nightjar.js'
import { online, read, sourceAt, stateOf } from '../support/onvif-hub.js'

const BY = { adapter: 'http', user: 'ada' } as const
const mock = resolve('..', 'shared', 'home-assistant', 'onvif_mock.py')

describe.skipIf(!process.env.CI && !existsSync(mock))('a camera that others wrote', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nightjar-onvif-mock-'))
  let camera: ChildProcess | undefined
  const startCamera = async (port: number, rtsp: number): Promise<void> => {
    const ports = ['--port', String(port), '--rtsp', String(rtsp), '--dir', folder]
    const child = spawn('python3', [mock, ...ports, '--user', 'ada', '--password', 'sesame'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    camera = child
    await new Promise<void>((ready) =>
      createInterface({ input: child.stdout }).on('line', (line) => line === 'ready' && ready()),
    )
  }
  const endCamera = async (): Promise<void> => {
    const ended = new Promise((end) => camera?.once('exit', end))
    camera?.kill('SIGTERM')
    await ended
  }
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('is waited for, read and heard', async () => {
    const [port, rtsp] = [await freePort(), await freePort()]
    const hub = await read(sourceAt(port, 'ada', 'sesame'))
    try {
      await until('a sentence', () => /refuses connections/.test(stateOf(hub).link.problem ?? ''))
      await startCamera(port, rtsp)
      expect(await online(hub)).toMatchObject({ codec: 'h264', width: 640, height: 360 })
      expect(stateOf(hub).link.problem).toBeNull()
      const control = (on: number) => fetch(`http://127.0.0.1:${port}/control/motion?on=${on}`)
      await until('that it is heard', () => stateOf(hub).health.events?.status === 'working')
      await control(1)
      await until('its motion', () => stateOf(hub).motion.active)
      await control(0)
      await until('the end of its motion', () => !stateOf(hub).motion.active)
      const moved = await freePort()
      await endCamera()
      await startCamera(port, moved)
      // The old address is dead: what comes now comes from elsewhere.
      await using arrivals = hearArrivals(hub)
      const from = performance.now()
      await until('video from elsewhere', () => arrivals.since(from) > 50 && stateOf(hub).link.status === 'online')
      expect(stateOf(hub).link.problem).toBeNull()

      await hub.cameras.execute('porch', { type: 'settings', change: { night: { mode: 'day' } } }, BY)
      await until('why not', () => hub.cameras.trace('porch').some(({ reason }) => /no ONVIF imaging/.test(reason)))
    } finally {
      await hub[Symbol.asyncDispose]()
      await endCamera()
    }
  })
})
