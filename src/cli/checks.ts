// The doctor's looks: each asks the machine one thing and says what it found. They leave nothing changed.
import { execFile } from 'node:child_process'
import { connect, createServer } from 'node:net'
import { promisify } from 'node:util'
import type { Finding } from '../camera/ports.js'
import type { Config } from '../config/schema.js'
import type { Running } from '../house.js'
import { sentenceOf } from '../lib/failure.js'
import { bareHost } from '../lib/network.js'
import { loadTurboJpeg } from '../media/turbojpeg.js'
import { chooseDetectors } from '../vision/engine/choose.js'
import { engineConfigOf } from '../vision/engine/engine-config.js'
import { lookForOffers } from '../vision/engine/offers.js'
import { checkCameras } from './camera-checks.js'
import { checkGateway } from './check-gateway.js'
import { checkDevices } from './device-checks.js'
import { checkDisks } from './disk-checks.js'
import { bad, type Look, ok, warn } from './look.js'

const PATIENCE = 5000
const BUILT_AFTER = Date.UTC(2026, 0, 1)
const STEADY_MS = 600_000

/** What a program prints; null when it can't be run. */
const ask = async (program: string, ...args: string[]): Promise<string | null> => {
  try {
    const { stdout } = await promisify(execFile)(program, args, { timeout: PATIENCE, maxBuffer: 4_000_000 })
    return stdout
  } catch {
    return null
  }
}

const checkNode = (): Look => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  return major > 20 || (major === 20 && minor >= 19)
    ? ok(`Node ${process.versions.node}`)
    : bad(`Node ${process.versions.node} is too old`, 'install Node 20.19 or newer')
}

/** The abilities that sources, tap and MJPEG use, and the Debian package that has them all. */
const checkFfmpeg = async (): Promise<Look[]> => {
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
    ['encoders', 'ppm', 'pictures'],
    ['encoders', 'aac', 'sound'],
    ['muxers', 'rtsp', 'publishing'],
    ['muxers', 'yuv4mpegpipe', 'motion and MJPEG'],
    ['filters', 'colorspace', 'MJPEG'],
    ['filters', 'extractplanes', 'motion'],
    ['muxers', 'mp4', 'recordings'],
  ] as const
  const missing = needed.filter(([list, name]) => !has(list, name))
  const name = version.split('\n')[0]?.split(' Copyright')[0] ?? 'ffmpeg'
  return [
    ok(name),
    missing.length === 0
      ? ok('ffmpeg encodes H.264 and AAC, publishes RTSP and writes MP4')
      : bad(
          `this ffmpeg lacks ${missing.map(([, ability, use]) => `${ability} (${use})`).join(', ')}`,
          "use the distribution's full ffmpeg: apt-get install ffmpeg",
        ),
    has('filters', 'drawtext')
      ? ok('ffmpeg draws text')
      : warn('this ffmpeg has no drawtext: the test pattern has no clock', 'use the full ffmpeg of the distribution'),
  ]
}

const checkJpeg = async (): Promise<Look> => {
  try {
    await loadTurboJpeg()
    return ok('libturbojpeg encodes pictures and MJPEG')
  } catch (error) {
    return bad(sentenceOf(error), 'no picture without it: apt-get install libturbojpeg0 (Ubuntu: libturbojpeg)')
  }
}

const checkPrograms = async (): Promise<Look[]> => [
  (await ask('setpriv', '--pdeathsig', 'TERM', 'true')) === null
    ? warn('setpriv is not there: kill -9 of Nightjar can leave an ffmpeg behind', 'apt-get install util-linux')
    : ok('setpriv ends children with their parent'),
]

/** `stepped`: wall ms at which a running house saw the clock step. */
const checkClock = async (stepped: number | null = null): Promise<Look[]> => {
  const says = `The clock says ${new Date().toISOString()}`
  if (Date.now() < BUILT_AFTER) return [bad(`${says}: that is in the past`, 'set it, or wait for NTP')]
  if (stepped !== null && Date.now() - stepped < STEADY_MS)
    return [
      warn(
        `${says}, and was set less than ten minutes ago`,
        'nothing old is deleted until it has been steady for that long',
      ),
    ]
  // Where systemd can be asked; in a container the host looks after the clock.
  const synchronized = await ask('timedatectl', 'show', '--property=NTPSynchronized', '--value')
  return synchronized?.trim() === 'no'
    ? [warn(`${says}, but no time server has confirmed it`, 'timedatectl set-ntp true')]
    : [ok(says)]
}

/** Which detectors would look here, and why these: what cameras without any wish would get. */
const checkDetection = async ({ detection, data, cameras }: Config): Promise<Look> => {
  const config = engineConfigOf(detection, data)
  const labels = [...new Set(cameras.flatMap(({ settings }) => settings.detection.labels))]
  const { uses, why } = chooseDetectors(config.engine, labels, await lookForOffers(config))
  const models = uses.every(({ kind }) => kind !== 'opencv')
  return models ? ok(`Detection: ${why}`) : warn(`Detection: ${why}`, 'nightjar models pull fetches better ones')
}

const checkPort = (name: string, port: number, host: string): Promise<Look> =>
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

const checkBroker = (url: string): Promise<Look> =>
  new Promise((resolve) => {
    const { protocol, hostname, port } = new URL(url)
    const usual = { 'mqtt:': 1883, 'mqtts:': 8883, 'ws:': 80, 'wss:': 443 }[protocol] ?? 1883
    const at = `${hostname}:${port || usual}`
    const socket = connect(Number(port) || usual, bareHost(hostname))
    const end = (finding: Look): void => {
      socket.destroy()
      resolve(finding)
    }
    const away = (why: string): void =>
      end(bad(`The MQTT broker at ${at} can't be reached: ${why}`, 'is it running, and mqtt.url right?'))
    socket.setTimeout(PATIENCE, () => away('no answer'))
    socket.once('error', (error) => away(sentenceOf(error)))
    socket.once('connect', () => end(ok(`The MQTT broker at ${at} answers`)))
  })

/** Our own broker or somebody else's; while we run its health says more than a try. */
const checkMqtt = async ({ mqtt }: Config, running: Running | undefined): Promise<Look[]> => {
  const health = running?.mqtt
  if (health?.problem)
    return [bad(`MQTT: ${health.problem}`, 'is the broker running, and are mqtt.url and its password right?')]
  if (health?.status === 'working') return [ok('MQTT is connected')]
  return mqtt?.url ? [await checkBroker(mqtt.url)] : []
}

/** Doors that are to be ours: those that are open already are. */
const checkPorts = (
  { http, rtsp, mediamtx, mqtt, onvif, line }: Config,
  running: Running | undefined,
): Promise<Look[]> => {
  const { embedded } = mqtt ?? {}
  const doors: readonly (readonly [string, number | null | undefined, string | undefined])[] = [
    ['http', http.port, http.host],
    ['rtsp', mediamtx.api === null ? rtsp.port : null, rtsp.host],
    ['mqtt.embedded', embedded?.port || null, embedded?.host],
    ['onvif', onvif?.port || null, onvif?.host],
    ['line', line?.port, line?.host],
  ]
  return Promise.all(
    doors.flatMap(([name, port, host]) => {
      if (port === null || port === undefined || host === undefined) return []
      const listens = running && ok(`${name}: listens on port ${running.ports[name] ?? port}`)
      return [listens ?? checkPort(name, port, host)]
    }),
  )
}

/** What was seen, with what it is about. */
const on = (about: string, looks: readonly Look[]): Finding[] => looks.map((look) => ({ about, ...look }))

/** All looks; without a configuration only those at the machine. `running`: the house that asks. */
export const runChecks = async (config: Config | null, running?: Running): Promise<Finding[]> => {
  const kinds = new Set(config?.cameras.map(({ source }) => source.kind))
  const machine = [
    ...on('node', [checkNode()]),
    ...on('ffmpeg', await checkFfmpeg()),
    ...on('jpeg', [await checkJpeg()]),
    ...on('programs', await checkPrograms()),
    ...on('rtsp', [await checkGateway(config)]),
    ...on('devices', await checkDevices({ kinds, root: '/' })),
    ...on('clock', await checkClock(running?.stepped)),
  ]
  if (!config) return machine
  const gateway = running?.gateway?.problem
  return [
    ...machine,
    ...on('rtsp', gateway ? [bad(`RTSP server: ${gateway}`, 'the log says more')] : []),
    ...on('disk', await checkDisks(config)),
    ...on('detection', [await checkDetection(config)]),
    ...on('cameras', await checkCameras(config)),
    ...on('ports', await checkPorts(config, running)),
    ...on('mqtt', await checkMqtt(config, running)),
  ]
}
