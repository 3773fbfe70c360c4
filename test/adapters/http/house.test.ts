// What concerns the whole house over HTTP: admins only, asked twice.
import { Value } from 'typebox/value'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as api from '../../../src/adapters/http/api.js'
import type { App } from '../../../src/adapters/http/routes/app.js'
import { buildHttp } from '../../../src/adapters/http/server.js'
import { createFakeHouse } from '../../support/fake-house.js'
import { basic, createHttpHouse, type HttpHouse } from '../../support/http-house.js'
import { createTestClock } from '../../support/test-clock.js'

const clock = createTestClock()
const fake = createFakeHouse()
let house: HttpHouse
let app: App
let end: () => Promise<void>
beforeAll(async () => {
  house = await createHttpHouse({ house: fake, clock })
  ;({ app, end } = await buildHttp(house.deps))
})
afterAll(async () => {
  await end()
  await house[Symbol.asyncDispose]()
})

const ask = (method: 'GET' | 'POST' | 'PUT', url: string, payload?: object, name = 'ada') =>
  app.inject({ method, url, headers: { authorization: basic(name) }, ...(payload ? { payload } : {}) })

describe('the house', () => {
  it.each([
    ['GET', '/api/house'],
    ['POST', '/api/house/exit'],
    ['GET', '/api/house/nightjar.yaml'],
    ['PUT', '/api/house/nightjar.yaml'],
    ['GET', '/api/doctor'],
  ] as const)('%s %s is for admins', async (method, url) => {
    expect((await ask(method, url, undefined, 'otto')).statusCode).toBe(403)
    expect(fake.done).toEqual([])
  })

  it('says what can be done to it', async () => {
    const answer = (await ask('GET', '/api/house')).json()
    expect(Value.Check(api.HouseAnswer, answer)).toBe(true)
    expect(answer.actions).toContainEqual({ action: 'shutdown', refusal: 'shutdown is not set up here' })
    expect(answer.actions).toContainEqual({ action: 'reboot', refusal: null })
  })

  it('does it when it is asked twice within ten seconds', async () => {
    const first = (await ask('POST', '/api/house/reboot')).json()
    expect(first).toMatchObject({ done: false, within_s: 10, confirm: expect.any(String) })
    expect(fake.done).toEqual([])
    const { confirm } = first
    expect((await ask('POST', '/api/house/exit', { confirm })).statusCode).toBe(409)
    const second = await ask('POST', '/api/house/reboot', { confirm })
    expect(second.json()).toEqual({ done: true, sentence: 'reboot was done' })
    expect((await ask('POST', '/api/house/reboot', { confirm })).statusCode).toBe(409)
    expect(fake.done).toEqual(['reboot'])
  })

  it('forgets after ten seconds', async () => {
    const { confirm } = (await ask('POST', '/api/house/delete_all')).json()
    await clock.advance(10_000)
    const late = await ask('POST', '/api/house/delete_all', { confirm })
    expect([late.statusCode, late.json().code]).toEqual([409, 'refused'])
    expect(fake.done).toEqual(['reboot'])
  })

  it('refuses what is not set up, and what it does not know', async () => {
    const refused = await ask('POST', '/api/house/shutdown')
    expect([refused.statusCode, refused.json().error]).toEqual([409, 'shutdown is not set up here'])
    expect((await ask('POST', '/api/house/explode')).statusCode).toBe(400)
    expect((await ask('POST', '/api/house/exit', { confirm: 5 })).statusCode).toBe(400)
  })

  it('shows its configuration as a file and writes it', async () => {
    const shown = await ask('GET', '/api/house/nightjar.yaml')
    expect(shown.headers['content-type']).toBe('application/yaml; charset=utf-8')
    expect(shown.body).toBe(fake.dumpConfig())
    expect((await ask('PUT', '/api/house/nightjar.yaml')).json()).toEqual({
      sentence: 'nightjar.yaml now says what is set',
    })
    expect((await ask('PUT', '/api/house/nightjar.yaml')).statusCode).toBe(409)
  })

  it('says what the doctor sees', async () => {
    const answer = (await ask('GET', '/api/doctor')).json()
    expect(answer).toEqual(await fake.findings())
    expect(Value.Check(api.FindingsAnswer, answer)).toBe(true)
  })
})
