// Light that changes: all of it at once, or in a part of the picture, beside what moves.
import { expect, test } from 'vitest'
import { createMotionEye } from '../../src/vision/motion.js'

const WIDTH = 320
const HEIGHT = 180

/** A textured ground under a light; `walker`: left edge of something dark and striped that stands on it. */
const frame = (at: number, light: (x: number, y: number) => number, walker?: number) => {
  const data = new Uint8Array(WIDTH * HEIGHT)
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const hit = walker !== undefined && x >= walker && x < walker + 14 && y >= 90 && y < 130
      const ground = 70 + ((x * x + 31 * y * (x % 7)) % 50)
      const noise = (Math.imul(x * 193 + y * 7919 + at * 104729, 2654435761) >>> 28) / 8
      data[y * WIDTH + x] = 16 + (hit ? 10 + 8 * (y % 5) : ground) * light(x, y) + noise
    }
  }
  return { data, width: WIDTH, height: HEIGHT, mono: at * 100, pts: at / 10 }
}

type Light = (at: number) => (x: number, y: number) => number

const watch = (light: Light, walker: (at: number) => number | undefined = () => undefined) => {
  const eye = createMotionEye()
  return Array.from({ length: 30 }, (_, at) => eye.look(frame(at, light(at), walker(at)))).slice(4)
}
const moved = (seen: ReturnType<typeof watch>) => seen.filter(({ level, veto }) => level >= 5 && !veto).length

/** A shadow with a sharp edge that goes through the picture. */
const shadow: Light = (at) => (x, y) => (Math.hypot(x - 8 * at, y - 70) < 60 ? 0.55 : 1)
/** A lamp that goes on over a third of the picture within half a second. */
const lamp: Light = (at) => (x, y) =>
  0.6 + 0.5 * Math.min(1, Math.max(0, (at - 12) / 5)) * Math.exp(-((x - 220) ** 2 + (y - 60) ** 2) / 4000)

test.each([
  ['shadow', shadow],
  ['lamp', lamp],
])('the edge of a %s is light, not motion, and hides nobody', (_name, light) => {
  const empty = watch(light)
  expect(moved(empty)).toBeLessThan(4)
  expect(moved(watch(light, (at) => 40 + 3 * at))).toBeGreaterThanOrEqual(18)
})

test('where light is vetoed, the reason is told with its level', () => {
  const vetoed = watch(shadow).filter(({ veto }) => veto)
  expect(vetoed.length).toBeGreaterThan(10)
  for (const { level, veto } of vetoed) {
    expect(veto).toBe('light that changes in a part of the picture')
    expect(level).toBeGreaterThan(5)
  }
})

test('a jump of all light is a global step, told once; a quick fade is one of exposure', () => {
  const jump = watch((at) => () => (at < 12 ? 1 : 0.5))
  expect(jump.flatMap(({ light }) => light ?? [])).toEqual(['global step'])
  const fade = watch((at) => () => 1 - 0.05 * Math.min(10, Math.max(0, at - 12)))
  expect(fade.flatMap(({ light }) => light ?? [])).toEqual(['exposure step'])
  expect(moved(jump) + moved(fade)).toBe(0)
})

test('something large that moves through the picture is no change of light', () => {
  const eye = createMotionEye()
  const seen = Array.from({ length: 24 }, (_, at) => {
    const { data, ...rest } = frame(at, () => 1)
    // A truck that fills most of the picture within a second.
    for (let y = 20; y < 170; y++) {
      for (let x = 0; x < Math.min(WIDTH, 30 * (at - 8)); x++) data[y * WIDTH + x] = 180 + ((30 * at - x + y) % 37)
    }
    return eye.look({ data, ...rest })
  })
  const inRow = seen.slice(10, 18).filter(({ level, veto }) => level >= 5 && !veto)
  expect(inRow.length).toBeGreaterThanOrEqual(6)
})
