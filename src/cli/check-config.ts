// `nightjar check-config`: whether a configuration can be used, and what it comes to.
import { Command } from 'commander'
import { stringify } from 'yaml'
import { dumpConfig } from '../config/dump.js'
import { loadConfig } from '../config/load.js'
import type { CliDeps } from './run-house.js'

export const checkConfigCommand = ({ env, out }: CliDeps): Command =>
  new Command('check-config')
    .description('check a configuration file and list everything that is wrong with it')
    .argument('<file>', 'the configuration, nightjar.yaml')
    .option('--print', 'print the whole configuration with its defaults; secrets are shown as "***"', false)
    .action(async (path: string, { print }: { print: boolean }) => {
      const masked: string[] = []
      const config = await loadConfig({ path, env, onMask: (at) => void masked.push(at) })
      const cameras = config.cameras.map(({ id, source }) => `${id} (${source.kind})`).join(', ')
      if (print) out(stringify(dumpConfig(config)).trimEnd())
      else out(`${path} is fine. Cameras: ${cameras}. MQTT: ${config.mqtt ? 'on' : 'off'}.`)
      if (!print && masked.length > 0)
        out(`Before it can run, put in the secrets that it shows as "***": ${masked.join(', ')}.`)
    })
