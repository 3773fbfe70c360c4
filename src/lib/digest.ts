// The client's half of HTTP Digest and Basic (RFC 7616, 7617): the Authorization header for a challenge. MD5 and SHA-256,
// with qop=auth or without.
import { createHash, randomBytes } from 'node:crypto'

export interface Credentials {
  readonly username: string
  readonly password: string
}

export interface DigestRequest {
  readonly method: string
  /** Path and query, as in the request line. */
  readonly uri: string
}

const PARAMETER = /([a-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi
const HASHES = { MD5: 'md5', 'SHA-256': 'sha256' } as const

export const basicHeader = ({ username, password }: Credentials): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

/**
 * The header that answers `WWW-Authenticate` (several challenges may stand in one header, joined by commas); undefined
 * when it asks for nothing we know. Digest goes before Basic.
 */
export const answerChallenge = (
  challenge: string,
  credentials: Credentials,
  request: DigestRequest,
  cnonce = randomBytes(8).toString('hex'),
): string | undefined => {
  const digests = [...challenge.matchAll(/digest\s+(.*?)(?=,\s*(?:digest|basic)\s|$)/gis)]
  for (const [, text = ''] of digests) {
    const answer = digestHeader(parametersOf(text), credentials, request, cnonce)
    if (answer !== undefined) return answer
  }
  return /(^|,)\s*basic\b/i.test(challenge) ? basicHeader(credentials) : undefined
}

const parametersOf = (text: string): ReadonlyMap<string, string> =>
  new Map(
    [...text.matchAll(PARAMETER)].map(([, key = '', quoted, plain]) => [
      key.toLowerCase(),
      quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '',
    ]),
  )

const digestHeader = (
  given: ReadonlyMap<string, string>,
  { username, password }: Credentials,
  { method, uri }: DigestRequest,
  cnonce: string,
): string | undefined => {
  const algorithm = given.get('algorithm')
  const name = (algorithm ?? 'MD5').toUpperCase()
  const qop = given.get('qop')
  const nonce = given.get('nonce')
  if ((name !== 'MD5' && name !== 'SHA-256') || nonce === undefined) return undefined
  if (qop !== undefined && !qop.split(',').some((one) => one.trim() === 'auth')) return undefined
  const hash = (text: string): string => createHash(HASHES[name]).update(text).digest('hex')
  const realm = given.get('realm') ?? ''
  const [one, two] = [hash(`${username}:${realm}:${password}`), hash(`${method}:${uri}`)]
  const count = '00000001'
  const response = hash(qop === undefined ? `${one}:${nonce}:${two}` : `${one}:${nonce}:${count}:${cnonce}:auth:${two}`)
  const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`
  const opaque = given.get('opaque')
  return [
    `Digest username=${quote(username)}, realm=${quote(realm)}, nonce=${quote(nonce)}, uri=${quote(uri)}`,
    `response="${response}"`,
    ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
    ...(opaque === undefined ? [] : [`opaque=${quote(opaque)}`]),
    ...(qop === undefined ? [] : [`qop=auth, nc=${count}, cnonce="${cnonce}"`]),
  ].join(', ')
}
