// What a camera with one stream costs (720p25, decoded by us): watching, recording, viewers and readers, beside plain
// ffmpegs that do only the same decode, scale and encode, and beside Debian's motion.
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { measure, measureHouse, measurePlain, plainInput, settle, startHouse } from './house.mjs'
import { motionIsHere, startMotion } from './motion.mjs'
import { plainMjpegArgs } from './plain-mjpeg.mjs'
import { roleOf, treeOf } from './process-tree.mjs'
import { openReaders } from './rtsp-reader.mjs'
import { openViewers } from './viewers.mjs'

const CAMERA = 'porch'
export const MAX_AGE = 1000

const look =
  "select='isnan(prev_t)+not(eq(floor(t*10+0.001),floor(prev_t*10+0.001)))',scale=640:-2:flags=fast_bilinear,format=yuv420p"

/** The least that watching takes: decode, and scale ten pictures a second. */
const floorArgs = (/** @type {string} */ url) => [
  ...plainInput(url),
  ...['-an', '-vf', look, '-fps_mode', 'passthrough', '-threads', '1', '-f', 'rawvideo', '-y', '/dev/null'],
]

/** Asks for 20 snapshots: milliseconds to the answer, and the picture's age then; null: refused. */
const takeSnapshots = async (/** @type {import('./house.mjs').House} */ house) => {
  const taken = []
  for (let i = 0; i < 20; i++) {
    await sleep(137)
    const begun = performance.now()
    const answer = await house.ask(`/api/cameras/${CAMERA}/snapshot.jpg?max_age_ms=${MAX_AGE}`)
    await answer.arrayBuffer()
    const age = answer.ok ? Date.now() - 1000 * Number(answer.headers.get('x-timestamp')) : null
    taken.push({ ms: performance.now() - begun, age })
  }
  return taken
}

/** @param {import('./bench.mjs').Bench} bench @returns {Promise<import('./bench.mjs').Group>} */
export const startMainStream = async ({ film, folder, seconds }) => {
  const camera = { id: CAMERA, name: 'Porch', source: { kind: 'file', path: film }, recording: { on: [] } }
  const house = await startHouse(join(folder, CAMERA), { cameras: [camera] })
  const url = house.stream(CAMERA)

  const watch = () => measureHouse(house, seconds)
  const mjpeg = async (/** @type {number} */ count, query = '') => {
    const viewers = openViewers(new URL(`/api/cameras/${CAMERA}/stream.mjpeg${query}`, house.http), house.auth, count)
    await settle()
    viewers.take()
    const result = { ...(await watch()), viewers: viewers.take() }
    viewers.close()
    // The encoder stays for ten seconds after its last viewer.
    while (treeOf(house.pid).some((one) => roleOf(one) === 'mjpeg')) await sleep(500)
    return result
  }
  const rtsp = async (/** @type {number} */ count) => {
    const readers = await openReaders(url, count)
    await settle()
    readers.take()
    const result = await watch()
    const taken = readers.take()
    readers.close()
    return { ...result, readers: taken }
  }
  const record = (/** @type {'start' | 'stop'} */ action) =>
    house.call(`/api/cameras/${CAMERA}/recording`, { method: 'POST', body: JSON.stringify({ action }) })
  const recording = async () => {
    await record('start')
    await settle()
    const result = await watch()
    await record('stop')
    await settle()
    return result
  }
  const motion = async () => {
    const beside = await startMotion({ folder, width: 1280, height: 720, url })
    await settle()
    const result = await measure(beside.pid, seconds)
    await beside.stop()
    return result
  }
  return {
    ready: house.online,
    phases: {
      floor: () => measurePlain([floorArgs(url)], seconds),
      watch,
      ...(motionIsHere() ? { motion } : {}),
      'plain mjpeg': () => measurePlain([plainMjpegArgs(url, '/dev/null')], seconds),
      'mjpeg 1': () => mjpeg(1),
      'mjpeg 50': () => mjpeg(50),
      'annotated 1': () => mjpeg(1, '?annotated=true'),
      'rtsp 1': () => rtsp(1),
      'rtsp 10': () => rtsp(10),
      'rtsp 50': () => rtsp(50),
      recording,
      snapshots: async () => ({ snapshots: await takeSnapshots(house) }),
    },
    stop: house.stop,
  }
}
