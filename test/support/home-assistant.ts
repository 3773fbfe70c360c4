// The real Home Assistant of ../shared/home-assistant, in a chroot that its set-up makes once (minutes).
import { execFile, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { freePort } from './mosquitto.js'

const run = promisify(execFile)
const tools = join(dirname(fileURLToPath(import.meta.url)), '../../../shared/home-assistant')

/**
 * Half a minute after something was enabled Home Assistant loads the whole integration anew by itself: it then loses
 * what is asked just then, and complains about device triggers that were removed before.
 */
const ITS_OWN_RELOAD_MS = 40_000

/** Why it can't run here; null when it can. */
export const whyNot = (): string | null => {
  if (!existsSync(join(tools, 'ha.py'))) return `${tools} is not there`
  if (process.getuid?.() !== 0) return 'it needs root, for its chroot'
  if (spawnSync('unshare', ['--mount', 'true']).status !== 0) return 'this machine does not allow mount namespaces'
  return null
}

export interface Entity {
  readonly unique_id: string | null
  readonly entity_id: string
  readonly state: string | null
  readonly device_class: string | null
  readonly entity_category: string | null
  readonly unit: string | null
  readonly disabled_by: string | null
  readonly attributes: Readonly<Record<string, unknown>>
}

export interface Dump {
  readonly devices: readonly {
    readonly id: string
    readonly name: string
    readonly via_device_id: string | null
    readonly configuration_url: string | null
    readonly sw_version: string | null
    readonly mqtt: { readonly ignored_keys: object }
    readonly device_triggers: readonly { readonly type: string; readonly subtype: string }[]
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
  /** The same, with a time of its own. */
  within(seconds: number, ...conditions: string[]): Promise<void>
  /** Rejects when a condition does not hold in time. */
  call(service: string, uniqueId: string, data?: object, ...until: string[]): Promise<void>
  /** What it shows as the picture of an entity. */
  picture(uniqueId: string, file: string): Promise<void>
  /** Takes its time: see ITS_OWN_RELOAD_MS. */
  enable(...uniqueIds: string[]): Promise<void>
  /** Of any entity, by its entity id. */
  state(entityId: string): Promise<string>
  /** Any command of ha.py; its JSON. Rejects with what it printed when the thing asked for did not happen. */
  run(...args: string[]): Promise<unknown>
  /** With the configuration that it has, and what it knows. */
  restart(): Promise<void>
}

export interface HomeOptions {
  /** The folder of the chroot; without it that of the newest. */
  readonly chroot?: string
  /** More of its configuration.yaml. */
  readonly yaml?: string
  /** A folder that becomes its `blueprints`. */
  readonly blueprints?: string
}

/** With its MQTT integration added through the form, as the form suggests; null: without. */
export const startHomeAssistant = async (
  mqtt: string | null,
  { chroot = process.env.HA_EVAL_CHROOT ?? '/opt/ha-chroot', yaml = '', blueprints }: HomeOptions = {},
): Promise<HomeAssistant> => {
  const folder = mkdtempSync(join(tmpdir(), 'nightjar-ha-'))
  const ha = async (...args: string[]): Promise<string> => {
    const whole = [join(tools, 'ha.py'), '--dir', join(folder, 'ha'), ...args]
    const env = { ...process.env, HA_EVAL_CHROOT: chroot }
    return (await run('python3', whole, { maxBuffer: 64 * 1024 * 1024, env })).stdout
  }
  if (!existsSync(join(chroot, 'etc/ha-eval-chroot')))
    await run(join(tools, 'setup.sh'), { env: { ...process.env, HA_EVAL_CHROOT: chroot } })
  const more = join(folder, 'more.yaml')
  writeFileSync(more, yaml)
  const broker = mqtt === null ? [] : ['--mqtt', mqtt]
  await ha('start', '--port', String(await freePort()), ...broker, '--extra-yaml', more)
  if (blueprints) {
    cpSync(blueprints, join(folder, 'ha/config/blueprints'), { recursive: true })
    await ha('call', 'automation.reload')
  }
  return {
    dump: async () => JSON.parse(await ha('dump', '--platform', 'mqtt')) as Dump,
    wait: async (...conditions) => void (await ha('wait', ...conditions, '--timeout', '20')),
    within: async (seconds, ...conditions) => void (await ha('wait', ...conditions, '--timeout', String(seconds))),
    call: async (service, uniqueId, data = {}, ...until) => {
      const conditions = until.flatMap((condition) => ['--until', condition])
      await ha('call', service, uniqueId, '--data', JSON.stringify(data), '--wait', '0', ...conditions)
    },
    picture: async (uniqueId, file) => void (await ha('snapshot', uniqueId, file)),
    state: async (entityId) =>
      (JSON.parse(await ha('rest', 'GET', `/api/states/${entityId}`)) as { state: string }).state,
    run: async (...args) => JSON.parse(await ha(...args)) as unknown,
    enable: async (...uniqueIds) => {
      await ha('enable', ...uniqueIds)
      await sleep(ITS_OWN_RELOAD_MS)
    },
    restart: async () => void (await ha('restart')),
    [Symbol.asyncDispose]: async () => {
      await ha('stop')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
