// What one notifier has still to send, on the disk: a small file for each message, so that a restart of ours loses none
// and a broken file only itself. Pictures lie on the shelf already, where a message finds them by their item.
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../../lib/atomic-file.js'
import { isPlain } from '../../lib/check.js'
import { sentenceOf } from '../../lib/failure.js'
import type { Log } from '../../lib/log.js'
import { makeFolder } from '../../lib/make-folder.js'
import { createSerial } from '../../lib/serial.js'

/** One message that waits. */
export interface Slip<Item> {
  readonly item: Item
  /** Wall ms since when it waits. */
  readonly at: number
  /** It was sent, or never will be. */
  remove(): void
}

/** After dispose the disk says what it was told. */
export interface Outbox<Item> extends AsyncDisposable {
  /** What an earlier run could not send, oldest first. */
  readonly left: readonly Slip<Item>[]
  /** Written in the background: a disk that is full or broken costs no message, only its life over a restart. */
  put(item: Item, at: number): Slip<Item>
}

export interface OutboxDeps<Item> {
  /** For the log. */
  readonly name: string
  readonly folder: string
  /** Undefined: that is none. */
  read(value: unknown): Item | undefined
  readonly log: Log
}

const FILE = /^(\d{9})\.json$/
const DRAFT = /\.draft$/

export const openOutbox = async <Item>({ name, folder, read, log }: OutboxDeps<Item>): Promise<Outbox<Item>> => {
  const inTurn = createSerial()
  let complained = false
  const work = (task: () => Promise<void>): void =>
    void inTurn(task).then(
      () => {
        complained = false
      },
      (error: unknown) => {
        if (!complained) log.warn(`${name}: what waits can't be kept over a restart: ${sentenceOf(error)}`)
        complained = true
      },
    )
  const pathOf = (number: number): string => join(folder, `${String(number).padStart(9, '0')}.json`)
  const slipOf = (item: Item, at: number, number: number): Slip<Item> => {
    const remove = (): void => work(() => rm(pathOf(number), { force: true }))
    return { item, at, remove }
  }

  const open = async (number: number): Promise<Slip<Item>[]> => {
    const text = await readFile(pathOf(number), 'utf8')
    const { at, item } = parse(text)
    const message = read(item)
    if (typeof at === 'number' && message !== undefined) return [slipOf(message, at, number)]
    log.warn(`${name}: ${pathOf(number)} is broken: its message is lost`)
    await rm(pathOf(number), { force: true })
    return []
  }
  const left: Slip<Item>[] = []
  let last = 0
  const found = await readdir(folder).catch(nothing(`${name}: ${folder} can't be read`, log))
  for (const file of found.sort()) {
    const number = Number(FILE.exec(file)?.[1])
    if (Number.isSafeInteger(number)) {
      last = number
      left.push(...(await open(number).catch(nothing(`${name}: ${file} can't be read`, log))))
    } else if (DRAFT.test(file)) work(() => rm(join(folder, file), { force: true }))
  }
  return {
    left,
    put: (item, at) => {
      last += 1
      const path = pathOf(last)
      work(async () => {
        await makeFolder(folder, 0o700)
        await writeFileAtomic(path, JSON.stringify({ at, item }))
      })
      return slipOf(item, at, last)
    },
    [Symbol.asyncDispose]: () => inTurn(async () => {}),
  }
}

const parse = (text: string): { readonly at?: unknown; readonly item?: unknown } => {
  try {
    const value: unknown = JSON.parse(text)
    return isPlain(value) ? value : {}
  } catch {
    return {}
  }
}

/** What can't be read is no reason not to start. */
const nothing =
  (what: string, log: Log) =>
  (error: NodeJS.ErrnoException): [] => {
    if (error.code !== 'ENOENT') log.warn(`${what}: ${sentenceOf(error)}`)
    return []
  }
