// Signing in and out in the browser, and who one is.
import { Type } from 'typebox'
import { Failure } from '../../../lib/failure.js'
import { AccountAnswer } from '../api.js'
import { accountOf, verifyPassword } from '../auth.js'
import type { App, RouteDeps } from './app.js'

const tags = ['session']

export const addSession = (app: App, { accounts, attempts, cookie }: RouteDeps): void => {
  app.post(
    '/api/session',
    {
      schema: {
        tags,
        summary: 'Sign in; answers with a cookie',
        body: Type.Object({ name: Type.String(), password: Type.String() }, { additionalProperties: false }),
        response: { 200: AccountAnswer },
      },
    },
    async (request, reply) => {
      const { name, password } = request.body
      const account = await verifyPassword(request.ip, name, password, accounts, attempts)
      if (!account) throw new Failure('unauthorized', 'Wrong name or password')
      const { token, expires } = accounts.openSession(account.name)
      cookie.set(request, reply, token, expires)
      return account
    },
  )
  app.get('/api/session', { schema: { tags, summary: 'Who am I', response: { 200: AccountAnswer } } }, (request) =>
    accountOf(request),
  )
  app.delete(
    '/api/session',
    { schema: { tags, summary: 'Sign out', response: { 204: Type.Null() } } },
    async (request, reply) => {
      const session = cookie.read(request)
      if (session) accounts.closeSession(session)
      cookie.clear(request, reply)
      return reply.code(204).send(null)
    },
  )
}
