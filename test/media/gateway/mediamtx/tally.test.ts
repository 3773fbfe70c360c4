// What MediaMTX tells, as facts, and who is told when.
import { expect, test } from 'vitest'
import { createTally } from '../../../../src/media/gateway/mediamtx/tally.js'
import type { MediamtxPath } from '../../../../src/media/gateway/mediamtx-api.js'

const path = (change: Partial<MediamtxPath> = {}): MediamtxPath => ({
  ...{ name: 'porch', available: true, source: { type: 'rtspSession', id: 'one' }, readers: [] },
  ...{ inboundBytes: 10, outboundBytes: 20, inboundFramesInError: 3 },
  ...change,
})

test('a path is online when it has video that is for readers; each change is told once', () => {
  const told: string[] = []
  const tally = createTally((name, online) => told.push(`${name} ${online}`))
  tally.take([path()])
  tally.tell(() => false)
  expect(told).toEqual([])
  expect(tally.facts(['porch'])[0]).toMatchObject({ online: false, bytesIn: 10 })
  tally.tell(() => true)
  tally.tell(() => true)
  tally.take([path({ available: false, source: null })])
  tally.tell(() => true)
  tally.take([path()])
  tally.tell(() => true)
  tally.clear()
  expect(told).toEqual(['porch true', 'porch false', 'porch true', 'porch false'])
  expect(tally.facts(['porch'])[0]).toMatchObject({ online: false, bytesIn: 0, readers: 0 })
})

test('readers are counted by protocol', () => {
  const tally = createTally(() => {})
  const types = ['rtspSession', 'webRTCSession', 'rtspSession', 'rtspsSession', 'hlsMuxer', 'srtConn']
  tally.take([path({ readers: types.map((type, id) => ({ type, id: String(id) })) })])
  expect(tally.facts(['porch'])[0]).toMatchObject({
    readers: 6,
    protocols: { rtsp: 2, rtsps: 1, webrtc: 1, hls: 1, srt: 1 },
    errors: 3,
  })
})

test('what a reader missed stays counted when it leaves', () => {
  const tally = createTally(() => {})
  const reader = (id: string, missed: number) => ({
    id,
    path: 'porch',
    user: 'anna',
    outboundRTPPacketsDiscarded: missed,
  })
  const dropped = () => tally.facts(['porch'])[0]?.dropped
  tally.count([reader('a', 5)])
  tally.count([reader('a', 7), { id: 'w', path: 'porch', user: 's', outboundFramesDiscarded: 1 }])
  expect(dropped()).toBe(8)
  tally.count([reader('b', 2)])
  expect(dropped()).toBe(10)
  tally.count([])
  expect(dropped()).toBe(10)
})

test('who publishes is known only while there is video', () => {
  const tally = createTally(() => {})
  tally.take([path()])
  expect(tally.sourceOf('porch')).toBe('one')
  expect(tally.sourceOf('yard')).toBeUndefined()
  tally.take([path({ available: false })])
  expect(tally.sourceOf('porch')).toBeUndefined()
})
