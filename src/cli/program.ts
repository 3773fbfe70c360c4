// The command line as a whole: the commands, their common help, and how an error is told.
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { Command, CommanderError } from 'commander'
import { loadConfig } from '../config/load.js'
import { createSystemClock } from '../lib/clock.js'
import { Failure } from '../lib/failure.js'
import { redactText } from '../lib/redact.js'
import { checkConfigCommand } from './check-config.js'
import { demoCommand } from './demo.js'
import { discoverCommand } from './discover.js'
import { doctorCommand } from './doctor.js'
import { grabCommand, watchCommand } from './frames.js'
import { mediamtxCommand, thisMachine } from './mediamtx.js'
import { modelsCommand } from './models.js'
import { replayCommand } from './replay.js'
import type { CliDeps } from './run-house.js'
import { serveCommand } from './serve.js'
import { usersCommand } from './users.js'

const HELP = `
Examples:
  nightjar demo                               see it work, nothing to configure
  nightjar check-config nightjar.yaml         is the configuration right?
  nightjar serve --config nightjar.yaml       run it
  nightjar doctor --config nightjar.yaml      what is missing on this machine?
  nightjar discover                           which ONVIF cameras are on the network?
  nightjar replay porch.mp4                   what would have been told, and why?
  nightjar grab --seconds 5 --dir frames      pictures of a running Nightjar, for scripts
  nightjar users passwd admin --config nightjar.yaml
  nightjar models pull --config nightjar.yaml  what detection needs
  nightjar mediamtx pull --config nightjar.yaml  for WebRTC and the Pi's camera

All options of nightjar.yaml: docs/configuration.md`

/** Asks without showing what is typed. */
const askHidden = async (question: string): Promise<string | null> => {
  if (!process.stdin.isTTY) return null
  process.stderr.write(question)
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true })
  try {
    return await terminal.question('')
  } finally {
    terminal.close()
    process.stderr.write('\n')
  }
}

/** The data folder that a command line names, for a command that works without a running service. */
const dataOf =
  (env: NodeJS.ProcessEnv, what: string) =>
  async (command: Command): Promise<string> => {
    const { config, data: folder } = command.optsWithGlobals<{ config?: string; data?: string }>()
    if (folder) return folder
    if (config) return (await loadConfig({ path: config, env })).data
    if (env.NIGHTJAR_DATA) return env.NIGHTJAR_DATA
    throw new Failure('invalid', `${what} Please add --config nightjar.yaml, or --data and the data folder`)
  }

const withData = (group: Command): Command => {
  for (const command of group.commands) {
    command.option('-c, --config <file>', 'the configuration, nightjar.yaml')
    command.option('--data <folder>', 'the data folder, instead of --config')
  }
  return group
}

const usersOf = ({ env, out }: CliDeps): Command =>
  withData(usersCommand({ data: dataOf(env, 'which users?'), out, ask: askHidden }))

/** Writes over the line before. */
const overwrite = (line: string): void => void process.stderr.write(`\r\u001b[K${line}`)

/** What a command that downloads is given. */
const downloading = ({ env, out, stop }: CliDeps, what: string) => ({
  ...{ data: dataOf(env, what), out, stop, clock: createSystemClock() },
  progress: process.stderr.isTTY ? overwrite : null,
})

const unread = (): AbortSignal => {
  const gone = new AbortController()
  process.stdout.once('error', () => gone.abort())
  return gone.signal
}

const grabOf = (deps: CliDeps): Command => grabCommand({ ...deps, ask: askHidden, unread })
const watchOf = (deps: CliDeps): Command => watchCommand({ ...deps, ask: askHidden, unread })

const modelsOf = (deps: CliDeps): Command => withData(modelsCommand(downloading(deps, 'which models?')))

const mediamtxOf = (deps: CliDeps): Command =>
  withData(mediamtxCommand({ ...downloading(deps, 'for which house?'), machine: thisMachine() }))

export const createProgram = (version: string, deps: CliDeps): Command => {
  const program = new Command('nightjar')
    .description('A camera service for Home Assistant: RTSP, MJPEG, recordings and MQTT entities from any camera.')
    .version(version, '-V, --version')
    .addHelpText('after', HELP)
  for (const command of [
    serveCommand,
    demoCommand,
    checkConfigCommand,
    doctorCommand,
    discoverCommand,
    replayCommand,
    grabOf,
    watchOf,
    usersOf,
    modelsOf,
    mediamtxOf,
  ]) {
    program.addCommand(command(deps))
  }
  const all = [program, ...program.commands.flatMap((command) => [command, ...command.commands])]
  for (const command of all) command.exitOverride().showHelpAfterError('(add --help for what there is)')
  return program
}

/** Tells a person what went wrong; the exit code: 2 for what was asked or configured wrong, else 1. */
export const tellError = (error: unknown, note: (line: string) => void): number => {
  // Commander has said it already (or it was --help).
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof Failure) {
    const lines = error.message.split('\n')
    note(
      lines.length === 1
        ? `nightjar: ${error.message}`
        : ['nightjar: several things are wrong:', ...lines].join('\n  '),
    )
    return error.code === 'invalid' ? 2 : 1
  }
  note(redactText(error instanceof Error && error.stack ? error.stack : String(error)))
  return 1
}
