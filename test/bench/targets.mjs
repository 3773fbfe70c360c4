// What the figures should be: the issues' own targets, and peers in the same run.
import { ALONE, MJPEG, MOTION, RTSP } from './delay.mjs'
import { counted, median, percentile, sum } from './figures.mjs'
import { MAX_AGE } from './main-stream.mjs'

/** @typedef {{ what: string, value: number, target: number, unit: string }} Target */

const eyesTargets = (/** @type {import('./report.mjs').Eyes} */ { perLook, still, walk, crowd }) => [
  ['a look for motion, median', perLook, 1, 'ms'],
  ['detection where people walk, of where nothing moves', counted(walk) / counted(still), 1.5, 'x'],
  ['event loop, p99: two cameras with detectors, ten viewers', crowd.eventLoop, 20, 'ms'],
  ['motion to MQTT, slowest', Math.max(...(walk.delays.motion ?? [])), 250, 'ms'],
  ['person, from the picture that confirmed it to MQTT, slowest', Math.max(...(walk.delays.person ?? [])), 1000, 'ms'],
]

/**
 * What was measured, with its target.
 * @param {import('./report.mjs').Results} results @param {import('./report.mjs').Eyes | null} eyes @returns {Target[]}
 */
export const targetsOf = (results, eyes) => {
  const roundsOf = (/** @type {string} */ name) => results[name] ?? []
  const cpu = (/** @type {string} */ name) => median(roundsOf(name).map((one) => counted(one)))
  const node = (/** @type {string} */ name) => median(roundsOf(name).map((one) => one.cpu.node))
  const delays = (/** @type {string} */ phase, /** @type {string} */ name) =>
    roundsOf(phase).flatMap((one) => one.delays[name])
  const p50 = (/** @type {string} */ phase, /** @type {string} */ name) => percentile(delays(phase, name), 0.5)
  const p95 = (/** @type {string} */ phase, /** @type {string} */ name) => percentile(delays(phase, name), 0.95)
  const snapshots = roundsOf('snapshots').flatMap((one) => one.snapshots)
  const watched = Object.entries(results).flatMap(([name, rounds]) =>
    /^(floor|plain mjpeg|motion|sub: floor|sub: motion.*|faces: .*)$/.test(name) ? [] : rounds.filter(({ pss }) => pss),
  )
  const rows = [
    ['watch, of the floor', cpu('watch') / cpu('floor'), 1.25, 'x'],
    ['watch, of motion beside it', cpu('watch') / cpu('motion'), 1, 'x'],
    ['watch and record with a sub-stream', cpu('sub: recording'), 1.4, 'CPU s/min'],
    ['the same, of motion beside it', cpu('sub: recording') / cpu('sub: motion recording'), 1.4 / 1.35, 'x'],
    ['one MJPEG viewer, of watch + plain ffmpeg', cpu('mjpeg 1') / (cpu('watch') + cpu('plain mjpeg')), 1.1, 'x'],
    ['faces, boxes and MJPEG, of the Python ancestor', cpu('faces: ours') / cpu('faces: ancestor'), 1, 'x'],
    ['50 MJPEG viewers, of one', cpu('mjpeg 50') / cpu('mjpeg 1'), 1.2, 'x'],
    // MediaMTX's figures, with what it takes to get the stream.
    ['1 RTSP reader, above none', node('rtsp 1') - node('watch'), 0.41, 'CPU s/min'],
    ['10 RTSP readers, above none', node('rtsp 10') - node('watch'), 0.82, 'CPU s/min'],
    ['50 RTSP readers, above none', node('rtsp 50') - node('watch'), 2.2, 'CPU s/min'],
    ['recording, of watch', cpu('recording') / cpu('watch'), 1.03, 'x'],
    ['snapshot answered, median', median(snapshots.map(({ ms }) => ms)), 250, 'ms'],
    ['snapshot answered, slowest', Math.max(...snapshots.map(({ ms }) => ms)), 250, 'ms'],
    ['snapshot age when received, oldest', Math.max(...snapshots.map(({ age }) => age ?? 0)), MAX_AGE, 'ms'],
    [
      'snapshots refused: no picture that young',
      snapshots.length > 0 ? snapshots.filter(({ age }) => age === null).length : Number.NaN,
      0,
      `of ${snapshots.length}`,
    ],
    ['frame to RTSP reader of the gateway alone, p50', p50('pushed: rtsp', ALONE), 15, 'ms'],
    ['frame to RTSP reader, camera at this machine, p50', p50('usb: rtsp', RTSP), 15, 'ms'],
    ['frame to MJPEG client, camera at this machine, p50', p50('usb: mjpeg', MJPEG), 80, 'ms'],
    ['frame to MJPEG client, pushed camera, p50', p50('pushed: mjpeg', MJPEG), 80, 'ms'],
    ['fifth frame to MQTT, camera at this machine, p95', p95('usb: motion', MOTION), 250, 'ms'],
    ['fifth frame to MQTT, pushed camera, p95', p95('pushed: motion', MOTION), 250, 'ms'],
    ...(eyes ? eyesTargets(eyes) : []),
    [
      'memory of the whole tree without a detector, publisher too, most',
      Math.max(...watched.map(({ pss }) => sum(pss))),
      300,
      'MB',
    ],
  ]
  return rows
    .map(([what, value, target, unit]) => ({
      what: String(what),
      value: Number(value),
      target: Number(target),
      unit: String(unit),
    }))
    .filter(({ value }) => Number.isFinite(value))
}
