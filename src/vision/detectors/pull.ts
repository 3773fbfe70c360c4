// Fetches model files: over HTTP from where they are published or a mirror, or from a folder. A file is there only once
// its checksum is right; what was half fetched is removed.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../lib/clock.js'
import { Failure } from '../../lib/failure.js'
import { redactText } from '../../lib/redact.js'
import type { ModelFile } from './detector.js'

export interface PullOptions {
  /** The models' folder; made where it is missing. */
  readonly folder: string
  /** A mirror: an http(s) address or a folder in which the file lies by its name. Default: where it is published. */
  readonly from?: string | undefined
  readonly clock: Clock
  readonly onProgress?: (bytes: number) => void
  readonly signal?: AbortSignal
  /** Milliseconds without a single byte. */
  readonly patience?: number
}

const PATIENCE = 30_000

const isAddress = (from: string): boolean => /^https?:\/\//.test(from)

/** The reason in the words of the network: fetch hides it in the cause. */
const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (cause instanceof AggregateError) return reasonOf(cause.errors[0])
  const code = (cause as { code?: unknown }).code
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'its name is not known here (is there a network?)'
  if (code === 'ECONNREFUSED') return 'nobody answers there'
  return cause instanceof Error ? cause.message : String(cause)
}

const openAddress = async (url: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> => {
  const host = new URL(url).host
  const answer = await fetch(url, { signal, redirect: 'follow' }).catch((error: unknown) => {
    if (signal.aborted) throw signal.reason
    throw new Failure('unavailable', `${host} can't be reached: ${reasonOf(error)}`, { cause: error })
  })
  if (!answer.ok || !answer.body) {
    await answer.body?.cancel()
    throw new Failure('unavailable', `${redactText(url)} answers ${answer.status} ${answer.statusText}`.trim())
  }
  return answer.body
}

const write = async (source: AsyncIterable<Uint8Array>, to: FileHandle, onBytes: (bytes: number) => void) => {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of source) {
    hash.update(chunk)
    await to.writeFile(chunk)
    bytes += chunk.length
    onBytes(bytes)
  }
  return { bytes, sha256: hash.digest('hex') }
}

/** The path of the file. Failure 'unavailable', 'timeout' or 'storage'. */
export const pullModel = async (
  { name, url, bytes, sha256 }: ModelFile,
  { folder, from, clock, onProgress, signal, patience = PATIENCE }: PullOptions,
): Promise<string> => {
  const place = from === undefined ? url : isAddress(from) ? `${from.replace(/\/+$/, '')}/${name}` : join(from, name)
  const path = join(folder, name)
  const draft = `${path}.${process.pid}.part`
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new Failure('storage', `the folder ${folder} can't be made`, { cause })
  })
  const silence = new AbortController()
  const giveUp = (): void =>
    silence.abort(new Failure('timeout', `${redactText(place)} gave nothing for ${patience / 1000} s`))
  let timer = clock.after(patience, giveUp)
  const stop = signal ? AbortSignal.any([signal, silence.signal]) : silence.signal
  const file = await open(draft, 'w', 0o644).catch((cause: unknown) => {
    throw new Failure('storage', `nothing can be written to ${folder}`, { cause })
  })
  try {
    const source = isAddress(place) ? await openAddress(place, stop) : createReadStream(place, { signal: stop })
    const got = await write(source, file, (so) => {
      timer[Symbol.dispose]()
      timer = clock.after(patience, giveUp)
      onProgress?.(so)
    }).catch((error: unknown) => {
      if (stop.aborted) throw stop.reason
      throw new Failure('unavailable', `${redactText(place)} can't be read to its end: ${reasonOf(error)}`, {
        cause: error,
      })
    })
    if (got.bytes !== bytes) {
      throw new Failure(
        'unavailable',
        `${redactText(place)} has ${got.bytes} bytes instead of ${bytes}: nothing is kept`,
      )
    }
    if (got.sha256 !== sha256) {
      throw new Failure('unavailable', `${redactText(place)} has another checksum than it must have: nothing is kept`)
    }
    await rename(draft, path)
    return path
  } finally {
    timer[Symbol.dispose]()
    await file.close()
    await rm(draft, { force: true })
  }
}
