// Users for admins, passwords for everybody.
import { Type } from 'typebox'
import { Failure } from '../../../lib/failure.js'
import { AccountAnswer, RoleName, StreamPasswordAnswer } from '../api.js'
import { accountOf, verifyPassword } from '../auth.js'
import type { App, RouteDeps } from './app.js'

const tags = ['users']
const UserParams = Type.Object({ name: Type.String() })

export const addUsers = (app: App, { accounts, attempts }: RouteDeps): void => {
  app.get(
    '/api/users',
    { schema: { tags, summary: 'All users', response: { 200: Type.Array(AccountAnswer) } } },
    () => [...accounts.list()],
  )
  app.post(
    '/api/users',
    {
      schema: {
        tags,
        summary: 'Add a user',
        body: Type.Object(
          { name: Type.String(), password: Type.String(), role: RoleName },
          { additionalProperties: false },
        ),
        response: { 201: AccountAnswer },
      },
    },
    async ({ body }, reply) => reply.code(201).send(await accounts.add(body)),
  )
  app.patch(
    '/api/users/:name',
    {
      schema: {
        tags,
        summary: 'Change the role of a user',
        params: UserParams,
        body: Type.Object({ role: RoleName }, { additionalProperties: false }),
        response: { 200: AccountAnswer },
      },
    },
    ({ params, body }) => accounts.setRole(params.name, body.role),
  )
  app.delete(
    '/api/users/:name',
    { schema: { tags, summary: 'Remove a user', params: UserParams, response: { 204: Type.Null() } } },
    async ({ params }, reply) => {
      accounts.remove(params.name)
      return reply.code(204).send(null)
    },
  )
  app.post(
    '/api/users/:name/password',
    {
      schema: {
        tags,
        summary: 'Set a password: my own with the present one, as admin of others; ends the sessions',
        params: UserParams,
        body: Type.Object(
          { password: Type.String(), current: Type.Optional(Type.String()) },
          { additionalProperties: false },
        ),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { name, role } = accountOf(request)
      const { current = '', password } = request.body
      const whose = request.params.name
      if (whose !== name && role !== 'admin') throw new Failure('forbidden', 'This needs the role admin')
      if (whose === name && !(await verifyPassword(request.ip, name, current, accounts, attempts)))
        throw new Failure('forbidden', 'The present password is wrong')
      await accounts.passwd(whose, password)
      return reply.code(204).send(null)
    },
  )
  const path = '/api/users/me/stream-password'
  app.get(
    path,
    { schema: { tags, summary: 'My password for RTSP, MJPEG and snapshots', response: { 200: StreamPasswordAnswer } } },
    (request) => {
      const { name } = accountOf(request)
      return { name, password: accounts.streamPassword(name) }
    },
  )
  app.post(
    path,
    { schema: { tags, summary: 'A new stream password; the old one ends', response: { 200: StreamPasswordAnswer } } },
    (request) => {
      const { name } = accountOf(request)
      return { name, password: accounts.renewStreamPassword(name) }
    },
  )
  app.delete(
    path,
    { schema: { tags, summary: 'No stream password any more', response: { 204: Type.Null() } } },
    async (request, reply) => {
      accounts.dropStreamPassword(accountOf(request).name)
      return reply.code(204).send(null)
    },
  )
}
