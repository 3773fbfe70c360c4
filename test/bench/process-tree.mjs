// What a process and everything below it cost, read from /proc: CPU seconds (ended children included) and memory.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

const TICKS = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

/** @typedef {{ pid: number, ppid: number, command: string, own: number, reaped: number }} Process */

/** @returns {Process | undefined} undefined when it ended while we read */
const readProcess = (/** @type {string} */ pid) => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // After the name in parentheses: state, ppid, … utime and stime are the 12th and 13th of these, then the reaped children's.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const seconds = (/** @type {number} */ at) => Number(fields[at]) / TICKS
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
    return {
      pid: Number(pid),
      ppid: Number(fields[1]),
      command,
      own: seconds(11) + seconds(12),
      reaped: seconds(13) + seconds(14),
    }
  } catch {
    return undefined
  }
}

/** @returns {Process[]} the process and all below it */
export const treeOf = (/** @type {number} */ root) => {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(readProcess)
    .filter((one) => one !== undefined)
  const below = (/** @type {number} */ pid) =>
    /** @type {Process[]} */ (all.filter(({ ppid }) => ppid === pid).flatMap((one) => [one, ...below(one.pid)]))
  return [...all.filter(({ pid }) => pid === root), ...below(root)]
}

/** What a part of the house is, by its command line. */
export const roleOf = ({ command }) => {
  if (!/(^|\/)ffmpeg /.test(command)) return 'node'
  if (/ -f rtsp /.test(command)) return 'publisher'
  if (/ yuv4mpegpipe pipe:1$| smjpeg | ppm -f image2pipe pipe:\d$/.test(command) && / -i rtsp/.test(command))
    return 'mjpeg'
  if (/ pipe:3$| yuv4mpegpipe /.test(command)) return 'tap'
  return 'other ffmpeg'
}

/** CPU seconds so far, by role; children that ended count with the one that started them. */
export const cpuByRole = (/** @type {number} */ root) => {
  /** @type {Record<string, number>} */
  const seconds = {}
  for (const one of treeOf(root)) seconds[roleOf(one)] = (seconds[roleOf(one)] ?? 0) + one.own + one.reaped
  return seconds
}

/** Megabytes of the tree, shared pages divided among their users, by role. */
export const pssByRole = (/** @type {number} */ root) => {
  /** @type {Record<string, number>} */
  const megabytes = {}
  for (const one of treeOf(root)) {
    try {
      const kilobytes = Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${one.pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0)
      megabytes[roleOf(one)] = (megabytes[roleOf(one)] ?? 0) + kilobytes / 1024
    } catch {
      // It ended while we read.
    }
  }
  return megabytes
}
