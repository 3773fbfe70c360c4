// Child processes: started so that they die with us, every pipe read to its end, asked, waited for, killed. Keeps the
// last stderr lines for the one who asks why it died.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { Failure } from './failure.js'
import { redactText } from './redact.js'

export interface ChildPlan {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

export interface ChildOptions extends ChildPlan {
  /** A name for sentences: "tap of porch". */
  readonly name: string
  /** Readable pipes beyond stderr, as file descriptors 3, 4, … */
  readonly pipes?: number
  /** Sockets that take the place of pipes, by their index: their other ends are the caller's to read. */
  readonly sockets?: Readonly<Record<number, Socket>>
  /** A socket in place of stdout; `stdout` of the child is then nothing to read. */
  readonly stdoutTo?: Socket
  readonly stdin?: boolean
  /** Hears each stderr line, without credentials. */
  readonly onLine?: (line: string) => void
  /** It gets `env` only, nothing of our environment. */
  readonly bareEnv?: boolean
}

export interface ChildEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** The last stderr lines, newest last, at most 100. */
  readonly tail: readonly string[]
}

export interface Child extends AsyncDisposable {
  readonly pid: number | undefined
  readonly stdout: Readable
  /** Only with `stdin: true`. */
  readonly stdin: Writable | null
  /** Pipe `3 + index`. The consumer must read it to its end. */
  pipe(index: number): Readable
  /** Resolves when the process is gone and its pipes are closed; rejects when it could not be started. */
  readonly exited: Promise<ChildEnd>
  /** SIGTERM, then SIGKILL after `graceMs` (default 2000); resolves when it is gone. */
  stop(graceMs?: number): Promise<void>
}

const TAIL_LINES = 100
const SETPRIV = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path))

/** Starts a program without a shell. `stdout` and each extra pipe must be read by the caller. */
export const startChild = ({
  name,
  command,
  args,
  env,
  pipes = 0,
  sockets,
  stdoutTo,
  stdin = false,
  onLine,
  bareEnv = false,
}: ChildOptions): Child => {
  const [program, all] = SETPRIV ? [SETPRIV, ['--pdeathsig', 'KILL', command, ...args]] : [command, args]
  const child: ChildProcess = spawn(program, all, {
    stdio: [
      stdin ? 'pipe' : 'ignore',
      stdoutTo ?? 'pipe',
      'pipe',
      ...Array.from({ length: pipes }, (_, index) => sockets?.[index] ?? 'pipe'),
    ],
    env: { ...(bareEnv ? {} : process.env), ...env },
    // A Ctrl-C at the terminal is for us alone: children are ended by us, in order.
    detached: true,
  })
  const tail: string[] = []
  if (child.stderr) {
    createInterface({ input: child.stderr }).on('line', (raw) => {
      const line = redactText(raw)
      tail.push(line)
      if (tail.length > TAIL_LINES) tail.shift()
      onLine?.(line)
    })
  }
  const exited = new Promise<ChildEnd>((resolve, reject) => {
    child.once('error', (cause) =>
      reject(new Failure('unavailable', `${name}: ${command} can't be started`, { cause })),
    )
    child.once('close', (code, signal) => resolve({ code, signal, tail }))
  })
  exited.catch(() => {})
  // A child that dies while we write must be its exit's news, not an uncaught EPIPE.
  child.stdin?.on('error', () => {})
  const stop = async (graceMs = 2000): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    const hard = setTimeout(() => child.kill('SIGKILL'), graceMs)
    await exited.catch(() => {})
    clearTimeout(hard)
  }
  return {
    pid: child.pid,
    stdout: child.stdout as Readable,
    stdin: child.stdin,
    pipe: (index) => child.stdio[3 + index] as Readable,
    exited,
    stop,
    [Symbol.asyncDispose]: () => stop(),
  }
}

/** One sentence on how a child ended, with the last thing it said. */
export const describeEnd = (name: string, { code, signal, tail }: ChildEnd): string => {
  const how = signal ? `was ended by ${signal}` : `ended with code ${code}`
  const last = tail.findLast((line) => line.trim() !== '')
  return last ? `${name} ${how}: ${last}` : `${name} ${how}`
}
