// What `serve` and `demo` share: start the house, tell where it is, wait until it is asked to end, end it.
import type { Addresses } from '../addresses.js'
import type { AppDeps } from '../app.js'
import { createSystemClock } from '../lib/clock.js'
import { createLog } from '../lib/log.js'
import { isEverywhere, networkHosts } from '../lib/network.js'
import { runChecks } from './checks.js'

export interface CliDeps {
  /** Aborts when the process is asked to end. */
  readonly stop: AbortSignal
  readonly env: NodeJS.ProcessEnv
  /** A line on stdout. */
  out(line: string): void
  /** A line on stderr, past the log. */
  note(line: string): void
}

export interface RunOptions extends Pick<AppDeps, 'config' | 'demo' | 'supervisor' | 'file'> {
  readonly json: boolean
  readonly title: string
}

/** The addresses for a person. The doors that are open to the network are told with its addresses, too. */
export const describeAddresses = (
  title: string,
  { http, rtsp, mqtt, onvif = {}, line, users }: Addresses,
  open: { readonly http: boolean; readonly rtsp: boolean },
  hosts: readonly string[],
): string => {
  const row = (label: string, text: string): string => `  ${label.padEnd(9)} ${text}`
  const also = (address: string, isOpen: boolean): string[] =>
    isOpen ? hosts.map((host) => row('', address.replace(/\/\/[^/:]+/, `//${host}`))) : []
  return [
    '',
    title,
    row('Page', http),
    ...also(http, open.http),
    ...Object.entries(rtsp).flatMap(([camera, address]) => [row(camera, address), ...also(address, open.rtsp)]),
    ...(mqtt ? [row('MQTT', mqtt)] : []),
    ...Object.entries(onvif).map(([camera, address]) => row('ONVIF', `${address} (${camera})`)),
    ...(line ? [row('Line', line)] : []),
    ...users.map(({ name, password }) => row('Sign in', `${name} / ${password}`)),
    '',
  ].join('\n')
}

/** Runs the house until it is asked to stop, and ends it. */
export const runHouse = async (
  { json, title, ...what }: RunOptions,
  { stop, env, out, note }: CliDeps,
): Promise<void> => {
  // Loaded here: the other commands answer at once, without the whole house.
  const { startApp } = await import('../app.js')
  const { http, rtsp, logging } = what.config
  const app = await startApp({
    ...{ ...what, clock: createSystemClock(), log: createLog(logging.level), env, doctor: runChecks, announce: note },
    exit: () => void process.kill(process.pid, 'SIGTERM'),
  })
  try {
    const addresses = app.addresses()
    const open = { http: isEverywhere(http.host), rtsp: isEverywhere(rtsp.host) }
    out(json ? JSON.stringify(addresses) : describeAddresses(title, addresses, open, networkHosts()))
    if (!stop.aborted) await new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }))
  } finally {
    await app[Symbol.asyncDispose]()
  }
}
