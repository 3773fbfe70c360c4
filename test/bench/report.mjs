// Turns measured rounds into a table for people, with the targets beside, and one JSON object for machines.
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'

const median = (/** @type {number[]} */ values) => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return sorted.length === 0
    ? Number.NaN
    : ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2
}
const percentile = (/** @type {number[]} */ values, /** @type {number} */ share) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN
const sum = (/** @type {Record<string, number>} */ byRole) => Object.values(byRole).reduce((a, b) => a + b, 0)
/** Without the publisher: it stands for the camera. */
const counted = ({ publisher: _, ...rest }) => sum(rest)
const fixed = (/** @type {number} */ value, digits = 2) => (Number.isFinite(value) ? value.toFixed(digits) : '–')

/** @returns {[string, number, number, string][]} */
const eyesTargets = (
  /** @type {Awaited<ReturnType<import('./eyes.mjs').benchEyes>>} */ { perLook, still, walk, crowd },
) => [
  ['a look for motion, median', perLook, 1, 'ms'],
  ['detection where people walk, of where nothing moves', counted(walk.cpu) / counted(still.cpu), 1.5, 'x'],
  ['event loop, p99: two cameras with detectors, ten viewers', crowd.eventLoop, 20, 'ms'],
  ['motion to MQTT, slowest', Math.max(...(walk.delays.motion ?? [])), 250, 'ms'],
  ['person, from the first of two looks to MQTT, slowest', Math.max(...(walk.delays.person ?? [])), 1500, 'ms'],
]

/** @param {{ source: string, seconds: number, results: Record<string, any[]>, maxAge: number, snapshots: { ms: number, age: number | null }[], eyes: Awaited<ReturnType<import('./eyes.mjs').benchEyes>> | null }} run @param {string} [out] */
export const printReport = ({ source, seconds, results, maxAge, snapshots, eyes }, out) => {
  const cpu = Object.fromEntries(
    Object.entries(results).map(([name, rounds]) => [name, median(rounds.map((one) => counted(one.cpu)))]),
  )
  const roles = [
    ...new Set(
      Object.values(results)
        .flat()
        .flatMap((one) => Object.keys(one.cpu)),
    ),
  ]
  const rows = Object.entries(results).map(([name, rounds]) => ({
    name,
    'CPU s/min': fixed(cpu[name] ?? Number.NaN),
    'of rounds': rounds.map((one) => fixed(counted(one.cpu))).join(' '),
    ...Object.fromEntries(roles.map((role) => [role, fixed(median(rounds.map((one) => one.cpu[role] ?? 0)))])),
    'PSS MB': fixed(median(rounds.map((one) => counted(one.pss))), 0),
    'loop p99 ms': fixed(median(rounds.map((one) => one.eventLoop ?? Number.NaN)), 0),
  }))
  console.log(
    `\n${source}, ${seconds} s a phase, ${cpus().length} cores (${cpus()[0]?.model}), Node ${process.version}`,
  )
  console.log(
    'CPU seconds of the process tree per minute of video; "publisher" stands for the camera and is not in the sum\n',
  )
  console.table(Object.fromEntries(rows.map(({ name, ...row }) => [name, row])))

  for (const [name, rounds] of Object.entries(results)) {
    const viewers = rounds.flatMap((one) => one.viewers ?? [])
    if (viewers.length === 0) continue
    const rates = viewers.map(({ parts }) => parts / seconds)
    const missed = viewers.reduce((all, one) => all + one.missed, 0)
    const delays = viewers.flatMap(({ delays }) => delays)
    const problems = [...new Set(viewers.map(({ problem }) => problem).filter(Boolean))]
    console.log(
      `${name}: each viewer got ${fixed(Math.min(...rates), 1)} to ${fixed(Math.max(...rates), 1)} pictures/s, ${missed} missed in all, ` +
        `${fixed(viewers.reduce((all, one) => all + one.bytes, 0) / viewers.reduce((all, one) => all + one.parts, 0) / 1000, 0)} kB each, ` +
        `seen to received p50 ${fixed(median(delays), 0)} ms, p99 ${fixed(percentile(delays, 0.99), 0)} ms${problems.length ? `; PROBLEMS: ${problems.join(', ')}` : ''}`,
    )
  }
  const ratio = (/** @type {string} */ above, /** @type {number | undefined} */ below) =>
    (cpu[above] ?? Number.NaN) / (below ?? Number.NaN)
  const most = Math.max(
    ...Object.entries(results).flatMap(([name, rounds]) =>
      ['floor', 'plain mjpeg'].includes(name) ? [] : rounds.map((one) => sum(one.pss)),
    ),
  )
  const targets = [
    ['watch, of the floor', ratio('watch', cpu.floor), 1.25, 'x'],
    [
      'one MJPEG viewer, of watch + plain ffmpeg',
      ratio('mjpeg 1', (cpu.watch ?? Number.NaN) + (cpu['plain mjpeg'] ?? Number.NaN)),
      1.1,
      'x',
    ],
    ['50 MJPEG viewers, of one', ratio('mjpeg 50', cpu['mjpeg 1']), 1.2, 'x'],
    ['recording, of watch', ratio('recording', cpu.watch), 1.03, 'x'],
    ['snapshot answered, median', median(snapshots.map(({ ms }) => ms)), 250, 'ms'],
    ['snapshot answered, slowest of 20', Math.max(...snapshots.map(({ ms }) => ms)), 250, 'ms'],
    ['snapshot age when received, oldest', Math.max(...snapshots.map(({ age }) => age ?? 0)), maxAge, 'ms'],
    ['snapshots refused: no picture that young', snapshots.filter(({ age }) => age === null).length, 0, 'of 20'],
    ...(eyes ? eyesTargets(eyes) : []),
    ['memory of the whole tree, publisher too, most', most, 300, 'MB'],
  ]
  console.log()
  console.table(
    Object.fromEntries(
      targets.map(([what, value, target, unit]) => [
        what,
        {
          measured: `${fixed(Number(value), unit === 'x' || value < 10 ? 2 : 0)} ${unit}`,
          target: `≤ ${target} ${unit}`,
          met: Number.isFinite(value) ? Number(value) <= Number(target) : '–',
        },
      ]),
    ),
  )
  const json = JSON.stringify({
    source,
    seconds,
    cpu,
    rows,
    targets: targets.map(([what, value, target, unit]) => ({ what, value, target, unit })),
    snapshots,
  })
  if (out) writeFileSync(out, `${json}\n`)
  else console.log(json)
}
