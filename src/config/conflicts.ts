// Rules that no single option can say: two cameras with one name, two doors with one port. Pure.
import { lineConflicts } from '../adapters/line/line-config.js'
import { mqttConflicts } from '../adapters/mqtt/schema.js'
import { notifyConflicts } from '../adapters/notify/notify-config.js'
import { settingsConflicts } from '../camera/check-settings.js'
import { join, type Problem } from '../lib/check.js'
import type { CameraConfig, Config } from './schema.js'

/** Whether nothing at, under or around a path is wrong by itself: rules between wrong values would only confuse. */
type Sound = (path: string) => boolean

/** A problem at each item whose key an earlier one has. */
const repeated = (list: string, key: string, values: readonly string[]): Problem[] =>
  values.flatMap((value, index) => {
    const first = values.indexOf(value)
    const sentence = `"${value}" is already ${list}[${first}]: each needs its own ${key}`
    return first === index ? [] : [{ path: `${list}[${index}].${key}`, sentence }]
  })

const cameraConflicts = (camera: CameraConfig, path: string, ids: readonly string[], sound: Sound): Problem[] => {
  const { id, ring, settings } = camera
  const problems: Problem[] = []
  if (sound(`${path}.night`)) {
    problems.push(...settingsConflicts(settings).map((problem) => ({ ...problem, path: join(path, problem.path) })))
  }
  if (sound(`${path}.recording`) && sound(`${path}.ring`) && settings.recording.before_s > ring.seconds) {
    const sentence = `must be at most ring.seconds (${ring.seconds}), not ${settings.recording.before_s}`
    problems.push({ path: `${path}.recording.before_s`, sentence })
  }
  const [, main = '', stream = ''] = /^(.*)_(sub|push|ring)$/.exec(String(id)) ?? []
  if (ids.includes(main)) {
    const what = { sub: 'second stream', push: 'inlet', ring: 'small stream' }[stream] ?? ''
    problems.push({ path: `${path}.id`, sentence: `"${id}" is the address of ${main}'s ${what}: choose another` })
  }
  const { source } = camera
  if (source?.kind === 'rpi' && (source.sub_width === null) !== (source.sub_height === null) && sound(`${path}.source`))
    problems.push({ path: `${path}.source.sub_width`, sentence: 'needs sub_height, and sub_height needs it' })
  return problems
}

const portConflicts = ({ http, rtsp, mqtt, onvif, line, cameras }: Config): Problem[] => {
  const doors: [string, number | null | undefined][] = [
    ['http.port', http.port],
    ['rtsp.port', rtsp.port],
    // What is no group at all has been told already.
    ['mqtt.embedded.port', mqtt?.embedded?.port],
    ['line.port', line?.port],
    ...(onvif?.port ? cameras.map((_, slot): [string, number] => ['onvif.port', onvif.port + slot]) : []),
  ]
  return doors.flatMap(([path, port], index) => {
    const other = doors.slice(0, index).find(([, taken]) => port && taken === port)
    return other ? [{ path, sentence: `${port} is also ${other[0]}: each needs its own` }] : []
  })
}

const gatewayConflicts = ({ rtsp, mediamtx }: Config): Problem[] => {
  const { path, api, api_username: name, api_password: password, webrtc } = mediamtx
  const problem = (option: string, sentence: string): Problem => ({ path: `mediamtx.${option}`, sentence })
  const builtin = rtsp.gateway === 'builtin'
  return [
    ...(builtin && api !== null ? [problem('api', 'rtsp.gateway is builtin: use auto or mediamtx')] : []),
    ...(builtin && webrtc ? [problem('webrtc', 'needs MediaMTX, and rtsp.gateway is builtin')] : []),
    ...(path !== null && api !== null
      ? [problem('path', 'mediamtx.api names one that runs already: only one of them')]
      : []),
    ...(name === null && password !== null
      ? [problem('api_username', 'is missing: mediamtx.api_password is there')]
      : []),
    ...(name !== null && password === null
      ? [problem('api_password', 'is missing: mediamtx.api_username is there')]
      : []),
  ]
}

/** Whoever publishes has a name of his own: it says to which camera. */
const publisherConflicts = (cameras: readonly CameraConfig[], users: readonly string[]): Problem[] => {
  const names = cameras.map(({ source }) => (source?.kind === 'push' ? source.username : undefined))
  return names.flatMap((name, index) => {
    if (name === undefined) return []
    const path = `cameras[${index}].source.username`
    if (users.includes(name))
      return [{ path, sentence: `"${name}" is a user already: whoever publishes has another name` }]
    const first = names.indexOf(name)
    const sentence = `"${name}" already publishes to cameras[${first}]: each needs its own name`
    return first === index ? [] : [{ path, sentence }]
  })
}

export const findConflicts = (config: Config, sound: Sound): readonly Problem[] => {
  const { cameras, users, mqtt, notify, line } = config
  const ids = cameras.map(({ id }) => id)
  const names = users.map(({ name }) => name)
  const notifiers = sound('notify') ? notify : []
  const found = [
    ...repeated('cameras', 'id', ids),
    ...repeated('users', 'name', names),
    ...repeated(
      'notify',
      'name',
      notifiers.map(({ name }) => name),
    ),
    ...notifyConflicts(notifiers, ids),
    ...cameras.flatMap((camera, index) => cameraConflicts(camera, `cameras[${index}]`, ids, sound)),
    ...publisherConflicts(cameras, names),
    ...(mqtt && sound('mqtt') ? mqttConflicts(mqtt) : []),
    ...(line && sound('line') ? lineConflicts(line) : []),
    ...portConflicts(config),
    ...(sound('rtsp') && sound('mediamtx') ? gatewayConflicts(config) : []),
  ]
  return found.filter(({ path }) => sound(path))
}
