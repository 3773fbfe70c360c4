// The publisher's job with real children and a gateway of cardboard: what it does when no video comes, or no more.
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { GatewayFacts } from '../../src/camera/ports.js'
import type { PartHealth } from '../../src/camera/state.js'
import { Failure } from '../../src/lib/failure.js'
import { silentLog } from '../../src/lib/log.js'
import type { ChildPlan } from '../../src/lib/process.js'
import { type Gateway, NotSpoken } from '../../src/media/gateway/gateway.js'
import type { PublisherPlan } from '../../src/pipeline/plan.js'
import { definePublisher } from '../../src/pipeline/publisher.js'
import { createTestClock, type TestClock } from '../support/test-clock.js'

let clock: TestClock
let end: AbortController
let path: GatewayFacts['paths'][number]
let listeners: Set<(path: string, online: boolean) => void>
let health: PartHealth
let healthListeners: Set<(health: PartHealth) => void>
let said: string[]

beforeEach(() => {
  clock = createTestClock()
  end = new AbortController()
  path = { name: 'porch', online: false, readers: 0, bytesIn: 0, bytesOut: 0, dropped: 0 }
  listeners = new Set()
  health = { status: 'working', problem: null }
  healthListeners = new Set()
  said = []
})
afterEach(() => {
  expect(clock.pending).toBe(0)
  expect(listeners.size + healthListeners.size).toBe(0)
})

const gateway = {
  facts: (): GatewayFacts => ({ kind: 'builtin', port: 1, paths: [path] }),
  watch: (listener: (path: string, online: boolean) => void) => {
    listeners.add(listener)
    return { [Symbol.dispose]: () => void listeners.delete(listener) }
  },
  watchHealth: (listener: (health: PartHealth) => void) => {
    healthListeners.add(listener)
    listener(health)
    return { [Symbol.dispose]: () => void healthListeners.delete(listener) }
  },
  proofUrl: (name: string): string => `rtsp://127.0.0.1:9/${name}`,
  admit: (name: string): void => void said.push(`admitted ${name}`),
}
const comesOnline = (): void => {
  path = { ...path, online: true }
  for (const listener of listeners) listener('porch', true)
}
const program = (code: string): ChildPlan => ({ command: process.execPath, args: ['-e', code] })
const waits = program('setInterval(() => {}, 1000)')

type Read = NonNullable<Gateway['readCamera']>

const define = (child: ChildPlan | null, more: Partial<PublisherPlan> = {}, readCamera?: Read) => {
  const plan = {
    job: 'publisher',
    stream: 'main',
    path: 'porch',
    child,
    input: null,
    camera: null,
    mute: null,
    after: null,
    loops: false,
    ends: null,
    refused: null,
    proof: null,
    ...more,
  } as const
  const job = definePublisher({
    ...{ camera: 'porch', plan, clock, log: silentLog },
    gateway: { ...gateway, ...(readCamera && { readCamera }) },
    onSeam: () => said.push('seam'),
    onWaiting: (sentence) => said.push(`waits: ${sentence}`),
    onEnded: (sentence) => said.push(sentence),
  })
  return (): Promise<unknown> =>
    job(end.signal, () => said.push('ready')).then(
      () => 'ended',
      (error: Error) => error.message,
    )
}
const start = (child: ChildPlan | null, more: Partial<PublisherPlan> = {}): Promise<unknown> => define(child, more)()
/** Each call is a run of the same job, whose child ends at once. */
const startReading = (read: Read) => define(program('process.exit(3)'), { camera: 'rtsp://cam/1' }, read)

test('without a gateway nothing is started, however long it is away; with one at once', async () => {
  health = { status: 'broken', problem: 'MediaMTX was ended by SIGKILL' }
  const outcome = start(waits)
  await clock.advance(60_000)
  health = { status: 'working', problem: null }
  for (const listener of [...healthListeners]) listener(health)
  // Its patience with the camera begins only now.
  await clock.advance(14_000)
  expect(listeners.size).toBe(1)
  await clock.advance(1000)
  expect(await outcome).toBe('no video from the camera for 15 s')
  health = { status: 'starting', problem: null }
  const another = start(waits)
  end.abort()
  expect(await another).toBe('ended')
})

test.each([
  ['a child', waits],
  ['a gateway that pulls', null],
])('%s that brings no video is given up after 15 s', async (_name, child) => {
  const outcome = start(child)
  await clock.advance(14_000)
  comesOnline()
  await clock.advance(2000)
  expect(await outcome).toBe('no video from the camera for 15 s')
  expect(said).toEqual(['ready'])
})

test('as long as bytes arrive it goes on; when they stay away it is given up', async () => {
  const outcome = start(waits)
  comesOnline()
  for (let second = 0; second < 60; second++) {
    path = { ...path, bytesIn: path.bytesIn + 1000 }
    await clock.advance(1000)
  }
  expect(said.every((word) => word === 'ready')).toBe(true)
  await clock.advance(9000)
  expect(listeners.size).toBe(1)
  await clock.advance(1000)
  expect(await outcome).toBe('no video from the camera for 10 s')
})

test('a camera that the gateway reads itself: no child runs, and its silence is its end', async () => {
  const run = startReading((_path, _url, signal) => new Promise((end) => signal.addEventListener('abort', () => end())))
  const outcome = run()
  await clock.advance(0)
  comesOnline()
  await clock.advance(14_000)
  expect(said).toEqual(['ready'])
  await clock.advance(1000)
  expect(await outcome).toBe('no video from the camera for 15 s')
})

test('what the gateway can not read is left to the child, also the next time', async () => {
  let tries = 0
  const outcome = startReading(async () => {
    tries++
    throw new NotSpoken('it sends over UDP')
  })
  expect(await outcome()).toBe('ffmpeg ended with code 3')
  expect(await outcome()).toBe('ffmpeg ended with code 3')
  expect(tries).toBe(1)
})

test('a camera that breaks is tried again by the gateway', async () => {
  let tries = 0
  const outcome = startReading(async () => {
    tries++
    throw new Failure('unavailable', 'the camera ended its stream')
  })
  expect(await outcome()).toBe('the camera ended its stream')
  expect(await outcome()).toBe('the camera ended its stream')
  expect(tries).toBe(2)
})

test('a child that breaks says why, with the last thing that means something', async () => {
  const outcome = start(program('console.error("rtsp://a:b@cam: refused\\nConversion failed!"); process.exit(3)'))
  expect(await outcome).toBe('ffmpeg ended with code 3: rtsp://***@cam: refused')
})

test('a child that ends well for good is told once, and the job waits', async () => {
  const outcome = start(program(''), { ends: 'the file has ended' })
  while (said.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  expect(said).toEqual(['the file has ended'])
  end.abort()
  expect(await outcome).toBe('ended')
})

test('a child that breaks is not at its end, whatever the plan says', async () => {
  expect(await start(program('process.exit(1)'), { ends: 'the file has ended' })).toBe('ffmpeg ended with code 1')
  expect(said).toEqual([])
})

test('seams are heard on its standard output', async () => {
  const lines = ['0, 0, 0, 1, 900, 0xa', '0, 1, 1, 1, 90, 0xb', '0, 2, 2, 1, 900, 0xa'].join('\\n')
  await start(program(`console.log("${lines}")`), { loops: true })
  expect(said).toEqual(['seam'])
})

test.each([
  ['a child', waits],
  ['a gateway that pulls', null],
])('%s ends when it is told to', async (_name, child) => {
  const outcome = start(child)
  end.abort()
  expect(await outcome).toBe('ended')
  end = new AbortController()
  end.abort()
  expect(await start(child)).toBe('ended')
})

test('what may not be published is not even started', async () => {
  const marks = program('console.log("started"); setInterval(() => {}, 1000)')
  expect(await start(marks, { refused: 'it can not be masked' })).toBe('it can not be masked')
  expect(said).toEqual([])
})
