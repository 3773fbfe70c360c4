// Kinds of source whose hardware is not here, through gateway and tap with real ffmpegs: stand-ins (support/programs/
// hardware, first on the PATH) write what the hardware would, and a guest publishes.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Child } from '../../src/lib/process.js'
import type { SourceConfig } from '../../src/sources/index.js'
import { rpiSchema } from '../../src/sources/rpi-options.js'
import { startJpegCamera, USER } from '../support/jpeg-camera.js'
import { type PipelineHouse, startPipelineHouse } from '../support/pipeline-house.js'
import { pushFilm } from '../support/push.js'
import { defaultSettings } from '../support/settings.js'
import { until } from '../support/streams.js'

const run = promisify(execFile)
const path = process.env.PATH
beforeAll(() => {
  process.env.PATH = `${join(import.meta.dirname, '../support/programs/hardware')}:${path}`
})
afterAll(() => {
  process.env.PATH = path
})

const open: AsyncDisposable[] = []
afterEach(async () => {
  delete process.env.NIGHTJAR_TEST_NO_DEVICE
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]()
})
const use = <T extends AsyncDisposable>(one: T): T => {
  open.push(one)
  return one
}

const settings = { ...defaultSettings, recording: { ...defaultSettings.recording, on: [] } }
const startHouse = async (source: SourceConfig): Promise<PipelineHouse> =>
  use(await startPipelineHouse(source, settings))
const online = (house: PipelineHouse) => until(() => house.cameras.state('porch').link.status === 'online')

interface Stream {
  readonly codec_name: string
  readonly codec_type: string
  readonly width?: number
  readonly height?: number
  readonly has_b_frames?: number
}
interface Packet {
  readonly flags: string
  readonly pts_time: string
}
/** What a reader of the path gets in so many seconds. */
const probe = async (house: PipelineHouse, seconds = 3.5): Promise<{ streams: Stream[]; packets: Packet[] }> => {
  const entries = 'stream=codec_name,codec_type,width,height,has_b_frames:packet=flags,pts_time'
  const interval = ['-read_intervals', `%+${seconds}`, '-show_entries', entries, '-of', 'json']
  const url = house.gateway.serviceUrl('porch')
  const { stdout } = await run('ffprobe', ['-v', 'error', '-rtsp_transport', 'tcp', ...interval, url])
  return JSON.parse(stdout)
}
/** Seconds from the last key frame but one to the last. The first packets may have no time yet. */
const keyDistance = (packets: readonly Packet[]): number => {
  const keys = packets.filter(({ flags }) => flags?.startsWith('K')).map(({ pts_time }) => Number(pts_time))
  return (keys.at(-1) ?? 0) - (keys.at(-2) ?? 0)
}

const usb = { kind: 'usb', device: '/dev/video0', width: 320, height: 180, fps: 10, bitrate: 1000 } as const
const soft = { encoder: 'software', audio: 'none' } as const

test.each(['raw', 'h264'] as const)('usb, %s: H.264 with a key frame each second, no B-frames', async (format) => {
  const house = await startHouse({ ...usb, ...soft, format })
  await online(house)
  const { streams, packets } = await probe(house)
  expect(streams).toMatchObject([{ codec_name: 'h264', width: 320, height: 180, has_b_frames: 0 }])
  expect(keyDistance(packets)).toBeCloseTo(1, 0)
})

test('usb with a microphone: AAC in RTSP, in the state and in the live view', async () => {
  const house = await startHouse({ ...usb, ...soft, format: 'mjpeg', audio: 'plughw:1,0' })
  await online(house)
  const { streams } = await probe(house)
  expect(streams.map(({ codec_name }) => codec_name).sort()).toEqual(['aac', 'h264'])
  await until(() => house.cameras.state('porch').media.audio)
  const end = new AbortController()
  for await (const message of house.pipelines.streams.live('porch', end.signal)) {
    expect(message).toMatchObject({ type: 'init', mime: expect.stringContaining('mp4a') })
    end.abort()
  }
})

test('usb without a device: offline, and the sentence names it', async () => {
  process.env.NIGHTJAR_TEST_NO_DEVICE = 'yes'
  const house = await startHouse({ ...usb, ...soft, format: 'mjpeg' })
  await until(() => house.cameras.state('porch').link.status === 'offline')
  expect(house.cameras.state('porch').link.problem).toContain('/dev/video0: No such file or directory')
})

const pi = {
  ...Object.fromEntries(Object.entries(rpiSchema).map(([key, option]) => [key, option.default])),
  ...{ kind: 'rpi', width: 320, height: 180, fps: 10 },
} as SourceConfig

test('rpi with the built-in gateway: what rpicam-vid films is copied, and a change of the image begins it anew', async () => {
  const house = await startHouse(pi)
  await online(house)
  const { streams, packets } = await probe(house)
  expect(streams).toMatchObject([{ codec_name: 'h264', width: 320, height: 180, has_b_frames: 0 }])
  expect(keyDistance(packets)).toBeCloseTo(1, 0)
  const news: boolean[] = []
  using _ = house.gateway.watch((_, online) => void news.push(online))
  await house.cameras.execute('porch', { type: 'settings', change: { image: { contrast: 40 } } }, { adapter: 'test' })
  await until(() => news.includes(true))
  expect(news).toEqual([false, true])
})

test('http-mjpeg: encoded, of even size; a camera that hangs up is offline and comes back', async () => {
  const camera = use(await startJpegCamera({ way: 'stream', auth: 'digest' }))
  const { username, password } = USER
  const source = { kind: 'http-mjpeg', url: camera.url, username, password, check_certificate: true, fps: 5 } as const
  const house = await startHouse({ ...source, encoder: 'software', bitrate: 1000, audio: 'none' })
  await online(house)
  const { streams, packets } = await probe(house)
  expect(streams).toMatchObject([{ codec_name: 'h264', width: 322, height: 180, has_b_frames: 0 }])
  expect(keyDistance(packets)).toBeCloseTo(1, 0)
  camera.hangUp()
  await until(() => house.cameras.state('porch').link.problem)
  await until(() => house.cameras.state('porch').link.status === 'online')
  expect(JSON.stringify(house.facts)).not.toContain(password)
})

const guest = { kind: 'push', username: 'phone', password: 'let me in now', audio: 'none' } as const
const inlet = (house: PipelineHouse, name: string, password: string, path = 'porch_push'): string =>
  `rtsp://${name}:${encodeURIComponent(password)}@127.0.0.1:${house.gateway.facts().port}/${path}`

test('push: waits with a sentence, shows what is published, is offline within a moment and back again', async () => {
  const house = await startHouse({ ...guest, audio: 'camera' })
  const state = () => house.cameras.state('porch')
  await until(() => state().link.problem === 'nobody publishes to /porch_push (as phone)')
  expect(state().link.status).toBe('offline')
  const first = pushFilm(inlet(house, guest.username, guest.password), { sound: true })
  await online(house)
  expect((await probe(house)).streams.map(({ codec_name }) => codec_name).sort()).toEqual(['aac', 'h264'])
  await first.stop(0)
  await until(() => state().link.problem === 'nobody publishes to /porch_push (as phone)')
  const again = pushFilm(inlet(house, guest.username, guest.password))
  const before = performance.now()
  await online(house)
  expect(performance.now() - before).toBeLessThan(8000)
  await again.stop(0)
})

test('push: a password for the inlet opens nothing else, and nobody else opens the inlet', async () => {
  const house = await startHouse(guest)
  const refused = async (child: Child, why: RegExp): Promise<void> =>
    expect((await child.exited).tail.join()).toMatch(why)
  await refused(pushFilm(inlet(house, 'phone', 'wrong')), /401/)
  await refused(pushFilm(inlet(house, 'phone', guest.password, 'porch')), /404/)
  const pushing = pushFilm(inlet(house, 'phone', guest.password))
  await online(house)
  const read = (url: string) => run('ffprobe', ['-v', 'error', '-rtsp_transport', 'tcp', url])
  await expect(read(inlet(house, 'phone', guest.password, 'porch'))).rejects.toThrow(/404/)
  // A stopped camera takes nothing.
  await house.cameras.execute(
    'porch',
    { type: 'settings', change: { capture: { enabled: false } } },
    { adapter: 'test' },
  )
  expect((await pushing.exited).code).not.toBe(0)
  await refused(pushFilm(inlet(house, 'phone', guest.password)), /40[14]/)
})
