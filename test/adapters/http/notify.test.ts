// Notifiers over HTTP: who may see and try them, and what the answer says.
import { Value } from 'typebox/value'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as api from '../../../src/adapters/http/api.js'
import type { App } from '../../../src/adapters/http/routes/app.js'
import { buildHttp } from '../../../src/adapters/http/server.js'
import type { Notifiers, NotifierView } from '../../../src/camera/ports.js'
import { Failure } from '../../../src/lib/failure.js'
import { basic, createHttpHouse, type HttpHouse } from '../../support/http-house.js'

const view: NotifierView = {
  ...{ name: 'mail', kind: 'email', to: 'ada@example.org', waiting: 2, sent: null },
  health: { status: 'broken', problem: 'smtp.example.org:587: connect ECONNREFUSED' },
}
let notify: Notifiers | undefined
let house: HttpHouse
let app: App
let end: () => Promise<void>
beforeAll(async () => {
  house = await createHttpHouse({ notify: () => notify })
  ;({ app, end } = await buildHttp(house.deps))
})
afterAll(async () => {
  await end()
  await house[Symbol.asyncDispose]()
})
const ask = (method: 'GET' | 'POST', path: string, name: string) =>
  app.inject({ method, url: `/api/notify${path}`, headers: { authorization: basic(name) } })

describe('notifiers', () => {
  it('are none while the house starts', async () => {
    expect((await ask('GET', '', 'otto')).json()).toEqual([])
    expect((await ask('POST', '/mail/test', 'ada')).statusCode).toBe(503)
  })

  it('are shown to who commands, and tried by admins', async () => {
    notify = {
      list: () => [view],
      test: async (name) => {
        if (name === 'mail') return 'A test was sent to ada@example.org'
        throw new Failure('not-found', `there is no notifier "${name}"`)
      },
    }
    const answer = await ask('GET', '', 'otto')
    expect(answer.json()).toEqual([view])
    expect([...Value.Errors(api.NotifierAnswer, answer.json()[0])]).toEqual([])
    expect((await ask('GET', '', 'vera')).statusCode).toBe(403)
    expect((await ask('POST', '/mail/test', 'otto')).statusCode).toBe(403)
    expect((await ask('POST', '/mail/test', 'ada')).json()).toEqual({ sentence: 'A test was sent to ada@example.org' })
    expect((await ask('POST', '/post/test', 'ada')).statusCode).toBe(404)
  })

  it('that fail say why', async () => {
    notify = {
      list: () => [],
      test: async () => {
        throw new Failure('unavailable', 'smtp.example.org:587: connect ECONNREFUSED')
      },
    }
    const answer = await ask('POST', '/mail/test', 'ada')
    expect(answer.statusCode).toBe(503)
    expect(answer.json()).toMatchObject({ error: 'smtp.example.org:587: connect ECONNREFUSED' })
  })
})
