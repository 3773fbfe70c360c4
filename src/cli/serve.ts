// `nightjar serve`: the configuration, and the house made from it.
import { Command } from 'commander'
import { supervisorOf } from '../lib/ha-supervisor.js'
import { type CliDeps, runHouse } from './run-house.js'
import { needConfig } from './which-config.js'

export const serveCommand = (deps: CliDeps): Command =>
  new Command('serve')
    .description('run Nightjar with a configuration file')
    .option(
      '-c, --config <file>',
      'the configuration, nightjar.yaml (or NIGHTJAR_CONFIG; none in a Home Assistant add-on)',
    )
    .option('--json', 'print the addresses as one line of JSON on stdout', false)
    .action(async ({ config: path, json }: { config?: string; json: boolean }) => {
      const config = await needConfig(path, deps.env)
      const supervisor = path === undefined ? supervisorOf(deps.env) : undefined
      const file = path ?? deps.env.NIGHTJAR_CONFIG
      const from = supervisor ? { supervisor } : file === undefined ? {} : { file }
      await runHouse({ config, json, title: 'Nightjar is running', ...from }, deps)
    })
