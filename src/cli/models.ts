// `nightjar models list | pull | verify`: the model files that detection uses. Where they come from and what they must
// be is vision/detectors/catalogue.ts's; this asks for them and shows how far it is.
import { join } from 'node:path'
import { Command } from 'commander'
import type { Clock } from '../lib/clock.js'
import { Failure } from '../lib/failure.js'
import { fetchFile } from '../lib/fetch-file.js'
import { nearest } from '../lib/suggest.js'
import { catalogue, conditionOf } from '../vision/detectors/catalogue.js'
import type { ModelFile } from '../vision/detectors/detector.js'
import { formatBar, megabytes } from './progress-bar.js'

export interface ModelsDeps {
  /** The data folder of this command line: its `models` folder is the place, where no --folder is given. */
  data(command: Command): string | Promise<string>
  /** One line for the person (stdout). */
  out(line: string): void
  /** Writes over the line before it, on a terminal; null where there is none. */
  readonly progress: ((line: string) => void) | null
  readonly stop: AbortSignal
  readonly clock: Clock
}

const WORDS = { good: 'there', missing: 'not there', damaged: 'DAMAGED' } as const

/** By its name, with or without `.onnx`. */
const find = (name: string): ModelFile => {
  const found = catalogue.find((file) => file.name === name || file.name === `${name}.onnx`)
  if (found) return found
  const names = catalogue.map((file) => file.name)
  const near = nearest(name, names)
  throw new Failure(
    'invalid',
    `there is no model ${name}: ${near ? `did you mean ${near}?` : `one of ${names.join(', ')}`}`,
  )
}

export const modelsCommand = ({ data, out, progress, stop, clock }: ModelsDeps): Command => {
  const models = new Command('models').description('list, fetch and check the models that detection uses')
  const folderOf = async (command: Command): Promise<string> =>
    command.optsWithGlobals<{ folder?: string }>().folder ?? join(await data(command), 'models')
  models
    .command('list')
    .description('show every model of the catalogue and whether it is there')
    .action(async (_options: object, command: Command) => {
      const folder = await folderOf(command)
      for (const file of catalogue) {
        const condition = WORDS[await conditionOf(folder, file)]
        out(`${file.name}  ${megabytes(file.bytes)}  ${condition}\n  ${file.what}\n  ${file.licence}\n  ${file.url}`)
      }
    })
  models
    .command('pull')
    .argument('[name]', 'one model; without it those that are recommended')
    .option('--from <place>', 'a mirror: an address or a folder in which the files lie')
    .description('fetch models; their checksums are checked')
    .action(async (name: string | undefined, { from }: { from?: string }, command: Command) => {
      const wanted = name === undefined ? catalogue.filter(({ recommended }) => recommended) : [find(name)]
      const folder = await folderOf(command)
      for (const file of wanted) {
        if ((await conditionOf(folder, file)) === 'good') {
          out(`${file.name} is there already`)
          continue
        }
        if (!progress) out(`fetching ${file.name} (${megabytes(file.bytes)})`)
        const onProgress = (so: number): void => progress?.(formatBar(file.name, so, file.bytes))
        const path = await fetchFile(file, { folder, from, clock, onProgress, signal: stop }).finally(() =>
          progress?.(''),
        )
        out(`${path} is there, its checksum is right`)
      }
    })
  models
    .command('verify')
    .description('check the checksums of the files that are there')
    .action(async (_options: object, command: Command) => {
      const folder = await folderOf(command)
      const conditions = await Promise.all(
        catalogue.map(async (file) => ({ file, is: await conditionOf(folder, file) })),
      )
      for (const { file, is } of conditions) if (is !== 'missing') out(`${file.name}  ${is}`)
      if (conditions.every(({ is }) => is === 'missing')) out(`there is no model in ${folder}`)
      const damaged = conditions.filter(({ is }) => is === 'damaged').map(({ file }) => file.name)
      if (damaged.length > 0) {
        throw new Failure('unavailable', `damaged: ${damaged.join(', ')} ("nightjar models pull" fetches them again)`)
      }
    })
  for (const command of models.commands) command.option('--folder <folder>', 'the folder of the models')
  return models
}
