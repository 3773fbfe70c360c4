import { describe, expect, test } from 'vitest'
import { newMind } from '../../src/camera/rules/mind.js'
import type { CameraState } from '../../src/camera/state.js'
import { completeZone, type Zone } from '../../src/camera/zones.js'
import type { Box } from '../../src/lib/box.js'
import type { RgbImage } from '../../src/lib/frame.js'
import { canDraw } from '../../src/vision/glyphs.js'
import { type OverlayItem, overlayOf } from '../../src/vision/overlay.js'
import { drawOverlay } from '../../src/vision/overlay-draw.js'
import { layText, textWidth } from '../../src/vision/overlay-text.js'
import { defaultSettings } from '../support/settings.js'

const GREY = 90
const blank = (width: number, height: number): RgbImage => ({
  data: new Uint8Array(width * height * 3).fill(GREY),
  width,
  height,
  channels: 3,
})
const pixel = ({ data, width }: RgbImage, x: number, y: number): number[] => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
]
const changed = ({ data, width, height }: RgbImage): { left: number; top: number; right: number; bottom: number } => {
  const box = { left: width, top: height, right: -1, bottom: -1 }
  data.forEach((value, i) => {
    if (value === GREY) return
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)]
    box.left = Math.min(box.left, x)
    box.right = Math.max(box.right, x)
    box.top = Math.min(box.top, y)
    box.bottom = Math.max(box.bottom, y)
  })
  return box
}
const base = newMind({ id: 'porch', name: 'Porch', source: 'file' }, defaultSettings, 0).state
const at = new Date(2026, 10, 20, 7, 5, 9).getTime()
const texts = (state: CameraState): string[] => overlayOf(state, at).flatMap((item) => item.text ?? [])

describe('what a state asks to draw', () => {
  test('a quiet camera: its name, the time of the picture, its level', () => {
    expect(texts(base)).toEqual(['Porch  2026-11-20 07:05:09', '0'])
  })

  test('recording, motion and night have their marks', () => {
    const state: CameraState = {
      ...base,
      recording: { ...base.recording, active: true },
      motion: { active: true, level: 42, since: 1, zones: [] },
      light: { ...base.light, mode: 'night' },
    }
    expect(texts(state).slice(1)).toEqual(['REC', 'MOTION', 'NIGHT', '42'])
    expect(overlayOf(state, at).find(({ kind }) => kind === 'meter')).toMatchObject({ value: 0.42, mark: 0.05 })
  })

  test('no meter without motion detection', () => {
    const settings = { ...defaultSettings, motion: { ...defaultSettings.motion, enabled: false } }
    expect(texts({ ...base, settings })).toHaveLength(1)
  })

  test('a name that the font does not know gives way to the id', () => {
    expect(texts({ ...base, name: 'Eingang Süd (Öffnung)' })[0]).toMatch(/^Eingang Süd \(Öffnung\) {2}/)
    expect(texts({ ...base, name: '玄関' })[0]).toMatch(/^porch {2}/)
  })
})

describe('each group has its switch', () => {
  const zone = (over: Partial<Zone>): Zone =>
    completeZone({ id: 'door', x: 20, y: 50, width: 40, height: 40, ...over }, 0)
  const track = { id: 1, score: 0.873, box: { x: 0.1, y: 0.1, width: 0.2, height: 0.4 }, zones: [], since: 0 }
  const seen = {
    tracks: [
      { ...track, label: 'face', moving: true },
      { ...track, label: 'person', moving: false },
    ],
    moving: [{ x: 0.5, y: 0.5, width: 0.1, height: 0.1 }],
  }
  const busy: CameraState = {
    ...base,
    processor: { name: 'count.mjs', status: 'broken', problem: 'no', facts: {} },
    recording: { ...base.recording, active: true },
    settings: { ...defaultSettings, zones: [zone({ name: 'Door' })] },
  }
  const shown = (off: Partial<CameraState['settings']['overlay']>): string[] =>
    overlayOf(
      { ...busy, settings: { ...busy.settings, overlay: { ...defaultSettings.overlay, ...off } } },
      at,
      seen,
    ).map((item) => `${item.kind} ${item.text ?? ''}`)
  const all = ['outline Door', 'box ', 'box face 87%', 'box person 87%', 'plate Porch  2026-11-20 07:05:09']

  test.each<[Partial<CameraState['settings']['overlay']>, string[]]>([
    [{}, [...all, 'plate count.mjs', 'plate REC', 'meter 0']],
    [{ zones: false }, [...all.slice(1), 'plate count.mjs', 'plate REC', 'meter 0']],
    [{ boxes: false, level: false }, ['outline Door', ...all.slice(4), 'plate count.mjs', 'plate REC']],
    [{ marks: false, time: false }, [...all.slice(0, 4), 'plate Porch', 'plate count.mjs', 'meter 0']],
    [{ name: false }, [...all.slice(0, 4), 'plate 2026-11-20 07:05:09', 'plate REC', 'meter 0']],
    [{ name: false, time: false, marks: false, level: false }, all.slice(0, 4)],
  ])('%j', (off, items) => {
    expect(shown(off)).toEqual(items)
  })

  test('faces are green, what moves is thin, a zone is strong while something is in it', () => {
    const colourOf = (text: string | undefined) =>
      overlayOf(busy, at, seen).find((item) => item.kind === 'box' && item.text === text)
    expect(colourOf('face 87%')).toMatchObject({ colour: [88, 214, 141], line: 'plain' })
    expect(colourOf(undefined)).toMatchObject({ line: 'thin' })
    const line = (state: CameraState) => overlayOf(state, at)[0]
    expect(line(busy)).toMatchObject({ kind: 'outline', line: 'plain', colour: [0x58, 0xc9, 0x8b] })
    expect(line({ ...busy, motion: { ...busy.motion, zones: ['door'] } })).toMatchObject({ line: 'strong' })
    expect(line({ ...busy, objects: { ...busy.objects, zones: { door: ['person'] } } })).toMatchObject({
      line: 'strong',
    })
  })

  test('zones that are off, and black ones, are not drawn', () => {
    const zones = [zone({ enabled: false }), zone({ use: 'privacy' })]
    expect(overlayOf({ ...busy, settings: { ...busy.settings, zones } }, at).map(({ kind }) => kind)).not.toContain(
      'outline',
    )
  })

  test.each([
    [320, 180],
    [1280, 720],
    [3840, 2160],
  ])('an outline in %ix%i runs along the zone in its colour, its name stands inside', (width, height) => {
    const image = blank(width, height)
    const [outline] = overlayOf(
      { ...busy, settings: { ...busy.settings, zones: [zone({ name: 'l', color: '#ff00ff' })] } },
      at,
    )
    drawOverlay(image, outline ? [outline] : [])
    const there = (x: number, y: number): number[] => pixel(image, Math.round(x * width), Math.round(y * height))
    for (const [x, y] of [
      [0.3, 0.5],
      [0.5, 0.9],
      [0.2, 0.7],
      [0.6, 0.6],
    ] as const) {
      expect(there(x, y)).toEqual([255, 0, 255])
    }
    for (const [x, y] of [
      [0.4, 0.75],
      [0.1, 0.7],
      [0.7, 0.7],
      [0.4, 0.95],
    ] as const) {
      expect(there(x, y)).toEqual([GREY, GREY, GREY])
    }
    const line = Math.max(7, Math.round(Math.min(height / 45, width / 60)))
    const name = { left: 0.2 * width + line / 2, top: 0.5 * height + line / 2 }
    const within = (test: (colour: number[]) => boolean): boolean =>
      Array.from({ length: 9 * line ** 2 }, (_, i) =>
        pixel(image, Math.round(name.left + (i % (3 * line))), Math.round(name.top + Math.floor(i / (3 * line)))),
      ).some(test)
    expect(within(([red, green]) => red === 255 && green === 0)).toBe(true)
    expect(within(([red]) => (red ?? 255) < 20)).toBe(true)
  })

  test('a zone that is the whole picture is seen on all sides', () => {
    const image = blank(320, 180)
    const whole = zone({ color: '#ff00ff' })
    const settings = {
      ...busy.settings,
      zones: [
        {
          ...whole,
          points: [
            [0, 0],
            [100, 0],
            [100, 100],
            [0, 100],
          ] as const,
        },
      ],
    }
    drawOverlay(image, overlayOf({ ...busy, settings }, at).slice(0, 1))
    for (const [x, y] of [
      [0, 90],
      [319, 90],
      [160, 0],
      [160, 179],
    ] as const) {
      expect(pixel(image, x, y)).toEqual([255, 0, 255])
    }
  })

  test('labels of boxes in each other stand apart', () => {
    const image = blank(640, 360)
    const box = { x: 0.4, y: 0.4, width: 0.1, height: 0.3 }
    const item = (text: string, colour: readonly [number, number, number]): OverlayItem => ({
      kind: 'box',
      box,
      text,
      colour,
      line: 'thin',
    })
    drawOverlay(image, [item('one', [200, 0, 0]), item('two', [0, 200, 0])])
    const rows = (wanted: readonly number[]): number[] =>
      Array.from({ length: 360 }, (_, y) => y).filter((y) =>
        pixel(image, 257, y).every((value, i) => value === wanted[i]),
      )
    const [one, two] = [rows([200, 0, 0]), rows([0, 200, 0])]
    expect(Math.min(one.length, two.length)).toBeGreaterThan(10)
    expect(Math.max(...one) < Math.min(...two.slice(-10))).toBe(true)
  })
})

describe('what is drawn', () => {
  const box = (over: Partial<Box>): OverlayItem => ({
    ...{ kind: 'box', text: 'cat 90%', colour: [200, 10, 10], line: 'plain' },
    box: { x: 0.25, y: 0.5, width: 0.5, height: 0.25, ...over },
  })

  test('a box lies where the fractions say, its label above it, and nothing inside', () => {
    const image = blank(400, 200)
    drawOverlay(image, [box({})])
    expect(pixel(image, 100, 149)).toEqual([200, 10, 10])
    expect(pixel(image, 299, 100)).toEqual([200, 10, 10])
    expect(pixel(image, 300, 120)).toEqual([GREY, GREY, GREY])
    expect(pixel(image, 200, 120)).toEqual([GREY, GREY, GREY])
    expect(pixel(image, 101, 99)).toEqual([200, 10, 10])
    expect(changed(image)).toMatchObject({ left: 100, right: 299, bottom: 149 })
  })

  test.each([
    [-0.5, -0.5, 0.5],
    [0.9, 0.9, 0.5],
    [2, 2, 0.5],
    [0, 0, 0],
  ])('a box at %f, %f that leaves the picture is cut', (x, y, width) => {
    const image = blank(64, 48)
    drawOverlay(image, [{ kind: 'box', box: { x, y, width, height: 0.25 }, colour: [200, 10, 10], line: 'plain' }])
    // A stray write would come back in on the other side of the picture.
    if (x === 2) expect(changed(image).right).toBe(-1)
    if (x === 0.9) expect(changed(image).left).toBeGreaterThan(50)
    if (x < 0) expect(changed(image).bottom).toBeLessThan(30)
    expect(pixel(image, 0, 47)).toEqual([GREY, GREY, GREY])
  })

  test('the meter is as long as its value', () => {
    const amber = (value: number): number => {
      const image = blank(640, 360)
      drawOverlay(image, [{ kind: 'meter', corner: 'bottom left', text: '', value, mark: 1, colour: [255, 0, 0] }])
      let count = 0
      for (let i = 0; i < image.data.length; i += 3) if (image.data[i] === 255 && image.data[i + 1] === 0) count++
      return count
    }
    expect(amber(0)).toBe(0)
    expect(amber(0.8)).toBeGreaterThan(amber(0.4) * 1.7)
    expect(amber(7)).toBe(amber(1))
  })

  test.each([
    [160, 120],
    [320, 180],
    [1280, 720],
  ])('all marks find room in %ix%i, none over another', (width, height) => {
    const state: CameraState = {
      ...base,
      name: 'A camera with a rather long name',
      recording: { ...base.recording, active: true },
      motion: { active: true, level: 42, since: 1, zones: [] },
      light: { ...base.light, mode: 'night' },
    }
    const items = overlayOf(state, at)
    const areas = items.map((item) => {
      const before = items.slice(0, items.indexOf(item))
      // What this item adds to the picture with those before it.
      const [one, both] = [blank(width, height), blank(width, height)]
      drawOverlay(one, before)
      drawOverlay(both, [...before, item])
      const touched = new Set<number>()
      both.data.forEach((value, i) => {
        if (value !== one.data[i]) touched.add(Math.floor(i / 3))
      })
      const overlapping = [...touched].filter((i) => one.data[i * 3] !== GREY).length
      return { touched: touched.size, overlapping }
    })
    expect(areas.every(({ touched }) => touched > 0)).toBe(true)
    expect(areas.map(({ overlapping }) => overlapping)).toEqual(areas.map(() => 0))
  })
})

describe('the font', () => {
  const ascii = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).filter(
    (letter) => !'$@^`{}~'.includes(letter),
  )

  test('knows what names and times are made of', () => {
    expect(ascii.filter((letter) => !canDraw(letter))).toEqual([])
    expect([...'äöüßÄÖÜéèêëçñåÅøØáíóúîïčšžřůČŠŽ'].filter((letter) => !canDraw(letter))).toEqual([])
    expect(canDraw('д')).toBe(false)
  })

  test('no two letters look the same', () => {
    const looks = ascii.map((letter) =>
      layText(letter, 12)
        .map(({ x, y, mask }) => `${x} ${y} ${mask.width} ${mask.cover}`)
        .join(),
    )
    expect(new Set(looks).size).toBe(ascii.length)
  })

  test('times do not jump: all digits are as wide', () => {
    expect(new Set([...'0123456789'].map((digit) => textWidth(digit, 16))).size).toBe(1)
  })

  test('letters of one line do not touch each other', () => {
    for (const size of [7, 16, 48]) {
      const [first, second] = layText('ll', size)
      expect((second?.x ?? 0) - (first?.x ?? 0)).toBeGreaterThan(size / 4)
    }
  })
})
