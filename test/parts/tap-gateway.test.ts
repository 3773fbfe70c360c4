// The tap as it is used: reading RTSP from the built-in gateway, with and without sound.
import sharp from 'sharp'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSystemClock } from '../../src/lib/clock.js'
import { silentLog } from '../../src/lib/log.js'
import { type Child, startChild } from '../../src/lib/process.js'
import { createScope, type Scope } from '../../src/lib/scope.js'
import { supervise } from '../../src/lib/supervise.js'
import { startBuiltinGateway } from '../../src/media/gateway/builtin/server.js'
import type { Gateway } from '../../src/media/gateway/gateway.js'
import { createPictures } from '../../src/media/picture.js'
import { createPictureDecoder } from '../../src/media/picture-decode.js'
import { createRing } from '../../src/media/ring.js'
import { defineTap, type TapOptions } from '../../src/media/tap.js'
import { nobody } from '../support/pipeline-house.js'
import { encode, numbered, numberOf, until } from '../support/streams.js'

const clock = createSystemClock()

let gateway: Gateway
let publisher: Child | undefined
let scope: Scope

beforeEach(async () => {
  scope = createScope()
  const config = { host: '127.0.0.1', port: 0, gateway: 'builtin' as const }
  gateway = await startBuiltinGateway({ config, accounts: nobody, clock, log: silentLog })
  await gateway.apply([{ name: 'porch', feed: 'publish' }])
})
afterEach(async () => {
  await scope[Symbol.asyncDispose]()
  await publisher?.stop(0)
  await gateway[Symbol.asyncDispose]()
})

const publish = async (...args: string[]): Promise<void> => {
  const online = new Promise<void>((resolve) => {
    gateway.watch((_path, is) => {
      if (is) resolve()
    })
  })
  const to = ['-f', 'rtsp', '-rtsp_transport', 'tcp', gateway.serviceUrl('porch')]
  publisher = startChild({ name: 'publisher', command: 'ffmpeg', args: ['-v', 'error', '-re', ...args, ...to] })
  publisher.stdout.resume()
  await online
}

const run = async (
  change: Partial<TapOptions>,
  enough: (frames: number, ring: ReturnType<typeof createRing>) => boolean,
) => {
  const ring = createRing({ seconds: 20, maxBytes: 50e6 })
  const frames: { number: number; mono: number }[] = []
  const inits: string[] = []
  const end = new AbortController()
  const tap = defineTap({
    name: 'porch',
    url: gateway.serviceUrl('porch'),
    fragments: true,
    frames: { width: 320, fps: 10 },
    audio: false,
    silence: 10_000,
    clock,
    log: silentLog,
    onItem: (item) => ring.push(item),
    onInit: ({ mime }) => inits.push(mime),
    onFrame: ({ data, width, height, mono }) => frames.push({ number: numberOf(data, width, height), mono }),
    ...change,
  })
  const running = tap(end.signal, () => {})
  await Promise.race([until(() => enough(frames.length, ring)), running])
  end.abort()
  await running
  return { ring, frames, inits }
}

test('frames and pictures of the ring agree', async () => {
  await publish(...numbered(1280, 720), ...encode(100))
  const { ring, frames } = await run({}, (count) => count > 35)
  await using decoder = createPictureDecoder(clock)
  const pictures = createPictures({ clock, decoder, ring: () => ring })
  for (const frame of [frames[12], frames[20], frames[30]]) {
    if (!frame) throw new Error('no frame')
    const { data, width, height } = await pictures.picture('porch', {
      at: clock.toWall(frame.mono),
      format: 'png',
    })
    expect([width, height]).toEqual([1280, 720])
    const { data: pixels, info } = await sharp(data).raw().toBuffer({ resolveWithObject: true })
    expect(numberOf(pixels, info.width, info.height, info.channels)).toBe(frame.number)
  }
})

test('the first pictures, which the gateway had kept for it, have their own times', async () => {
  await publish(...numbered(), ...encode(100))
  await new Promise((done) => setTimeout(done, 700))
  const { ring } = await run({}, (_count, now) => now.from(0).length > 20)
  const times = ring.from(0).map(({ fragment }) => fragment.pts)
  const first = times[0] ?? Number.NaN
  expect(times.map((time, index) => Math.round((time - first) * 25) - index)).toEqual(times.map(() => 0))
})

test.each([
  ['AAC', ['-c:a', 'aac', '-ar', '16000'], 1024 / 16_000],
  ['G.711', ['-c:a', 'pcm_alaw', '-ar', '8000', '-ac', '1'], 1024 / 8000],
])('picture and sound in %s, both in step with their clock', async (_name, codec, audio) => {
  const frame = { video: 1 / 25, audio }
  await publish('-f', 'lavfi', '-i', 'sine', ...numbered(), ...encode(50), ...codec)
  const { ring, inits } = await run(
    { audio: true, frames: null },
    (_count, now) => now.from(0).filter(({ fragment }) => fragment.track === 'audio').length > 20,
  )
  expect(inits.at(-1)).toMatch(/avc1\.\w+, mp4a\.40\.2/)
  const steps = (track: 'video' | 'audio'): number[] => {
    const times = ring.from(0).flatMap(({ fragment }) => (fragment.track === track ? [fragment.pts] : []))
    return times.slice(-15).map((pts, index, all) => pts - (all[index - 1] ?? pts - frame[track]))
  }
  for (const track of ['video', 'audio'] as const)
    for (const step of steps(track)) expect(Math.abs(step - frame[track])).toBeLessThan(0.002)
})

test('a camera without sound where sound is wanted gives its picture', async () => {
  await publish(...numbered(), ...encode(50))
  const { inits } = await run({ audio: true }, (count, ring) => count > 3 && ring.stats().fragments > 3)
  expect(inits.at(-1)).toMatch(/codecs="avc1\.\w+"$/)
})

test('the publisher dies and comes back: so does the tap, and its times are right', async () => {
  await publish(...numbered(), ...encode(25))
  const ring = createRing({ seconds: 20, maxBytes: 50e6 })
  const frames: { number: number; mono: number; arrival: number }[] = []
  const epochs: number[] = []
  const tap = defineTap({
    name: 'porch',
    url: gateway.serviceUrl('porch'),
    fragments: true,
    frames: { width: 320, fps: 10 },
    audio: false,
    silence: 3000,
    clock,
    log: silentLog,
    onItem: (item) => ring.push(item),
    onInit: ({ epoch }) => epochs.push(epoch),
    onFrame: ({ data, width, height, mono }) =>
      frames.push({ number: numberOf(data, width, height), mono, arrival: clock.now().mono }),
  })
  const health: string[] = []
  scope.use(supervise(tap, { name: 'tap', clock, log: silentLog, onHealth: ({ status }) => health.push(status) }))
  await until(() => frames.length > 20)
  await publisher?.stop(0)
  await until(() => health.at(-1) === 'broken')
  frames.length = 0
  await publish(...numbered(), ...encode(25))
  await until(() => frames.length > 20)
  expect(health).toEqual(['starting', 'working', 'broken', 'working'])
  expect(epochs).toHaveLength(2)
  const items = ring.from(0)
  for (const frame of frames.slice(10)) {
    expect(frame.arrival - frame.mono).toBeGreaterThan(-1)
    expect(frame.arrival - frame.mono).toBeLessThan(3000)
  }
  const last = frames.at(-3)
  expect(items.some(({ fragment }) => fragment.epoch === epochs[1] && fragment.mono === last?.mono)).toBe(true)
})
