#!/usr/bin/env node
// The process: the command line, signals and the exit code. Knows no part of the house.
import { setFlagsFromString } from 'node:v8'
import { createProgram, tellError } from './cli/program.js'
import { version } from './version.js'

// What lives long here was there at the start: V8 would look through it again for every 8 MB of video that passed by.
// Measured while a camera is watched: half as many such collections, a tenth of our CPU.
setFlagsFromString('--heap-growing-percent=100')

/** Everything ends within 8 s of the first signal. */
const LONGEST_END_MS = 7500
/** npm passes on the Ctrl-C that the terminal has sent us already: both are one. */
const SAME_SIGNAL_MS = 500

const stop = new AbortController()
let askedAt = 0
const note = (line: string): void => void process.stderr.write(`${line}\n`)

const onSignal = (): void => {
  const now = performance.now()
  if (stop.signal.aborted) {
    if (now - askedAt > SAME_SIGNAL_MS) process.exit(1)
    return
  }
  askedAt = now
  setTimeout(() => {
    note('nightjar: a part did not end in time')
    process.exit(1)
  }, LONGEST_END_MS).unref()
  stop.abort()
}
const onBug = (error: unknown): void => {
  process.exit(tellError(error, note) || 1)
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, onSignal)
process.on('unhandledRejection', onBug)
process.on('uncaughtException', onBug)
// Whoever reads our first line may then close the pipe.
process.stdout.on('error', () => {})

const out = (line: string): void => void process.stdout.write(`${line}\n`)
try {
  await createProgram(version, { stop: stop.signal, env: process.env, out, note }).parseAsync()
} catch (error) {
  process.exitCode = tellError(error, note)
}
