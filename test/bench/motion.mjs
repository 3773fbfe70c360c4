// Debian's `motion` beside us, on the same streams: what a good program in C takes for the same. It looks ten times a
// second, as we do; by default it would look 15 times and cost more.
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export const motionIsHere = () => {
  try {
    execFileSync('sh', ['-c', 'command -v motion'])
    return true
  } catch {
    return false
  }
}

/** An address without its login, and the login. */
const split = (/** @type {string} */ address) => {
  const url = new URL(address)
  const login = `${url.username}:${url.password}`
  url.username = ''
  url.password = ''
  return { url: url.href, login }
}

/**
 * Runs when it is connected; rejects when it can't. `high`: that stream is recorded untouched, all the time.
 * @param {{ folder: string, width: number, height: number, url: string, high?: string }} parts
 */
export const startMotion = async ({ folder, width, height, url, high }) => {
  const target = join(folder, 'motion')
  mkdirSync(target, { recursive: true })
  const main = split(url)
  const record = high
    ? [`netcam_high_url ${split(high).url}`, 'netcam_high_params rtsp_transport=tcp', 'movie_output on']
    : ['movie_output off']
  const file = join(target, 'motion.conf')
  const lines = [
    ...['daemon off', 'setup_mode off', 'log_level 6', `target_dir ${target}`, 'picture_output off'],
    ...[`netcam_url ${main.url}`, `netcam_userpass ${main.login}`, 'netcam_params rtsp_transport=tcp'],
    ...[`width ${width}`, `height ${height}`, 'framerate 10', 'stream_port 0', 'webcontrol_port 0'],
    ...[...record, ...(high ? ['movie_passthrough on', 'movie_codec mp4', 'emulate_motion on'] : [])],
  ]
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 })
  const child = spawn('motion', ['-n', '-c', file], { stdio: ['ignore', 'ignore', 'pipe'] })
  const exited = new Promise((done) => child.once('exit', done))
  let log = ''
  child.stderr.on('data', (chunk) => {
    log += chunk
  })
  const stop = async () => {
    child.kill()
    await exited
  }
  const connected = high ? /highres: Camera .* connected/ : /norm: Camera .* connected/
  for (let i = 0; !connected.test(log); i++) {
    await sleep(100)
    if (i < 200 && child.exitCode === null) continue
    await stop()
    throw new Error(`motion did not connect\n${log}`)
  }
  return { pid: /** @type {number} */ (child.pid), target, stop }
}
