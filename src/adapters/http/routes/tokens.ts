// API tokens for scripts: each user's own; admins see and revoke all.
import { Type } from 'typebox'
import { Failure } from '../../../lib/failure.js'
import { NewTokenAnswer, RoleName, TokenAnswer } from '../api.js'
import { accountOf } from '../auth.js'
import { mayAct } from '../tokens.js'
import type { App, RouteDeps } from './app.js'

const tags = ['tokens']
const DAY_MS = 24 * 3600_000

export const addTokens = (app: App, { accounts, clock }: RouteDeps): void => {
  app.get(
    '/api/tokens',
    { schema: { tags, summary: 'My tokens (admins: all)', response: { 200: Type.Array(TokenAnswer) } } },
    (request) => {
      const { name, role } = accountOf(request)
      return [...accounts.listTokens(role === 'admin' ? undefined : name)]
    },
  )
  app.post(
    '/api/tokens',
    {
      schema: {
        tags,
        summary: 'A new token for me, shown only now; send it as Authorization: Bearer',
        body: Type.Object(
          {
            label: Type.String({ minLength: 1, maxLength: 80, description: 'What it is for' }),
            role: Type.Optional(RoleName),
            expires_days: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 36_500 })),
          },
          { additionalProperties: false },
        ),
        response: { 201: NewTokenAnswer },
      },
    },
    async (request, reply) => {
      const { name, role: mine } = accountOf(request)
      const { label, role = mine, expires_days } = request.body
      if (!mayAct(mine, role)) throw new Failure('forbidden', `You come as ${mine}: a token can't do more`)
      const expires = expires_days === undefined ? null : clock.now().wall + expires_days * DAY_MS
      return reply.code(201).send(accounts.createToken(name, { label, role, expires }))
    },
  )
  app.delete(
    '/api/tokens/:token',
    {
      schema: {
        tags,
        summary: 'Revoke a token',
        params: Type.Object({ token: Type.String({ description: 'Its id' }) }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { name, role } = accountOf(request)
      const { token } = request.params
      const mine = accounts.listTokens(name).some(({ id }) => id === token)
      // What is somebody else's is not there for who may not see it.
      if (!mine && role !== 'admin') throw new Failure('not-found', `There is no token ${token}`)
      accounts.revokeToken(token)
      return reply.code(204).send(null)
    },
  )
}
