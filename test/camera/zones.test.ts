import { describe, expect, it } from 'vitest'
import { checkSettingsChange } from '../../src/camera/check-settings.js'
import { changeSettings } from '../../src/camera/settings.js'
import { checkZones, zoneIdOf } from '../../src/camera/zones.js'
import { isInside } from '../../src/lib/box.js'
import { defaultSettings } from '../support/settings.js'

const points = [
  [0, 0],
  [50, 0],
  [0, 50],
] as const

describe('zones', () => {
  it.each<[unknown, string]>([
    [{}, 'must be a list of at most 32 zones'],
    [[{ id: 'A', points }], 'zone 1: id must be'],
    [[{ id: 'a', points: points.slice(1) }], 'zone 1: points must be 3 to 64'],
    [[{ id: 'a', points: [...points, [0, 101]] }], 'zone 1: points must be'],
    [
      [
        { id: 'a', points },
        { id: 'a', points },
      ],
      'zone 2: there are two zones "a"',
    ],
    [[{ id: 'a', points, colour: '#ffffff' }], 'zone 1: colour is not an option'],
    [[{ id: 'a', points, color: 'red' }], 'zone 1: color must be'],
    [[{ id: 'a', points, use: 'fun' }], 'zone 1: use must be one of motion, objects, ignore, privacy'],
    [[{ id: 'a', points, sensitivity: -1 }], 'zone 1: sensitivity'],
    [[{ id: 'a', points, x: 1, y: 1, width: 2, height: 2 }], 'zone 1: either points or x, y, width and height'],
    [[{ id: 'a', x: 50, y: 0, width: 51, height: 2 }], 'zone 1: x, y, width and height must be a rectangle'],
    [[{ id: 'a', x: 50, y: 0, width: 0, height: 2 }], 'zone 1: x, y, width and height must be a rectangle'],
    [[{ id: 'a', x: 50, y: 0, width: 10 }], 'zone 1: x, y, width and height must be a rectangle'],
  ])('%j is refused', (zones, sentence) => {
    expect(() => checkZones(zones)).toThrow(sentence)
  })
  it('what was left out is filled in, and the list is replaced as a whole', () => {
    const change = checkSettingsChange({ zones: [{ id: 'drive', points }] }, defaultSettings)
    expect(change.zones).toEqual([
      { id: 'drive', name: 'drive', color: '#58c98b', use: 'motion', enabled: true, sensitivity: 1, points },
    ])
    const settings = changeSettings(defaultSettings, change)
    expect(settings.zones).toBe(change.zones)
    expect(changeSettings(settings, change)).toBe(settings)
    expect(changeSettings(settings, { zones: [] }).zones).toEqual([])
  })
  it('a rectangle is four points', () => {
    const { zones } = checkSettingsChange(
      { zones: [{ id: 'a', x: 33.3, y: 10, width: 66.7, height: 5 }] },
      defaultSettings,
    )
    expect(zones).toEqual([
      {
        ...{ id: 'a', name: 'a', color: '#58c98b', use: 'motion', enabled: true, sensitivity: 1 },
        points: [
          [33.3, 10],
          [100, 10],
          [100, 15],
          [33.3, 15],
        ],
      },
    ])
  })
  it.each([
    ['Driveway', 'driveway'],
    ['  Große Straße №2 ', 'grosse_strasse_2'],
    ['玄関', ''],
    [`${'x'.repeat(31)} y`, 'x'.repeat(31)],
  ])('%j gives the id %j', (name, id) => {
    expect(zoneIdOf(name)).toBe(id)
  })
  it('a point is inside a triangle or not', () => {
    const triangle = points.map(([x, y]) => ({ x: x / 100, y: y / 100 }))
    expect(isInside({ x: 0.1, y: 0.1 }, triangle)).toBe(true)
    expect(isInside({ x: 0.4, y: 0.4 }, triangle)).toBe(false)
  })
})
