// What the stand-in has: its configuration, its paths with their publishers and readers, and who may do what. RTSP itself
// is the built-in gateway's, used piece by piece.
import { randomBytes, randomUUID } from 'node:crypto'
import { createServer } from 'node:net'
import { createSystemClock } from '../../../../dist/lib/clock.js'
import { silentLog } from '../../../../dist/lib/log.js'
import { startChild } from '../../../../dist/lib/process.js'
import { openConnection } from '../../../../dist/media/gateway/builtin/connection.js'
import { createRelay } from '../../../../dist/media/gateway/builtin/relay.js'
import { createUdpPorts } from '../../../../dist/media/gateway/builtin/udp.js'

/** A change of anything else ends everybody on the path. */
const HOT =
  /^record|^rpiCamera(Brightness|Contrast|Saturation|Sharpness|Exposure|FlickerPeriod|AWB|AWBGains|Denoise|Shutter|Metering|Gain|EV|FPS|TextOverlay|TextOverlayEnable|IDRPeriod|Bitrate)$/
const RETRY_MS = 5000

export const createHouse = ({ global, known, say }) => {
  const clock = createSystemClock()
  const udp = createUdpPorts('127.0.0.1')
  const own = { user: `own-${randomBytes(4).toString('hex')}`, pass: randomBytes(8).toString('hex') }
  const configs = new Map()
  const paths = new Map()
  const sessions = new Map()
  let rtspPort = 0

  const entriesOf = (name) =>
    name === own.user
      ? [{ ...own, permissions: [{ action: 'publish' }] }]
      : global.authInternalUsers.filter(({ user }) => user === name)
  const may = (user, action, path = '') =>
    user !== undefined &&
    entriesOf(user).some(({ permissions }) =>
      permissions.some((one) => one.action === action && (!one.path || one.path === path || action === 'api')),
    )
  const userOf = (authorization = '') => {
    const [name, ...rest] = Buffer.from(authorization.replace(/^Basic /, ''), 'base64')
      .toString('utf8')
      .split(':')
    return entriesOf(name).some(({ pass }) => pass === rest.join(':')) ? name : undefined
  }

  /** The publisher is gone, and every reader with it. */
  const lose = (path, why) => {
    path.past += path.relay.facts().bytesIn
    path.publisher = undefined
    path.relay.close(why)
    for (const [id, session] of sessions)
      if (session.path === path.name && session.kind === 'webrtcsessions') sessions.delete(id)
    path.relay = createRelay({ name: path.name, clock, onOnline: () => {} })
  }
  const pull = (path) => {
    const { source, rtspTransport } = path.config
    if (!/^rtsps?:/.test(source)) return
    const transport = rtspTransport === 'automatic' ? [] : ['-rtsp_transport', rtspTransport]
    const to = `rtsp://${own.user}:${own.pass}@127.0.0.1:${rtspPort}/${path.name}`
    const args = [
      '-v',
      'error',
      '-nostdin',
      ...transport,
      '-i',
      source,
      '-c',
      'copy',
      '-f',
      'rtsp',
      '-rtsp_transport',
      'tcp',
      to,
    ]
    path.puller = startChild({ name: 'puller', command: 'ffmpeg', args })
    path.puller.stdout.resume()
    path.puller.exited.then(({ tail }) => {
      if (paths.get(path.name) !== path) return
      say('ERR', `[path ${path.name}] [RTSP source] ${tail.at(-1) ?? 'EOF'}`)
      path.retry = setTimeout(() => pull(path), RETRY_MS)
    })
  }
  const open = (name, config) => {
    const relay = createRelay({ name, clock, onOnline: () => {} })
    const path = { name, config, relay, past: 0, publisher: undefined }
    paths.set(name, path)
    pull(path)
  }
  const close = (name) => {
    const path = paths.get(name)
    if (!path) return
    paths.delete(name)
    clearTimeout(path.retry)
    void path.puller?.stop(0)
    lose(path, 'terminated')
  }

  /** A path as one connection may use it. */
  const relayFor = (connection, name, user) => {
    const path = paths.get(name)
    if (!path || (!may(user, 'read', name) && !may(user, 'publish', name))) return undefined
    const { relay } = path
    const session = (state, extra) => {
      const id = randomUUID()
      sessions.set(id, {
        kind: 'rtspsessions',
        id,
        path: name,
        user,
        state,
        end: () => connection().close('kicked'),
        ...extra,
      })
      connection().gone.then(() => sessions.delete(id))
      return id
    }
    return {
      name,
      get tracks() {
        return relay.tracks
      },
      get online() {
        return relay.online
      },
      plays: () => may(user, 'read', name) && relay.plays(false),
      describe: async (ms) => (may(user, 'read', name) ? relay.describe(ms) : undefined),
      join: (reader) => {
        session('read', { reader })
        return relay.join(reader)
      },
      leave: relay.leave,
      publish: (tracks, end) => {
        if (!may(user, 'publish', name)) {
          connection().close('authentication error')
          return { rtp: () => {}, rtcp: () => {}, end: () => {} }
        }
        if (path.publisher) lose(path, 'closing existing publisher')
        const feed = path.relay.publish(tracks, end)
        const id = session('publish', {})
        path.publisher = id
        return { ...feed, end: () => path.publisher === id && lose(path, 'the publisher is gone') }
      },
    }
  }
  const startRtsp = async (port, host) => {
    const connections = new Set()
    const server = createServer((socket) => {
      const asked = new Map()
      const connection = openConnection({
        ...{ socket, clock, log: silentLog, openUdp: udp.open, mayPublish: () => true },
        relayOf: (name, user) => relayFor(() => connection, name, user),
        passwordOf: (name) => {
          // Like the real one it asks once: who is in stays until somebody ends the session.
          if (!asked.has(name) && entriesOf(name)[0]) asked.set(name, entriesOf(name)[0].pass)
          return asked.get(name) ?? null
        },
      })
      connections.add(connection)
      connection.gone.then(() => connections.delete(connection))
    })
    await new Promise((resolve, reject) => server.once('error', reject).listen(port, host, resolve))
    rtspPort = server.address().port
    clock.every(1000, () => {
      for (const connection of connections) connection.tick()
      for (const { relay } of paths.values()) relay.tick()
    })
  }
  const sourceOf = ({ config, publisher }) => {
    if (config.source === 'publisher') return publisher ? { type: 'rtspSession', id: publisher } : null
    return { type: config.source === 'rpiCamera' ? 'rpiCameraSource' : 'rtspSource', id: '' }
  }
  return {
    ...{ global, configs, may, userOf, startRtsp },
    started: new Date().toISOString(),
    shown: () => ({
      ...global,
      authInternalUsers: global.authInternalUsers.map((user) => ({
        ...{ ips: null, ...user, pass: '<redacted>' },
        permissions: user.permissions.map((one) => ({ path: '', ...one })),
      })),
    }),
    setGlobal: (change) => void Object.assign(global, change),
    configure: (name, config) => {
      const old = paths.get(name)?.config
      const changed = Object.keys({ ...old, ...config }).filter(
        (key) => JSON.stringify(old?.[key]) !== JSON.stringify(config?.[key]),
      )
      if (old && config && changed.every((key) => HOT.test(key))) paths.get(name).config = config
      else {
        close(name)
        if (config) open(name, config)
      }
    },
    paths: () =>
      [...paths.values()].map((path) => {
        const { bytesIn, bytesOut } = path.relay.facts()
        const available = path.publisher !== undefined
        const online = available || path.config.source !== 'publisher'
        const time = available ? new Date().toISOString() : null
        const readers = [...sessions.values()].filter((one) => one.path === path.name && one.state === 'read')
        const [inbound, outbound] = [path.past + bytesIn, bytesOut]
        return {
          ...known.runtime,
          ...{
            name: path.name,
            confName: path.name,
            ready: available,
            readyTime: time,
            available,
            availableTime: time,
          },
          ...{
            online,
            source: sourceOf(path),
            tracks: available ? ['H264'] : [],
          },
          onlineTime: online ? (time ?? '0001-01-01T00:00:00Z') : null,
          readers: readers.map(({ id, kind }) => ({
            type: kind === 'rtspsessions' ? 'rtspSession' : 'webRTCSession',
            id,
          })),
          ...{ inboundBytes: inbound, outboundBytes: outbound, bytesReceived: inbound, bytesSent: outbound },
        }
      }),
    connections: () => [...sessions.values()].map(({ id }) => ({ ...known.connection, id, session: id })),
    sessions: (kind) =>
      [...sessions.values()]
        .filter((one) => one.kind === kind)
        .map(({ id, path, user, state, reader }) => ({
          ...(kind === 'rtspsessions' ? known.session : {}),
          ...{ id, path, user, state, outboundRTPPacketsDiscarded: reader?.dropped ?? 0 },
        })),
    kick: (kind, id) => {
      const found = sessions.get(id)
      if (found?.kind !== kind) return false
      sessions.delete(id)
      found.end()
      return true
    },
    has: (id) => sessions.has(id),
    /** A WebRTC reader without any video; undefined when there is nothing to see. */
    watch: (name, user) => {
      const path = paths.get(name)
      if (!path?.publisher) return undefined
      const id = randomUUID()
      sessions.set(id, { kind: 'webrtcsessions', id, path: name, user, state: 'read', end: () => {} })
      return id
    },
  }
}
