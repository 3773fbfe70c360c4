import { describe, expect, it } from 'vitest'
import { checkSettingsChange } from '../../src/camera/check-settings.js'
import { type FilterSettings, refusalOf, scoreOf } from '../../src/camera/detection-filters.js'
import { completeZone } from '../../src/camera/zones.js'
import { defaultSettings } from '../support/settings.js'

const zones = [
  completeZone({ id: 'door', name: 'Door', use: 'objects', x: 0, y: 0, width: 50, height: 100 }, 0),
  completeZone({ id: 'street', name: 'Street', use: 'ignore', x: 90, y: 0, width: 10, height: 100 }, 1),
]
const refusal = (filter: FilterSettings['filters'][string], x = 0.2, height = 0.2, label = 'person'): string | null =>
  refusalOf({ label, box: { x, y: 0.1, width: 0.1, height } }, { score: 0.5, filters: { person: filter }, zones })

describe('a filter', () => {
  it('has a score of its own', () => {
    const settings = { score: 0.5, filters: { person: { score: 0.8 } } }
    expect([scoreOf('person', settings), scoreOf('car', settings)]).toEqual([0.8, 0.5])
  })

  it.each([
    [{}, null],
    [{ min_area: 2 }, null],
    [{ min_area: 2.1 }, 'person of 2.00 % of the picture: at least 2.1'],
    [{ max_area: 2.1 }, null],
    [{ max_area: 1 }, 'person of 2.00 % of the picture: at most 1'],
    [{ zones: ['door'] }, null],
    [{ zones: ['gone'] }, null],
  ])('%j: %s', (filter, expected) => {
    expect(refusal(filter)).toBe(expected)
  })

  it('wants a thing to stand in one of its zones, and nothing counts where all is ignored', () => {
    expect(refusal({ zones: ['door'] }, 0.6)).toBe('person does not stand in Door')
    expect(refusal({ zones: ['door'] }, 0.6, 0.2, 'car')).toBeNull()
    expect(refusal({}, 0.9)).toBe('person stands in Street, where nothing counts')
  })

  it.each([
    ['door', 'must be a group: a label, and what it must have, such as {person: {score: 0.7}}'],
    [{ Person: {} }, 'Person: is no label'],
    [{ person: 0.7 }, 'person: must be a group of options'],
    [{ person: { scor: 1 } }, 'person: scor is not an option; there are score, min_area, max_area, zones'],
    [{ person: { score: 7 } }, 'person: score must be a number from 0.05 to 1'],
    [{ person: { max_area: 101 } }, 'person: max_area must be percent of the picture, 0 to 100'],
    [{ person: { min_area: 5, max_area: 4 } }, 'person: min_area must not be above max_area'],
    [{ person: { zones: 'door' } }, 'person: zones must be a list of ids'],
  ])('that is wrong says so: %j', (filters, sentence) => {
    expect(() => checkSettingsChange({ detection: { filters } }, defaultSettings)).toThrow(
      `detection.filters: ${sentence}`,
    )
  })
})
