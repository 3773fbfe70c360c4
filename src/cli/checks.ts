// The doctor's looks: each asks the machine one thing and says what it found. They leave nothing changed.
import { execFile } from 'node:child_process'
import { access, mkdtemp, rmdir, statfs } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Finding } from '../camera/ports.js'
import type { Config } from '../config/schema.js'
import { sentenceOf } from '../lib/failure.js'
import { chooseDetectors } from '../vision/engine/choose.js'
import { engineConfigOf } from '../vision/engine/engine-config.js'
import { lookForOffers } from '../vision/engine/offers.js'
import { checkCameras } from './camera-checks.js'
import { checkGateway } from './check-gateway.js'

const PATIENCE = 5000
const BUILT_AFTER = Date.UTC(2026, 0, 1)

const ok = (what: string): Finding => ({ status: 'ok', what })
const warn = (what: string, todo: string): Finding => ({ status: 'warn', what, todo })
const bad = (what: string, todo: string): Finding => ({ status: 'bad', what, todo })

/** What a program prints; null when it can't be run. */
const ask = async (program: string, ...args: string[]): Promise<string | null> => {
  try {
    const { stdout } = await promisify(execFile)(program, args, { timeout: PATIENCE, maxBuffer: 4_000_000 })
    return stdout
  } catch {
    return null
  }
}

const checkNode = (): Finding => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  return major > 20 || (major === 20 && minor >= 19)
    ? ok(`Node ${process.versions.node}`)
    : bad(`Node ${process.versions.node} is too old`, 'install Node 20.19 or newer')
}

/** The abilities that sources, tap and MJPEG use, and the Debian package that has them all. */
const checkFfmpeg = async (): Promise<Finding[]> => {
  const version = await ask('ffmpeg', '-version')
  if (version === null) return [bad('ffmpeg is not there', 'install it: apt-get install ffmpeg')]
  const lists = {
    encoders: (await ask('ffmpeg', '-hide_banner', '-encoders')) ?? '',
    muxers: (await ask('ffmpeg', '-hide_banner', '-muxers')) ?? '',
    filters: (await ask('ffmpeg', '-hide_banner', '-filters')) ?? '',
  }
  const has = (list: keyof typeof lists, name: string): boolean =>
    lists[list].split('\n').some((line) => line.trim().split(/\s+/)[1]?.split(',').includes(name))
  const needed = [
    ['encoders', 'libx264', 'cameras that must be encoded'],
    ['encoders', 'mjpeg', 'pictures and MJPEG'],
    ['encoders', 'aac', 'sound'],
    ['muxers', 'rtsp', 'publishing'],
    ['muxers', 'smjpeg', 'MJPEG'],
    ['filters', 'colorspace', 'MJPEG'],
    ['filters', 'extractplanes', 'motion'],
    ['muxers', 'mp4', 'recordings'],
  ] as const
  const missing = needed.filter(([list, name]) => !has(list, name))
  const name = version.split('\n')[0]?.split(' Copyright')[0] ?? 'ffmpeg'
  return [
    ok(name),
    missing.length === 0
      ? ok('ffmpeg encodes H.264, MJPEG and AAC, publishes RTSP and writes MP4')
      : bad(
          `this ffmpeg lacks ${missing.map(([, ability, use]) => `${ability} (${use})`).join(', ')}`,
          "use the distribution's full ffmpeg: apt-get install ffmpeg",
        ),
    has('filters', 'drawtext')
      ? ok('ffmpeg draws text')
      : warn('this ffmpeg has no drawtext: the test pattern has no clock', 'use the full ffmpeg of the distribution'),
  ]
}

const checkPrograms = async (): Promise<Finding[]> => [
  (await ask('setpriv', '--pdeathsig', 'TERM', 'true')) === null
    ? warn('setpriv is not there: kill -9 of Nightjar can leave an ffmpeg behind', 'apt-get install util-linux')
    : ok('setpriv ends children with their parent'),
]

const checkClock = (): Finding =>
  Date.now() > BUILT_AFTER
    ? ok(`The clock says ${new Date().toISOString()}`)
    : bad(`The clock says ${new Date().toISOString()}: that is in the past`, 'set it, or wait for NTP')

/** The folder itself, or the nearest one above it that exists. */
const existing = async (folder: string): Promise<string> => {
  const there = await access(folder).then(
    () => true,
    () => false,
  )
  return there || dirname(folder) === folder ? folder : existing(dirname(folder))
}

const checkData = async ({ data, storage }: Config): Promise<Finding[]> => {
  const folder = await existing(data)
  try {
    // Only trying tells: a read-only disk and a full one also refuse who has the right.
    await rmdir(await mkdtemp(join(folder, '.nightjar-')))
  } catch (error) {
    return [bad(`${data} can't be written (${sentenceOf(error)})`, `let the user of the service write to ${folder}`)]
  }
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  const text = `${(free / 1e9).toFixed(1)} GB free for ${data}`
  return [
    ok(`${data} can be written`),
    free > storage.min_free_bytes
      ? ok(text)
      : bad(`${text}: less than storage.min_free_bytes`, 'make room, or nothing will be recorded'),
  ]
}

/** Which detectors would look here, and why these: what cameras without any wish would get. */
const checkDetection = async ({ detection, data, cameras }: Config): Promise<Finding> => {
  const config = engineConfigOf(detection, data)
  const labels = [...new Set(cameras.flatMap(({ settings }) => settings.detection.labels))]
  const { uses, why } = chooseDetectors(config.engine, labels, await lookForOffers(config))
  const models = uses.every(({ kind }) => kind !== 'opencv')
  return models ? ok(`Detection: ${why}`) : warn(`Detection: ${why}`, 'nightjar models pull fetches better ones')
}

const checkPort = (name: string, port: number, host: string): Promise<Finding> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EACCES' ? 'needs the right to use low ports' : sentenceOf(error)
      const taken = error.code === 'EADDRINUSE'
      resolve(
        taken
          ? warn(`${name}: port ${port} is taken`, `fine if Nightjar is running; else change ${name}.port`)
          : bad(`${name}: port ${port} on ${host} ${why}`, `change ${name}`),
      )
    })
    server.listen(port, host, () => server.close(() => resolve(ok(`${name}: port ${port} is free`))))
  })

const checkBroker = (url: string): Promise<Finding> =>
  new Promise((resolve) => {
    const { protocol, hostname, port } = new URL(url)
    const usual = { 'mqtt:': 1883, 'mqtts:': 8883, 'ws:': 80, 'wss:': 443 }[protocol] ?? 1883
    const at = `${hostname}:${port || usual}`
    const socket = connect(Number(port) || usual, hostname.replace(/^\[|\]$/g, ''))
    const end = (finding: Finding): void => {
      socket.destroy()
      resolve(finding)
    }
    const away = (why: string): void =>
      end(bad(`The MQTT broker at ${at} can't be reached: ${why}`, 'is it running, and mqtt.url right?'))
    socket.setTimeout(PATIENCE, () => away('no answer'))
    socket.once('error', (error) => away(sentenceOf(error)))
    socket.once('connect', () => end(ok(`The MQTT broker at ${at} answers`)))
  })

/** All looks; without a configuration only those at the machine. */
export const runChecks = async (config: Config | null): Promise<Finding[]> => {
  const machine = [
    checkNode(),
    ...(await checkFfmpeg()),
    ...(await checkPrograms()),
    await checkGateway(config),
    checkClock(),
  ]
  if (!config) return machine
  const { http, rtsp, mediamtx, mqtt, onvif } = config
  const { embedded, url } = mqtt ?? {}
  return [
    ...machine,
    ...(await checkData(config)),
    await checkDetection(config),
    ...(await checkCameras(config)),
    await checkPort('http', http.port, http.host),
    ...(mediamtx.api === null ? [await checkPort('rtsp', rtsp.port, rtsp.host)] : []),
    ...(embedded?.port ? [await checkPort('mqtt.embedded', embedded.port, embedded.host)] : []),
    ...(onvif?.port ? [await checkPort('onvif', onvif.port, onvif.host)] : []),
    ...(url ? [await checkBroker(url)] : []),
  ]
}
