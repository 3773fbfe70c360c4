// The same overlay in both kinds of pictures.
import { describe, expect, test } from 'vitest'
import type { Image, RgbImage, YuvImage } from '../../src/lib/frame.js'
import type { OverlayItem } from '../../src/vision/overlay.js'
import { drawOverlay } from '../../src/vision/overlay-draw.js'
import { type Colour, fillArea, frameArea, writeText } from '../../src/vision/overlay-paint.js'
import { plainRgb, plainYuv, type Rgb, rgbAt, toRgb, yuvAt, yuvOf } from '../support/yuv.js'

const GROUND: Rgb = [90, 130, 60]
const RED: Colour = [255, 20, 10]
const BLUE: Colour = [10, 30, 255, 0.6]

const both = (width: number, height: number, paint: (image: Image) => void): [RgbImage, YuvImage] => {
  const images: [RgbImage, YuvImage] = [plainRgb(width, height, GROUND), plainYuv(width, height, GROUND)]
  for (const image of images) paint(image)
  return images
}

const places = ({ width, height }: Image): (readonly [x: number, y: number])[] =>
  Array.from({ length: width * height }, (_, i) => [i % width, Math.floor(i / width)])

/** By how much luma is wrong at the worst pixel. */
const lumaOff = (rgb: RgbImage, yuv: YuvImage): number =>
  places(rgb).reduce((most, [x, y]) => Math.max(most, Math.abs(yuvOf(rgbAt(rgb, x, y))[0] - yuvAt(yuv, x, y)[0])), 0)

/** By how much the worst sample of colour differs from the mean of its pixels. */
const colourOff = (rgb: RgbImage, yuv: YuvImage): number => {
  const { width, height } = rgb
  let most = 0
  for (const [x, y] of places(rgb)) {
    if (x % 2 === 1 || y % 2 === 1) continue
    const pixels = [
      [x, y],
      [x + 1, y],
      [x, y + 1],
      [x + 1, y + 1],
    ].filter(([px = 0, py = 0]) => px < width && py < height)
    const colours = pixels.map(([px = 0, py = 0]) => yuvOf(rgbAt(rgb, px, py)))
    for (const plane of [1, 2] as const) {
      const mean = colours.reduce((sum, colour) => sum + colour[plane], 0) / colours.length
      most = Math.max(most, Math.abs(mean - yuvAt(yuv, x, y)[plane]))
    }
  }
  return most
}

describe('one shape is the same, colours at its edges too', () => {
  const SIZES = [
    [20, 14],
    [21, 15],
    [21, 14],
    [20, 15],
  ] as const
  const corners = [-7, -2, 0, 1, 8, 13, 30].flatMap((x) => [-6, -1, 0, 3, 10].map((y) => [x, y]))
  const sides = [1, 6, 11].flatMap((width) => [1, 4].map((height) => [width, height]))

  const worst = (paint: (image: Image, x: number, y: number, width: number, height: number) => void) => {
    let [luma, colour] = [0, 0]
    for (const [width, height] of SIZES) {
      for (const [x = 0, y = 0] of corners) {
        for (const [wide = 0, high = 0] of sides) {
          const [rgb, yuv] = both(width, height, (image) => paint(image, x, y, wide, high))
          luma = Math.max(luma, lumaOff(rgb, yuv))
          colour = Math.max(colour, colourOff(rgb, yuv))
        }
      }
    }
    return { luma, colour }
  }

  test.each<[string, Parameters<typeof worst>[0]]>([
    ['an area', (image, x, y, width, height) => fillArea(image, { x, y, width, height }, RED)],
    ['a translucent area', (image, x, y, width, height) => fillArea(image, { x, y, width, height }, BLUE)],
    ['a round area', (image, x, y, width, height) => fillArea(image, { x, y, width, height }, BLUE, 3)],
  ])('%s, wherever it lies', (_, paint) => {
    const { luma, colour } = worst(paint)
    expect(luma).toBeLessThan(2.5)
    expect(colour).toBeLessThan(2)
  })

  test.each([
    [64, 40],
    [65, 41],
  ])('a letter in %ix%i', (width, height) => {
    for (const [x, y] of [
      [5, 5],
      [6, 5],
      [5, 6],
      [-3, 10],
      [width - 5, 11],
      [12, height - 8],
      [width - 4, height - 4],
    ] as const) {
      const [rgb, yuv] = both(width, height, (image) => writeText(image, 'B', x, y, 12, RED, 1))
      expect(lumaOff(rgb, yuv)).toBeLessThan(2.5)
      expect(colourOff(rgb, yuv)).toBeLessThan(2.5)
    }
  })

  test('a frame', () => {
    const [rgb, yuv] = both(65, 41, (image) => frameArea(image, { x: 8, y: 6, width: 30, height: 20 }, RED, 2))
    expect(lumaOff(rgb, yuv)).toBeLessThan(2.5)
    expect(colourOff(rgb, yuv)).toBeLessThan(2)
  })
})

describe('a whole overlay', () => {
  const box = (x: number, y: number, text: string, colour: Colour): OverlayItem => ({
    ...{ kind: 'box', text, colour, line: 'strong' },
    box: { x, y, width: 0.18, height: 0.3 },
  })
  const corner = (x: number, y: number) => ({ x, y })
  const items: readonly OverlayItem[] = [
    {
      ...{ kind: 'outline', text: 'Drive', colour: [88, 201, 139], line: 'plain' },
      corners: [corner(0.03, 0.3), corner(0.4, 0.4), corner(0.45, 0.93), corner(0.05, 0.8)],
    },
    {
      ...{ kind: 'outline', text: 'Door', colour: [200, 80, 255], line: 'strong' },
      corners: [corner(0.5, 0.3), corner(1, 0.3), corner(1, 1), corner(0.5, 1)],
    },
    box(0.12, 0.4, 'person 87%', [255, 179, 64]),
    box(0.3, 0.6, 'face 91%', [88, 214, 141]),
    box(0.62, 0.5, 'car 66%', [88, 178, 255]),
    box(0.9, 0.8, 'dog 51%', [255, 122, 182]),
    { kind: 'plate', corner: 'top left', text: 'Porch  2026-11-20 07:05:09' },
    { kind: 'plate', corner: 'top right', text: 'REC', dot: [255, 69, 58] },
    { kind: 'meter', corner: 'bottom left', text: '42', value: 0.42, mark: 0.05, colour: [88, 214, 141] },
  ]

  test.each([
    [160, 121],
    [320, 180],
    [321, 181],
    [640, 360],
  ])('in %ix%i: luma everywhere, colours away from edges', (width, height) => {
    const [rgb, yuv] = both(width, height, (image) => drawOverlay(image, items))
    expect(lumaOff(rgb, yuv)).toBeLessThan(4)
    const back = toRgb(yuv)
    const apart = (x: number, y: number): number =>
      rgbAt(rgb, x, y).reduce((most, value, i) => Math.max(most, Math.abs(value - (rgbAt(back, x, y)[i] ?? 0))), 0)
    const same = (x: number, y: number, otherX: number, otherY: number): boolean => {
      const [one, other] = [(y * width + x) * 3, (otherY * width + otherX) * 3]
      return [0, 1, 2].every((i) => rgb.data[one + i] === rgb.data[other + i])
    }
    const flat = (x: number, y: number): boolean => {
      const [left, right] = [Math.max(0, x - 1), Math.min(width - 1, x + 1)]
      const [top, bottom] = [Math.max(0, y - 1), Math.min(height - 1, y + 1)]
      return [top, y, bottom].every((row) => [left, x, right].every((column) => same(x, y, column, row)))
    }
    const calm = places(rgb).filter(([x, y]) => flat(x, y))
    const wrong = calm.filter(([x, y]) => apart(x, y) > 6)
    expect(calm.length).toBeGreaterThan(width * height * 0.3)
    // The inner corners of frames, whose sides are painted one after the other.
    expect(wrong.length).toBeLessThan(40)
    expect(Math.max(0, ...wrong.map(([x, y]) => apart(x, y)))).toBeLessThan(50)
  })
})
