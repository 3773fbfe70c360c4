// Motion in made pictures: what moves, what is only light, what is only noise.
import { expect, test } from 'vitest'
import type { Frame } from '../../src/lib/frame.js'
import { createMotionEye } from '../../src/vision/motion.js'

const WIDTH = 640
const HEIGHT = 360

/** Noise that is the same in every run. */
const createNoise = (seed: number) => {
  let state = seed
  return (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32 - 0.5
  }
}

interface Scene {
  readonly light?: number
  readonly offset?: number
  readonly noise?: number
  /** Left edge of a box of 40 x 100, brighter by 60. */
  readonly box?: number
}

const paint = (at: number, { light = 1, offset = 0, noise = 4, box }: Scene = {}): Frame => {
  const random = createNoise(at * 7919 + 1)
  const data = new Uint8Array(WIDTH * HEIGHT * 1.5).fill(128)
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const lit = box !== undefined && x >= box && x < box + 40 && y >= 150 && y < 250
      const luma = 50 + (x / WIDTH) * 60 + 30 * Math.sin(y / 20) + (lit ? 60 : 0)
      data[y * WIDTH + x] = Math.max(0, Math.min(255, 16 + luma * light + offset + noise * random()))
    }
  }
  return { data, width: WIDTH, height: HEIGHT, mono: at * 100, pts: at / 10 }
}

const watch = (count: number, scene: (at: number) => Scene) => {
  const eye = createMotionEye()
  return Array.from({ length: count }, (_, at) => eye.look(paint(at, scene(at))))
}

test('noise is no motion, weak or strong', () => {
  for (const noise of [0, 4, 30]) {
    const seen = watch(20, () => ({ noise }))
    expect(Math.max(...seen.map(({ level }) => level))).toBeLessThan(2)
  }
})

test('it says that it is learning until it has something to compare with', () => {
  const seen = watch(5, () => ({ box: 100 }))
  expect(seen.map(({ veto }) => veto)).toEqual([...Array(3).fill('learning the picture'), undefined, undefined])
})

test('a box that moves is seen from its first step on, and no longer than 0.3 s after its last', () => {
  const seen = watch(30, (at) => ({ box: 100 + 8 * Math.min(10, Math.max(0, at - 9)) }))
  const over = seen.flatMap(({ level }, at) => (level >= 5 ? [at] : []))
  expect(over[0]).toBeLessThanOrEqual(11)
  expect(over).toEqual(Array.from({ length: over.length }, (_, n) => (over[0] ?? 0) + n))
  expect(over.at(-1)).toBeGreaterThanOrEqual(19)
  expect(over.at(-1)).toBeLessThanOrEqual(21)
})

test('a larger thing gives a higher level', () => {
  const level = (step: number) => Math.max(...watch(12, (at) => ({ box: 100 + step * at })).map(({ level }) => level))
  expect(level(13)).toBeGreaterThan(level(3))
})

test('light that is switched is a light change and never motion, and motion is seen again right after', () => {
  const seen = watch(30, (at) => ({ light: at < 10 ? 1 : 0.45, box: 100 + 8 * Math.max(0, at - 15) }))
  expect(seen[10]?.veto).toBe('light change')
  const motion = seen.flatMap(({ level, veto }, at) => (level >= 5 && !veto ? [at] : []))
  expect(motion[0]).toBeGreaterThanOrEqual(16)
  expect(motion[0]).toBeLessThanOrEqual(18)
  expect(motion).toHaveLength(30 - (motion[0] ?? 0))
})

test('light that fades slowly, for some or for all, is no motion', () => {
  const seen = watch(40, (at) => ({ light: 1 - at * 0.015, offset: at * 0.3 }))
  expect(seen.filter(({ level, veto }) => level >= 5 && !veto)).toEqual([])
})

test('what is bright fades more than what is dark: that is no motion, and hides none', () => {
  const play = (box: boolean) => {
    const eye = createMotionEye()
    return Array.from({ length: 16 }, (_, at) => {
      const { data, ...frame } = paint(at)
      // A white wall over a fifth of a dark garden, each look 3 % darker, and something grey in the garden.
      for (let y = 0; y < HEIGHT; y++) {
        for (let x = 0; x < WIDTH; x++) {
          const grey = box && y >= 150 && y < 250 && x >= 200 + 10 * at && x < 240 + 10 * at ? 14 : 0
          data[y * WIDTH + x] = 16 + ((x < WIDTH / 5 ? 215 : 25) + grey) * 0.97 ** at
        }
      }
      return eye.look({ data, ...frame })
    }).slice(4)
  }
  expect(play(false).filter(({ level }) => level >= 2)).toEqual([])
  expect(play(true).every(({ level, veto }) => level >= 5 && !veto)).toBe(true)
})

test('something that moves while the light fades is seen', () => {
  const seen = watch(30, (at) => ({ light: 1 - at * 0.01, box: 100 + 8 * at }))
  expect(seen.slice(5).every(({ level, veto }) => level >= 5 && !veto)).toBe(true)
})

test('after forgetting, what stands elsewhere is where it always was', () => {
  const eye = createMotionEye()
  for (let at = 0; at < 6; at++) eye.look(paint(at, { box: 100 }))
  eye.forget()
  for (let at = 6; at < 15; at++) expect(eye.look(paint(at, { box: 300 })).level).toBeLessThan(2)
})

test('a stream that stood still, or has another size, is learnt anew', () => {
  const eye = createMotionEye()
  for (let at = 0; at < 6; at++) eye.look(paint(at, { box: 100 }))
  expect(eye.look(paint(30, { box: 300 }))).toEqual({ level: 0, veto: 'learning the picture' })
  const small = { ...paint(33), width: 320, height: 180 }
  expect(eye.look(small)).toEqual({ level: 0, veto: 'learning the picture' })
})
