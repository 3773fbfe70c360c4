import { expect, test } from 'vitest'
import { type PublisherPlan, planCamera } from '../../src/pipeline/plan.js'
import type { Privacy } from '../../src/pipeline/privacy.js'
import type { RtspConfig } from '../../src/sources/rtsp.js'

const gateway = (pulls: boolean) => ({ pulls, rpi: pulls, serviceUrl: (path: string) => `rtsp://us@gateway/${path}` })
const rtsp = { kind: 'rtsp', url: 'rtsp://cam/1', sub: null, transport: 'tcp' } as const
const IMAGE = { brightness: 0, contrast: 0, saturation: 0, sharpness: 0 }
const ALWAYS = { capture: true, night: false, image: IMAGE, ringWidth: null } as const
const PLAIN = { ...ALWAYS, privacy: { enabled: false, polygons: [] }, video: null } as const
const FRAMES = { width: 320, fps: 10 }

test('of a stopped camera nothing runs and no path is there', () => {
  const plan = planCamera({ id: 'porch', source: rtsp, gateway: gateway(true), ...PLAIN, capture: false })
  expect(plan).toEqual({ guard: 'stopped', paths: [], jobs: {} })
})

test('without a small stream one tap gives fragments and frames', () => {
  const { paths, jobs } = planCamera({ id: 'porch', source: rtsp, gateway: gateway(false), ...PLAIN })
  expect(paths).toEqual([{ name: 'porch', feed: 'publish' }])
  expect(Object.keys(jobs)).toEqual(['publisher main', 'tap main'])
  expect(jobs['tap main']).toEqual({
    ...{ job: 'tap', stream: 'main', path: 'porch', guard: null, url: 'rtsp://us@gateway/porch' },
    ...{ fragments: true, frames: FRAMES, sound: false },
  })
})

test('with a small stream the main one is never decoded', () => {
  const source = { ...rtsp, sub: 'rtsp://cam/2' }
  const { paths, jobs } = planCamera({ id: 'porch', source, gateway: gateway(false), ...PLAIN })
  expect(paths.map(({ name }) => name)).toEqual(['porch', 'porch_sub'])
  expect(jobs['tap main']).toMatchObject({ fragments: true, frames: null })
  expect(jobs['tap sub']).toMatchObject({ path: 'porch_sub', fragments: false, frames: FRAMES })
})

test('a gateway that pulls is given the address and no child runs; one that does not is fed', () => {
  const heard = { ...rtsp, audio: 'camera' } as const
  const pulled = planCamera({ id: 'porch', source: heard, gateway: gateway(true), ...PLAIN })
  expect(pulled.paths).toEqual([{ name: 'porch', feed: 'pull', url: 'rtsp://cam/1', transport: 'tcp' }])
  expect(pulled.jobs['publisher main']).toMatchObject({ child: null })
  const fed = planCamera({ id: 'porch', source: rtsp, gateway: gateway(false), ...PLAIN })
  const args = fed.jobs['publisher main']?.job === 'publisher' ? fed.jobs['publisher main'].child?.args : []
  expect(args).toContain('rtsp://cam/1')
  expect(args?.at(-1)).toBe('rtsp://us@gateway/porch')
})

test('a gateway that can may read a plain camera itself; with a mask, sound, UDP or TLS an ffmpeg does it', () => {
  const read = (source: Partial<RtspConfig>, privacy: Privacy = PLAIN.privacy) => {
    const of = { ...rtsp, sub: 'rtsp://cam/2', ...source } as RtspConfig
    const { jobs } = planCamera({ id: 'porch', source: of, gateway: gateway(false), ...PLAIN, privacy })
    const job = (stream: string) => jobs[`publisher ${stream}`] as PublisherPlan
    // What it can't is done by the child all the same.
    expect([job('main').child, job('sub').child]).toEqual([expect.anything(), expect.anything()])
    return [job('main').camera, job('sub').camera]
  }
  expect(read({})).toEqual(['rtsp://cam/1', 'rtsp://cam/2'])
  expect(read({ audio: 'camera' })).toEqual([null, 'rtsp://cam/2'])
  expect(read({ transport: 'udp' })).toEqual([null, null])
  expect(read({ url: 'rtsps://cam/1' })).toEqual([null, 'rtsp://cam/2'])
  expect(read({}, { enabled: false, polygons: [corners] })).toEqual([null, null])
})

test('a file is published also where the gateway pulls, and its seams and end are planned', () => {
  const plan = (loop: boolean) =>
    planCamera({
      ...{ id: 'porch', gateway: gateway(true), ...PLAIN },
      source: { kind: 'file', path: '/a.mp4', loop, transcode: false },
    })
  expect(plan(true).paths).toEqual([{ name: 'porch', feed: 'publish' }])
  expect(plan(true).jobs['publisher main']).toMatchObject({ loops: true, ends: null })
  expect(plan(false).jobs['publisher main']).toMatchObject({ loops: false, ends: 'the file has ended' })
})

const corners = [
  { x: 0, y: 0 },
  { x: 0.5, y: 0 },
  { x: 0, y: 0.5 },
]
const masked = { ...ALWAYS, privacy: { enabled: false, polygons: [corners] }, video: null } as const
const argsOf = (plan: ReturnType<typeof planCamera>, job: string): string => {
  const found = plan.jobs[job]
  return found?.job === 'publisher' ? [found.child?.command, ...(found.child?.args ?? [])].join(' ') : ''
}

test.each([true, false])(
  'what is to be masked is encoded by us, both streams, also where the gateway pulls: %s',
  (pulls) => {
    const plan = planCamera({
      id: 'porch',
      source: { ...rtsp, sub: 'rtsp://cam/2' },
      gateway: gateway(pulls),
      ...masked,
    })
    const guard = JSON.stringify({ of: 'mask', polygons: [corners] })
    expect(plan.guard).toBe(guard)
    expect(plan.paths).toEqual(['porch', 'porch_sub'].map((name) => ({ name, feed: 'publish', guard })))
    for (const [job, path] of [
      ['main', 'porch'],
      ['sub', 'porch_sub'],
    ]) {
      const words = argsOf(plan, `publisher ${job}`)
      expect(words).toMatch(
        /^ffmpeg .*-noautorotate -threads 1 .*-i rtsp:\/\/cam\/[12] .*-map 0:v:0 -vf .*drawbox=.* -c:v libx264 /,
      )
      expect(words).toMatch(new RegExp(`rtsp://us@gateway/${path}$`))
      expect(plan.jobs[`publisher ${job}`]).toMatchObject({ refused: null, proof: { of: 'mask' } })
      expect(plan.jobs[`tap ${job}`]).toMatchObject({ guard })
    }
  },
)

test.each([
  { kind: 'file', path: '/a.mp4', loop: true, transcode: false },
  { kind: 'file', path: '/a.mp4', loop: true, transcode: true },
  { kind: 'test-pattern', width: 640, height: 360, fps: 25, walk_every_s: 30, walk_s: 8, day_s: 240 },
] as const)('a child of a source masks by itself: %j', (source) => {
  const plan = planCamera({ id: 'porch', source, gateway: gateway(true), ...masked })
  expect(argsOf(plan, 'publisher main')).toMatch(/format=yuv420p,drawbox=/)
  // Its picture is never copied to the gateway; the packets' checksums are.
  expect(argsOf(plan, 'publisher main').split('rtsp://us@gateway')[0]).not.toContain('-c:v copy')
  expect(plan.jobs['publisher main']).toMatchObject({ refused: null })
})

test('another mask is another tap and another publisher; the same one is not', () => {
  const of = (polygons: readonly (typeof corners)[]) =>
    planCamera({ id: 'porch', source: rtsp, gateway: gateway(false), ...masked, privacy: { enabled: false, polygons } })
  const moved = corners.map(({ x, y }) => ({ x: x + 0.1, y }))
  for (const job of ['tap main', 'publisher main']) {
    expect(of([corners]).jobs[job]).toEqual(of([corners]).jobs[job])
    expect(of([moved]).jobs[job]).not.toEqual(of([corners]).jobs[job])
    expect(of([]).jobs[job]).not.toEqual(of([corners]).jobs[job])
  }
})

test('private: a card as large as the picture in place of each stream, kept for viewers, seen by no eye', () => {
  const source = { ...rtsp, sub: 'rtsp://cam/2' }
  const privacy = { enabled: true, polygons: [corners] }
  const plan = planCamera({
    id: 'porch',
    source,
    gateway: gateway(true),
    ...ALWAYS,
    privacy,
    video: { width: 1920, height: 1080 },
  })
  expect(plan.paths.map((path) => [path.name, path.feed === 'publish' && path.guard])).toEqual([
    ['porch', '{"of":"slate"}'],
    ['porch_sub', '{"of":"slate"}'],
  ])
  expect(JSON.stringify(plan)).not.toContain('rtsp://cam')
  expect(argsOf(plan, 'publisher main')).toContain('s=1920x1080')
  expect(argsOf(plan, 'publisher sub')).toContain('s=640x360')
  expect(Object.keys(plan.jobs)).toEqual(['publisher main', 'tap main', 'publisher sub'])
  expect(plan.jobs['tap main']).toMatchObject({ fragments: true, frames: null })
})
