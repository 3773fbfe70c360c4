// HTTP authentication as RFC 7616 has it: the challenge (digest first, then basic), what a client answers, and the digest.
// MD5, because that is what ONVIF clients speak. Our nonces need no memory: they carry their time, and a seal.
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../lib/clock.js'

export const REALM = 'Nightjar'

export type Authorization =
  | { readonly scheme: 'basic'; readonly name: string; readonly password: string }
  | ({ readonly scheme: 'digest'; readonly name: string } & Digest)

export interface Digest {
  readonly name: string
  readonly realm: string
  readonly nonce: string
  readonly uri: string
  readonly response: string
  /** These three are empty in RFC 2069's form. */
  readonly qop: string
  readonly nc: string
  readonly cnonce: string
}

const PARAMETER = /([a-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi

/** Undefined for none, or one that is not understood. */
export const parseAuthorization = (header: string | undefined): Authorization | undefined => {
  const [, scheme = '', rest = ''] = /^(\w{1,10})\s+(.{1,2048})$/s.exec(header ?? '') ?? []
  if (scheme.toLowerCase() === 'basic') {
    const [, name = '', password = ''] = /^([^:]*):(.*)$/s.exec(Buffer.from(rest, 'base64').toString('utf8')) ?? []
    return { scheme: 'basic', name, password }
  }
  if (scheme.toLowerCase() !== 'digest') return undefined
  const given = new Map<string, string>()
  for (const [, key = '', quoted, plain] of rest.matchAll(PARAMETER))
    given.set(key.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '')
  const part = (key: string): string => given.get(key) ?? ''
  if (part('realm') !== REALM || !/^(md5)?$/i.test(part('algorithm')) || !/^(auth)?$/.test(part('qop')))
    return undefined
  const { qop, nc, cnonce } = { qop: part('qop'), nc: part('nc'), cnonce: part('cnonce') }
  const about = { realm: REALM, nonce: part('nonce'), uri: part('uri'), response: part('response').toLowerCase() }
  return { scheme: 'digest', name: part('username'), ...about, qop, nc, cnonce }
}

const md5 = (text: string): string => createHash('md5').update(text).digest('hex')

export const digestResponse = (given: Omit<Digest, 'response'>, password: string, method: string): string => {
  const { name, realm, nonce, uri, qop, nc, cnonce } = given
  const between = qop ? `${nonce}:${nc}:${cnonce}:${qop}` : nonce
  return md5(`${md5(`${name}:${realm}:${password}`)}:${between}:${md5(`${method}:${uri}`)}`)
}

export interface DigestNonces {
  /** The values of WWW-Authenticate: the better one first. */
  challenge(): readonly string[]
  /** Whether it is ours, and not older than five minutes. */
  isFresh(nonce: string): boolean
}

export const NONCE_MS = 300_000

export const createDigestNonces = (clock: Pick<Clock, 'now'>): DigestNonces => {
  const key = randomBytes(32)
  const seal = (time: string): string => createHmac('sha256', key).update(time).digest('hex').slice(0, 32)
  return {
    challenge: () => {
      const time = `${Math.round(clock.now().mono)}-${randomBytes(6).toString('hex')}`
      return [
        `Digest realm="${REALM}", qop="auth", algorithm=MD5, nonce="${time}-${seal(time)}"`,
        `Basic realm="${REALM}", charset="UTF-8"`,
      ]
    },
    isFresh: (nonce) => {
      const [, time, given] = /^(\d{1,16}-[0-9a-f]{12})-([0-9a-f]{32})$/.exec(nonce) ?? []
      if (!time || !given || !timingSafeEqual(Buffer.from(given), Buffer.from(seal(time)))) return false
      return clock.now().mono - Number.parseInt(time, 10) <= NONCE_MS
    },
  }
}
