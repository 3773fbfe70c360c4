// `nightjar demo`: everything without a configuration: one camera, our own broker, one user whose password opens all.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { loadConfig } from '../config/load.js'
import type { Config } from '../config/schema.js'
import { type CliDeps, runHouse } from './run-house.js'

interface DemoOptions {
  readonly json: boolean
  readonly source?: string
  readonly data?: string
  readonly httpPort: number
  readonly rtspPort: number
  readonly mqttPort: number
}

const portOf = (text: string): number => {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65535) return port
  throw new InvalidArgumentError('A port is a number from 0 to 65535.')
}

const sourceOf = (source: string | undefined): object => {
  if (source === undefined) return { kind: 'test-pattern' }
  return /^rtsps?:\/\//i.test(source) ? { kind: 'rtsp', url: source } : { kind: 'file', path: resolve(source) }
}

/** Checked like any other configuration; the paths in it are absolute already. */
export const demoConfig = (options: DemoOptions, data: string): Promise<Config> => {
  const config = {
    data,
    http: { port: options.httpPort },
    rtsp: { port: options.rtspPort, gateway: 'builtin' },
    mqtt: { embedded: { port: options.mqttPort, host: '127.0.0.1' } },
    cameras: [{ id: 'porch', name: 'Porch', source: sourceOf(options.source) }],
  }
  return loadConfig({ path: join(data, 'demo'), text: JSON.stringify(config), env: {} })
}

export const demoCommand = (deps: CliDeps): Command =>
  new Command('demo')
    .description('run Nightjar with one made-up camera (or yours), a broker and a user: nothing to configure')
    .option('--json', 'print the addresses and the user as one line of JSON on stdout', false)
    .option('--source <source>', 'a video file or an rtsp:// address instead of the made-up camera')
    .option('--data <folder>', 'where recordings are kept; without it in a temporary folder, removed at the end')
    .option('--http-port <port>', 'port of the page, 0 for any', portOf, 8080)
    .option('--rtsp-port <port>', 'port of the RTSP server, 0 for any', portOf, 8554)
    .option('--mqtt-port <port>', 'port of the MQTT broker (this machine only), 0 for any', portOf, 1883)
    .action(async (options: DemoOptions) => {
      const data = options.data ? resolve(options.data) : await mkdtemp(join(tmpdir(), 'nightjar-demo-'))
      try {
        const config = await demoConfig(options, data)
        const demo = { name: 'admin', password: randomBytes(9).toString('base64url') }
        const title = `Nightjar's demo is running (Ctrl-C ends it); recordings are in ${data}`
        await runHouse({ config, demo, json: options.json, title }, deps)
      } finally {
        if (!options.data) await rm(data, { recursive: true, force: true })
      }
    })
