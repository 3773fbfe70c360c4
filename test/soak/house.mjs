// The built house under soak: its configuration, its video as a viewer gets it, its hands.
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { WebSocket } from 'ws'

const PASSWORD = 'a-password-for-the-soak'
/** Pictures further apart than this count as lost video, from there on. */
const GAP_MS = 500

/** A small disk of its own where mounts are allowed; else null. */
const mountDisk = (/** @type {string} */ folder) => {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', folder], { stdio: 'ignore' })
    return () => execFileSync('umount', ['-l', folder])
  } catch {
    return null
  }
}

export const startHouse = async (/** @type {string} */ cameraUrl) => {
  const folder = mkdtempSync(join(tmpdir(), 'nightjar-soak-'))
  const data = join(folder, 'data')
  mkdirSync(data)
  const unmount = mountDisk(data)
  const throws = resolve(import.meta.dirname, '../support/programs/processors/throws.mjs')
  const config = {
    data,
    http: { host: '127.0.0.1', port: 0 },
    rtsp: { host: '127.0.0.1', port: 0, gateway: 'builtin' },
    storage: { min_free_bytes: 2_000_000 },
    users: [{ name: 'soak', role: 'admin', password: PASSWORD }],
    cameras: [
      {
        id: 'made',
        source: { kind: 'test-pattern', width: 640, height: 360, fps: 15, walk_every_s: 20 },
        processor: { path: throws, always: true, fps: 5, width: 320 },
      },
      { id: 'net', source: { kind: 'rtsp', url: cameraUrl } },
    ],
  }
  const file = join(folder, 'nightjar.yaml')
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(config))
  const child = spawn('sh', ['docker/run.sh', 'serve', '--config', file, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  /** @type {string[]} */
  const logs = []
  createInterface({ input: child.stderr }).on('line', (line) => {
    logs.push(line)
    if (logs.length > 200) logs.shift()
  })
  let ended = false
  const exited = new Promise((resolve) =>
    child.once('exit', (code, signal) => {
      ended = true
      resolve(code ?? signal)
    }),
  )
  const first = await Promise.race([
    new Promise((resolve) => createInterface({ input: child.stdout }).once('line', resolve)),
    exited.then((code) => {
      throw new Error(`the house ended with ${code}\n${logs.join('\n')}`)
    }),
  ])
  const http = JSON.parse(first).http
  const authorization = `Basic ${Buffer.from(`soak:${PASSWORD}`).toString('base64')}`

  /** Watches a camera for as long as the house lives, and counts what of it is missing. */
  const watch = (/** @type {string} */ camera) => {
    const view = { lastAt: performance.now(), lost: 0, pictures: 0, over: false }
    const open = () => {
      const socket = new WebSocket(`${http.replace('http', 'ws')}/api/cameras/${camera}/live`, {
        headers: { authorization },
      })
      socket.on('message', (_data, binary) => {
        if (!binary) return
        const now = performance.now()
        if (view.pictures > 0 && now - view.lastAt > GAP_MS) view.lost += now - view.lastAt - GAP_MS
        view.lastAt = now
        view.pictures++
      })
      socket.on('error', () => {})
      socket.on('close', () => {
        if (!view.over && !ended) setTimeout(open, 200)
      })
    }
    open()
    return view
  }
  return {
    pid: child.pid ?? 0,
    data,
    logs,
    isAlive: () => !ended,
    ownDisk: unmount !== null,
    watch,
    ask: (/** @type {string} */ path, /** @type {RequestInit} */ init = {}) =>
      fetch(new URL(path, http), {
        ...init,
        headers: { authorization, ...(init.body ? { 'content-type': 'application/json' } : {}) },
      }),
    end: async () => {
      child.kill('SIGTERM')
      const code = await exited
      unmount?.()
      rmSync(folder, { recursive: true, force: true })
      return code
    },
  }
}
