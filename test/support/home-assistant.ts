// The real Home Assistant of ../shared/home-assistant, in a chroot that its set-up makes once (minutes).
import { execFile, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { freePort } from './mosquitto.js'

const run = promisify(execFile)
const tools = join(dirname(fileURLToPath(import.meta.url)), '../../../shared/home-assistant')

/** Why it can't run here; null when it can. */
export const whyNot = (): string | null => {
  if (!existsSync(join(tools, 'ha.py'))) return `${tools} is not there`
  if (process.getuid?.() !== 0) return 'it needs root, for its chroot'
  if (spawnSync('unshare', ['--mount', 'true']).status !== 0) return 'this machine does not allow mount namespaces'
  return null
}

export interface Entity {
  readonly unique_id: string
  readonly entity_id: string
  readonly state: string | null
  readonly device_class: string | null
  readonly entity_category: string | null
}

export interface Dump {
  readonly devices: readonly {
    readonly id: string
    readonly name: string
    readonly via_device_id: string | null
    readonly configuration_url: string | null
    readonly sw_version: string | null
    readonly mqtt: { readonly ignored_keys: object }
  }[]
  readonly entities: readonly Entity[]
  readonly issues: readonly { readonly domain: string }[]
  /** WARNING and worse that mention mqtt. */
  readonly log: { readonly matching: readonly unknown[] }
}

export interface HomeAssistant extends AsyncDisposable {
  dump(): Promise<Dump>
  /** `unique_id=state`; rejects when it does not become so. */
  wait(...conditions: string[]): Promise<void>
  call(service: string, uniqueId: string, data?: object): Promise<void>
  /** What it shows as the picture of an entity. */
  picture(uniqueId: string, file: string): Promise<void>
}

/** With its MQTT integration added through the form, as the form suggests. */
export const startHomeAssistant = async (mqtt: string): Promise<HomeAssistant> => {
  const folder = mkdtempSync(join(tmpdir(), 'nightjar-ha-'))
  const ha = async (...args: string[]): Promise<string> => {
    const whole = [join(tools, 'ha.py'), '--dir', join(folder, 'ha'), ...args]
    return (await run('python3', whole, { maxBuffer: 64 * 1024 * 1024 })).stdout
  }
  const chroot = process.env.HA_EVAL_CHROOT ?? '/opt/ha-chroot'
  if (!existsSync(join(chroot, 'etc/ha-eval-chroot'))) await run(join(tools, 'setup.sh'))
  await ha('start', '--port', String(await freePort()), '--mqtt', mqtt)
  return {
    dump: async () => JSON.parse(await ha('dump', '--platform', 'mqtt')) as Dump,
    wait: async (...conditions) => void (await ha('wait', ...conditions, '--timeout', '20')),
    call: async (service, uniqueId, data = {}) =>
      void (await ha('call', service, uniqueId, '--data', JSON.stringify(data))),
    picture: async (uniqueId, file) => void (await ha('snapshot', uniqueId, file)),
    [Symbol.asyncDispose]: async () => {
      await ha('stop')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
