// Subscriptions over a restart of ours: a client that subscribed is not to notice one. All cameras' are in one small
// file, written soon after one begins or ends, one write at a time; what can't be read is none.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../../lib/atomic-file.js'
import { isPlain } from '../../lib/check.js'
import type { Clock } from '../../lib/clock.js'
import { sentenceOf } from '../../lib/failure.js'
import type { Log } from '../../lib/log.js'
import { createSerial } from '../../lib/serial.js'
import type { Kept } from './subscription.js'

export interface SubscriptionFile extends AsyncDisposable {
  /** A camera's, as they were when the file was opened. */
  of(camera: string): readonly Kept[]
  /** These are a camera's from now on. */
  put(camera: string, kept: readonly Kept[]): void
}

const NAME = 'onvif-subscriptions.json'
const VERSION = 1
const SOON_MS = 1000

const isText = (value: unknown): value is string => typeof value === 'string'

const isPlace = (value: unknown): boolean => isPlain(value) && isText(value.address) && isText(value.remote)

const isKept = (value: unknown): value is Kept =>
  isPlain(value) &&
  [value.id, value.owner].every(isText) &&
  [value.until, value.life].every(Number.isFinite) &&
  (value.topics === null || (Array.isArray(value.topics) && value.topics.every(isText))) &&
  (value.consumer === null || isPlace(value.consumer))

const parse = (text: string): Map<string, readonly Kept[]> | undefined => {
  const all: unknown = JSON.parse(text)
  if (!isPlain(all) || all.version !== VERSION || !isPlain(all.cameras)) return undefined
  const cameras = Object.entries(all.cameras).filter((entry): entry is [string, Kept[]] => {
    const [, list] = entry
    return Array.isArray(list) && list.every(isKept)
  })
  return cameras.length === Object.keys(all.cameras).length ? new Map(cameras) : undefined
}

const format = (all: ReadonlyMap<string, readonly Kept[]>): string => {
  const cameras = Object.fromEntries([...all].filter(([, list]) => list.length > 0))
  return `${JSON.stringify({ version: VERSION, cameras }, null, 2)}\n`
}

const read = async (path: string, log: Log): Promise<ReadonlyMap<string, readonly Kept[]>> => {
  const lost = (why: string): void => log.warn(`onvif: ${path} ${why}: clients have to subscribe anew`)
  try {
    const found = parse(await readFile(path, 'utf8'))
    if (found) return found
    lost('is not of this version, or damaged')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') lost(`can't be read (${sentenceOf(error)})`)
  }
  return new Map()
}

/** In the data folder, of these cameras. Its end writes what has not been written. */
export const openSubscriptionFile = async (
  data: string,
  cameras: readonly string[],
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Promise<SubscriptionFile> => {
  const path = join(data, NAME)
  const before = await read(path, log)
  const now = new Map(cameras.map((camera) => [camera, before.get(camera) ?? []]))
  let written = format(before)
  let soon: Disposable | undefined
  const inTurn = createSerial()

  const write = async (): Promise<void> => {
    const text = format(now)
    if (text === written) return
    try {
      await writeFileAtomic(path, text)
      written = text
    } catch (error) {
      log.warn(`onvif: ${path} can't be written (${sentenceOf(error)}): clients may have to subscribe anew`)
    }
  }
  return {
    of: (camera) => before.get(camera) ?? [],
    put: (camera, kept) => {
      now.set(camera, kept)
      soon ??= clock.after(SOON_MS, () => {
        soon = undefined
        void inTurn(write)
      })
    },
    [Symbol.asyncDispose]: async () => {
      soon?.[Symbol.dispose]()
      await inTurn(soon ? write : () => {})
    },
  }
}
