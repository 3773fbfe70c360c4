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

test('half of the picture dark is half dark', () => {
  const frame = flat(16)
  frame.data.fill(235, 0, 64 * 18)
  expect(createLightEye().look(frame).dark).toBeCloseTo(127.5, -0.5)
})
