import { describe, expect, it } from 'vitest'
import { createSampler, type Yuv } from '../../../src/vision/engine/sample.js'

/** A yuv420p picture of functions of its pixels. */
const picture = (
  width: number,
  height: number,
  luma: (x: number, y: number) => number,
  blue: (x: number, y: number) => number = () => 128,
  red: (x: number, y: number) => number = () => 128,
): Yuv => {
  const plane = (w: number, h: number, of: (x: number, y: number) => number): number[] =>
    Array.from({ length: w * h }, (_, i) => of(i % w, Math.floor(i / w)))
  const [w, h] = [(width + 1) >> 1, (height + 1) >> 1]
  const data = Uint8Array.from([...plane(width, height, luma), ...plane(w, h, blue), ...plane(w, h, red)])
  return { data, width, height }
}
const PLAIN = { order: 'rgb', mean: [0, 0, 0], std: [1, 1, 1] } as const
const at = (numbers: Float32Array, index: number): number => numbers[index] as number

describe('luma', () => {
  it.each([1, 2, 3.2, 8, 0.4])('a ramp stays one at scale %f, on its place', (scale) => {
    const ramp = picture(160, 96, (x, y) => 20 + x + y)
    const [width, height] = [Math.round(96 / scale), Math.round(64 / scale)]
    const numbers = createSampler().luma(ramp, { x: 30, y: 16, width: 96, height: 64 }, width, height)
    for (const [x, y] of [
      [1, 1],
      [width >> 1, height >> 1],
      [width - 2, height - 2],
    ] as const) {
      const truth = 20 + (30 + ((x + 0.5) * 96) / width - 0.5) + (16 + ((y + 0.5) * 64) / height - 0.5)
      expect(Math.abs(at(numbers, y * width + x) - truth)).toBeLessThan(0.2)
    }
  })

  it('loses no thin line when it is made small', () => {
    const line = picture(1280, 64, (x) => (x === 641 ? 255 : 0))
    const numbers = createSampler().luma(line, { x: 0, y: 0, width: 1280, height: 64 }, 320, 16)
    const row = numbers.slice(320, 640)
    expect(row.reduce((a, b) => a + b)).toBeCloseTo(255 / 4, 0)
    expect(row.indexOf(Math.max(...row))).toBe(160)
  })

  it('is grey over the edges', () => {
    const white = picture(64, 64, () => 250)
    const numbers = createSampler().luma(white, { x: -32, y: 0, width: 64, height: 128 }, 32, 32)
    expect(at(numbers, 5 * 32 + 5)).toBe(114)
    expect(at(numbers, 5 * 32 + 25)).toBeCloseTo(250)
    expect(at(numbers, 25 * 32 + 25)).toBe(114)
  })

  it('leaves nothing of the picture before', () => {
    const sampler = createSampler()
    const region = { x: -16, y: -16, width: 96, height: 96 }
    sampler.luma(
      picture(64, 64, () => 255),
      { x: 0, y: 0, width: 64, height: 64 },
      48,
      48,
    )
    const again = sampler
      .luma(
        picture(64, 64, () => 10),
        region,
        48,
        48,
      )
      .slice()
    expect([...new Set(again)].map(Math.round).sort((a, b) => a - b)).toEqual([10, 114])
  })
})

describe('colours', () => {
  /** BT.601, 16..235. */
  const pixel = (numbers: Float32Array, size: number, index: number): number[] =>
    [0, 1, 2].map((channel) => Math.round(at(numbers, channel * size + index)))

  it('are red, green and blue, in the order of the model', () => {
    const red = picture(
      32,
      32,
      () => 81,
      () => 90,
      () => 240,
    )
    const region = { x: 0, y: 0, width: 32, height: 32 }
    const sampler = createSampler()
    const [r, g, b] = pixel(sampler.rgb(red, region, 16, 16, PLAIN), 256, 100) as [number, number, number]
    expect(r).toBeGreaterThan(250)
    expect(g).toBeLessThan(5)
    expect(b).toBeLessThan(5)
    expect(pixel(sampler.rgb(red, region, 16, 16, { ...PLAIN, order: 'bgr' }), 256, 100)).toEqual([b, g, r])
  })

  it('are the values of the model, grey outside too', () => {
    const white = picture(32, 32, () => 235)
    const values = { order: 'rgb', mean: [10, 20, 30], std: [2, 4, 5] } as const
    const numbers = createSampler().rgb(white, { x: 0, y: 0, width: 32, height: 64 }, 16, 32, values)
    expect([0, 1, 2].map((channel) => at(numbers, channel * 512 + 17))).toEqual(
      [(255 - 10) / 2, (255 - 20) / 4, (255 - 30) / 5].map((value) => expect.closeTo(value, 0)),
    )
    expect([0, 1, 2].map((channel) => at(numbers, channel * 512 + 500))).toEqual([
      (114 - 10) / 2,
      (114 - 20) / 4,
      expect.closeTo((114 - 30) / 5),
    ])
  })

  it('lie where luma lies', () => {
    const half = picture(
      64,
      64,
      () => 128,
      () => 128,
      (x) => (x < 16 ? 128 : 200),
    )
    const numbers = createSampler().rgb(half, { x: 16, y: 16, width: 32, height: 32 }, 32, 32, PLAIN)
    expect(pixel(numbers, 1024, 5 * 32 + 8)[0]).toBeLessThan(140)
    expect(pixel(numbers, 1024, 5 * 32 + 24)[0]).toBeGreaterThan(230)
  })

  it('of a picture with odd sides are there to its last pixel', () => {
    const odd = picture(33, 31, () => 128)
    const numbers = createSampler().rgb(odd, { x: 0, y: 0, width: 33, height: 31 }, 33, 31, PLAIN)
    expect(pixel(numbers, 33 * 31, 33 * 31 - 1)).toEqual(pixel(numbers, 33 * 31, 0))
  })
})
