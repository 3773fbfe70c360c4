// What is told of tracks, and which picture of them is kept.
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { createCameras } from '../../src/camera/cameras.js'
import type { Sighting } from '../../src/camera/events.js'
import type { Picture } from '../../src/camera/ports.js'
import type { StoredItem } from '../../src/camera/stored-item.js'
import { Failure } from '../../src/lib/failure.js'
import { silentLog } from '../../src/lib/log.js'
import type { Kept } from '../../src/pipeline/detecting.js'
import { createSightings } from '../../src/pipeline/sightings.js'
import { type HeldTrack, noTracks, type Tracks } from '../../src/vision/tracker.js'
import { defaultSettings } from '../support/settings.js'
import { createTestClock } from '../support/test-clock.js'

const setUp = ({ full = 64, fails = false }: { full?: number; fails?: boolean } = {}) => {
  const clock = createTestClock()
  const cameras = createCameras({
    cameras: [{ id: 'porch', name: 'Porch', source: 'file', settings: defaultSettings }],
    ...{ clock, log: silentLog, saveSettings: async () => {} },
  })
  const [camera] = cameras.parts
  if (!camera) throw new Error('no camera')
  camera.learn({ type: 'media', video: { codec: 'h264', width: full, height: (full * 9) / 16 }, audio: false })
  const stored: Picture[] = []
  const asked: (number | undefined)[] = []
  const told: Sighting[] = []
  const times: number[] = []
  const crops: { readonly item: string; readonly track: number; readonly jpeg: Buffer }[] = []
  cameras.watch('test', (fact) => {
    if (fact.type !== 'event' || fact.event.type !== 'sighting') return
    told.push(fact.event.sighting)
    times.push(fact.at)
  })
  const sightings = createSightings({
    ...{ camera, clock, log: silentLog },
    storage: {
      saveSnapshot: async ({ picture }) => {
        if (fails) throw new Failure('storage', 'the disk is full')
        stored.push(picture)
        return { id: `item-${stored.length}` } as StoredItem
      },
      saveCrop: async (item, track, jpeg) => void crops.push({ item, track, jpeg }),
    },
    pictures: {
      picture: async (_camera, { at } = {}) => {
        asked.push(at)
        if (at === undefined || at < clock.toWall(2000)) throw new Failure('unavailable', 'the ring holds it no more')
        return { data: Buffer.from('full'), format: 'jpg', at, width: full, height: (full * 9) / 16 }
      },
    },
  })
  return { clock, stored, crops, asked, told, times, sightings, end: () => sightings[Symbol.asyncDispose]() }
}

/** Its left half is dark, its right half bright. */
const picture = (mono: number, width = 64): Kept => {
  const height = (width * 9) / 16
  const data = new Uint8Array(width * height * 1.5).fill(128)
  for (let at = 0; at < width * height; at++) data[at] = at % width < width / 2 ? 64 : 170
  return { data, ...{ width, height, mono, pts: mono / 1000, moving: [] } }
}

const track = (id: number, seenAt: number, change: Partial<HeldTrack> = {}): HeldTrack => ({
  ...{ id, label: 'person', score: 0.9, lastScore: 0.8, box: { x: 0.4, y: 0.4, width: 0.1, height: 0.2 }, zones: [] },
  ...{ since: 5, moving: true, confirmed: true, sighted: true, motion: { x: 0, y: 0 }, bornAt: 1000, seenAt },
  ...{ hits: 3, misses: 0, trail: [], stirredAt: seenAt, stirs: 3 },
  ...change,
})
const tracks = (...held: HeldTrack[]): Tracks => ({ ...noTracks, held })

test('two who are seen at once share a picture; each is told when it came and when it went', async () => {
  const { told, times, clock, stored, sightings, end } = setUp()
  const both = tracks(track(1, 3000), track(2, 3000, { zones: ['path'] }))
  expect(sightings.onTracks(noTracks, both, picture(3000))).toBe(true)
  sightings.onTracks(both, tracks(track(2, 3500)), picture(3500))
  await end()
  expect(told).toMatchObject([
    { phase: 'began', track: 1, label: 'person', score: 0.9, item: 'item-1', duration_s: 2, since: 5 },
    { phase: 'began', track: 2, zones: ['path'], item: 'item-1' },
    { phase: 'ended', track: 1, item: 'item-1', duration_s: 2 },
  ])
  // Each at the time of the picture that told it, however long it took to look and to keep it.
  expect(times).toEqual([3000, 3000, 3500].map(clock.toWall))
  expect(stored).toMatchObject([{ width: 64, height: 36, format: 'jpg' }])
  expect(stored[0]?.data.subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]))
})

test('the best picture from before it was told is the one; a much better one later is kept at the end', async () => {
  const { told, stored, sightings, clock, end } = setUp()
  const doubtful = track(1, 3000, { sighted: false, confirmed: false })
  const worse = track(1, 3500, { lastScore: 0.5 })
  const near = track(1, 4000, { box: { x: 0.4, y: 0.3, width: 0.2, height: 0.4 } })
  const cut = track(1, 4500, { box: { x: 0.8, y: 0.3, width: 0.2, height: 0.4 } })
  sightings.onTracks(noTracks, tracks(doubtful), picture(3000))
  expect(sightings.onTracks(tracks(doubtful), tracks(worse), picture(3500))).toBe(false)
  expect(sightings.onTracks(tracks(worse), tracks(near), picture(4000))).toBe(true)
  expect(sightings.onTracks(tracks(near), tracks(cut), picture(4500))).toBe(false)
  sightings.onTracks(tracks(cut), noTracks, picture(9000))
  await end()
  // Both are kept at the same time: which is first does not matter.
  const atOf = (item: string | null): number | undefined => stored[Number(item?.replace('item-', '')) - 1]?.at
  expect(told.map(({ phase, item }) => [phase, atOf(item)])).toEqual([
    ['began', clock.toWall(3000)],
    ['ended', clock.toWall(4000)],
  ])
  expect(stored).toHaveLength(2)
})

test('each has its own piece of the picture that is kept, as it was in that very picture', async () => {
  const { stored, crops, sightings, end } = setUp({ full: 640 })
  const left = track(1, 3000, { box: { x: 0.1, y: 0.3, width: 0.1, height: 0.4 } })
  const right = track(2, 3000, { box: { x: 0.8, y: 0.3, width: 0.1, height: 0.4 } })
  sightings.onTracks(noTracks, tracks(left, right), picture(3000, 640))
  // Later ones are worse, and elsewhere.
  const later = tracks(track(1, 3500, { lastScore: 0.3 }), track(2, 3500, { lastScore: 0.3 }))
  sightings.onTracks(tracks(left, right), later, picture(3500, 640))
  sightings.onTracks(later, noTracks, picture(4000, 640))
  await end()
  expect(stored).toHaveLength(1)
  crops.sort((a, b) => a.track - b.track)
  expect(crops.map(({ item, track: of }) => [item, of])).toEqual([
    ['item-1', 1],
    ['item-1', 2],
  ])
  const tones = await Promise.all(
    crops.map(async ({ jpeg }) => {
      const { channels } = await sharp(jpeg).stats()
      const { width, height } = await sharp(jpeg).metadata()
      return { tone: Math.round((channels[0]?.mean ?? 0) / 10), width, height }
    }),
  )
  // The right half of the picture is brighter; 40 % of 360 lines, and a fifth of that above and below.
  expect(tones).toEqual([
    { tone: 6, width: 122, height: 202 },
    { tone: 18, width: 122, height: 202 },
  ])
})

test('what was never worth telling is neither told nor kept', async () => {
  const { told, stored, sightings, end } = setUp()
  const stands = tracks(track(1, 3000, { sighted: false }))
  sightings.onTracks(noTracks, stands, picture(3000))
  sightings.onTracks(stands, noTracks, picture(3500))
  await end()
  expect([told, stored]).toEqual([[], []])
})

test('a large stream gives the picture in full, or what the detector had when it holds it no more', async () => {
  const { stored, asked, sightings, clock, end } = setUp({ full: 3840 })
  sightings.onTracks(noTracks, tracks(track(1, 3000)), picture(3000))
  sightings.onTracks(noTracks, tracks(track(2, 1500)), picture(1500))
  await end()
  expect(asked).toEqual([clock.toWall(3000), clock.toWall(1500)])
  expect(stored.map(({ width }) => width).sort()).toEqual([3840, 64].sort())
})

test('without room for a picture it is told all the same', async () => {
  const { told, sightings, end } = setUp({ fails: true })
  sightings.onTracks(noTracks, tracks(track(1, 3000)), picture(3000))
  await end()
  expect(told).toMatchObject([{ phase: 'began', item: null }])
})

test('when all is forgotten those there end, and no picture is kept that was not kept already', async () => {
  const { told, stored, sightings, end } = setUp()
  const one = tracks(track(1, 3000))
  sightings.onTracks(noTracks, one, picture(3000))
  const closer = tracks(track(1, 3500, { box: { x: 0.4, y: 0.3, width: 0.2, height: 0.4 } }))
  sightings.onTracks(one, closer, picture(3500))
  sightings.onTracks(closer, noTracks, null)
  await end()
  expect(told.map(({ phase, item }) => [phase, item])).toEqual([
    ['began', 'item-1'],
    ['ended', null],
  ])
  expect(stored).toHaveLength(1)
})
