// API tokens and browser sessions: both are long random words of which only the hash is kept. A session is a token
// that ends by itself and isn't listed.
import { randomBytes } from 'node:crypto'
import { type Account, type Role, roles } from '../../camera/ports.js'
import type { Clock } from '../../lib/clock.js'
import { Failure } from '../../lib/failure.js'
import type { HeldUsers } from './held-users.js'
import { hashToken, randomToken } from './passwords.js'
import type { StoredToken } from './users-file.js'

export interface TokenInfo {
  readonly id: string
  readonly user: string
  readonly label: string
  readonly role: Role
  readonly created: number
  readonly expires: number | null
}

export interface TokenWish {
  readonly label: string
  readonly role: Role
  /** Wall milliseconds; null never. */
  readonly expires: number | null
}

export interface Tokens {
  verifyToken(token: string): Promise<Account | null>
  /** The token is told once; it opens no more than `role` and its user may. */
  createToken(name: string, wish: TokenWish): TokenInfo & { readonly token: string }
  listTokens(name?: string): readonly TokenInfo[]
  revokeToken(id: string): void
  openSession(name: string): { readonly token: string; readonly expires: number }
  verifySession(token: string): Account | null
  closeSession(token: string): void
}

const SESSION_MS = 30 * 24 * 3600_000
const MOST_SESSIONS = 50
const MOST_TOKENS = 100

export const createTokens = ({ current, change }: HeldUsers, clock: Clock): Tokens => {
  const add = (kind: StoredToken['kind'], user: string, wish: TokenWish): TokenInfo & { token: string } => {
    if (!current().users.some(({ name }) => name === user)) throw new Failure('not-found', `There is no user ${user}`)
    const token = randomToken()
    const id = randomBytes(6).toString('hex')
    const stored = { id, user, kind, hash: hashToken(token), created: clock.now().wall, ...wish }
    // A full disk must not keep people out of the page.
    change(({ tokens }) => ({ tokens: [...tokens, stored] }), { lasting: kind === 'api' })
    return { ...infoOf(stored), token }
  }
  const find = (token: string, kind: StoredToken['kind']): Account | null => {
    const hash = hashToken(token)
    const { users, tokens } = current()
    const found = tokens.find((one) => one.hash === hash && one.kind === kind)
    const user = found && users.find(({ name }) => name === found.user)
    if (!user || (found.expires !== null && found.expires <= clock.now().wall)) return null
    return { name: user.name, role: lowerRole(user.role, found.role) }
  }
  const of = (kind: StoredToken['kind'], name?: string): readonly StoredToken[] =>
    current().tokens.filter((token) => token.kind === kind && (name === undefined || token.user === name))
  const drop = (gone: readonly StoredToken[], lasting: boolean): void => {
    if (gone.length > 0) change(({ tokens }) => ({ tokens: tokens.filter((one) => !gone.includes(one)) }), { lasting })
  }
  return {
    verifyToken: async (token) => find(token, 'api'),
    createToken: (name, wish) => {
      if (of('api', name).length >= MOST_TOKENS)
        throw new Failure('refused', `${name} has ${MOST_TOKENS} tokens already: revoke those that nobody uses`)
      return add('api', name, wish)
    },
    listTokens: (name) => of('api', name).map(infoOf),
    revokeToken: (id) => {
      const found = of('api').filter((token) => token.id === id)
      if (found.length === 0) throw new Failure('not-found', `There is no token ${id}`)
      drop(found, true)
    },
    openSession: (name) => {
      const now = clock.now().wall
      const sessions = of('session', name)
      drop(
        sessions.filter(({ expires }, index) => (expires ?? 0) <= now || index <= sessions.length - MOST_SESSIONS),
        false,
      )
      const expires = now + SESSION_MS
      return { token: add('session', name, { label: '', role: 'admin', expires }).token, expires }
    },
    verifySession: (token) => find(token, 'session'),
    closeSession: (token) => {
      const hash = hashToken(token)
      drop(
        of('session').filter((one) => one.hash === hash),
        false,
      )
    },
  }
}

export const mayAct = (role: Role, needed: Role): boolean => roles.indexOf(role) >= roles.indexOf(needed)

const lowerRole = (a: Role, b: Role): Role => (mayAct(a, b) ? b : a)

const infoOf = ({ id, user, label, role, created, expires }: StoredToken): TokenInfo => ({
  id,
  user,
  label,
  role,
  created,
  expires,
})
