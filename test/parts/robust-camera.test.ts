// Network cameras as they are: gone, frozen, garbled, of odd rates, changing in mid-stream. What the state says, and
// that video is there or is back. The house is a real one with the built-in gateway, the camera is made up.
import { expect, test, vi } from 'vitest'
import { hearArrivals } from '../support/arrivals.js'
import { type FakeCamera, film, type Garble, startCamera } from '../support/camera.js'
import { ffmpegs, startPipelineHouse } from '../support/pipeline-house.js'
import { encode, numbered, until } from '../support/streams.js'

/** What "back" may take beside other tests; the soak measures the five seconds. */
const SOON_MS = 15_000

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const watch = async (camera: FakeCamera) => {
  const house = await startPipelineHouse({ kind: 'rtsp', url: camera.url, sub: null, transport: 'tcp' })
  const arrivals = hearArrivals(house)
  const state = () => house.cameras.state('porch')
  return {
    house,
    state,
    link: () => state().link,
    problem: () => state().link.problem ?? '',
    /** How many fragments came since then. */
    since: arrivals.since,
    /** Milliseconds until `count` fragments have come from now on. */
    video: async (count = 5): Promise<number> => {
      const from = performance.now()
      await until(() => arrivals.since(from) >= count)
      return performance.now() - from
    },
    [Symbol.asyncDispose]: async () => {
      await arrivals[Symbol.asyncDispose]()
      await house[Symbol.asyncDispose]()
    },
  }
}

// The longest first: they share two cores.
test.concurrent('a camera that takes connections and says nothing, in mid-stream and at the door', async () => {
  await using camera = await startCamera()
  await camera.show(...film())
  await using watched = await watch(camera)
  await watched.video()
  camera.freeze()
  await until(() => watched.link().status === 'offline')
  expect(watched.problem()).toMatch(/^no (frame|video from the camera) for 1\d s$/)
  await until(() => watched.problem().includes('takes connections but says nothing'))
  camera.thaw()
  expect(await watched.video()).toBeLessThan(SOON_MS)
}, 90_000)

test.concurrent('outage after outage: each is told in words, video is back soon, nothing piles up', async () => {
  await using camera = await startCamera()
  await camera.show(...film())
  await using watched = await watch(camera)
  await watched.video()
  for (const gone of [200, 50, 4500]) {
    camera.unplug()
    await until(() => watched.link().status === 'offline')
    await wait(gone)
    expect(watched.problem()).toMatch(/^the camera (ended its stream|at 127.0.0.1:\d+ refuses connections)$/)
    await camera.plug()
    expect(await watched.video()).toBeLessThan(SOON_MS)
    await until(() => watched.link().status === 'online')
  }
  expect(watched.link().problem).toBeNull()
  await until(() => camera.connections === 1)
  // The tap; the camera is read without one.
  const { port } = watched.house.gateway.facts()
  await vi.waitFor(async () => expect(await ffmpegs(`:${port}/`)).toHaveLength(1), { timeout: 5000 })
})

test.concurrent('a camera whose network lets nothing through for 3 s loses nothing but these', async () => {
  await using camera = await startCamera()
  await camera.show(...film())
  await using watched = await watch(camera)
  await watched.video()
  camera.freeze()
  await wait(3000)
  camera.thaw()
  expect(await watched.video()).toBeLessThan(SOON_MS)
  expect(watched.link().status).toBe('online')
})

/** What the camera says of itself, before its packets. */
const inText =
  (change: (text: string) => string, of: 'camera' | 'client'): Garble =>
  (data, from) =>
    from === of && data[0] !== 0x24 ? Buffer.from(change(data.toString('latin1')), 'latin1') : data

const onlyDigest = inText((text) => text.replace(/WWW-Authenticate: Basic[^\r]*\r\n/, ''), 'camera')
const onlyUdp = inText((text) => text.replace('RTP/AVP/TCP', 'RTP/AVP/NONE'), 'client')
/** One byte in 20 000 is another. */
const noisy = (): Garble => {
  let passed = 0
  return (data, from) => {
    if (from === 'client' || data[0] !== 0x24) return data
    const garbled = Buffer.from(data)
    // Not in the first bytes: there are the lengths that frame the packets.
    for (let at = 19_999 - (passed % 20_000); at < data.length; at += 20_000)
      if (at > 200) garbled[at] = (garbled[at] ?? 0) ^ 0x5a
    passed += data.length
    return garbled
  }
}
const bFrames = ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '3', '-g', '25', '-pix_fmt', 'yuv420p']
/** Times of the packets: of packet N, TS. */
const timed = (expression: string): string[] => ['-bsf:v', `setts=ts='${expression}'`]

test.concurrent.each<[string, string[], Garble?]>([
  ['with B-frames', [...numbered(320, 180), ...bFrames]],
  ['of 60 pictures a second', film(320, 180, 60)],
  ['of 1 picture a second', film(320, 180, 1)],
  [
    'of a rate that varies from 2 to 25',
    [...numbered(320, 180), '-vf', "select='lt(mod(n,50),25)+not(mod(n,12))'", '-fps_mode', 'vfr', ...encode(12)],
  ],
  ['whose clock jumps an hour ahead', [...film(), ...timed('if(gt(N,60),TS+3600/TB,TS)')]],
  ['whose clock jumps an hour back', [...film(), ...timed('if(gt(N,60),TS,TS+3600/TB)')]],
  ['whose clock stands still for a second', [...film(), ...timed('if(between(N,60,85),60*0.04/TB+N-60,TS)')]],
  ['that speaks digest only', film(), onlyDigest],
  ['that wants UDP', film(), onlyUdp],
  ['with an odd size', [...numbered(318, 178), ...encode(12)]],
])('a camera %s', async (_what, args, garble) => {
  await using camera = await startCamera()
  if (garble) camera.garble(garble)
  await camera.show(...args)
  await using watched = await watch(camera)
  await watched.video(3)
  const { data, width } = await watched.house.pipelines.pictures.picture('porch')
  expect([data.length > 1000, width]).toEqual([true, args.some((arg) => arg.includes('318')) ? 318 : 320])
  const from = performance.now()
  await wait(2500)
  expect(watched.since(from)).toBeGreaterThanOrEqual(2)
  expect(watched.link().status).toBe('online')
})

test.concurrent('a camera whose packets are garbled: pictures suffer, the house does not', async () => {
  await using camera = await startCamera()
  await camera.show(...numbered(640, 360), ...encode(12), '-b:v', '4M')
  await using watched = await watch(camera)
  await watched.video()
  camera.garble(noisy())
  await wait(4000)
  camera.garble((data) => data)
  expect(await watched.video(20)).toBeLessThan(SOON_MS)
  await until(() => watched.link().status === 'online')
})

test.concurrent('another size, then another codec, in mid-stream: each is seen and played', async () => {
  await using camera = await startCamera()
  await camera.show(...film(320, 180))
  await using watched = await watch(camera)
  await watched.video()
  await camera.show(...film(480, 270))
  await until(() => watched.state().media.video?.width === 480)
  await watched.video()
  await camera.show(
    ...numbered(320, 180),
    '-c:v',
    'libx265',
    '-preset',
    'ultrafast',
    '-x265-params',
    'keyint=12:log-level=none',
  )
  await until(() => watched.state().media.video?.codec === 'h265')
  await watched.video()
  const { width } = await watched.house.pipelines.pictures.picture('porch')
  expect(width).toBe(320)
})

test.concurrent('sound without a picture is told as that', async () => {
  await using camera = await startCamera()
  await camera.show('-f', 'lavfi', '-i', 'sine', '-c:a', 'aac')
  await using watched = await watch(camera)
  await until(() => watched.link().status === 'offline')
  expect(watched.problem()).toBe('the camera sends no picture')
})
