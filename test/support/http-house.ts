// A house with an HTTP door and nothing behind it: cameras, recordings, pictures and streams do what the test says.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AccountStore, startAccounts } from '../../src/adapters/http/accounts.js'
import type { UserConfig } from '../../src/adapters/http/http-config.js'
import { startLinks } from '../../src/adapters/http/links.js'
import type { HttpDeps } from '../../src/adapters/http/routes/app.js'
import type { LiveMessage, MjpegPart, MjpegVariant, Recordings, Streams } from '../../src/camera/ports.js'
import { cameraSettingsSchema } from '../../src/camera/settings-schema.js'
import { type Clock, createSystemClock } from '../../src/lib/clock.js'
import { Failure } from '../../src/lib/failure.js'
import { silentLog } from '../../src/lib/log.js'
import { createFakeCameras, type FakeCameras } from './fake-cameras.js'
import { createFakeHouse } from './fake-house.js'

export const USERS: readonly UserConfig[] = [
  { name: 'ada', role: 'admin', password: 'ada-password' },
  { name: 'otto', role: 'operator', password: 'otto-password' },
  { name: 'vera', role: 'viewer', password: 'vera-password' },
]

export const basic = (name: string, password = `${name}-password`): string =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`

export interface FakeStreams extends Streams {
  /** Sends a picture to everybody who watches. */
  picture(part: MjpegPart): void
  /** What `live` gives next; an error ends it. */
  message(message: LiveMessage | Error): void
  readonly variants: readonly MjpegVariant[]
  /** Live messages that viewers took. */
  readonly taken: number
  /** Live viewers that were let go of. */
  readonly ended: number
}

const createFakeStreams = (): FakeStreams => {
  const watching = new Map<(part: MjpegPart) => void, MjpegVariant>()
  const readers = new Set<(message: LiveMessage | Error) => void>()
  let ended = 0
  let taken = 0
  return {
    picture: (part) => {
      for (const give of [...watching.keys()]) give(part)
    },
    message: (message) => {
      for (const give of [...readers]) give(message)
    },
    get variants() {
      return [...watching.values()]
    },
    get taken() {
      return taken
    },
    get ended() {
      return ended
    },
    mjpeg: (_camera, variant, onPart) => {
      const give = (part: MjpegPart): void => onPart(part)
      watching.set(give, variant)
      return { [Symbol.dispose]: () => void watching.delete(give) }
    },
    live: async function* (_camera, signal) {
      const waiting: (LiveMessage | Error)[] = []
      let wake = (): void => {}
      const give = (message: LiveMessage | Error): void => {
        waiting.push(message)
        wake()
      }
      readers.add(give)
      signal.addEventListener('abort', () => wake())
      try {
        while (!signal.aborted) {
          const message = waiting.shift()
          if (message instanceof Error) throw message
          if (message) {
            taken++
            yield message
          } else await new Promise<void>((resolve) => (wake = resolve))
        }
      } finally {
        readers.delete(give)
        ended++
      }
    },
    viewers: () => ({ live: readers.size, mjpeg: watching.size }),
  }
}

/** The fake shelf, and on it videos that can be played, kept and removed. */
const createFakeShelf = (cameras: FakeCameras, folder: string) => {
  const videos = new Map<string, string>()
  const kept = new Map<string, boolean>()
  const removed = new Set<string>()
  const asked: unknown[] = []
  const shelf = cameras.recordings
  const get = (id: string) => {
    if (removed.has(id)) throw new Failure('not-found', `there is no recording "${id}"`)
    const item = shelf.get(id)
    return { ...item, keep: kept.get(id) ?? item.keep }
  }
  const recordings: Recordings = {
    list: (filter = {}) => {
      asked.push(filter)
      return shelf.list().filter(({ id, camera }) => !removed.has(id) && camera === (filter.camera ?? camera))
    },
    get,
    files: (id) => ({ ...shelf.files(get(id).id), video: videos.get(id) ?? null }),
    crop: shelf.crop,
    keep: async (id, keep) => {
      kept.set(id, keep)
      return get(id)
    },
    remove: async (id) => {
      get(id)
      removed.add(id)
    },
    usage: () => ({ items: 3, bytes: 4567, free: 89_000_000, problem: null }),
  }
  return {
    recordings,
    asked,
    addVideo: (camera: string, data: Buffer) => {
      const item = cameras.keep(
        camera,
        { kind: 'recording', format: 'mp4', causes: ['motion'] },
        Buffer.from('picture'),
      )
      const path = join(folder, `${item.id}.mp4`)
      writeFileSync(path, data)
      videos.set(item.id, path)
      return item
    },
  }
}

export interface HttpHouse extends AsyncDisposable {
  readonly deps: HttpDeps
  readonly cameras: FakeCameras
  readonly streams: FakeStreams
  readonly accounts: AccountStore
  readonly shelf: ReturnType<typeof createFakeShelf>
  readonly folder: string
}

export const createHttpHouse = async ({
  config,
  clock = createSystemClock(),
  ...others
}: Partial<Omit<HttpDeps, 'config' | 'accounts'>> & {
  readonly config?: Partial<HttpDeps['config']>
  readonly clock?: Clock
  /** Those of another house: hashing passwords takes its time. */
  readonly accounts?: AccountStore
} = {}): Promise<HttpHouse> => {
  const folder = mkdtempSync(join(tmpdir(), 'nightjar-http-'))
  const cameras = createFakeCameras(join(folder, 'shelf'), 'porch', 'garden')
  const streams = createFakeStreams()
  const shelf = createFakeShelf(cameras, folder)
  const accounts =
    others.accounts ?? (await startAccounts({ data: folder, users: USERS, log: silentLog, announce: () => {}, clock }))
  const deps: HttpDeps = {
    config: {
      host: '127.0.0.1',
      port: 0,
      trust_proxy: false,
      prefix: '',
      ingress_role: 'operator',
      public_url: null,
      ...config,
    },
    cameras,
    recordings: shelf.recordings,
    pictures: cameras.pictures,
    streams,
    gateway: () => ({
      facts: () => ({
        kind: 'builtin',
        port: 8554,
        paths: [{ name: 'porch', online: true, readers: 2, bytesIn: 100, bytesOut: 200, dropped: 1 }],
      }),
    }),
    accounts,
    links: await startLinks({ data: folder, page: () => 'http://nightjar.lan:8080', clock }),
    house: createFakeHouse(),
    settingsSchema: cameraSettingsSchema,
    health: () => ({ mqtt: { status: 'broken', problem: 'the broker does not answer' } }),
    rings: (camera) => (camera === 'porch' ? { seconds: 10.5, bytes: 1234 } : undefined),
    version: '1.2.3',
    webRoot: join(folder, 'web'),
    clock,
    log: silentLog,
    ...others,
  }
  return {
    deps,
    cameras,
    streams,
    accounts,
    shelf,
    folder,
    [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true, force: true }),
  }
}
