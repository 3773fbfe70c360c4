import { expect, test } from 'vitest'
import { createLightEye } from '../../src/vision/light.js'

const flat = (luma: number) => {
  const data = new Uint8Array(64 * 36 * 1.5).fill(128)
  data.fill(luma, 0, 64 * 36)
  return { data, width: 64, height: 36, mono: 0, pts: 0 }
}

test('black is 255, white is 0, whatever the colours; video range, and beyond it stays within', () => {
  const { look } = createLightEye()
  expect(look(flat(16)).dark).toBe(255)
  expect(look(flat(235)).dark).toBe(0)
  expect(look(flat(0)).dark).toBe(255)
  expect(look(flat(255)).dark).toBe(0)
  expect(look(flat(125.5)).dark).toBeCloseTo(128, -1)
})

test('half of the picture dark is half dark, whichever half', () => {
  const isTop = (at: number) => at < 64 * 18
  const isLeft = (at: number) => at % 64 < 32
  for (const bright of [isTop, isLeft]) {
    const frame = flat(16)
    frame.data.forEach((_, at) => {
      if (at < 64 * 36 && bright(at)) frame.data[at] = 235
    })
    expect(Math.abs(createLightEye().look(frame).dark - 127.5)).toBeLessThan(2)
  }
})
