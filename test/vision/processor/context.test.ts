import { describe, expect, it } from 'vitest'
import { newMind } from '../../../src/camera/rules/mind.js'
import { completeZone } from '../../../src/camera/zones.js'
import { createContexts, type ProcessorContext } from '../../../src/vision/processor/context.js'
import { createReports } from '../../../src/vision/processor/reports.js'
import { defaultSettings } from '../../support/settings.js'

const [WIDTH, HEIGHT] = [200, 100]
const zone = (id: string, ...points: [number, number][]) => completeZone({ id, points }, 0)
const lawn = { ...zone('lawn', [10, 10], [60, 10], [60, 60]), name: 'The lawn' }
const edge = zone('edge', [99.9, 99.9], [100, 99.9], [100, 100])

const open = (zones = [lawn, edge], [width, height] = [WIDTH, HEIGHT]) => {
  const told: unknown[] = []
  const contexts = createContexts(
    createReports({
      onFacts: (facts) => void told.push(facts),
      onEvent: (name, data) => void told.push([name, data]),
    }),
  )
  const { state } = newMind({ id: 'porch', name: 'Porch', source: 'file' }, { ...defaultSettings, zones }, 0)
  const data = new Uint8Array(width * height * 3).fill(100)
  const context = contexts({ data, width, height }, state, 5000)
  const at = (x: number, y: number): number[] => [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)]
  return { context, at, data, told }
}
/** Pixels that are no longer grey. */
const changed = (data: Uint8Array): number => data.filter((value) => value !== 100).length

describe('zones', () => {
  it('are in pixels, and never empty', () => {
    const { context } = open()
    expect(context.zones[0]).toMatchObject({ id: 'lawn', x: 20, y: 10, width: 100, height: 50, color: '#58c98b' })
    expect(context.zones[0]?.points).toEqual([
      { x: 20, y: 10 },
      { x: 120, y: 10 },
      { x: 120, y: 60 },
    ])
    expect(context.zones[1]).toMatchObject({ x: 199, y: 99, width: 1, height: 1 })
  })

  it('go by id or name; an unknown one is answered with those there are', () => {
    const { context } = open()
    expect(context.zone('The lawn').id).toBe('lawn')
    expect(() => context.zone('lwan')).toThrow('there is no zone "lwan" (did you mean "lawn"?); there are lawn, edge')
    expect(() => context.isolate(undefined as never)).toThrow('there is no zone undefined; there are lawn, edge')
    expect(() => open([]).context.isolate('lawn')).toThrow('the camera has no zones yet')
  })

  it('can be written: rows are the picture itself, the mask is the shape, the copy is black around it', () => {
    const { context, at } = open()
    const { rows, mask, width, height, copy } = context.isolate('lawn')
    expect([rows.length, rows[0]?.length, mask.length]).toEqual([height, width * 3, width * height])
    const inside = mask.reduce((sum, one) => sum + one, 0) / (width * height)
    expect(inside).toBeCloseTo(0.5, 1)
    rows[20]?.fill(7)
    expect([at(19, 30), at(20, 30), at(119, 30), at(120, 30)].map(([red]) => red)).toEqual([100, 7, 7, 100])
    const alone = copy()
    expect([alone.width, alone.height, alone.data[0], alone.data[(width - 1) * 3]]).toEqual([100, 50, 0, 100])
    alone.data.fill(1)
    expect(at(119, 10)).toEqual([100, 100, 100])
  })
})

describe('drawing', () => {
  it('paints what lies in the picture, and leaves out what does not', () => {
    const { context, at, data } = open()
    context.box(10, 20, 50, 30, { color: [1, 2, 3], width: 2 })
    expect([at(10, 20), at(11, 40), at(12, 40), at(59, 49), at(60, 50)]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [100, 100, 100],
      [1, 2, 3],
      [100, 100, 100],
    ])
    context.line(100, 80, 180, 80, { color: '#0f0', width: 4 })
    expect([at(140, 80), at(140, 84)]).toEqual([
      [0, 255, 0],
      [100, 100, 100],
    ])
    const before = Uint8Array.from(data)
    const away = -1e4
    context.box(away, away, 50, 30, { label: 'far' })
    context.line(away, away, away, 5)
    context.text(away, 10, 'far')
    context.text(10, 5000, 'far')
    expect(data).toEqual(before)
    context.line(-50, -50, 500, 400)
    context.text(190, 90, 'over the edge')
    expect(data).not.toEqual(before)
  })

  it('writes text that grows with the picture, bright on dark', () => {
    const sizes = [
      [320, 180],
      [1280, 720],
    ].map(([width = 0, height = 0]) => {
      const { context, data } = open([], [width, height])
      context.text(width / 2, 20, 'Hello', { align: 'center' })
      return { share: changed(data) / data.length, bright: data.includes(255), dark: data.some((value) => value < 20) }
    })
    expect(sizes.every(({ bright, dark }) => bright && dark)).toBe(true)
    expect((sizes[0]?.share ?? 0) / (sizes[1]?.share ?? 1)).toBeGreaterThan(0.6)
    expect((sizes[0]?.share ?? 0) / (sizes[1]?.share ?? 1)).toBeLessThan(2.5)
    const [once, twice] = [1, 2].map((size) => {
      const { context, data } = open([], [1280, 720])
      context.text(100, 100, 'Hello', { size })
      return changed(data)
    })
    expect((twice ?? 0) / (once ?? 1)).toBeGreaterThan(3)
  })

  it('says which colours there are', () => {
    const { context } = open()
    expect(() => context.line(0, 0, 9, 9, { color: 'mauve' })).toThrow(/"mauve" is no colour: use "#ff8800".* pink/)
    expect(() => context.text(0, 0, 'x', { color: [1, 2] as never })).toThrow(/is no colour/)
  })
})

describe('reports', () => {
  const value = (context: ProcessorContext, given: unknown) => () => context.report('fact', given as never)

  it('tell all facts after a change, and only then', () => {
    const { context, told } = open()
    context.facts({ people: 2, gate: 'open' })
    context.report('people', 2)
    context.report('gate', null)
    context.report('long', 'x'.repeat(300))
    expect(told).toEqual([{ people: 2, gate: 'open' }, { people: 2 }, { people: 2, long: `${'x'.repeat(254)}…` }])
  })

  it('refuse with a sentence what nobody could show', () => {
    const { context, told } = open()
    expect(value(context, Number.NaN)).toThrow('fact must be text, a finite number, true or false, not NaN')
    expect(value(context, [1])).toThrow(TypeError)
    expect(() => context.report('My Fact', 1)).toThrow('"My Fact" is no name for a fact')
    expect(() => context.facts(Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`f${i}`, i])))).toThrow(
      'there can be at most 32 facts',
    )
    expect(() => context.event('Door!')).toThrow('"Door!" is no name for an event')
    expect(() => context.event('door', { by: {} as never })).toThrow('by must be text')
    expect(told).toEqual([])
    context.event('door', { by: 'cat', at: 3, hard: true, from: null })
    expect(told).toEqual([['door', { by: 'cat', at: 3, hard: true, from: null }]])
  })
})
