// Addresses that open one path without signing in, until they end: for pictures in messages to people. The key lies in
// the data folder, so that links outlive a restart.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Links } from '../../camera/ports.js'
import { writeFileAtomic } from '../../lib/atomic-file.js'
import type { Clock } from '../../lib/clock.js'
import { Failure, sentenceOf } from '../../lib/failure.js'

export interface LinkDeps {
  /** The data folder. */
  readonly data: string
  /** The page's address for people, without a slash at its end; empty when there is none. */
  page(): string
  readonly clock: Pick<Clock, 'now'>
}

export interface SignedLinks extends Links {
  /** Whether this address, path and query as asked for, was signed here and has not ended. */
  opens(url: string): boolean
}

const LIFE_MS = 24 * 3_600_000
const KEY_BYTES = 32

export const startLinks = async ({ data, page, clock }: LinkDeps): Promise<SignedLinks> => {
  const key = await readKey(join(data, 'link-key'))
  const signature = (path: string, until: string): string =>
    createHmac('sha256', key).update(`${until} ${path}`).digest('base64url')
  return {
    sign: (path) => {
      const base = page().replace(/\/+$/, '')
      if (base === '') return ''
      const until = Math.round((clock.now().wall + LIFE_MS) / 1000).toString(36)
      return `${base}${path}?until=${until}&signature=${signature(path, until)}`
    },
    opens: (url) => {
      const [path = '', query = ''] = url.split('?')
      const given = new URLSearchParams(query)
      const until = given.get('until') ?? ''
      const ends = Number.parseInt(until, 36) * 1000
      if (!/^[0-9a-z]{1,12}$/.test(until) || ends < clock.now().wall) return false
      const [right, said] = [Buffer.from(signature(path, until)), Buffer.from(given.get('signature') ?? '')]
      return right.length === said.length && timingSafeEqual(right, said)
    },
  }
}

const readKey = async (file: string): Promise<Buffer> => {
  try {
    const known = await readFile(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return Buffer.alloc(0)
      throw error
    })
    if (known.length === KEY_BYTES) return known
    const key = randomBytes(KEY_BYTES)
    await writeFileAtomic(file, key)
    return key
  } catch (cause) {
    throw new Failure('storage', `${file} can't be read or written: ${sentenceOf(cause)}`, { cause })
  }
}
