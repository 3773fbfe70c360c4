// `npm run bench -- [--seconds N] [--rounds N] [--warm N] [--source FILE] [--only A,B] [--out FILE]`: what the built
// house costs and how late its pictures are, beside others that do the same, in the same run. On a quiet machine, by hand.
// One phase in a minute: `--only watch --rounds 1 --warm 15`. `apt-get install motion python3-opencv` adds the
// comparison with motion, and with the Python program that does faces.
//
// Counted: the whole process tree of `nightjar serve` without its publisher where that plays a file in place of a
// camera. Not counted: viewers and readers (sockets in this process). Each figure is the median of the rounds; a round
// runs every phase of a group once, in another order each time. Compare only within one run.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { ancestorIsHere } from './ancestor.mjs'
import { startPushed, startUsb } from './delay.mjs'
import { benchEyes } from './eyes.mjs'
import { startFaces } from './faces.mjs'
import { startMainStream } from './main-stream.mjs'
import { motionIsHere } from './motion.mjs'
import { printReport } from './report.mjs'
import { startSubStream } from './sub-stream.mjs'

/** @typedef {{ film: string, folder: string, seconds: number }} Bench */
/** @typedef {{ ready: () => Promise<void>, phases: Record<string, () => Promise<any>>, stop: () => Promise<void> }} Group */

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '24' },
    rounds: { type: 'string', default: '3' },
    // A service runs for months: its first two minutes, in which the compiler learns what is hot, are left out.
    warm: { type: 'string', default: '120' },
    source: { type: 'string' },
    only: { type: 'string' },
    out: { type: 'string' },
  },
})
const seconds = Number(options.seconds)
const only = options.only?.split(',')
const folder = mkdtempSync(join(tmpdir(), 'nightjar-bench-'))

/** Half of the time something moves; 720p25, 1 Mbit/s, as the peers were measured. */
const makeFilm = () => {
  const film = join(folder, 'film.mp4')
  const noise =
    "noise=alls=4:allf=t,drawbox=x='if(gt(mod(t,24),12),mod(t*120,1280),-200)':y=300:w=80:h=200:c=white:t=fill"
  const encode = ['-c:v', 'libx264', '-preset', 'veryfast', '-b:v', '1M', '-bf', '0', '-g', '25', '-pix_fmt', 'yuv420p']
  const input = ['-f', 'lavfi', '-i', `smptehdbars=s=1280x720:r=25:d=24,${noise}`]
  execFileSync('ffmpeg', ['-v', 'error', ...input, ...encode, film])
  return film
}
const footage = resolve('../shared/footage/walkers.mp4')
const film = options.source ?? (existsSync(footage) ? footage : makeFilm())

/** A group is started where one of its phases is wanted: the word before their colon. */
const groups = [
  { word: undefined, start: startMainStream },
  { word: 'sub', start: startSubStream },
  { word: 'faces', start: startFaces },
  { word: 'pushed', start: startPushed },
  { word: 'usb', start: startUsb },
]
const wordOf = (/** @type {string} */ name) => (name.includes(':') ? name.split(':')[0] : undefined)

/** @type {Record<string, any[]>} */
const results = {}
const run = async (/** @type {Group} */ { ready, phases }) => {
  await ready()
  await sleep(Number(options.warm) * 1000)
  const names = Object.keys(phases).filter((name) => !only || only.includes(name))
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const [i] of names.entries()) {
      const name = names[(i + round) % names.length] ?? ''
      process.stderr.write(`round ${round + 1}: ${name}\n`)
      try {
        results[name] = [...(results[name] ?? []), await phases[name]?.()]
      } catch (error) {
        // The others count all the same.
        console.error(error)
        process.exitCode = 1
      }
    }
  }
}

try {
  if (!motionIsHere()) process.stderr.write('without motion beside us: `apt-get install motion` adds the comparison\n')
  if (!ancestorIsHere()) process.stderr.write('without the Python ancestor: `apt-get install python3-opencv` adds it\n')
  for (const { word, start } of groups) {
    if (only && !only.some((name) => name !== 'eyes' && wordOf(name) === word)) continue
    const group = await start({ film, folder, seconds })
    try {
      await run(group)
    } finally {
      await group.stop()
    }
  }
  const strange = only?.filter((name) => name !== 'eyes' && !results[name]) ?? []
  if (strange.length > 0) process.stderr.write(`nothing was measured of: ${strange.join(', ')}\n`)
  const models = resolve('../shared/models')
  const wanted = !only || only.includes('eyes')
  const eyes = wanted && existsSync(footage) ? await benchEyes({ folder, models, walkers: footage, seconds }) : null
  printReport({ source: film, seconds, results, eyes }, options.out)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
