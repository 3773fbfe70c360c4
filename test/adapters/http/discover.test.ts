// Finding and adding cameras over HTTP: for admins only, with nothing else in the request than what is asked for.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildHttp } from '../../../src/adapters/http/server.js'
import type { FakeHouse } from '../../support/fake-house.js'
import { basic, createHttpHouse, type HttpHouse } from '../../support/http-house.js'

let house: HttpHouse
let built: Awaited<ReturnType<typeof buildHttp>>
beforeAll(async () => {
  house = await createHttpHouse()
  built = await buildHttp(house.deps)
})
afterAll(async () => {
  await built.end()
  await house[Symbol.asyncDispose]()
})

const ask = async (name: string, payload?: object) => {
  const headers = { authorization: basic(name, `${name}-password`) }
  const method = payload ? 'POST' : 'GET'
  const answer = await built.app.inject({ method, url: '/api/discover', headers, ...(payload && { payload }) })
  return { status: answer.statusCode, body: answer.json() }
}
const drive = { name: 'Drive', address: '192.0.2.7:80' }

test('an admin sees them and adds one', async () => {
  const { status, body } = await ask('ada')
  expect([status, body[0], body[1].camera]).toEqual([
    200,
    { name: 'Drive', model: 'DS-1', address: '192.0.2.7:80', camera: null },
    'porch',
  ])
  expect(await ask('ada', { ...drive, username: 'u', password: 'p' })).toMatchObject({
    status: 200,
    body: { id: 'drive' },
  })
  expect((house.deps.house as FakeHouse).done).toContain('add Drive 192.0.2.7:80 u p')
})

test('others neither see nor add', async () => {
  for (const name of ['otto', 'vera']) {
    expect((await ask(name)).status).toBe(403)
    expect((await ask(name, drive)).status).toBe(403)
  }
})

test('a camera that refuses the password is no wrong sign-in of the asker', async () => {
  const { status, body } = await ask('ada', { ...drive, username: 'u', password: 'wrong' })
  expect(status).not.toBe(401)
  expect(body.error).toMatch(/does not accept this user/)
})

test('nothing but a name, an address and a login is taken', async () => {
  for (const odd of [
    {},
    { name: 'x' },
    { ...drive, path: '/etc/passwd' },
    { ...drive, name: 'x'.repeat(61) },
    { ...drive, name: 7 },
  ])
    expect((await ask('ada', odd)).status).toBe(400)
})
