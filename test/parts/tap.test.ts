// The tap with a real ffmpeg: what is in a frame is what is in its fragment, sound becomes AAC, silence ends it, and
// nothing of it is left behind.
import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSystemClock } from '../../src/lib/clock.js'
import { silentLog } from '../../src/lib/log.js'
import { createPictureDecoder } from '../../src/media/picture-decode.js'
import { createRing, type InitSegment, type Ring } from '../../src/media/ring.js'
import { defineTap, type TapOptions } from '../../src/media/tap.js'
import { encode, numbered, numberOf, type StreamServer, startStreams, until } from '../support/streams.js'

const clock = createSystemClock()

interface Seen {
  readonly number: number
  readonly size: string
  readonly pts: number
  readonly mono: number
}

let ring: Ring
let inits: InitSegment[]
let frames: Seen[]
let readies: number
let server: StreamServer

beforeEach(() => {
  ring = createRing({ seconds: 20, maxBytes: 50e6 })
  inits = []
  frames = []
  readies = 0
})
afterEach(async () => {
  await server[Symbol.asyncDispose]()
  await until(() => ffmpegs() === 0)
})

/** Living ffmpegs that this test process started. */
const ffmpegs = (): number =>
  readdirSync('/proc').filter((pid) => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8')
      return /^Name:\s*(ffmpeg|setpriv)$/m.test(status) && status.includes(`\nPPid:\t${process.pid}\n`)
    } catch {
      return false
    }
  }).length

const options = (change: Partial<TapOptions>): TapOptions => ({
  name: 'porch',
  url: server.url,
  fragments: true,
  frames: { width: 320, fps: 10 },
  audio: false,
  silence: 10_000,
  clock,
  log: silentLog,
  onItem: (item) => ring.push(item),
  onInit: (init) => inits.push(init),
  onFrame: ({ data, width, height, pts, mono }) =>
    frames.push({ number: numberOf(data, width, height), size: `${width}x${height}`, pts, mono }),
  ...change,
})

/** Runs the tap until `enough`; gives what the run ended with. */
const runUntil = async (tap: ReturnType<typeof defineTap>, enough: () => boolean): Promise<void> => {
  const end = new AbortController()
  const running = tap(end.signal, () => {
    readies++
  })
  await Promise.race([until(enough), running])
  end.abort()
  await running
}

test('a frame shows what its fragment shows, at the same moment', async () => {
  server = await startStreams([...numbered(), ...encode()])
  await runUntil(defineTap(options({})), () => frames.length >= 25)
  const items = ring.from(0)
  const [init] = inits
  expect(readies).toBe(1)
  expect(init?.video).toEqual({ codec: 'h264', width: 640, height: 360 })
  expect(init?.mime).toMatch(/^video\/mp4; codecs="avc1\.[0-9a-f]{6}"$/)
  expect(frames[0]?.size).toBe('320x180')
  // Ten a second of the stream's own time, whatever its rate.
  expect(frames.at(-1)?.pts).toBeCloseTo((frames[0]?.pts ?? 0) + (frames.length - 1) / 10, 0.9)

  for (const frame of [frames[0], frames[8], frames[20]]) {
    if (!frame || !init) throw new Error('no frame')
    const index = items.findIndex(({ fragment }) => Math.abs(fragment.pts - frame.pts) < 0.001)
    expect(items[index]?.fragment.mono).toBe(frame.mono)
    const start = items.findLastIndex(({ fragment }, at) => at <= index && fragment.key)
    const group = items.slice(start, index + 1).map(({ fragment }) => fragment)
    await using decoder = createPictureDecoder(clock)
    const picture = await decoder.last('porch', init, group, undefined)
    expect(numberOf(picture.data, picture.width, picture.height, 3)).toBe(frame.number)
  }
  // Time goes with the pictures' numbers: nothing was lost, nothing is out of order.
  for (const [at, frame] of frames.entries()) {
    const steps = frame.number - (frames[0]?.number ?? 0)
    expect(frame.pts - (frames[0]?.pts ?? 0)).toBeCloseTo(steps / 25, 3)
    if (at > 0) expect(frame.mono).toBeGreaterThanOrEqual(frames[at - 1]?.mono ?? 0)
  }
})

test('frames alone, and fragments alone', async () => {
  server = await startStreams([...numbered(), ...encode()])
  await runUntil(defineTap(options({ fragments: false })), () => frames.length >= 5)
  expect([inits.length, ring.stats().fragments, readies]).toEqual([0, 0, 1])
  frames = []
  await runUntil(defineTap(options({ frames: null })), () => ring.stats().fragments >= 5)
  expect([inits.length, frames.length, readies]).toEqual([1, 0, 2])
})

test('AAC is copied, other sound becomes AAC', async () => {
  for (const codec of [
    ['-c:a', 'aac', '-ar', '16000'],
    ['-c:a', 'pcm_mulaw', '-ar', '8000', '-ac', '1'],
    ['-c:a', 'libopus'],
  ]) {
    server = await startStreams(['-f', 'lavfi', '-i', 'sine', ...numbered(), ...encode(), ...codec])
    const sounds = (): number => ring.from(0).filter(({ fragment }) => fragment.track === 'audio').length
    await runUntil(defineTap(options({ audio: true, frames: null })), () => sounds() >= 5)
    expect(inits.at(-1)?.mime).toMatch(/^video\/mp4; codecs="avc1\.[0-9a-f]{6}, mp4a\.40\.2"$/)
    expect(inits.at(-1)?.audio).toBe(true)
    const items = ring.from(0)
    const spread = items.map(({ fragment }) => fragment.mono - fragment.pts * 1000)
    // Both tracks are on one clock.
    expect(Math.max(...spread) - Math.min(...spread)).toBeLessThan(1000)
    ring.clear()
    await server[Symbol.asyncDispose]()
  }
})

test('a camera that hangs ends the job with a sentence; the next run is a new epoch', async () => {
  server = await startStreams([...numbered(), ...encode()])
  let ahead = 0
  const hasty = { ...clock, now: () => ({ ...clock.now(), mono: clock.now().mono + ahead }) }
  const tap = defineTap(options({ silence: 30_000, clock: hasty }))
  const end = new AbortController()
  const running = tap(end.signal, () => server.hang())
  // Once it hangs, half a minute passes quickly.
  const hurry = clock.every(500, () => {
    if (inits.length > 0) ahead += 31_000
  })
  await expect(running).rejects.toMatchObject({ code: 'unavailable', message: 'no frame for 30 s' })
  hurry[Symbol.dispose]()
  await server[Symbol.asyncDispose]()

  await expect(tap(end.signal, () => {})).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/refused/),
  })

  server = await startStreams([...numbered(), ...encode()])
  await runUntil(defineTap(options({})), () => inits.length >= 2)
  expect(inits[1]?.epoch).toBeGreaterThan(inits[0]?.epoch ?? Infinity)
})

test('a stream that ends ends the job', async () => {
  server = await startStreams([...numbered(), ...encode(), '-t', '1'])
  await expect(defineTap(options({}))(new AbortController().signal, () => {})).rejects.toThrow('the stream ended')
  // All of it was read: the last of 25 pictures too.
  expect(ring.from(0)).toHaveLength(25)
})
