import { describe, expect, it } from 'vitest'
import { checkSettingsChange } from '../../src/camera/check-settings.js'
import { changeSettings } from '../../src/camera/settings.js'
import { checkZones } from '../../src/camera/zones.js'
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
  it('a point is inside a triangle or not', () => {
    const triangle = points.map(([x, y]) => ({ x: x / 100, y: y / 100 }))
    expect(isInside({ x: 0.1, y: 0.1 }, triangle)).toBe(true)
    expect(isInside({ x: 0.4, y: 0.4 }, triangle)).toBe(false)
  })
})
