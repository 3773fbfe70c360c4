// Cameras on the network without hardware: fake cameras, one with a sub stream, and users with stream passwords.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Onvif, type OnvifDeps, startOnvif } from '../../src/adapters/onvif/onvif.js'
import type { CameraStream } from '../../src/camera/ports.js'
import { type Clock, createSystemClock } from '../../src/lib/clock.js'
import { silentLog } from '../../src/lib/log.js'
import { createFakeCameras, type FakeCameras } from './fake-cameras.js'

export const PASSWORDS: Readonly<Record<string, string>> = {
  ada: 'ada-stream',
  otto: 'otto-stream',
  vera: 'vera-stream',
}

export const ACCOUNTS: OnvifDeps['accounts'] = {
  verify: async () => null,
  verifyToken: async () => null,
  streamPassword: (name) => PASSWORDS[name] ?? null,
  list: () => [
    { name: 'ada', role: 'admin' },
    { name: 'otto', role: 'operator' },
    { name: 'vera', role: 'viewer' },
    { name: 'nopass', role: 'admin' },
  ],
}

export const STREAMS: readonly CameraStream[] = [
  {
    name: 'main',
    path: 'porch',
    encoding: { codec: 'h264', width: 1920, height: 1080, fps: 24.97, gop: 50, bitrate: 3_141_592, profile: 'High' },
  },
  {
    name: 'sub',
    path: 'porch_sub',
    encoding: { codec: 'h264', width: 640, height: 360, fps: 10, gop: 20, bitrate: 271_828, profile: 'Main' },
  },
]

export interface OnvifHouse extends AsyncDisposable {
  readonly onvif: Onvif
  readonly cameras: FakeCameras
  readonly folder: string
  /** Of the first camera's device. */
  readonly port: number
}

export const startOnvifHouse = async ({
  clock = createSystemClock(),
  config = {},
  ids = ['porch'],
  ...others
}: Partial<Omit<OnvifDeps, 'config'>> & {
  readonly clock?: Clock
  readonly config?: Partial<OnvifDeps['config']>
  readonly ids?: readonly string[]
} = {}): Promise<OnvifHouse> => {
  const folder = mkdtempSync(join(tmpdir(), 'nightjar-onvif-'))
  const cameras = createFakeCameras(join(folder, 'shelf'), ...ids)
  const onvif = await startOnvif({
    config: { host: '127.0.0.1', port: 0, discovery: false, clock_window_s: 300, ...config },
    data: folder,
    cameras,
    pictures: cameras.pictures,
    streams: { streams: (id) => STREAMS.map((stream) => ({ ...stream, path: stream.path.replace('porch', id) })) },
    accounts: ACCOUNTS,
    gateway: () => ({ facts: () => ({ kind: 'builtin', port: 8554, paths: [] }) }),
    version: '1.2.3',
    clock,
    log: silentLog,
    ...others,
  })
  return {
    ...{ onvif, cameras, folder },
    port: onvif.ports[ids[0] ?? ''] ?? 0,
    [Symbol.asyncDispose]: async () => {
      await onvif[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
