// The built house as a process of its own, for benchmarks: an embedded broker, the built-in gateway, cameras as given;
// and how its cost is measured.
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { stringify } from 'yaml'
import { sum } from './figures.mjs'
import { cpuByRole, pssByRole } from './process-tree.mjs'

const USER = 'bench'
const PASSWORD = 'bench-of-nightjar'

/** @param {string} folder @param {{ cameras: object[], detection?: object, env?: Record<string, string> }} parts */
export const startHouse = async (folder, { cameras, detection, env = {} }) => {
  mkdirSync(folder, { recursive: true })
  const data = join(folder, 'data')
  writeFileSync(join(folder, 'password'), `${PASSWORD}\n`, { mode: 0o600 })
  const config = {
    data,
    http: { host: '127.0.0.1', port: 0 },
    rtsp: { host: '127.0.0.1', port: 0, gateway: 'builtin' },
    mqtt: { embedded: { port: 0 } },
    users: [{ name: USER, role: 'admin', password_file: 'password' }],
    ...(detection ? { detection } : {}),
    cameras,
  }
  const file = join(folder, 'nightjar.yaml')
  writeFileSync(file, stringify(config))
  const child = spawn('sh', ['docker/run.sh', 'serve', '--config', file, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  /** @type {string[]} */
  const logs = []
  createInterface({ input: child.stderr }).on('line', (line) => logs.push(line))
  const ended = new Promise((_, reject) =>
    child.once('exit', () => reject(new Error(`the house ended\n${logs.join('\n')}`))),
  )
  ended.catch(() => {})
  const line = await Promise.race([
    new Promise((give) => createInterface({ input: child.stdout }).once('line', give)),
    ended,
  ])
  const { http, rtsp, mqtt } = JSON.parse(line)
  const auth = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`
  const ask = (/** @type {string} */ path, /** @type {RequestInit} */ init = {}) =>
    fetch(new URL(path, http), { ...init, headers: { authorization: auth, 'content-type': 'application/json' } })
  const call = async (/** @type {string} */ path, /** @type {RequestInit} */ init = {}) => {
    const answer = await ask(path, init)
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return answer
  }
  const { users } = JSON.parse(readFileSync(join(data, 'users.json'), 'utf8'))
  const { stream_password } = users.find((/** @type {{ name: string }} */ { name }) => name === USER)
  /** The RTSP address with its login. */
  const stream = (/** @type {string} */ camera) => {
    const url = new URL(rtsp[camera])
    url.username = USER
    url.password = stream_password
    return url.href
  }
  /** Waits until all cameras are online. */
  const online = async () => {
    for (let i = 0; i < 150; i++) {
      const states = await (await call('/api/cameras')).json()
      if (states.every((/** @type {any} */ { link }) => link.status === 'online')) return
      await sleep(200)
    }
    throw new Error(`waited 30 s for the cameras\n${logs.slice(-20).join('\n')}`)
  }
  const change = (/** @type {string} */ camera, /** @type {object} */ settings) =>
    call(`/api/cameras/${camera}/settings`, { method: 'PATCH', body: JSON.stringify(settings) })
  const stop = async () => {
    child.kill()
    if (child.exitCode === null) await new Promise((done) => child.once('exit', done))
  }
  const login = { url: mqtt, username: USER, password: PASSWORD }
  return { pid: /** @type {number} */ (child.pid), http, auth, ask, call, stream, online, change, stop, mqtt: login }
}

/** @typedef {Awaited<ReturnType<typeof startHouse>>} House */

/** What has just begun is measured after this. */
export const settle = () => sleep(3000)

/** CPU seconds per minute while `seconds` pass, by role, and memory at their end. */
export const measure = async (/** @type {number} */ root, /** @type {number} */ seconds) => {
  const before = cpuByRole(root)
  const begun = performance.now()
  await sleep(seconds * 1000)
  const after = cpuByRole(root)
  const minutes = (performance.now() - begun) / 60_000
  const cpu = Object.fromEntries(
    Object.keys(after).map((role) => [role, ((after[role] ?? 0) - (before[role] ?? 0)) / minutes]),
  )
  return { cpu, pss: pssByRole(root) }
}

/** How a plain ffmpeg reads a stream with the least delay and work. */
export const plainInput = (/** @type {string} */ url) => [
  ...['-rtsp_transport', 'tcp', '-flags', 'low_delay', '-probesize', '32', '-analyzeduration', '0', '-threads', '1'],
  ...['-i', url],
]

/** The same of plain ffmpegs beside each other, of which only themselves are counted. */
export const measurePlain = async (
  /** @type {readonly (readonly string[])[]} */ commands,
  /** @type {number} */ seconds,
) => {
  const children = commands.map((args) =>
    spawn('ffmpeg', ['-nostdin', '-v', 'error', ...args], { stdio: ['ignore', 'ignore', 'inherit'] }),
  )
  await settle()
  const results = await Promise.all(children.map(({ pid }) => measure(/** @type {number} */ (pid), seconds)))
  for (const child of children) child.kill()
  const add = (/** @type {'cpu' | 'pss'} */ what) => ({
    plain: results.reduce((total, one) => total + sum(one[what]), 0),
  })
  return { cpu: add('cpu'), pss: add('pss') }
}

/** The same of a house, with the 99th percentile of its event loop's delay in ms. */
export const measureHouse = async (/** @type {House} */ house, /** @type {number} */ seconds) => {
  await house.call('/metrics')
  const result = await measure(house.pid, seconds)
  const metrics = await (await house.call('/metrics')).text()
  return { ...result, eventLoop: Number(/^nightjar_event_loop_delay_p99_seconds (\S+)/m.exec(metrics)?.[1]) * 1000 }
}
