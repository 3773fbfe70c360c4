import { describe, expect, it } from 'vitest'
import { candidatesOf, type Lens, planViews, type View } from '../../../src/vision/engine/views.js'

const square: Lens = { width: 320, height: 320, step: null, keepShape: false }
const free: Lens = { width: 320, height: 192, step: 32, keepShape: true }
const NONE = { windows: [], sweep: true }
const window = (x: number, y: number, width: number, height: number) => ({
  windows: [{ x, y, width, height }],
  sweep: false,
})
const only = (views: View[]): View => {
  expect(views).toHaveLength(1)
  return views[0] as View
}

describe('a sweep', () => {
  it('is the whole picture, stretched to a fixed size', () => {
    expect(planViews(square, NONE, 640, 360)).toEqual([
      {
        region: { x: 0, y: 0, width: 640, height: 360 },
        width: 320,
        height: 320,
        cuts: { left: false, top: false, right: false, bottom: false },
      },
    ])
  })

  it('has the shape of the picture where the model is free, with as many pixels', () => {
    expect(only(planViews(free, NONE, 640, 360))).toMatchObject({ width: 320, height: 192 })
    expect(only(planViews(free, NONE, 360, 640))).toMatchObject({ width: 192, height: 320 })
    const { region } = only(planViews(free, NONE, 360, 640))
    expect(region.width / region.height).toBeCloseTo(192 / 320, 5)
    expect(region.width).toBeGreaterThanOrEqual(360)
    expect(region.height).toBeGreaterThanOrEqual(640)
  })
})

describe('a window', () => {
  it('of something small is enlarged, but not without end', () => {
    const { region } = only(planViews(square, window(0.5, 0.5, 0.02, 0.07), 640, 360))
    expect(region).toEqual({ x: 262, y: 129, width: 128, height: 128 })
  })

  it('has room around what moves', () => {
    const { region } = only(planViews(square, window(0.4, 0.3, 0.1, 0.4), 640, 360))
    expect(region.height).toBe(216)
    expect(region.width).toBe(216)
    expect(region.x).toBeLessThan(0.4 * 640)
    expect(region.y + region.height).toBeGreaterThan(0.7 * 360)
  })

  it('stays in the picture at its edges', () => {
    const { region, cuts } = only(planViews(square, window(0.95, 0, 0.05, 0.1), 640, 360))
    expect(region).toEqual({ x: 512, y: 0, width: 128, height: 128 })
    expect(cuts).toEqual({ left: true, top: false, right: false, bottom: true })
  })

  it('that is most of the picture is a sweep, once', () => {
    const everywhere = { windows: [{ x: 0, y: 0, width: 0.9, height: 1 }], sweep: true }
    expect(planViews(square, everywhere, 640, 360)).toHaveLength(1)
    expect(planViews(square, { ...everywhere, sweep: false }, 640, 360)).toHaveLength(1)
  })
})

describe('what is found in a view', () => {
  const view = only(planViews(square, window(0.5, 0.5, 0.02, 0.07), 640, 360))
  const found = (x: number, y: number, width: number, height: number) =>
    candidatesOf(view, [view], [{ label: 'cat', score: 0.7, box: { x, y, width, height } }], 640, 360)

  it('lies where it is in the picture', () => {
    const [cat] = found(0.25, 0.5, 0.5, 0.25)
    expect(cat).toMatchObject({ label: 'cat', score: 0.7, cut: false })
    expect((cat?.box.x ?? 0) * 640).toBeCloseTo(262 + 32)
    expect((cat?.box.y ?? 0) * 360).toBeCloseTo(129 + 64)
    expect((cat?.box.width ?? 0) * 640).toBeCloseTo(64)
    expect((cat?.box.height ?? 0) * 360).toBeCloseTo(32)
  })

  it('is cut where it touches a side of the view', () => {
    expect(found(0, 0.5, 0.3, 0.3)[0]?.cut).toBe(true)
    expect(found(0.5, 0.69, 0.3, 0.3)[0]?.cut).toBe(true)
  })

  it('is not cut by a side of the picture, and ends there', () => {
    const whole = only(planViews(square, NONE, 640, 360))
    const [cat] = candidatesOf(
      whole,
      [],
      [{ label: 'cat', score: 1, box: { x: -0.1, y: 0.5, width: 0.3, height: 0.6 } }],
      640,
      360,
    )
    expect(cat?.cut).toBe(false)
    expect(cat?.box).toEqual({ x: 0, y: 0.5, width: expect.closeTo(0.2), height: 0.5 })
    expect(
      candidatesOf(whole, [], [{ label: 'cat', score: 1, box: { x: 1.1, y: 0, width: 1, height: 1 } }], 9, 9),
    ).toEqual([])
  })

  it('is left to a finer view that holds it whole', () => {
    const views = planViews(square, { ...window(0.5, 0.5, 0.02, 0.07), sweep: true }, 640, 360)
    const [whole, fine] = views as [View, View]
    const at = (x: number, y: number, width: number, height: number) => [
      { label: 'cat', score: 1, box: { x: x / 640, y: y / 360, width: width / 640, height: height / 360 } },
    ]
    expect(candidatesOf(whole, views, at(300, 150, 20, 50), 640, 360)).toEqual([])
    expect(candidatesOf(whole, [whole], at(300, 150, 20, 50), 640, 360)).toHaveLength(1)
    // Half outside, near a side that cuts, larger than the window.
    for (const box of [at(380, 150, 20, 50), at(300, 206, 20, 50), at(200, 100, 200, 200)]) {
      expect(candidatesOf(whole, views, box, 640, 360)).toHaveLength(1)
    }
    expect(
      candidatesOf(
        fine,
        views,
        [{ label: 'cat', score: 1, box: { x: 0.2, y: 0.2, width: 0.2, height: 0.2 } }],
        640,
        360,
      ),
    ).toHaveLength(1)
  })
})
