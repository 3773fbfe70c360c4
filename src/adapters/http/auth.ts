// Who asks: session cookie, Bearer token, Basic, signed link. Holds the table of access for every route, and the rule that
// what changes something, or opens a WebSocket, comes from our own page when it comes from a browser.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Account } from '../../camera/ports.js'
import { Failure } from '../../lib/failure.js'
import { type Access, accessOf } from './access.js'
import type { AccountStore } from './accounts.js'
import type { Attempts } from './attempts.js'
import { type IngressConfig, ingressAccount } from './ingress.js'
import type { SignedLinks } from './links.js'
import { isOwn } from './origin.js'
import type { SessionCookie } from './session-cookie.js'
import { mayAct } from './tokens.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** Null only on open routes; `accountOf` on all others. */
    account: Account | null
  }
  interface FastifyContextConfig {
    access?: Access
  }
}

export interface AuthDeps {
  readonly accounts: AccountStore
  readonly attempts: Attempts
  readonly links: Pick<SignedLinks, 'opens'>
  readonly cookie: SessionCookie
  /** Only in a Home Assistant add-on. */
  readonly ingress?: IngressConfig
}

type Means = 'ingress' | 'session' | 'token' | 'password' | 'link'

/** Whoever has a signed link. */
const GUEST: Account = { name: 'link', role: 'viewer' }

export const addAuth = (app: FastifyInstance, deps: AuthDeps): void => {
  app.decorateRequest('account', null)
  app.addHook('onRoute', (route) => {
    const [method = ''] = [route.method].flat()
    route.config = { ...route.config, access: accessOf(method, route.url) }
  })
  app.addHook('onRequest', async (request) => {
    const { access } = request.routeOptions.config
    if (!access) return
    const came = await identify(request, access, deps)
    request.account = came?.account ?? null
    holdOrigin(request, came?.means)
    if (access.needs === 'open') return
    if (!came) throw new Failure('unauthorized', 'Sign in first')
    if (!mayAct(came.account.role, access.needs))
      throw new Failure(
        'forbidden',
        `This needs the role ${access.needs}; ${came.account.name} comes as ${came.account.role}`,
      )
  })
}

export const accountOf = ({ account }: FastifyRequest): Account => {
  if (!account) throw new Failure('unauthorized', 'Sign in first')
  return account
}

const identify = async (
  request: FastifyRequest,
  access: Access,
  { accounts, attempts, links, cookie, ingress }: AuthDeps,
): Promise<{ account: Account; means: Means } | null> => {
  const guest = ingress ? ingressAccount(request.raw, ingress, accounts) : null
  if (guest) return { account: guest, means: 'ingress' }
  const session = cookie.read(request)
  const known = session ? accounts.verifySession(session) : null
  if (known) return { account: known, means: 'session' }
  if (access.link && links.opens(request.url)) return { account: GUEST, means: 'link' }
  const [, scheme = '', word = ''] = /^(\w+) +(\S+)\s*$/.exec(request.headers.authorization ?? '') ?? []
  if (/^bearer$/i.test(scheme)) {
    const account = await accounts.verifyToken(word)
    return account && { account, means: 'token' }
  }
  if (!/^basic$/i.test(scheme)) return null
  const [, name = '', password = ''] = /^([^:]*):([\s\S]*)$/.exec(Buffer.from(word, 'base64').toString('utf8')) ?? []
  const account = access.stream ? accounts.verifyStream(name, password) : null
  if (account) return { account, means: 'password' }
  return verifyPassword(request.ip, name, password, accounts, attempts).then((found) =>
    found ? { account: found, means: 'password' } : null,
  )
}

/** Failure 'too-many' when this address guessed too often. */
export const verifyPassword = async (
  address: string,
  name: string,
  password: string,
  accounts: AccountStore,
  attempts: Attempts,
): Promise<Account | null> => {
  attempts.check(address, name)
  const account = await accounts.verify(name, password)
  if (!account) attempts.wrong(address, name)
  return account
}

// Browsers add cookies, and remembered Basic passwords, to what foreign pages ask for; a token they never add.
const holdOrigin = ({ method, headers, host }: FastifyRequest, means: Means | undefined): void => {
  const reads = method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
  if (means === 'token' || (reads && headers.upgrade === undefined)) return
  if (headers.origin === undefined && means !== 'session' && means !== 'ingress') return
  if (isOwn(headers.origin, host)) return
  throw new Failure(
    'forbidden',
    `This came from ${headers.origin ?? 'no page'}, not from ${host}. A reverse proxy must hand on the Host header, ` +
      'or X-Forwarded-Host with http.trust_proxy',
  )
}
