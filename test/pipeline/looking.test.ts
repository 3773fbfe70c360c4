import { expect, test } from 'vitest'
import { createCameras } from '../../src/camera/cameras.js'
import { silentLog } from '../../src/lib/log.js'
import { createLooking } from '../../src/pipeline/looking.js'
import { defaultSettings } from '../support/settings.js'
import { createTestClock } from '../support/test-clock.js'

const setUp = () => {
  const clock = createTestClock()
  const cameras = createCameras({
    cameras: [{ id: 'porch', name: 'Porch', source: 'file', settings: defaultSettings }],
    ...{ clock, log: silentLog, saveSettings: async () => {} },
  })
  const [camera] = cameras.parts
  if (!camera) throw new Error('no camera')
  const errors: string[] = []
  const log = { ...silentLog, error: (_details: object | string, message = '') => void errors.push(message) }
  return { clock, cameras, camera, errors, looking: createLooking(camera, log) }
}

/** A grey picture with a white box at `x`. */
const frame = (mono: number, x: number) => {
  const data = new Uint8Array(320 * 180 * 1.5).fill(100)
  for (let y = 40; y < 140; y++) data.fill(220, y * 320 + x, y * 320 + x + 40)
  return { data, width: 320, height: 180, mono, pts: mono / 1000 }
}

test('frames become motion and a dark score', () => {
  const { camera, looking } = setUp()
  for (let at = 0; at < 20; at++) looking.onFrame(frame(1000 + at * 100, 20 + at * 10))
  expect(camera.state().motion.active).toBe(true)
  expect(camera.state().light.dark).toBeGreaterThan(100)
})

test('motion that is switched off is not looked for; the light still is', async () => {
  const { cameras, camera, looking } = setUp()
  await cameras.execute('porch', { type: 'settings', change: { motion: { enabled: false } } }, { adapter: 'test' })
  for (let at = 0; at < 20; at++) looking.onFrame(frame(1000 + at * 100, 20 + at * 10))
  expect(camera.state().motion).toMatchObject({ active: false, level: 0 })
  expect(camera.state().light.dark).toBeGreaterThan(100)
})

test('at a seam the eyes begin anew: things that stand elsewhere afterwards did not move', () => {
  const { camera, looking } = setUp()
  const play = (from: number, x: number) => {
    for (let at = 0; at < 8; at++) looking.onFrame(frame(from + at * 100, x))
  }
  play(1000, 20)
  looking.seam(1800)
  // Still from before the seam, though it comes after it.
  looking.onFrame(frame(1900, 20))
  play(2000, 200)
  expect(camera.trace().filter(({ what }) => what === 'motion')).toEqual([])
  play(2800, 20)
  expect(camera.trace().map(({ reason }) => reason)).toContainEqual(expect.stringContaining('too few'))
})

test('when night begins the eye for motion begins anew: what its filter and lamp change did not move', async () => {
  const { cameras, camera, looking } = setUp()
  const play = (from: number, x: number) => {
    for (let at = 0; at < 8; at++) looking.onFrame(frame(from + at * 100, x))
  }
  const reasons = () => camera.trace().flatMap(({ what, reason }) => (what === 'motion' ? [reason] : []))
  play(1000, 20)
  await cameras.execute('porch', { type: 'settings', change: { night: { mode: 'night' } } }, { adapter: 'test' })
  play(1800, 200)
  expect(reasons()).toEqual([])
  play(2600, 20)
  expect(reasons()).toContainEqual(expect.stringContaining('too few'))
})

test('an eye that fails is told once and ends nothing', () => {
  const { camera, looking, errors } = setUp()
  const broken = {
    ...frame(1000, 20),
    get data(): Uint8Array {
      throw new Error('no pixels')
    },
  }
  looking.onFrame(broken)
  looking.onFrame(broken)
  expect(errors).toEqual(["porch can't be looked at: no pixels"])
  looking.onFrame(frame(1200, 20))
  expect(camera.state().light.dark).not.toBeNull()
})
