// The tracker on people made up for the purpose: who keeps an id, who counts, what is worth telling.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Detection } from '../../src/camera/objects.js'
import { completeZone } from '../../src/camera/zones.js'
import type { Box } from '../../src/lib/box.js'
import {
  confirmedOf,
  forgetMotion,
  isUnsettled,
  type Look,
  noTracks,
  stepTracks,
  type TrackerOptions,
  type Tracks,
} from '../../src/vision/tracker.js'

const OPTIONS: TrackerOptions = {
  ...{ score: 0.5, filters: {}, labels: ['person', 'face'], confirm: 2, zones: [], shape: 16 / 9 },
}
const LOOK_MS = 500

/** Somebody who stands at `x`, `y` (the middle). */
const person = (x: number, y = 0.5, score = 0.8, height = 0.2): Detection => ({
  label: 'person',
  score,
  box: { x: x - height / 8, y: y - height / 2, width: height / 4, height },
})

interface Scene {
  readonly found: readonly Detection[]
  readonly moving?: readonly Box[]
  readonly change?: Partial<Look>
}

const play = (scenes: readonly Scene[], options = OPTIONS, from: Tracks = noTracks, at = 1000): Tracks[] => {
  const all: Tracks[] = []
  let tracks = from
  for (const [index, { found, moving = [], change }] of scenes.entries()) {
    const mono = at + index * LOOK_MS
    const look: Look = {
      ...{
        at: { mono, wall: mono + 1e12 },
        detections: found,
        labels: options.labels,
        swept: true,
        windows: [],
        moving,
      },
      ...change,
    }
    tracks = stepTracks(tracks, look, options)
    all.push(tracks)
  }
  return all
}
const last = (tracks: readonly Tracks[]): Tracks => tracks.at(-1) ?? noTracks
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i))
/** People on their way: each look they moved, and motion was seen where they are. */
const walk =
  (...paths: ((look: number) => number | null)[]) =>
  (look: number): Scene => {
    const found = paths.flatMap((path) => path(look) ?? []).map((x) => person(x))
    return { found, moving: found.map(({ box }) => box) }
  }
const ids = (tracks: readonly Tracks[]): number[] => [
  ...new Set(tracks.flatMap((one) => confirmedOf(one).map(({ id }) => id))),
]
const sighted = (tracks: readonly Tracks[]): number[] => [
  ...new Set(tracks.flatMap(({ held }) => held.filter((track) => track.sighted).map(({ id }) => id))),
]

describe('counting', () => {
  test('a thing counts once so many looks have seen it', () => {
    const scenes = times(4, () => ({ found: [person(0.5)] }))
    expect(play(scenes, { ...OPTIONS, confirm: 3 }).map((tracks) => confirmedOf(tracks).length)).toEqual([0, 0, 1, 1])
    expect(play(scenes, { ...OPTIONS, confirm: 1 }).map((tracks) => confirmedOf(tracks).length)).toEqual([1, 1, 1, 1])
  })

  test('a label may need a score of its own, and more than that', () => {
    const scenes = times(4, () => ({ found: [person(0.5, 0.5, 0.6), person(0.8, 0.5, 0.8, 0.02)] }))
    const counts = (filters: TrackerOptions['filters']): number =>
      last(play(scenes, { ...OPTIONS, filters })).held.length
    expect(
      [{}, { person: { score: 0.7 } }, { person: { min_area: 0.1 } }, { face: { score: 0.7 } }].map(counts),
    ).toEqual([2, 1, 1, 2])
  })

  test('what one look alone sees never counts', () => {
    const scenes = times(12, (look) => ({ found: look % 4 === 0 ? [person(0.2 + look / 20)] : [] }))
    expect(ids(play(scenes))).toEqual([])
  })

  test('what is not sure enough does not begin anything, and goes on with what is known', () => {
    const unsure = play(times(5, () => ({ found: [person(0.5, 0.5, 0.4)] })))
    expect(last(unsure).held).toEqual([])
    const [known] = confirmedOf(last(play(times(6, (look) => ({ found: [person(0.5, 0.5, look < 2 ? 0.8 : 0.4)] })))))
    expect(known).toMatchObject({ misses: 0, hits: 6, score: 0.8, lastScore: 0.4 })
    expect(last(play(times(9, (look) => ({ found: [person(0.5, 0.5, look < 2 ? 0.8 : 0.2)] })))).held).toEqual([])
  })

  test('only what is looked for; a face is nobody’s continuation', () => {
    const face: Detection = { label: 'face', score: 0.9, box: person(0.5).box }
    const both = last(play(times(3, () => ({ found: [person(0.5), face, { ...face, label: 'dog' }] }))))
    expect(confirmedOf(both).map(({ label }) => label)).toEqual(['face', 'person'])
  })

  test('a second box of the same person is no second person', () => {
    const twice = times(4, () => ({ found: [person(0.5), person(0.503, 0.53, 0.6, 0.14)] }))
    expect(ids(play(twice))).toHaveLength(1)
  })
})

describe('going on', () => {
  test('two who cross each other keep their ids', () => {
    const tracks = play(
      times(
        17,
        walk(
          (look) => 0.2 + look * 0.035,
          (look) => 0.8 - look * 0.035,
        ),
      ),
    )
    expect(ids(tracks)).toEqual([1, 2])
    const [a, b] = confirmedOf(last(tracks))
    expect(a?.box.x).toBeGreaterThan(0.7)
    expect(b?.box.x).toBeLessThan(0.3)
  })

  test('two side by side do, too, though each is seen now and then only', () => {
    const seen = (look: number, who: number): boolean => (look * 7 + who * 3) % 4 !== 0
    const tracks = play(
      times(
        20,
        walk(
          (look) => (seen(look, 0) ? 0.2 + look * 0.02 : null),
          (look) => (seen(look, 1) ? 0.26 + look * 0.02 : null),
        ),
      ),
    )
    expect(ids(tracks)).toHaveLength(2)
  })

  test('somebody hidden for two seconds on the way comes out as the same', () => {
    const tracks = play(
      times(
        16,
        walk((look) => (look > 5 && look < 10 ? null : 0.2 + look * 0.03)),
      ),
    )
    expect(ids(tracks)).toHaveLength(1)
  })

  test('somebody who stands and is hidden for long is the same, told anew only once moving again', () => {
    const scenes = times(40, (look) => ({ found: look < 4 || look > 30 ? [person(0.5)] : [] }))
    const tracks = play(scenes)
    expect(confirmedOf(tracks[20] ?? noTracks)).toEqual([])
    expect(ids(tracks)).toHaveLength(1)
    expect(sighted(tracks)).toEqual([])
  })

  test('whoever stands beside a place that was left long ago is somebody else', () => {
    const scenes = times(40, (look) => ({ found: look < 4 ? [person(0.5)] : look > 30 ? [person(0.58)] : [] }))
    expect(ids(play(scenes))).toHaveLength(2)
  })

  test('a look that was elsewhere misses nobody', () => {
    const elsewhere = { found: [], change: { swept: false, windows: [{ x: 0.7, y: 0, width: 0.3, height: 1 }] } }
    const known = last(play(times(2, () => ({ found: [person(0.2)] }))))
    expect(
      confirmedOf(
        last(
          play(
            times(20, () => elsewhere),
            OPTIONS,
            known,
            2000,
          ),
        ),
      ),
    ).toMatchObject([{ misses: 0 }])
    const here = { found: [], change: { swept: false, windows: [{ x: 0, y: 0, width: 0.5, height: 1 }] } }
    expect(
      confirmedOf(
        last(
          play(
            times(20, () => here),
            OPTIONS,
            known,
            2000,
          ),
        ),
      ),
    ).toEqual([])
    const noPeople = { found: [], change: { labels: ['face'] } }
    expect(
      confirmedOf(
        last(
          play(
            times(20, () => noPeople),
            OPTIONS,
            known,
            2000,
          ),
        ),
      ),
    ).toMatchObject([{ misses: 0 }])
  })

  test('a sweep misses only who is large enough for it', () => {
    const far = last(play(times(2, () => ({ found: [person(0.2, 0.5, 0.8, 0.06)] }))))
    expect(
      confirmedOf(
        last(
          play(
            times(20, () => ({ found: [] })),
            OPTIONS,
            far,
            2000,
          ),
        ),
      ),
    ).toMatchObject([{ misses: 0 }])
  })

  test('who walks out of the picture is gone at once', () => {
    const tracks = play([
      ...times(
        6,
        walk((look) => 0.84 + look * 0.03),
      ),
      { found: [] },
      { found: [] },
    ])
    expect(tracks.map((one) => confirmedOf(one).length).slice(-3)).toEqual([1, 0, 0])
  })

  test('looking on is worth it while something is missed or in doubt', () => {
    const [first, second, third] = play([{ found: [person(0.5)] }, { found: [person(0.5)] }, { found: [] }])
    expect([first, second, third].map((tracks) => isUnsettled(tracks ?? noTracks))).toEqual([true, false, true])
  })
})

describe('what is worth telling', () => {
  test('who walks moves and is sighted, also one who stood there before; standing again ends moving', () => {
    const stand = { found: [person(0.2)] }
    const tracks = play([
      ...times(6, () => stand),
      ...times(
        8,
        walk((look) => 0.2 + look * 0.03),
      ),
    ])
    expect(tracks.map(({ held }) => held[0]?.moving)).toEqual([...Array(8).fill(false), ...Array(6).fill(true)])
    expect(sighted(tracks.slice(0, 7))).toEqual([])
    expect(sighted(tracks)).toEqual([1])
    const after = play(
      times(8, () => ({ found: [person(0.41)] })),
      OPTIONS,
      last(tracks),
      1000 + 14 * LOOK_MS,
    )
    expect(last(after).held[0]).toMatchObject({ moving: false, sighted: true })
  })

  test('who comes in and stands still is sighted: nobody was there before, and something moved', () => {
    const empty = { found: [] }
    const come = { found: [person(0.5)], moving: [person(0.5).box] }
    expect(sighted(play([empty, come, come, come]))).toEqual([1])
    expect(sighted(play([come, come, come]))).toEqual([])
    expect(sighted(play([come, come], { ...OPTIONS, confirm: 1 }))).toEqual([])
    const unseen = { found: [person(0.5)] }
    expect(sighted(play([empty, unseen, unseen, unseen]))).toEqual([])
  })

  test('however findings of standing people jitter and fail, nothing moves and nothing is told', () => {
    const jitter = fc.double({ min: -1, max: 1, noNaN: true })
    const scene = fc.array(fc.tuple(jitter, jitter, jitter, fc.double({ min: 0.2, max: 0.95, noNaN: true })), {
      minLength: 3,
      maxLength: 3,
    })
    fc.assert(
      fc.property(fc.array(scene, { minLength: 4, maxLength: 40 }), (scenes) => {
        const tracks = play(
          scenes.map((people) => ({
            found: people.map(([dx, dy, dh, score], who) =>
              person(0.2 + who * 0.3 + dx * 0.01, 0.5 + dy * 0.02, score, 0.2 * (1 + dh * 0.15)),
            ),
          })),
        )
        expect(sighted(tracks)).toEqual([])
        expect(tracks.flatMap(({ held }) => held.filter(({ moving }) => moving))).toEqual([])
        expect(ids(tracks).length).toBeLessThanOrEqual(3)
      }),
      { numRuns: 200 },
    )
  })

  test('after a seam nobody moved', () => {
    const walked = last(
      play(
        times(
          6,
          walk((look) => 0.2 + look * 0.03),
        ),
      ),
    )
    const jumped = play([{ found: [person(0.37)], moving: [person(0.37).box] }], OPTIONS, forgetMotion(walked), 4500)
    expect(last(jumped).held[0]?.moving).toBe(false)
  })
})

describe('zones', () => {
  const zone = (use: 'ignore' | 'objects', enabled = true) =>
    completeZone(
      {
        id: 'left',
        use,
        enabled,
        points: [
          [0, 55],
          [50, 55],
          [50, 100],
          [0, 100],
        ],
      },
      0,
    )
  const scenes = times(3, () => ({ found: [person(0.25), person(0.75), person(0.25, 0.2)] }))

  test('who stands in one to be ignored is not there: the feet count', () => {
    const there = confirmedOf(last(play(scenes, { ...OPTIONS, zones: [zone('ignore')] })))
    expect(there.map(({ box }) => Math.round(box.x * 20) / 20)).toEqual(
      [0.75, 0.25].map((x) => Math.round((x - 0.025) * 20) / 20),
    )
    expect(confirmedOf(last(play(scenes, { ...OPTIONS, zones: [zone('ignore', false)] })))).toHaveLength(3)
  })

  test('who stands in one of objects says so', () => {
    const there = confirmedOf(last(play(scenes, { ...OPTIONS, zones: [zone('objects')] })))
    expect(there.map(({ zones }) => zones)).toEqual([['left'], [], []])
  })
})
