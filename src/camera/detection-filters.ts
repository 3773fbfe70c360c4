// Which findings of a label count: a score of its own, a size, a place. Pure; how often and how long they must be seen is
// the tracker's.
import { areaOf, type Box, footOf, isInside } from '../lib/box.js'
import type { Detection } from './objects.js'
import { cornersOf, type Zone } from './zones.js'

export interface DetectionFilter {
  /** 0..1, instead of the camera's. */
  readonly score?: number
  /** Percent of the picture. */
  readonly min_area?: number
  readonly max_area?: number
  /** It must stand in one of these. Zones that are not there (any more) count for nothing. */
  readonly zones?: readonly string[]
}

export type DetectionFilters = Readonly<Record<string, DetectionFilter>>

export interface FilterSettings {
  readonly score: number
  readonly filters: DetectionFilters
  readonly zones: readonly Zone[]
}

/** What a finding must have to begin something. */
export const scoreOf = (label: string, { score, filters }: Omit<FilterSettings, 'zones'>): number =>
  filters[label]?.score ?? score

export const standsIn = (box: Box, zone: Zone): boolean => isInside(footOf(box), cornersOf(zone))

/** Why it does not count where and as large as it is; null when it does. */
export const refusalOf = (
  { label, box }: Omit<Detection, 'score'>,
  { filters, zones }: FilterSettings,
): string | null => {
  const { min_area = 0, max_area = 100, zones: wanted = [] } = filters[label] ?? {}
  const percent = areaOf(box) * 100
  const size = `${label} of ${percent.toFixed(2)} % of the picture`
  if (percent < min_area) return `${size}: at least ${min_area}`
  if (percent > max_area) return `${size}: at most ${max_area}`
  const ignored = zones.find((zone) => zone.use === 'ignore' && zone.enabled && standsIn(box, zone))
  if (ignored) return `${label} stands in ${ignored.name}, where nothing counts`
  const places = zones.filter((zone) => zone.enabled && wanted.includes(zone.id))
  if (places.length === 0 || places.some((zone) => standsIn(box, zone))) return null
  return `${label} does not stand in ${places.map(({ name }) => name).join(', ')}`
}

const AREAS = ['min_area', 'max_area'] as const
const KEYS = ['score', ...AREAS, 'zones']
const LABEL = /^[a-z][a-z0-9 _-]{0,31}$/

const isBetween = (value: unknown, least: number, most: number): boolean =>
  typeof value === 'number' && value >= least && value <= most

/** Throws a sentence that says which filter is wrong, and how. */
export const checkFilters = (value: unknown): void => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('must be a group: a label, and what it must have, such as {person: {score: 0.7}}')
  for (const [label, filter] of Object.entries(value)) {
    const problem = LABEL.test(label) ? filterProblem(filter) : 'is no label'
    if (problem) throw new Error(`${label}: ${problem}`)
  }
}

const filterProblem = (value: unknown): string | null => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be a group of options'
  const filter = value as Partial<Record<keyof DetectionFilter, unknown>>
  const unknown = Object.keys(filter).find((key) => !KEYS.includes(key))
  if (unknown) return `${unknown} is not an option; there are ${KEYS.join(', ')}`
  const { score, min_area = 0, max_area = 100, zones = [] } = filter
  if (score !== undefined && !isBetween(score, 0.05, 1)) return 'score must be a number from 0.05 to 1'
  const wrong = AREAS.find((key) => filter[key] !== undefined && !isBetween(filter[key], 0, 100))
  if (wrong) return `${wrong} must be percent of the picture, 0 to 100`
  if (Number(min_area) > Number(max_area)) return 'min_area must not be above max_area'
  return Array.isArray(zones) && zones.every((zone) => typeof zone === 'string') ? null : 'zones must be a list of ids'
}
