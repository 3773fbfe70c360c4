// Figures of the soak: what a process tree holds, and whether a row of figures grows.
import { readdirSync, readFileSync } from 'node:fs'
import { roleOf, treeOf } from '../bench/process-tree.mjs'

const megabytes = (/** @type {string} */ file, /** @type {string} */ name) => {
  try {
    return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(file, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    // It ended while we read.
    return 0
  }
}

/** What a child does, by its command line. */
export const kindOf = (/** @type {{ command: string }} */ one) => {
  if (/\/vision\/processor\//.test(one.command)) return 'processor'
  if (/\/vision\/engine\//.test(one.command)) return 'engine'
  return roleOf(one)
}

/** @typedef {{ at: number, rss: number, pss: number, fds: number, children: number }} Look MB, and numbers; `at` in hours */

/** @returns {Look} */
export const lookAt = (/** @type {number} */ pid) => {
  const tree = treeOf(pid)
  return {
    at: performance.now() / 3_600_000,
    rss: megabytes(`/proc/${pid}/status`, 'VmRSS'),
    pss: tree.reduce((sum, one) => sum + megabytes(`/proc/${one.pid}/smaps_rollup`, 'Pss'), 0),
    fds: readdirSync(`/proc/${pid}/fd`).length,
    children: tree.length - 1,
  }
}

/** Least squares: growth an hour, and its standard error. Of each window the least counts: what the collector left. */
export const slopeOf = (/** @type {Look[]} */ looks, /** @type {'rss' | 'pss'} */ of, windows = 20) => {
  const size = Math.max(1, Math.floor(looks.length / windows))
  const points = []
  for (let at = 0; at + size <= looks.length; at += size)
    points.push(looks.slice(at, at + size).reduce((least, look) => (look[of] < least[of] ? look : least)))
  const count = points.length
  if (count < 3) return { slope: 0, error: Number.POSITIVE_INFINITY }
  const mean = (/** @type {(look: Look) => number} */ value) => points.reduce((sum, one) => sum + value(one), 0) / count
  const [x, y] = [mean(({ at }) => at), mean((one) => one[of])]
  const spread = points.reduce((sum, { at }) => sum + (at - x) ** 2, 0)
  const slope = points.reduce((sum, one) => sum + (one.at - x) * (one[of] - y), 0) / spread
  const rest = points.reduce((sum, one) => sum + (one[of] - y - slope * (one.at - x)) ** 2, 0)
  return { slope, error: Math.sqrt(rest / (count - 2) / spread) }
}
