// Digest (RFC 2069's form, which RTSP clients speak: MD5 without qop) and Basic. Pure but for the nonce: who may come in
// is asked of the caller.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

export const REALM = 'Nightjar'

export interface AuthRequest {
  readonly method: string
  /** The Authorization header. */
  readonly header: string | undefined
  /** This connection's nonce. */
  readonly nonce: string
}

export type AuthResult =
  | { readonly ok: true; readonly name: string }
  /** `tried`: credentials were sent; `stale`: they were right, for an older nonce. */
  | { readonly ok: false; readonly tried: boolean; readonly stale: boolean }

const md5 = (text: string): string => createHash('md5').update(text).digest('hex')
const sha = (text: string): Buffer => createHash('sha256').update(text).digest()
const equal = (a: string, b: string): boolean => timingSafeEqual(sha(a), sha(b))
/** Names are bounded: looking for one in 16 KB of letters would take a second. */
const PARAMETER = /([a-z]{1,32})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi

export const createNonce = (): string => randomBytes(16).toString('hex')

export const digestResponse = (
  { name, password, realm, nonce }: Readonly<Record<'name' | 'password' | 'realm' | 'nonce', string>>,
  method: string,
  uri: string,
): string => md5(`${md5(`${name}:${realm}:${password}`)}:${nonce}:${md5(`${method}:${uri}`)}`)

/** The values of WWW-Authenticate: the better one first. */
export const formatChallenge = (nonce: string, stale: boolean): readonly string[] => [
  `Digest realm="${REALM}", nonce="${nonce}"${stale ? ', stale=true' : ''}`,
  `Basic realm="${REALM}"`,
]

const refused = (tried: boolean, stale = false): AuthResult => ({ ok: false, tried, stale })

/** `passwordOf` gives null for names that may not come in. */
export const checkAuthorization = (
  { method, header, nonce }: AuthRequest,
  passwordOf: (name: string) => string | null,
): AuthResult => {
  if (!header) return refused(false)
  const [, scheme = '', rest = ''] = /^(\w+)\s+(.*)$/s.exec(header) ?? []
  if (scheme.toLowerCase() === 'basic') {
    const [, name = '', password = ''] = /^([^:]*):(.*)$/s.exec(Buffer.from(rest, 'base64').toString('utf8')) ?? []
    const expected = passwordOf(name)
    return expected !== null && equal(password, expected) ? { ok: true, name } : refused(true)
  }
  if (scheme.toLowerCase() !== 'digest') return refused(true)
  const given = new Map<string, string>()
  for (const [, key = '', quoted, plain] of rest.matchAll(PARAMETER))
    given.set(key.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '')
  const part = (key: string): string => given.get(key) ?? ''
  const name = part('username')
  const password = passwordOf(name)
  if (password === null || part('realm') !== REALM || !/^(md5)?$/i.test(part('algorithm'))) return refused(true)
  const expected = digestResponse({ name, password, realm: REALM, nonce: part('nonce') }, method, part('uri'))
  if (!equal(part('response').toLowerCase(), expected)) return refused(true)
  return equal(part('nonce'), nonce) ? { ok: true, name } : refused(true, true)
}
