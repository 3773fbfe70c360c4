// `nightjar replay` on real and on hard footage: what is told, when, and why nothing is.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createProgram, tellError } from '../../src/cli/program.js'
import type { ReplayEvent } from '../../src/pipeline/replay-events.js'
import { footage, withoutFootage } from '../support/footage.js'
import { makeFootage, type Recipe, recipes } from '../support/hard-footage.js'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightjar-replay-'))
  await writeFile(join(folder, 'deaf.yaml'), camera('motion: {trigger_level: 100}'))
  await writeFile(
    join(folder, 'two.yaml'),
    'cameras: [{id: a, source: {kind: test-pattern}}, {id: b, source: {kind: test-pattern}}]',
  )
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const camera = (settings: string): string => `cameras: [{id: porch, source: {kind: test-pattern}, ${settings}}]\n`

const nightjar = async (...args: string[]) => {
  const out: string[] = []
  const err: string[] = []
  const deps = { stop: new AbortController().signal, env: {}, out: (line: string) => void out.push(line) }
  const note = (line: string): void => void err.push(line)
  try {
    await createProgram('1.2.3', { ...deps, note }).parseAsync(['replay', ...args], { from: 'user' })
    return { code: 0, out, err: err.join('\n') }
  } catch (error) {
    return { code: tellError(error, note), out, err: err.join('\n') }
  }
}

const eventsOf = async (...args: string[]): Promise<ReplayEvent[]> => {
  const { code, out, err } = await nightjar(...args, '--json')
  if (code !== 0) throw new Error(err)
  return out.map((line) => JSON.parse(line) as ReplayEvent)
}
const motionIn = (events: readonly ReplayEvent[]) =>
  events.filter((event) => event.event === 'motion').map(({ at, on }) => ({ at, on }))

describe.skipIf(withoutFootage)('real footage', () => {
  test('walkers: one motion, in time, with its reasons', async () => {
    const events = await eventsOf(footage('walkers.mp4'))
    expect(events).toMatchObject([
      { event: 'motion', on: true, reason: expect.stringContaining('5 looks in a row at or above 5') },
      { event: 'motion', on: false, reason: 'below the trigger level for the hold time' },
    ])
    expect(events[0]?.at).toBeGreaterThan(8)
    expect(events[0]?.at).toBeLessThanOrEqual(8.6)
    // People stop at 15.84 s and stay: the hold time is 3 s.
    expect(events[1]?.at).toBeGreaterThan(15.3 + 3)
    expect(events[1]?.at).toBeLessThanOrEqual(15.84 + 2 + 3)
  })

  test('light-switch: two steps of light, and the walk between them', async () => {
    const events = await eventsOf(footage('light-switch.mp4'))
    const steps = events.filter((event) => 'kind' in event && event.kind === 'global step')
    expect(steps.map(({ at }) => Math.round(at))).toEqual([4, 20])
    expect(motionIn(events)).toHaveLength(2)
  })

  test('dusk: night comes and goes, and the walk in it is the only motion', async () => {
    const events = await eventsOf(footage('dusk.mp4'))
    expect(events.flatMap((event) => ('mode' in event ? [event.mode] : []))).toEqual(['night', 'day'])
    expect(motionIn(events)).toHaveLength(2)
  })

  test('a deaf camera loses the walk, and hears nothing more', async () => {
    const args = [footage('walkers.mp4'), '--compare', join(folder, 'deaf.yaml')]
    const [lost, ...more] = (await nightjar(...args, '--json')).out.map((line) => JSON.parse(line))
    expect(lost).toMatchObject({ what: 'motion', change: 'lost' })
    expect(more).toEqual([])
    expect((await nightjar(...args)).out).toEqual([expect.stringMatching(/^- +0:08\.\d+ {2}motion until 0:1\d\.\d+$/)])
  })
})

describe.skipIf(withoutFootage)('hard footage', () => {
  const look = async (name: string, recipe: Recipe): Promise<ReplayEvent[]> =>
    eventsOf(await makeFootage(folder, name, recipe), '--why')

  test.each([25, 40])('people of %i pixels, far away, are found in time', async (pixels) => {
    const [begun] = motionIn(await look(`far-${pixels}`, recipes.far(pixels)))
    expect(begun).toMatchObject({ on: true })
    expect(begun?.at).toBeGreaterThan(2)
    expect(begun?.at).toBeLessThanOrEqual(2.6)
  })

  test('noise and key frames are nothing at all', async () => {
    expect(motionIn(await look('calm', recipes.calm))).toEqual([])
  })

  test.each(['lamp', 'cloud'] as const)('a %s is no motion, and the trace says why', async (kind) => {
    const events = await look(kind, recipes[kind])
    expect(motionIn(events)).toEqual([])
    const reasons = events.flatMap((event) => (event.event === 'suppressed' ? [event.reason] : []))
    expect(reasons.join()).toContain('light that changes in a part of the picture')
  })

  test('who walks as the light goes is found right after it; the end of the file ends the motion', async () => {
    const events = await look('switched', recipes.switched)
    expect(events.filter((event) => 'kind' in event)).toHaveLength(1)
    const [begun, ended] = motionIn(events)
    expect(begun?.at).toBeLessThanOrEqual(3.5)
    expect(ended).toMatchObject({ on: false })
    expect(ended?.at).toBeGreaterThan(6.8)
    expect(events.at(-1)).toMatchObject({ reason: 'the recording ends' })
  })
})

describe('wrong', () => {
  test.each([
    [['/nowhere.mp4'], 1, "/nowhere.mp4 can't be read: there is no such file"],
    [['package.json'], 1, "package.json can't be read as video: Invalid data found"],
    [['package.json', '--config', '/nowhere.yaml'], 2, 'there is no such file'],
  ])('%j', async (args, code, sentence) => {
    const seen = await nightjar(...args)
    expect(seen).toMatchObject({ code, out: [] })
    expect(seen.err).toContain(sentence)
  })

  test('a camera that is not there, or not said', async () => {
    const two = join(folder, 'two.yaml')
    expect((await nightjar('x.mp4', '--config', two)).err).toContain('please add --camera with one of a, b')
    expect((await nightjar('x.mp4', '--config', two, '--camera', 'c')).err).toContain('no camera c: there is a, b')
  })
})
