// How long a picture takes from before its encoder to a reader: the moment is drawn into it as a barcode, and read from
// what arrives when everything is over. Floors: the same packets by UDP without any server; a plain ffmpeg that makes
// the same JPEGs.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import mqtt from 'mqtt'
import { createAccessUnits } from './access-units.mjs'
import { barcodeOf, barcodesOf, ROWS_PERCENT } from './barcode.mjs'
import { startCamera, startFilm } from './camera.mjs'
import { startHouse } from './house.mjs'
import { createSmjpegReader, plainMjpegArgs } from './plain-mjpeg.mjs'
import { machineTime, openReaders } from './rtsp-reader.mjs'
import { openViewers } from './viewers.mjs'

/** After a start: until the group that a new reader gets at once is over, and the clocks of a stream are learned. */
const SETTLE = 4000
const CAMERA = 'stamped'
export const FLOOR = 'RTP without a server'
export const ALONE = 'RTSP reader of the gateway alone'
export const RTSP = 'RTSP reader'
export const MJPEG = 'MJPEG client'
export const PLAIN = 'plain ffmpeg to JPEG'
export const MOTION = 'motion to MQTT'

/** @typedef {import('./bench.mjs').Bench} Bench */

const PUBLISHER = { username: 'encoder', password: 'of-the-bench' }
const SNAPSHOTS = 5

/** Milliseconds of each picture that came after `from`. */
const delaysOf = (
  /** @type {import('./access-units.mjs').AccessUnit[]} */ units,
  /** @type {string} */ folder,
  /** @type {number} */ from,
) => {
  const stamps = barcodesOf(Buffer.concat(units.map(({ bytes }) => bytes)), join(folder, 'read.h264'))
  if (stamps.length !== units.length) throw new Error(`of ${units.length} pictures ${stamps.length} could be decoded`)
  return units.flatMap(({ at }, i) => (at > from && stamps[i] !== undefined ? [at - stamps[i]] : []))
}

/** Of pictures that came as JPEGs. */
const delaysOfPictures = async (
  /** @type {import('./viewers.mjs').Picture[]} */ pictures,
  /** @type {number} */ from,
) => {
  const delays = []
  for (const { at, jpeg } of pictures) {
    const stamp = at > from ? await barcodeOf(jpeg) : undefined
    if (stamp !== undefined) delays.push(at - stamp)
  }
  return delays
}

const watchMjpeg = async (/** @type {import('./house.mjs').House} */ house, /** @type {number} */ seconds) => {
  const url = new URL(`/api/cameras/${CAMERA}/stream.mjpeg`, house.http)
  const viewers = openViewers(url, house.auth, 1, true)
  const from = machineTime() + SETTLE
  await sleep(SETTLE + seconds * 1000)
  const [seen] = viewers.take()
  viewers.close()
  if (!seen || seen.problem) throw new Error(`the MJPEG viewer: ${seen?.problem}`)
  return delaysOfPictures(seen.pictures, from)
}

/** A plain ffmpeg that makes the same JPEGs, read by this process. */
const plainMjpeg = async (/** @type {string} */ url, /** @type {number} */ seconds) => {
  const child = spawn('ffmpeg', plainMjpegArgs(url, 'pipe:1'), { stdio: ['ignore', 'pipe', 'inherit'] })
  /** @type {import('./viewers.mjs').Picture[]} */
  const pictures = []
  child.stdout.on(
    'data',
    createSmjpegReader((jpeg) => void pictures.push({ at: machineTime(), jpeg })),
  )
  const from = machineTime() + SETTLE
  await sleep(SETTLE + seconds * 1000)
  child.kill()
  await once(child, 'exit')
  return delaysOfPictures(pictures, from)
}

/** How much later than it was made the house says that it saw a picture: the median of some snapshots. */
const clockOf = async (/** @type {import('./house.mjs').House} */ house) => {
  const wall = Date.now() - machineTime()
  const late = []
  for (let i = 0; i < SNAPSHOTS; i++) {
    const answer = await house.call(`/api/cameras/${CAMERA}/snapshot.jpg?max_age_ms=1000`)
    const stamp = await barcodeOf(Buffer.from(await answer.arrayBuffer()))
    if (stamp !== undefined) late.push(1000 * Number(answer.headers.get('x-timestamp')) - wall - stamp)
    await sleep(200)
  }
  return late.sort((a, b) => a - b)[late.length >> 1] ?? Number.NaN
}

/** From the making of the picture that made it motion to the message; the house says which picture that was. */
const hearMotion = async (/** @type {import('./house.mjs').House} */ house, /** @type {number} */ seconds) => {
  const { url, ...login } = house.mqtt
  const client = await mqtt.connectAsync(url, login)
  /** @type {number[]} */
  const since = []
  client.on('message', (_topic, payload) => {
    const event = JSON.parse(payload.toString())
    if (event.event_type === 'motion_started') since.push(Date.now() - Date.parse(event.at))
  })
  await client.subscribeAsync('nightjar/+/event')
  await sleep(seconds * 1000)
  await client.endAsync()
  const late = await clockOf(house)
  return since.map((ms) => ms + late)
}

const zones = [{ id: 'clock', use: 'ignore', x: 0, y: 0, width: 100, height: ROWS_PERCENT + 1 }]
const camera = (/** @type {object} */ source) => ({
  id: CAMERA,
  source,
  recording: { on: [] },
  motion: { hold_s: 1 },
  zones,
})

const phasesOf = (
  /** @type {string} */ name,
  /** @type {import('./house.mjs').House} */ house,
  /** @type {Bench} */ { seconds },
) => ({
  [`${name}: mjpeg`]: async () => {
    const delays = await watchMjpeg(house, seconds)
    // Our own encoder lingers for ten seconds.
    await sleep(11_000)
    return { delays: { [MJPEG]: delays, [PLAIN]: await plainMjpeg(house.stream(CAMERA), seconds) } }
  },
  [`${name}: motion`]: async () => ({ delays: { [MOTION]: await hearMotion(house, seconds) } }),
})

/** Pictures of each stream's readers, in the same seconds. */
const readAll = async (
  /** @type {Record<string, string>} */ addresses,
  /** @type {Bench} */ { folder, seconds },
  /** @type {Record<string, import('./access-units.mjs').AccessUnit[]>} */ more = {},
) => {
  const readers = []
  const streams = { ...more }
  for (const [name, address] of Object.entries(addresses)) {
    const seen = createAccessUnits()
    streams[name] = seen.units
    readers.push(await openReaders(address, 1, seen.packet))
  }
  const from = machineTime() + SETTLE
  await sleep(SETTLE + seconds * 1000)
  for (const reader of readers) reader.close()
  return {
    delays: Object.fromEntries(
      Object.entries(streams).map(([name, units]) => [name, delaysOf([...units], folder, from)]),
    ),
  }
}

/**
 * A camera that is published to us from elsewhere, by UDP; and beside it the gateway alone, and no server at all.
 * @param {Bench} bench @returns {Promise<import('./bench.mjs').Group>}
 */
export const startPushed = async (bench) => {
  const house = await startHouse(join(bench.folder, 'pushed'), { cameras: [camera({ kind: 'push', ...PUBLISHER })] })
  const inlet = new URL(`${house.stream(CAMERA)}_push`)
  Object.assign(inlet, PUBLISHER)
  const gateway = await startCamera()
  const stamped = await startFilm(bench.film, [gateway.publish.main, inlet.href])
  return {
    ready: house.online,
    phases: {
      'pushed: rtsp': () =>
        readAll({ [ALONE]: gateway.read.main, [RTSP]: house.stream(CAMERA) }, bench, { [FLOOR]: stamped.takeFloor() }),
      ...phasesOf('pushed', house, bench),
    },
    stop: async () => {
      await stamped.stop()
      await gateway.stop()
      await house.stop()
    },
  }
}

/**
 * A camera at this machine, whose pictures our own publisher encodes.
 * @param {Bench} bench @returns {Promise<import('./bench.mjs').Group>}
 */
export const startUsb = async (bench) => {
  const house = await startHouse(join(bench.folder, 'usb'), {
    cameras: [camera({ kind: 'usb', device: '/dev/video0', format: 'raw' })],
    env: { PATH: `${join(import.meta.dirname, 'hardware')}:${process.env.PATH}`, BENCH_FILM: bench.film },
  })
  return {
    ready: house.online,
    phases: {
      'usb: rtsp': () => readAll({ [RTSP]: house.stream(CAMERA) }, bench),
      ...phasesOf('usb', house, bench),
    },
    stop: house.stop,
  }
}
