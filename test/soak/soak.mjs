// `npm run soak -- [--minutes N] [--fast] [--kills N]`: the built house in real time, while its children are killed, its
// camera's network is cut and its disk is filled. Prints memory, handles and lost video; ends with 1 when the house does
// not stand it. `--fast` is one round of every fault, in about 40 s; it can't tell a slope.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { treeOf } from '../bench/process-tree.mjs'
import { startCamera } from './camera.mjs'
import { kindOf, lookAt, slopeOf } from './figures.mjs'
import { startHouse } from './house.mjs'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    fast: { type: 'boolean', default: false },
    kills: { type: 'string', default: '100' },
  },
})
const { fast } = values
const minutes = fast ? 0.5 : Number(values.minutes)
const kills = fast ? 1 : Number(values.kills)
/** The first ten minutes don't count, of a shorter run the first third. */
const warmUp = Math.min(10, minutes / 3)
const KINDS = ['publisher', 'tap', 'mjpeg', 'processor']
const MOST_MB_PER_HOUR = 1
const MOST_LOST_S = 5
const PATIENCE_MS = 30_000
/** Of the house's log, with each failure. */
const LINES = 12

/** @type {string[]} */
const failures = []
const fail = (/** @type {string} */ what) => {
  failures.push(what)
  console.log(`  FAILED: ${what}\n${house.logs.slice(-LINES).join('\n')}`)
}

const camera = await startCamera()
const house = await startHouse(camera.url)
const views = { made: house.watch('made'), net: house.watch('net') }
const mjpeg = new AbortController()
const watchMjpeg = async () => {
  while (!mjpeg.signal.aborted) {
    const answer = await house.ask('/api/cameras/net/stream.mjpeg', { signal: mjpeg.signal }).catch(() => undefined)
    for await (const _ of answer?.body ?? []) if (mjpeg.signal.aborted) break
    await sleep(200)
  }
}
watchMjpeg().catch(() => {})

const until = async (/** @type {string} */ what, /** @type {() => unknown} */ check, ms = PATIENCE_MS) => {
  const end = performance.now() + ms
  while (!(await check())) {
    if (!house.isAlive()) throw new Error(`the house ended while ${what} was waited for\n${house.logs.join('\n')}`)
    if (performance.now() > end) return fail(`${what} did not come in ${ms / 1000} s`)
    await sleep(50)
  }
}
const children = () => treeOf(house.pid).filter(({ pid }) => pid !== house.pid)
const isRunning = (/** @type {(view: typeof views.made) => boolean} */ good) => Object.values(views).every(good)
const flows = () => {
  const before = Object.values(views).map(({ pictures }) => pictures)
  return () => Object.values(views).every(({ pictures }, at) => pictures > (before[at] ?? 0) + 5)
}
const lost = () => views.made.lost + views.net.lost

/** Does something bad, and waits until all is well again; says what it cost. */
const suffer = async (
  /** @type {string} */ name,
  /** @type {() => Promise<unknown> | unknown} */ fault,
  allowed = 0,
) => {
  const before = lost()
  await fault()
  await until(`video after ${name}`, flows())
  const cost = (lost() - before) / 1000
  if (cost > MOST_LOST_S + allowed) fail(`${name}: ${cost.toFixed(1)} s of video were lost`)
  return cost
}
const link = async (/** @type {string} */ id) => (await (await house.ask(`/api/cameras/${id}`)).json()).link
const record = (/** @type {string} */ action) =>
  house.ask('/api/cameras/made/recording', { method: 'POST', body: JSON.stringify({ action }) })

const kill = async (/** @type {string} */ kind) => {
  /** @type {{ pid: number }[]} */
  let found = []
  await until(`a ${kind}`, () => {
    found = children().filter((one) => kindOf(one) === kind)
    return found.length > 0
  })
  const victim = found[Math.floor(Math.random() * found.length)]
  if (!victim) return 0
  return suffer(`killing a ${kind}`, async () => {
    process.kill(victim.pid, 'SIGKILL')
    await until(`another ${kind}`, () => {
      const now = children().filter((one) => kindOf(one) === kind)
      return now.length >= found.length && now.every(({ pid }) => pid !== victim.pid)
    })
  })
}
const cut = (/** @type {number} */ seconds) =>
  suffer(
    'a pulled cable',
    async () => {
      camera.unplug()
      await until('the outage to be told', async () => (await link('net')).status === 'offline')
      await sleep(seconds * 1000)
      await camera.plug()
    },
    seconds + 2,
  )
const freeze = (/** @type {number} */ seconds) =>
  suffer(
    'a network that lets nothing through',
    async () => {
      camera.freeze(true)
      await sleep(seconds * 1000)
      if (seconds > 12 && (await link('net')).status === 'online') fail('nobody noticed that no video came')
      camera.freeze(false)
    },
    seconds,
  )
const fillDisk = () =>
  suffer('a full disk', async () => {
    const filler = join(house.data, 'filler')
    const problem = async () => (await (await house.ask('/api/cameras/made')).json()).health.recorder?.problem
    await record('start')
    await sleep(1000)
    try {
      // To the last byte.
      for (let size = 1_000_000; size >= 1000; size = size > 1000 ? size / 10 : 0)
        try {
          for (let at = 0; ; at++) writeFileSync(`${filler}${size}-${at}`, Buffer.alloc(size))
        } catch {}
      await until('the full disk to be told', problem)
    } finally {
      for (const size of [1_000_000, 100_000, 10_000, 1000])
        for (let at = 0; at < 100; at++) rmSync(`${filler}${size}-${at}`, { force: true })
    }
    await until('recording to go on', async () => !(await problem()))
    await record('stop')
  })

const began = performance.now()
const passed = () => (performance.now() - began) / 60_000
await until('the first video', flows(), 60_000)
for (const kind of KINDS) await until(`a ${kind}`, () => children().some((one) => kindOf(one) === kind))
/** Handles and children at rest, of five seconds: at first the most, with all that comes and goes; at the end the least. */
const atRest = async (/** @type {(...all: number[]) => number} */ choose) => {
  const looks = []
  for (let at = 0; at < 20; at++) {
    looks.push(lookAt(house.pid))
    await sleep(250)
  }
  const of = (/** @type {'fds' | 'children'} */ what) => choose(...looks.map((look) => look[what]))
  return { ...lookAt(house.pid), fds: of('fds'), children: of('children') }
}
const first = await atRest(Math.max)
views.made.lost = 0
views.net.lost = 0

/** @type {import('./figures.mjs').Look[]} */
const looks = []
const looking = setInterval(() => looks.push(lookAt(house.pid)), 5000)
const faults = [
  ...KINDS.flatMap((kind) => Array.from({ length: kills }, () => ({ name: `kill ${kind}`, run: () => kill(kind) }))),
  ...Array.from({ length: fast ? 1 : 30 }, () => ({ name: 'cut', run: () => cut(fast ? 2 : Math.random() * 4) })),
  ...Array.from({ length: fast ? 0 : 5 }, (_, at) => ({ name: 'freeze', run: () => freeze(at % 2 ? 4 : 20) })),
  ...Array.from({ length: house.ownDisk ? (fast ? 1 : 3) : 0 }, () => ({ name: 'disk', run: fillDisk })),
].sort(() => Math.random() - 0.5)
if (!house.ownDisk) console.log('No disk is filled: this machine mounts none.')

/** @type {Record<string, { count: number, lost: number, most: number }>} */
const costs = {}
// The last fifth of a long run is quiet.
const pause = ((fast ? 0.2 : minutes * 0.8) * 60_000) / faults.length
for (const [at, { name, run }] of faults.entries()) {
  const cost = await run()
  const sum = costs[name] ?? { count: 0, lost: 0, most: 0 }
  costs[name] = { count: sum.count + 1, lost: sum.lost + cost, most: Math.max(sum.most, cost) }
  if (fast || at % 20 === 0) {
    const { rss, pss, fds, children: number } = lookAt(house.pid)
    const held = `RSS ${rss.toFixed(0)} MB, with children ${pss.toFixed(0)} MB, ${fds} handles, ${number} children`
    console.log(`${passed().toFixed(1)} min, ${at + 1} of ${faults.length} faults (${name}): ${held}`)
  }
  const due = began + (at + 1) * pause
  if (performance.now() < due) await sleep(due - performance.now())
}
// Growth is judged while faults come: in the quiet that follows children grow old, and hold more than those that had just begun.
clearInterval(looking)
while (passed() < minutes) await sleep(1000)
await until('all video at the end', () => isRunning(({ lastAt }) => performance.now() - lastAt < 2000))
const last = await atRest(Math.min)
console.log('\nfault                 times   lost s, mean   most')
for (const [name, { count, lost: all, most }] of Object.entries(costs))
  console.log(
    `${name.padEnd(20)} ${String(count).padStart(6)} ${(all / count).toFixed(1).padStart(14)} ${most.toFixed(1).padStart(6)}`,
  )
console.log(`\nhandles ${first.fds} -> ${last.fds}, children ${first.children} -> ${last.children}`)
// A few sockets of ours come and go.
if (last.fds > first.fds + 8) fail(`${last.fds - first.fds} handles were left behind`)
if (last.children > first.children + 1) fail(`${last.children - first.children} children were left behind`)
const settled = looks.filter(({ at }) => at * 60 > began / 60_000 + warmUp)
for (const of of /** @type {const} */ (['rss', 'pss'])) {
  const { slope, error } = slopeOf(settled, of)
  const name = of === 'rss' ? 'RSS of node' : 'PSS of the tree'
  const start = settled[0]?.[of] ?? first[of]
  console.log(
    `${name}: ${start.toFixed(0)} -> ${last[of].toFixed(0)} MB, ${slope.toFixed(1)} ± ${error.toFixed(1)} MB/h`,
  )
  if (minutes >= 30 && slope - 2 * error > MOST_MB_PER_HOUR) fail(`${name} grows by ${slope.toFixed(1)} MB an hour`)
}
if (minutes < 30) console.log('(too short to believe a slope)')

mjpeg.abort()
for (const view of Object.values(views)) view.over = true
const code = await house.end()
if (code !== 0) fail(`the house ended with ${code}`)
await camera.end()
console.log(failures.length === 0 ? '\nIt stood it all.' : `\n${failures.length} failures:\n${failures.join('\n')}`)
process.exit(failures.length === 0 ? 0 : 1)
