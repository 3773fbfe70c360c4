// What seeing costs: a look for motion, a look for things, both on moving people beside the same camera while nothing
// moves; two cameras with detectors and ten viewers; and how soon Home Assistant hears of it.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import mqtt from 'mqtt'
import { createMotionEye } from '../../dist/vision/motion.js'
import { median } from './figures.mjs'
import { measureHouse, startHouse } from './house.mjs'
import { openViewers } from './viewers.mjs'

const WIDTH = 320

const heightOf = (/** @type {string} */ film) => {
  const ask = ['-v', 'error', '-select_streams', 'v:0', '-show_entries', 'stream=width,height', '-of', 'csv=p=0', film]
  const [width = 1, height = 1] = execFileSync('ffprobe', ask, { encoding: 'utf8' }).trim().split(',').map(Number)
  return Math.round((WIDTH * height) / width / 2) * 2
}

/** Median milliseconds of one look at the size that eyes are given; compiled code. */
export const motionPerLook = (/** @type {string} */ film) => {
  const filters = `fps=10,extractplanes=y,scale=${WIDTH}:-2:flags=area`
  const args = ['-v', 'error', '-i', film, '-an', '-vf', filters, '-f', 'rawvideo', 'pipe:1']
  const raw = execFileSync('ffmpeg', args, { maxBuffer: 1e9 })
  const height = heightOf(film)
  const bytes = WIDTH * height
  const eye = createMotionEye()
  const costs = []
  let mono = 0
  for (let round = 0; round < 12; round++) {
    for (let at = 0; at + bytes <= raw.length; at += bytes) {
      mono += 100
      const begun = performance.now()
      eye.look({ data: raw.subarray(at, at + bytes), width: WIDTH, height, mono, pts: mono / 1000 })
      if (round >= 4) costs.push(performance.now() - begun)
    }
  }
  return median(costs)
}

/** `still`: nothing moves; `walk`: people walk for a third of the time; both with a detector. */
export const benchEyes = async (
  /** @type {{ folder: string, models: string, walkers: string, seconds: number }} */ {
    folder,
    models,
    walkers,
    seconds,
  },
) => {
  const calm = join(folder, 'calm.mp4')
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', walkers, '-t', '7', '-an', '-c', 'copy', calm])
  const camera = (/** @type {string} */ id, /** @type {string} */ path, on = true) => ({
    id,
    source: { kind: 'file', path },
    recording: { on: [] },
    detection: { enabled: on, labels: ['person'] },
  })
  const one = async (/** @type {object} */ only) => {
    const house = await startHouse(join(folder, `eyes-${Math.random()}`), {
      cameras: [only],
      detection: { models_path: models },
    })
    try {
      await house.online()
      await sleep(90_000)
      return { ...(await measureHouse(house, seconds)), delays: await delays(house, 50) }
    } finally {
      await house.stop()
    }
  }
  const still = await one(camera('still', calm))
  const walk = await one(camera('walk', walkers))

  const both = { cameras: [camera('one', walkers), camera('two', walkers)], detection: { models_path: models } }
  const house = await startHouse(join(folder, 'eyes-crowd'), both)
  try {
    await house.online()
    const viewers = ['one', 'two'].map((id) =>
      openViewers(new URL(`/api/cameras/${id}/stream.mjpeg`, house.http), house.auth, 5),
    )
    await sleep(60_000)
    const crowd = await measureHouse(house, seconds)
    for (const some of viewers) some.close()
    return { perLook: motionPerLook(walkers), still, walk, crowd }
  } finally {
    await house.stop()
  }
}

/** Milliseconds to the message: from the picture that made it motion; from the picture that confirmed a person. */
const delays = async (/** @type {import('./house.mjs').House} */ house, /** @type {number} */ wait) => {
  const { url, ...login } = house.mqtt
  const client = await mqtt.connectAsync(url, login)
  /** @type {Record<string, number[]>} */
  const seen = { motion: [], person: [] }
  client.on('message', (_topic, payload) => {
    const event = JSON.parse(payload.toString())
    const since = (/** @type {string} */ at) => Date.now() - Date.parse(at)
    if (event.event_type === 'motion_started') seen.motion?.push(since(event.at))
    if (event.event_type === 'sighting' && event.phase === 'began') seen.person?.push(since(event.at))
  })
  await client.subscribeAsync('nightjar/+/event')
  await sleep(wait * 1000)
  await client.endAsync()
  return seen
}
