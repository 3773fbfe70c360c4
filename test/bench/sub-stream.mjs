// What a network camera with a small second stream costs: the eyes look at 640x360, ten pictures a second, and the main
// stream (720p25) is recorded untouched all the while; and what Debian's motion takes for the same.
import { execFileSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { playFile, startCamera } from './camera.mjs'
import { measure, measureHouse, measurePlain, plainInput, settle, startHouse } from './house.mjs'
import { motionIsHere, startMotion } from './motion.mjs'

const CAMERA = 'yard'

const makeSub = (/** @type {string} */ film, /** @type {string} */ folder) => {
  const sub = join(folder, 'sub.mp4')
  const encode = [
    '-c:v',
    'libx264',
    '-preset',
    'veryfast',
    '-b:v',
    '300k',
    '-bf',
    '0',
    '-g',
    '10',
    '-pix_fmt',
    'yuv420p',
  ]
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', film, '-an', '-vf', 'fps=10,scale=640:360', ...encode, sub])
  return sub
}

const SMALL = ['-vf', 'extractplanes=y,scale=320:-2:flags=area', '-fps_mode', 'passthrough', '-threads', '1']

/** The least that it takes: decode and make small the one stream, copy the other into a file. */
const floorCommands = (/** @type {import('./camera.mjs').Addresses} */ { main, sub }, /** @type {string} */ file) => [
  [...plainInput(sub), '-an', ...SMALL, '-f', 'rawvideo', '-y', '/dev/null'],
  [...plainInput(main), '-an', '-c', 'copy', '-movflags', '+frag_keyframe+empty_moov', '-y', file],
]

/** Bytes of all files in a folder. */
const sizeOf = (/** @type {string} */ folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)

/** @param {import('./bench.mjs').Bench} bench @returns {Promise<import('./bench.mjs').Group>} */
export const startSubStream = async ({ film, folder, seconds }) => {
  const camera = await startCamera()
  const players = [playFile(film, camera.publish.main), playFile(makeSub(film, folder), camera.publish.sub)]
  const source = { kind: 'rtsp', url: camera.read.main, sub: camera.read.sub }
  const home = join(folder, CAMERA)
  const house = await startHouse(home, { cameras: [{ id: CAMERA, source, recording: { on: [], max_s: 3600 } }] })
  const record = (/** @type {'start' | 'stop'} */ action) =>
    house.call(`/api/cameras/${CAMERA}/recording`, { method: 'POST', body: JSON.stringify({ action }) })

  /** Kilobytes that were recorded per second, measured beside `work`. */
  const recorded = async (/** @type {string} */ where, /** @type {() => Promise<any>} */ work) => {
    const before = sizeOf(where)
    const result = await work()
    return { ...result, whole: true, recordedKb: (sizeOf(where) - before) / 1000 / seconds }
  }
  const watch = async () => {
    const result = await measureHouse(house, seconds)
    return { ...result, whole: true }
  }
  const recording = async () => {
    await record('start')
    await settle()
    const result = await recorded(home, () => measureHouse(house, seconds))
    await record('stop')
    await settle()
    return result
  }
  const motion = async (/** @type {string | undefined} */ high) => {
    const small = { folder, width: 640, height: 360, url: camera.read.sub }
    const beside = await startMotion(high ? { ...small, high } : small)
    await settle()
    const result = await recorded(beside.target, () => measure(beside.pid, seconds))
    await beside.stop()
    return result
  }
  return {
    ready: house.online,
    phases: {
      'sub: floor': () => measurePlain(floorCommands(camera.read, join(folder, 'copy.mp4')), seconds),
      'sub: watch': watch,
      'sub: recording': recording,
      ...(motionIsHere()
        ? { 'sub: motion': () => motion(undefined), 'sub: motion recording': () => motion(camera.read.main) }
        : {}),
    },
    stop: async () => {
      await house.stop()
      for (const player of players) await player.stop()
      await camera.stop()
    },
  }
}
