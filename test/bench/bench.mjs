// `npm run bench -- [--seconds N] [--rounds N] [--source FILE] [--only A,B] [--out FILE]`: what the built house costs, beside plain
// ffmpegs that do only the same decode, scale and encode, measured in the same run. Run by hand, on a quiet machine.
//
// Counted: the whole process tree of `nightjar serve` without its publisher (the ffmpeg that plays the file in place of a
// camera), which is shown apart. Not counted: the viewers (sockets in this process). Each figure is the median of the
// rounds; a round runs every phase once, in another order each time. Compare only within one run.
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { planMjpeg } from '../../dist/media/mjpeg-args.js'
import { benchEyes } from './eyes.mjs'
import { measure, measureHouse, startHouse } from './house.mjs'
import { roleOf, treeOf } from './process-tree.mjs'
import { printReport } from './report.mjs'
import { openViewers } from './viewers.mjs'

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '24' },
    rounds: { type: 'string', default: '3' },
    source: { type: 'string' },
    only: { type: 'string' },
    out: { type: 'string' },
  },
})
const seconds = Number(options.seconds)
const folder = mkdtempSync(join(tmpdir(), 'nightjar-bench-'))

/** Half of the time something moves; 720p25, 1 Mbit/s, as the peers were measured. */
const makeFilm = () => {
  const film = join(folder, 'film.mp4')
  const noise =
    "noise=alls=4:allf=t,drawbox=x='if(gt(mod(t,24),12),mod(t*120,1280),-200)':y=300:w=80:h=200:c=white:t=fill"
  const encode = ['-c:v', 'libx264', '-preset', 'veryfast', '-b:v', '1M', '-bf', '0', '-g', '25', '-pix_fmt', 'yuv420p']
  execFileSync('ffmpeg', [
    '-v',
    'error',
    '-f',
    'lavfi',
    '-i',
    `smptehdbars=s=1280x720:r=25:d=24,${noise}`,
    ...encode,
    film,
  ])
  return film
}
const footage = resolve('../shared/footage/walkers.mp4')
const source = options.source ?? (existsSync(footage) ? footage : makeFilm())

const porch = { id: 'porch', name: 'Porch', source: { kind: 'file', path: source }, recording: { on: [] } }
const house = await startHouse(join(folder, 'porch'), { cameras: [porch] })
const rtsp = house.stream('porch')
const settle = () => sleep(3000)

/** A plain ffmpeg that reads the same stream; only itself is counted. */
const plain = async (/** @type {readonly string[]} */ args) => {
  const child = spawn('ffmpeg', ['-nostdin', '-v', 'error', ...args], { stdio: ['ignore', 'ignore', 'inherit'] })
  await settle()
  const result = await measure(/** @type {number} */ (child.pid), seconds)
  child.kill()
  return result
}

const watch = async (/** @type {() => object} */ extra = () => ({})) => ({
  ...(await measureHouse(house, seconds)),
  ...extra(),
})
const watchWith = async (/** @type {number} */ count, /** @type {string} */ query = '') => {
  const viewers = openViewers(new URL(`/api/cameras/porch/stream.mjpeg${query}`, house.http), house.auth, count)
  await settle()
  viewers.take()
  const result = await watch(() => ({ viewers: viewers.take() }))
  viewers.close()
  // The encoder stays for ten seconds after its last viewer.
  while (treeOf(house.pid).some((one) => roleOf(one) === 'mjpeg')) await sleep(500)
  return result
}
const record = (/** @type {'start' | 'stop'} */ action) =>
  house.call('/api/cameras/porch/recording', { method: 'POST', body: JSON.stringify({ action }) })

const input = [
  '-rtsp_transport',
  'tcp',
  '-flags',
  'low_delay',
  '-probesize',
  '32',
  '-analyzeduration',
  '0',
  '-threads',
  '1',
  '-i',
  rtsp,
]
const look =
  "select='isnan(prev_t)+not(eq(floor(t*10+0.001),floor(prev_t*10+0.001)))',scale=640:-2:flags=fast_bilinear,format=yuv420p"
const mjpegArgs = () => {
  const { args } = planMjpeg({ url: rtsp, variant: { annotated: false, size: 'full' }, quality: 85, quick: true })
  return args.map((arg) => (arg === 'pipe:1' ? '/dev/null' : arg)).concat('-y')
}

/** @type {Record<string, () => Promise<any>>} */
const phases = {
  floor: () =>
    plain([
      ...input,
      '-an',
      '-vf',
      look,
      '-fps_mode',
      'passthrough',
      '-threads',
      '1',
      '-f',
      'rawvideo',
      '-y',
      '/dev/null',
    ]),
  watch: () => watch(),
  'plain mjpeg': () => plain(mjpegArgs()),
  'mjpeg 1': () => watchWith(1),
  'mjpeg 50': () => watchWith(50),
  'annotated 1': () => watchWith(1, '?annotated=true'),
  recording: async () => {
    await record('start')
    await settle()
    const result = await watch()
    await record('stop')
    await settle()
    return result
  },
}

const MAX_AGE = 1000

const snapshots = async () => {
  const taken = []
  for (let i = 0; i < 20; i++) {
    await sleep(137)
    const begun = performance.now()
    const answer = await house.ask(`/api/cameras/porch/snapshot.jpg?max_age_ms=${MAX_AGE}`)
    await answer.arrayBuffer()
    const age = answer.ok ? Date.now() - 1000 * Number(answer.headers.get('x-timestamp')) : null
    taken.push({ ms: performance.now() - begun, age })
  }
  return taken
}

try {
  await house.online()
  // A service runs for months: its first two minutes, in which the compiler learns what is hot, are left out.
  await sleep(120_000)
  const names = Object.keys(phases).filter((name) => !options.only || options.only.split(',').includes(name))
  /** @type {Record<string, any[]>} */
  const results = Object.fromEntries(names.map((name) => [name, []]))
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const [i] of names.entries()) {
      const name = names[(i + round) % names.length] ?? ''
      process.stderr.write(`round ${round + 1}: ${name}\n`)
      results[name]?.push(await phases[name]?.())
    }
  }
  const taken = await snapshots()
  await house.stop()
  const models = resolve('../shared/models')
  const eyes =
    !options.only && existsSync(footage) ? await benchEyes({ folder, models, walkers: footage, seconds }) : null
  printReport({ source, seconds, results, maxAge: MAX_AGE, snapshots: taken, eyes }, options.out)
} finally {
  await house.stop()
  rmSync(folder, { recursive: true, force: true })
}
