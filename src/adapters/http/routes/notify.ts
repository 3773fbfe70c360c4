// The ways of telling people who are elsewhere: how they are, and a test of each.
import { Type } from 'typebox'
import { Failure } from '../../../lib/failure.js'
import { NotifierAnswer, NotifyTestAnswer } from '../api.js'
import type { App, RouteDeps } from './app.js'

const tags = ['notify']

export const addNotify = (app: App, { notify }: RouteDeps): void => {
  app.get(
    '/api/notify',
    {
      schema: {
        tags,
        summary: 'E-mail, webhooks and the like, as configured, and whether they work',
        response: { 200: Type.Array(NotifierAnswer) },
      },
    },
    () => [...(notify?.()?.list() ?? [])],
  )
  app.post(
    '/api/notify/:name/test',
    {
      schema: {
        tags,
        summary: 'Send a test now; answers once the far end has taken it',
        params: Type.Object({ name: Type.String() }),
        response: { 200: NotifyTestAnswer },
      },
    },
    async ({ params }) => {
      const all = notify?.()
      if (!all) throw new Failure('unavailable', 'Nightjar is still starting')
      return { sentence: await all.test(params.name) }
    },
  )
}
