// `nightjar grab` and `nightjar watch`: a short stream of pictures for scripts, from a Nightjar that runs.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { Failure, sentenceOf } from '../lib/failure.js'
import { makeFolder } from '../lib/make-folder.js'
import { type Frame, framesOverHttp } from './frames-over-http.js'
import type { CliDeps } from './run-house.js'

export interface FramesDeps extends CliDeps {
  /** Asks without showing what is typed; null where nobody can be asked. */
  ask(question: string): Promise<string | null>
  /** Aborts when nobody reads our lines any more (`| head`). */
  unread(): AbortSignal
}

interface FramesOptions {
  readonly url: string
  readonly camera?: string
  readonly user?: string
  readonly annotated: boolean
  readonly seconds?: number
  readonly json?: boolean
}

const secondsOf = (text: string): number => {
  const seconds = Number(text)
  if (seconds > 0 && seconds <= 86_400) return seconds
  throw new InvalidArgumentError('That is a number of seconds, above 0 and at most 86400.')
}

const withAddress = (command: Command): Command =>
  command
    .option('--url <address>', 'where Nightjar runs', 'http://127.0.0.1:8080')
    .option('--camera <id>', 'which camera; without it the first')
    .option('--user <name>', 'a user; the password comes from NIGHTJAR_PASSWORD, or is asked for')
    .option('--annotated', 'with what is seen drawn in', false)

/** A token, or name and password: neither belongs on a command line, which everybody on the machine can read. */
const authorizationOf = async ({ user }: FramesOptions, { env, ask }: FramesDeps): Promise<string | null> => {
  if (env.NIGHTJAR_TOKEN && user === undefined) return `Bearer ${env.NIGHTJAR_TOKEN}`
  if (user === undefined) return null
  const password = env.NIGHTJAR_PASSWORD ?? (await ask(`Password of ${user}: `))
  if (password === null) throw new Failure('invalid', `which password? Please set NIGHTJAR_PASSWORD to that of ${user}`)
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

/** Hears each picture until the time is over or one is asked to end. */
const follow = async (
  options: FramesOptions,
  deps: FramesDeps,
  hear: (frame: Frame) => Promise<void> | void,
): Promise<number> => {
  const { url, camera = null, annotated, seconds } = options
  const authorization = await authorizationOf(options, deps)
  const end = seconds === undefined ? [] : [AbortSignal.timeout(seconds * 1000)]
  const signal = AbortSignal.any([deps.stop, deps.unread(), ...end])
  let count = 0
  for await (const frame of framesOverHttp({ url, camera, annotated, authorization, signal })) {
    await hear(frame)
    count += 1
  }
  return count
}

const isoOf = ({ at }: Frame): string => new Date(at).toISOString()

/** `frame-000123_2026-11-20T12-00-00.123Z_dark042_day.jpg` */
export const fileOf = (frame: Frame): string => {
  const number = String(frame.id).padStart(6, '0')
  const dark = String(frame.dark).padStart(3, '0')
  return `frame-${number}_${isoOf(frame).replaceAll(':', '-')}_dark${dark}_${frame.night ? 'night' : 'day'}.jpg`
}

export const grabCommand = (deps: FramesDeps): Command =>
  withAddress(new Command('grab'))
    .description('save the pictures of a running Nightjar for some seconds, what is known of each in its name')
    .requiredOption('--seconds <number>', 'for how long', secondsOf)
    .requiredOption('--dir <folder>', 'where to; made if it is not there')
    .action(async ({ dir, ...options }: FramesOptions & { dir: string }) => {
      const broken = (cause: unknown): never => {
        throw new Failure('storage', `${dir} can't be written: ${sentenceOf(cause)}`, { cause })
      }
      await makeFolder(dir).catch(broken)
      const count = await follow(options, deps, (frame) =>
        writeFile(join(dir, fileOf(frame)), frame.jpeg).catch(broken),
      )
      if (count === 0) throw new Failure('unavailable', 'no picture came in that time')
      deps.out(`${count} pictures in ${dir}`)
    })

export const watchCommand = (deps: FramesDeps): Command =>
  withAddress(new Command('watch'))
    .description('print a line for each picture of a running Nightjar: number, time, darkness, day or night, size')
    .option('--seconds <number>', 'for how long; without it until Ctrl-C', secondsOf)
    .option('--json', 'print JSON, one line a picture', false)
    .action(async (options: FramesOptions) => {
      await follow(options, deps, (frame) => {
        const { id, at, dark, night, jpeg } = frame
        const facts = { frame: id, at: at / 1000, dark, night, bytes: jpeg.length }
        deps.out(
          options.json
            ? JSON.stringify(facts)
            : `frame ${id}  ${isoOf(frame)}  dark ${dark}  ${night ? 'night' : 'day'}  ${jpeg.length} bytes`,
        )
      })
    })
