// The whole house as a user starts it: the built program, its addresses, its process tree.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface Addresses {
  readonly http: string
  readonly rtsp: Readonly<Record<string, string>>
  readonly mqtt: string
  readonly line?: string
  readonly users: readonly { readonly name: string; readonly password: string }[]
}

export interface Nightjar extends AsyncDisposable {
  readonly addresses: Addresses
  readonly data: string
  readonly pid: number
  readonly logs: readonly string[]
  /** Ends with the exit code, or the signal's name. */
  readonly exited: Promise<number | string>
  readonly auth: string
  get(path: string, init?: RequestInit): Promise<Response>
  json<Answer = Record<string, unknown>>(path: string, init?: RequestInit): Promise<Answer>
  signal(signal: NodeJS.Signals): void
}

const START_MS = 30_000

/** Runs `node dist/main.js <args> --json`; free ports and a fresh data folder for the demo unless told. */
export const startNightjar = async (
  args: readonly string[],
  data = mkdtempSync(join(tmpdir(), 'nightjar-test-')),
): Promise<Nightjar> => {
  const demo = args[0] === 'demo' ? ['--data', data, '--http-port', '0', '--rtsp-port', '0', '--mqtt-port', '0'] : []
  const child: ChildProcess = spawn(process.execPath, ['dist/main.js', ...args, ...demo, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const logs: string[] = []
  if (child.stderr) createInterface({ input: child.stderr }).on('line', (line) => logs.push(line))
  const exited = new Promise<number | string>((resolve) =>
    child.once('exit', (code, signal) => resolve(code ?? signal ?? -1)),
  )
  const first = new Promise<string>((resolve, reject) => {
    if (child.stdout) createInterface({ input: child.stdout }).once('line', resolve)
    setTimeout(() => reject(new Error(`nothing after ${START_MS} ms\n${logs.join('\n')}`)), START_MS).unref()
    void exited.then((end) => reject(new Error(`ended with ${end}\n${logs.join('\n')}`)))
  })
  const addresses = JSON.parse(await first) as Addresses
  const user = addresses.users[0]
  const auth = `Basic ${Buffer.from(`${user?.name}:${user?.password}`).toString('base64')}`
  const get = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(new URL(path, addresses.http), { ...init, headers: { authorization: auth, ...init.headers } })
  return {
    addresses,
    data,
    pid: child.pid ?? 0,
    logs,
    exited,
    auth,
    get,
    json: async <Answer>(path: string, init?: RequestInit) => (await (await get(path, init)).json()) as Answer,
    signal: (signal) => void child.kill(signal),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM')
      const hard = setTimeout(() => child.kill('SIGKILL'), 10_000)
      await exited
      clearTimeout(hard)
      rmSync(data, { recursive: true, force: true })
    },
  }
}

export interface RunningProcess {
  readonly pid: number
  readonly command: string
}

/** Every process below this one, from /proc. */
export const childrenOf = (parent: number): RunningProcess[] => {
  const all: { pid: number; ppid: number; command: string }[] = []
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      const ppid = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
      all.push({
        pid: Number(name),
        ppid,
        command: readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim(),
      })
    } catch {
      // It ended while we read.
    }
  }
  const below = (pid: number): RunningProcess[] =>
    all.filter(({ ppid }) => ppid === pid).flatMap((one) => [one, ...below(one.pid)])
  return below(parent)
}

export const alive = (pid: number): boolean => {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

/** Waits until `check` gives something, or fails with `what` after `ms`. */
export const until = async <T>(
  what: string,
  check: () => T | undefined | false | null | Promise<T | undefined | false | null>,
  ms = 20_000,
): Promise<T> => {
  const end = Date.now() + ms
  for (;;) {
    const found = await check()
    if (found) return found
    if (Date.now() > end) throw new Error(`waited ${ms} ms for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
