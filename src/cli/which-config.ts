// Which configuration a command is about: the file that was named, else the one of the environment (a container, a
// systemd service) or, in a Home Assistant add-on, what its form says.
import { loadConfig } from '../config/load.js'
import { loadAddonConfig } from '../config/load-addon.js'
import type { Config } from '../config/schema.js'
import { Failure } from '../lib/failure.js'
import { supervisorOf } from '../lib/ha-supervisor.js'

/** Null when nothing says which. */
export const findConfig = async (named: string | undefined, env: NodeJS.ProcessEnv): Promise<Config | null> => {
  if (named === undefined && supervisorOf(env)) return loadAddonConfig(env)
  const path = named ?? env.NIGHTJAR_CONFIG
  return path === undefined ? null : loadConfig({ path, env })
}

export const needConfig = async (named: string | undefined, env: NodeJS.ProcessEnv): Promise<Config> => {
  const config = await findConfig(named, env)
  if (config) return config
  throw new Failure('invalid', 'which configuration? Please add --config nightjar.yaml')
}
