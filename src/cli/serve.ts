// `nightjar serve`: the configuration file, and the house made from it.
import { Command } from 'commander'
import { loadConfig } from '../config/load.js'
import { type CliDeps, runHouse } from './run-house.js'

export const serveCommand = (deps: CliDeps): Command =>
  new Command('serve')
    .description('run Nightjar with a configuration file')
    .requiredOption('-c, --config <file>', 'the configuration, nightjar.yaml')
    .option('--json', 'print the addresses as one line of JSON on stdout', false)
    .action(async ({ config: path, json }: { config: string; json: boolean }) => {
      const config = await loadConfig({ path, env: deps.env })
      await runHouse({ config, json, title: 'Nightjar is running' }, deps)
    })
