import { expect, test } from 'vitest'
import { planCamera } from '../../src/pipeline/plan.js'

const gateway = (pulls: boolean) => ({ pulls, serviceUrl: (path: string) => `rtsp://us@gateway/${path}` })
const rtsp = { kind: 'rtsp', url: 'rtsp://cam/1', sub: null, transport: 'tcp' } as const
const PLAIN = { night: false, privacy: { enabled: false, polygons: [] }, video: null } as const
const FRAMES = { width: 320, fps: 10 }

test('without a small stream one tap gives fragments and frames', () => {
  const { paths, jobs } = planCamera({ id: 'porch', source: rtsp, gateway: gateway(false), ...PLAIN })
  expect(paths).toEqual([{ name: 'porch', feed: 'publish' }])
  expect(Object.keys(jobs)).toEqual(['publisher main', 'tap main'])
  expect(jobs['tap main']).toEqual({
    ...{ job: 'tap', stream: 'main', path: 'porch', guard: null, url: 'rtsp://us@gateway/porch' },
    ...{ fragments: true, frames: FRAMES },
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
  const pulled = planCamera({ id: 'porch', source: rtsp, gateway: gateway(true), ...PLAIN })
  expect(pulled.paths).toEqual([{ name: 'porch', feed: 'pull', url: 'rtsp://cam/1', transport: 'tcp' }])
  expect(pulled.jobs['publisher main']).toMatchObject({ child: null })
  const fed = planCamera({ id: 'porch', source: rtsp, gateway: gateway(false), ...PLAIN })
  const args = fed.jobs['publisher main']?.job === 'publisher' ? fed.jobs['publisher main'].child?.args : []
  expect(args).toContain('rtsp://cam/1')
  expect(args?.at(-1)).toBe('rtsp://us@gateway/porch')
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
