// The motion eye on real footage with known truth (its README): people walk from 8.0 to 15.84 s, nothing else is motion.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { createMotionEye } from '../../src/vision/motion.js'
import { footage, withoutFootage } from '../support/footage.js'
import { defaultSettings } from '../support/settings.js'

const run = promisify(execFile)
const WIDTH = 640
const HEIGHT = 360
const SIZE = WIDTH * HEIGHT * 1.5
const FPS = 10
const { trigger_level, frames } = defaultSettings.motion

/** Seconds at which a run of so many looks in a row is complete, and goes on, by the default settings. */
const motionIn = async (name: string) => {
  const args = ['-v', 'error', '-threads', '1', '-i', footage(name), '-vf', `fps=${FPS},scale=${WIDTH}:${HEIGHT}`]
  const { stdout } = await run('ffmpeg', [...args, '-pix_fmt', 'yuv420p', '-f', 'rawvideo', '-'], {
    encoding: 'buffer',
    maxBuffer: 1 << 28,
  })
  const eye = createMotionEye()
  const vetoes = new Set<number>()
  const motion: number[] = []
  let inRow = 0
  for (let at = 0; at < stdout.length / SIZE; at++) {
    const data = stdout.subarray(at * SIZE, (at + 1) * SIZE)
    const pts = at / FPS
    const { level, veto } = eye.look({ data, width: WIDTH, height: HEIGHT, mono: pts * 1000, pts })
    if (veto === 'light change') vetoes.add(pts)
    inRow = level >= trigger_level && veto === undefined ? inRow + 1 : 0
    if (inRow >= frames) motion.push(pts)
  }
  return { motion, vetoes: [...vetoes] }
}

const expectTheWalk = (motion: readonly number[]): void => {
  expect(motion[0]).toBeGreaterThanOrEqual(8)
  expect(motion[0]).toBeLessThanOrEqual(8.6)
  expect(motion.at(-1)).toBeGreaterThanOrEqual(15.3)
  expect(motion.at(-1)).toBeLessThanOrEqual(16.3)
}

test.skipIf(withoutFootage)(
  'walkers: the walk, from its beginning to its end, and nothing before or after',
  async () => {
    const { motion, vetoes } = await motionIn('walkers.mp4')
    expectTheWalk(motion)
    expect(motion.length).toBeGreaterThan(70)
    expect(vetoes).toEqual([])
  },
)

test.skipIf(withoutFootage)(
  'light-switch: two light changes, and the walk between them is the only motion',
  async () => {
    const { motion, vetoes } = await motionIn('light-switch.mp4')
    expectTheWalk(motion)
    expect(vetoes.length).toBeLessThanOrEqual(4)
    for (const at of vetoes) expect(Math.min(Math.abs(at - 4), Math.abs(at - 20))).toBeLessThan(0.4)
  },
)

test.skipIf(withoutFootage)('dusk: the light that goes and comes is no motion, the walk in the dark is', async () => {
  const { motion } = await motionIn('dusk.mp4')
  expectTheWalk(motion)
})
