// Fetches a file: over HTTP or from a folder. It is there only once its size and checksum are right; what was half fetched
// is removed.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from './clock.js'
import { Failure } from './failure.js'
import { makeFolder } from './make-folder.js'
import { redactText } from './redact.js'

export interface FileToFetch {
  /** Its name in the folder, and at a mirror. */
  readonly name: string
  readonly url: string
  readonly sha256: string
  /** Missing: as many as come. */
  readonly bytes?: number
}

export interface FetchOptions {
  /** Made where it is missing. */
  readonly folder: string
  /** A mirror: an http(s) address or a folder in which the file lies by its name. Default: where it is published. */
  readonly from?: string | undefined
  readonly clock: Clock
  /** `total`: what the other side says it will be. */
  readonly onProgress?: (bytes: number, total: number | null) => void
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

interface Opened {
  readonly body: AsyncIterable<Uint8Array>
  readonly total: number | null
}

const openAddress = async (url: string, signal: AbortSignal): Promise<Opened> => {
  const host = new URL(url).host
  const answer = await fetch(url, { signal, redirect: 'follow' }).catch((error: unknown) => {
    if (signal.aborted) throw signal.reason
    throw new Failure('unavailable', `${host} can't be reached: ${reasonOf(error)}`, { cause: error })
  })
  if (!answer.ok || !answer.body) {
    await answer.body?.cancel()
    throw new Failure('unavailable', `${redactText(url)} answers ${answer.status} ${answer.statusText}`.trim())
  }
  return { body: answer.body, total: Number(answer.headers.get('content-length')) || null }
}

const openPlace = async (place: string, signal: AbortSignal): Promise<Opened> =>
  isAddress(place) ? openAddress(place, signal) : { body: createReadStream(place, { signal }), total: null }

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

const placeOf = ({ name, url }: Pick<FileToFetch, 'name' | 'url'>, from: string | undefined): string =>
  from === undefined ? url : isAddress(from) ? `${from.replace(/\/+$/, '')}/${name}` : join(from, name)

/** The path of the file. Failure 'unavailable', 'timeout' or 'storage'. */
export const fetchFile = async (
  { name, url, bytes, sha256 }: FileToFetch,
  { folder, from, clock, onProgress, signal, patience = PATIENCE }: FetchOptions,
): Promise<string> => {
  const place = placeOf({ name, url }, from)
  const path = join(folder, name)
  const draft = `${path}.${process.pid}.part`
  await makeFolder(folder).catch((cause: unknown) => {
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
    const { body, total } = await openPlace(place, stop)
    const got = await write(body, file, (so) => {
      timer[Symbol.dispose]()
      timer = clock.after(patience, giveUp)
      onProgress?.(so, bytes ?? total)
    }).catch((error: unknown) => {
      if (stop.aborted) throw stop.reason
      throw new Failure('unavailable', `${redactText(place)} can't be read to its end: ${reasonOf(error)}`, {
        cause: error,
      })
    })
    if (bytes !== undefined && got.bytes !== bytes) {
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

const MOST_TEXT = 1_000_000

/** A small text, from its address or the same mirror. Failure 'unavailable' or 'timeout'. */
export const fetchText = async (
  what: Pick<FileToFetch, 'name' | 'url'>,
  { from, signal, patience = PATIENCE }: Pick<FetchOptions, 'from' | 'signal' | 'patience'>,
): Promise<string> => {
  const place = placeOf(what, from)
  const late = AbortSignal.timeout(patience)
  const stop = signal ? AbortSignal.any([signal, late]) : late
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of (await openPlace(place, stop)).body) {
      bytes += chunk.length
      if (bytes > MOST_TEXT) throw new Failure('unavailable', `${redactText(place)} is too long`)
      chunks.push(chunk)
    }
  } catch (error) {
    if (error instanceof Failure) throw error
    if (late.aborted) throw new Failure('timeout', `${redactText(place)} gave nothing for ${patience / 1000} s`)
    throw new Failure('unavailable', `${redactText(place)} can't be read: ${reasonOf(error)}`, { cause: error })
  }
  return Buffer.concat(chunks).toString('utf8')
}
