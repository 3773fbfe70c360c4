// What is written to a publisher's standard input: another program's output, or pictures that we fetch over HTTP. Lives
// as long as the publisher's child.
import type { Writable } from 'node:stream'
import type { Clock } from '../lib/clock.js'
import { Failure } from '../lib/failure.js'
import type { Log } from '../lib/log.js'
import { type ChildPlan, describeEnd, startChild } from '../lib/process.js'
import type { InputPlan } from '../sources/source.js'
import { readHttpPictures } from './http-pictures.js'

export interface InputDeps {
  readonly input: InputPlan
  readonly to: Writable
  readonly name: string
  readonly clock: Clock
  readonly log: Log
  /** Called once at most: nothing more will come. */
  onBroken(problem: Failure): void
}

export const openInput = (deps: InputDeps): AsyncDisposable => {
  const { input } = deps
  return input.from === 'program' ? pipeProgram(deps, input.program) : fetchPictures(deps, input.pictures)
}

const pipeProgram = ({ to, name, log, onBroken }: InputDeps, plan: ChildPlan): AsyncDisposable => {
  const what = `${plan.command} for the ${name}`
  const child = startChild({ ...plan, name: what, onLine: (line) => log.debug({ line }, what) })
  child.stdout.pipe(to)
  // Its output is read to its end also when nobody takes it any more.
  to.once('error', () => child.stdout.resume())
  to.once('close', () => child.stdout.resume())
  let ending = false
  const ended = child.exited.then(
    (end) => ending || onBroken(new Failure('unavailable', describeEnd(plan.command, end))),
    (error: Failure) => ending || onBroken(error),
  )
  return {
    [Symbol.asyncDispose]: async () => {
      ending = true
      await child.stop()
      await ended
    },
  }
}

const BOUNDARY = 'nightjar'

const fetchPictures = (
  { to, clock, onBroken }: InputDeps,
  pictures: Extract<InputPlan, { from: 'http' }>['pictures'],
): AsyncDisposable => {
  const over = new AbortController()
  let full = false
  to.on('drain', () => {
    full = false
  })
  const write = (picture: Buffer): void => {
    // An encoder that is behind gets the next one: old pictures are worth nothing.
    if (full || !to.writable) return
    to.write(`--${BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: ${picture.length}\r\n\r\n`)
    to.write(picture)
    full = !to.write('\r\n')
  }
  const reading = readHttpPictures(pictures, { clock, signal: over.signal, onPicture: write }).catch(
    (error: unknown) => {
      if (over.signal.aborted) return
      onBroken(
        error instanceof Failure ? error : new Failure('unavailable', 'the camera gives no pictures', { cause: error }),
      )
    },
  )
  return {
    [Symbol.asyncDispose]: () => {
      over.abort()
      return reading
    },
  }
}
