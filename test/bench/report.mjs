// Turns measured rounds into tables for people, and one JSON object for machines.
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { counted, fixed, median, percentile } from './figures.mjs'
import { targetsOf } from './targets.mjs'

/** @typedef {Record<string, any[]>} Results by phase, of each round */
/** @typedef {Awaited<ReturnType<import('./eyes.mjs').benchEyes>>} Eyes */

const printCosts = (/** @type {Results} */ results) => {
  const roles = [...new Set(Object.values(results).flatMap((rounds) => rounds.flatMap(({ cpu }) => Object.keys(cpu))))]
  const rows = Object.entries(results).map(([name, rounds]) => [
    name,
    {
      'CPU s/min': fixed(median(rounds.map((one) => counted(one)))),
      'of rounds': rounds.map((one) => fixed(counted(one))).join(' '),
      ...Object.fromEntries(roles.map((role) => [role, fixed(median(rounds.map((one) => one.cpu[role] ?? 0)))])),
      'PSS MB': fixed(median(rounds.map((one) => counted(one, one.pss))), 0),
      'loop p99 ms': fixed(median(rounds.map((one) => one.eventLoop ?? Number.NaN)), 0),
      ...(rounds[0].recordedKb === undefined
        ? {}
        : { 'recorded kB/s': fixed(median(rounds.map(({ recordedKb }) => recordedKb)), 0) }),
    },
  ])
  console.log(
    'CPU seconds of the process tree per minute of video; "publisher" plays a file in place of the camera and is not in the sum,\n' +
      'but for "sub:", whose camera sends over RTSP by itself\n',
  )
  console.table(Object.fromEntries(rows))
  return Object.fromEntries(rows)
}

const printViewers = (/** @type {Results} */ results, /** @type {number} */ seconds) => {
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
}

const printReaders = (/** @type {Results} */ results, /** @type {number} */ seconds) => {
  for (const [name, rounds] of Object.entries(results)) {
    const readers = rounds.flatMap((one) => one.readers ?? [])
    if (readers.length === 0) continue
    const rates = readers.map(({ packets }) => packets / seconds)
    const problems = [...new Set(readers.map(({ problem }) => problem).filter(Boolean))]
    console.log(
      `${name}: each reader got ${fixed(Math.min(...rates), 1)} to ${fixed(Math.max(...rates), 1)} packets/s` +
        `${problems.length ? `; PROBLEMS: ${problems.join(', ')}` : ''}`,
    )
  }
}

const printDelays = (/** @type {Results} */ results) => {
  const rows = Object.entries(results).flatMap(([phase, rounds]) => {
    const names = [...new Set(rounds.flatMap(({ delays }) => Object.keys(delays)))]
    return names.map((name) => {
      const all = rounds.flatMap(({ delays }) => delays[name])
      const shares = { least: 0, p50: 0.5, p95: 0.95, most: 1 }
      const values = Object.entries(shares).map(([key, share]) => [`${key} ms`, fixed(percentile(all, share), 1)])
      return [
        `${phase.split(':')[0]}: ${name}`,
        {
          ...Object.fromEntries(values),
          'p50 of rounds': rounds.map(({ delays }) => fixed(percentile(delays[name], 0.5), 1)).join(' '),
          count: all.length,
        },
      ]
    })
  })
  console.log('\nFrom before the encoder of the camera to the arrival of the whole picture, or of the message\n')
  console.table(Object.fromEntries(rows))
  return Object.fromEntries(rows)
}

/** Those phases whose results have something. */
const having = (/** @type {Results} */ results, /** @type {string} */ key) =>
  Object.fromEntries(Object.entries(results).filter(([, rounds]) => rounds[0]?.[key] !== undefined))

/** @param {{ source: string, seconds: number, results: Results, eyes: Eyes | null }} run @param {string} [out] */
export const printReport = ({ source, seconds, results, eyes }, out) => {
  console.log(
    `\n${source}, ${seconds} s a phase, ${cpus().length} cores (${cpus()[0]?.model}), Node ${process.version}`,
  )
  const costs = having(results, 'cpu')
  const rows = Object.keys(costs).length > 0 ? printCosts(costs) : {}
  printViewers(results, seconds)
  printReaders(results, seconds)
  const late = having(results, 'delays')
  const delays = Object.keys(late).length > 0 ? printDelays(late) : {}
  const targets = targetsOf(results, eyes)
  console.log()
  console.table(
    Object.fromEntries(
      targets.map(({ what, value, target, unit }) => [
        what,
        {
          measured: `${fixed(value, unit === 'x' || value < 10 ? 2 : 0)} ${unit}`,
          target: `≤ ${target} ${unit}`,
          '': value <= target ? 'ok' : 'SHORT',
        },
      ]),
    ),
  )
  const json = JSON.stringify({ source, seconds, rows, delays, targets })
  if (out) writeFileSync(out, `${json}\n`)
  else console.log(json)
}
