// The sound of network cameras as it is: announced and never there, or gone in mid-stream. No picture waits for it.
import { expect, test } from 'vitest'
import { createSystemClock } from '../../src/lib/clock.js'
import { silentLog } from '../../src/lib/log.js'
import { defineTap } from '../../src/media/tap.js'
import { hearArrivals } from '../support/arrivals.js'
import { film, type Garble, startCamera } from '../support/camera.js'
import { startPipelineHouse } from '../support/pipeline-house.js'
import { encode, until } from '../support/streams.js'

/** A tenth of a second of sound, of which the camera's own ffmpeg is done before anybody asks. */
const announced = ['-f', 'lavfi', '-t', '0.1', '-i', 'sine', '-re']
/** The camera's picture does not wait, either. */
const apart = ['-max_interleave_delta', '1']
const alaw = ['-c:a', 'pcm_alaw', '-ar', '8000']

test.concurrent.each([
  ['PCM', alaw],
  ['AAC', ['-c:a', 'aac']],
])('%s that is announced and never comes: the video goes on without', async (_name, codec) => {
  await using camera = await startCamera()
  await camera.show(...announced, ...film(320, 180, 15), ...codec, ...apart)
  await using house = await startPipelineHouse({
    ...{ kind: 'rtsp', url: camera.url, sub: null, transport: 'tcp', audio: 'camera' },
  })
  const { link, media } = await until(() => {
    const state = house.cameras.state('porch')
    return (house.pipelines.stats('porch')?.seconds ?? 0) > 1 && state
  })
  expect([link.status, media.audio]).toEqual(['online', false])
  // It came without an outage: a camera without a picture would be given up after 15 s.
  const told = house.facts.flatMap((fact) => (fact.type === 'state' ? [fact.state.link.problem] : []))
  expect(told.every((problem) => problem === null)).toBe(true)
})

/** Interleaved packets of this track and its reports no longer pass. */
const without = (track: number): Garble => {
  let rest: Buffer = Buffer.alloc(0)
  return (data, from) => {
    if (from === 'client') return data
    rest = Buffer.concat([rest, data])
    const kept: Buffer[] = []
    while (rest.length >= 4 && rest[0] === 0x24) {
      const end = 4 + rest.readUInt16BE(2)
      if (rest.length < end) break
      if ((rest[1] ?? 0) >> 1 !== track) kept.push(rest.subarray(0, end))
      rest = rest.subarray(end)
    }
    if (rest.length > 0 && rest[0] !== 0x24) {
      kept.push(rest)
      rest = Buffer.alloc(0)
    }
    return Buffer.concat(kept)
  }
}

test.concurrent('sound that ends in mid-stream takes no picture with it', async () => {
  await using camera = await startCamera()
  const both = ['-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=15', '-re', '-f', 'lavfi', '-i', 'sine']
  await camera.show(...both, ...encode(8), ...alaw)
  // From the first packet on, so that it always knows where one begins.
  const [all, deaf] = [without(-1), without(1)]
  let gone = false
  camera.garble((data, from) => (gone ? deaf : all)(data, from))
  await using house = await startPipelineHouse({
    ...{ kind: 'rtsp', url: camera.url, sub: null, transport: 'tcp', audio: 'camera' },
  })
  await using arrivals = hearArrivals(house)
  await until(() => house.cameras.state('porch').media.audio && arrivals.since(0) > 30)
  gone = true
  const from = performance.now()
  await until(() => performance.now() - from > 5000)
  // Seventy-five pictures were sent.
  expect(arrivals.since(from)).toBeGreaterThan(40)
  expect(house.cameras.state('porch').link.status).toBe('online')
})

test.concurrent('a tap alone does not wait for it either, however few pictures there are', async () => {
  await using camera = await startCamera()
  await camera.show(...announced, ...film(320, 180, 2), ...alaw, ...apart)
  const end = new AbortController()
  let pictures = 0
  const tap = defineTap({
    ...{ name: 'porch', url: camera.url, fragments: true, frames: null, audio: true, silence: 30_000 },
    ...{ clock: createSystemClock(), log: silentLog, onFrame: () => {}, onInit: () => {} },
    onItem: ({ fragment }) => {
      if (fragment.track === 'video' && ++pictures > 5) end.abort()
    },
  })
  await tap(end.signal, () => {})
  expect(pictures).toBeGreaterThan(5)
})
