// Who sends a request: the UsernameToken of WS-Security (profile 1.0, digest only), or HTTP digest and basic. Passwords
// are the users' stream passwords, which are kept plain because digests need them. Wrong ones are counted, and who
// guesses too often is let in for a minute no more, with the right one neither.
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Account, Accounts } from '../../camera/ports.js'
import type { Attempts } from '../../lib/attempts.js'
import type { Clock } from '../../lib/clock.js'
import { Failure } from '../../lib/failure.js'
import { textAt, type XmlElement } from '../../lib/xml.js'
import { notAuthorized } from './fault.js'
import { type DigestNonces, digestResponse, parseAuthorization } from './http-auth.js'
import type { Replays } from './replays.js'

export interface Asked {
  readonly method: string
  /** The path with its query, as asked for. */
  readonly url: string
  readonly authorization: string | undefined
  /** The caller's address. */
  readonly remote: string
}

export interface Door {
  /** The account that a SOAP request comes from; throws a Fault. */
  soap(request: Asked, security: XmlElement | undefined): Account
  /** The account that asks for an address; null: it must say who it is, or was wrong. Throws a Failure 'too-many'. */
  http(request: Asked): Account | null
}

export interface DoorDeps {
  readonly accounts: Pick<Accounts, 'streamPassword' | 'list'>
  readonly attempts: Attempts
  readonly replays: Replays
  readonly nonces: DigestNonces
  readonly clock: Pick<Clock, 'now'>
  /** How far a client's clock may be off. */
  readonly windowMs: number
}

const LONGEST_NONCE = 256

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()
const equal = (a: string, b: string): boolean => timingSafeEqual(sha256(a), sha256(b))

/** Base64(SHA-1(nonce + created + password)), `created` as it was written. */
export const tokenDigest = (nonce: string, created: string, password: string): string =>
  createHash('sha1').update(Buffer.from(nonce, 'base64')).update(created).update(password).digest('base64')

export const createDoor = ({ accounts, attempts, replays, nonces, clock, windowMs }: DoorDeps): Door => {
  /** The account whose password is right; counts the wrong ones. */
  const admit = (remote: string, name: string, fits: (password: string) => boolean): Account | null => {
    attempts.check(remote, name)
    const password = accounts.streamPassword(name)
    // Somebody without a password takes as long as somebody with a wrong one.
    const right = fits(password ?? 'nobody') && password !== null
    const account = right ? accounts.list().find((one) => one.name === name) : undefined
    if (!account) attempts.wrong(remote, name)
    return account ?? null
  }

  const byToken = (token: XmlElement, remote: string): Account => {
    const name = textAt(token, 'Username') ?? ''
    const given = token.children.find((child) => child.name === 'Password')
    const nonce = textAt(token, 'Nonce')
    const created = textAt(token, 'Created')
    if (!given?.attributes.get('Type')?.endsWith('#PasswordDigest'))
      throw notAuthorized('the password must come as a digest')
    if (!nonce || !created) throw notAuthorized('the token has no Nonce or no Created')
    if (nonce.length > LONGEST_NONCE) throw notAuthorized('the Nonce is too long')
    const account = admit(remote, name, (password) => equal(given.text, tokenDigest(nonce, created, password)))
    if (!account) throw notAuthorized('wrong name or password')
    const off = Math.abs(Date.parse(created) - clock.now().wall)
    if (!(off <= windowMs)) throw notAuthorized(`Created (${created}) is too far from the time here: set the clock`)
    if (!replays.isNew(`${nonce} ${created}`)) throw notAuthorized('this Nonce was used before')
    return account
  }

  const byHeader = ({ method, url, authorization, remote }: Asked): Account | null => {
    const given = parseAuthorization(authorization)
    switch (given?.scheme) {
      case 'basic':
        return admit(remote, given.name, (password) => equal(password, given.password))
      case 'digest': {
        if (given.uri !== url) return null
        if (!nonces.isFresh(given.nonce)) return null
        const account = admit(remote, given.name, (password) =>
          equal(given.response, digestResponse(given, password, method)),
        )
        return account && replays.isNew(`${given.nonce} ${given.nc} ${given.cnonce} ${given.response}`) ? account : null
      }
      case undefined:
        return null
      default:
        return given satisfies never
    }
  }

  return {
    http: byHeader,
    soap: (request, security) => {
      try {
        const token = security?.children.find((child) => child.name === 'UsernameToken')
        if (token) return byToken(token, request.remote)
        // Basic would send the password in the clear with every request.
        const account = /^digest/i.test(request.authorization ?? '') ? byHeader(request) : null
        if (account) return account
      } catch (error) {
        if (error instanceof Failure) throw notAuthorized(error.message)
        throw error
      }
      throw notAuthorized('name and password are wanted', true)
    },
  }
}
