// Who may come in, with what, and from where.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { access } from '../../../src/adapters/http/access.js'
import type { App } from '../../../src/adapters/http/routes/app.js'
import { buildHttp } from '../../../src/adapters/http/server.js'
import { basic, createHttpHouse, type HttpHouse } from '../../support/http-house.js'
import { createTestClock } from '../../support/test-clock.js'

const clock = createTestClock()
let house: HttpHouse
let app: App
let end: () => Promise<void>
beforeAll(async () => {
  house = await createHttpHouse({ clock })
  ;({ app, end } = await buildHttp(house.deps))
})
afterAll(async () => {
  await end()
  expect(clock.pending).toBe(0)
  await house[Symbol.asyncDispose]()
})

const as = (name: string, password?: string) => ({ authorization: basic(name, password) })
const own = { host: 'cam.lan:8080', origin: 'http://cam.lan:8080' }
const signIn = (payload: object, headers: object = own) =>
  app.inject({ method: 'POST', url: '/api/session', payload, headers: { ...headers } })
const cookieOf = async (name: string): Promise<string> => {
  const answer = await signIn({ name, password: `${name}-password` })
  return String(answer.headers['set-cookie']).split(';')[0] ?? ''
}
const start = (headers: object) =>
  app.inject({
    method: 'POST',
    url: '/api/cameras/porch/recording',
    payload: { action: 'start' },
    headers: { ...headers },
  })

describe('every route', () => {
  const routes = Object.entries(access).map(([route, { needs, stream }]) => {
    const [method = '', path = ''] = route.split(' ')
    return { route, method: method as 'GET', url: path.replace(/:\w+/, 'porch').replace(/:\w+/, 'x'), needs, stream }
  })
  const closed = routes.filter(({ needs }) => needs !== 'open')

  it.each(closed)('$route lets nobody in without a name', async ({ method, url }) => {
    const answer = await app.inject({ method, url })
    expect(answer.statusCode).toBe(401)
    expect(answer.json().code).toBe('unauthorized')
    expect(answer.headers['www-authenticate']).toMatch(/^Basic/)
  })

  it.each(closed.filter(({ needs }) => needs !== 'viewer'))(
    '$route is not for lower roles',
    async ({ method, url, needs }) => {
      const answer = await app.inject({ method, url, headers: as(needs === 'admin' ? 'otto' : 'vera') })
      expect([answer.statusCode, answer.json().code]).toEqual([403, 'forbidden'])
    },
  )

  // Each of these is a wrong password, which takes its time: some of them stand for all.
  it.each(['/api/cameras', '/api/recordings', '/metrics', '/api/users/me/stream-password'])(
    '%s is not for stream passwords',
    async (url) => {
      const headers = as('ada', house.accounts.streamPassword('ada') ?? '')
      expect((await app.inject({ url, headers })).statusCode).toBe(401)
    },
  )
})

describe('credentials', () => {
  it('in Basic may hold colons and umlauts', async () => {
    await house.accounts.add({ name: 'umlaut', role: 'viewer', password: 'gr:ün:größe' })
    const answer = await app.inject({ url: '/api/session', headers: as('umlaut', 'gr:ün:größe') })
    expect(answer.json()).toEqual({ name: 'umlaut', role: 'viewer' })
  })

  it('that are broken are nobody', async () => {
    for (const authorization of ['Basic', 'Basic !!!', 'Basic bm9jb2xvbg==', 'Bearer x', 'Digest y', 'x'.repeat(900)]) {
      const answer = await app.inject({ url: '/api/cameras', headers: { authorization } })
      expect([authorization, answer.statusCode]).toEqual([authorization, 401])
    }
    await clock.advance(61_000)
  })

  it('open pictures by the stream password until it is renewed', async () => {
    const picture = (password: string) =>
      app.inject({ url: '/api/cameras/porch/snapshot.jpg', headers: as('vera', password) })
    const password = house.accounts.streamPassword('vera') ?? ''
    expect((await picture(password)).statusCode).toBe(200)
    const renewed = await app.inject({ method: 'POST', url: '/api/users/me/stream-password', headers: as('vera') })
    expect((await picture(password)).statusCode).toBe(401)
    expect((await picture(renewed.json().password)).statusCode).toBe(200)
  })
})

describe('sessions', () => {
  it('come by a cookie that scripts and foreign pages cannot use', async () => {
    const answer = await signIn({ name: 'otto', password: 'otto-password' })
    expect(answer.json()).toEqual({ name: 'otto', role: 'operator' })
    const cookie = String(answer.headers['set-cookie'])
    expect(cookie).toMatch(/^nightjar_\w+=nj_[\w-]{43}; Path=\/; Expires=.*; HttpOnly; SameSite=Strict$/)
    const me = await app.inject({ url: '/api/session', headers: { cookie: cookie.split(';')[0] } })
    expect(me.json()).toEqual({ name: 'otto', role: 'operator' })
  })

  it('end by signing out', async () => {
    const cookie = await cookieOf('vera')
    const out = await app.inject({ method: 'DELETE', url: '/api/session', headers: { ...own, cookie } })
    expect(out.statusCode).toBe(204)
    expect(String(out.headers['set-cookie'])).toMatch(/Expires=Thu, 01 Jan 1970/)
    expect((await app.inject({ url: '/api/session', headers: { cookie } })).statusCode).toBe(401)
  })

  it('change things only from the own page', async () => {
    const cookie = await cookieOf('otto')
    expect((await start({ ...own, cookie })).statusCode).toBe(200)
    for (const origin of ['http://evil.example', 'http://cam.lan', 'null', undefined]) {
      const answer = await start({ host: own.host, cookie, ...(origin && { origin }) })
      expect([origin, answer.statusCode, answer.json().code]).toEqual([origin, 403, 'forbidden'])
    }
    expect(
      (await app.inject({ url: '/api/cameras', headers: { cookie, origin: 'http://evil.example' } })).statusCode,
    ).toBe(200)
  })

  it('do not ask for a password above the page', async () => {
    for (const headers of [
      { host: own.host, referer: 'http://cam.lan:8080/' },
      { 'sec-fetch-site': 'same-origin' },
      { 'x-requested-with': 'fetch' },
    ]) {
      const answer = await app.inject({ url: '/api/session', headers })
      expect([answer.statusCode, answer.headers['www-authenticate']]).toEqual([401, undefined])
    }
  })
})

describe('remembered Basic passwords', () => {
  it('change nothing for foreign pages, but serve scripts', async () => {
    expect((await start({ ...as('otto'), host: own.host, origin: 'http://evil.example' })).statusCode).toBe(403)
    expect((await start({ ...as('otto'), ...own })).statusCode).toBe(200)
    expect((await start(as('otto'))).statusCode).toBe(200)
  })
})

describe('guessing', () => {
  it('is slowed down by name and address, without locking others out', async () => {
    await clock.advance(61_000)
    const guess = (name: string) => signIn({ name, password: 'wrong-password' })
    for (let i = 0; i < 8; i++) expect((await guess('vera')).statusCode).toBe(401)
    const refused = await guess('vera')
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '60'])
    expect((await app.inject({ url: '/api/cameras', headers: as('vera') })).statusCode).toBe(429)
    expect((await signIn({ name: 'otto', password: 'otto-password' })).statusCode).toBe(200)
    await clock.advance(61_000)
    expect((await signIn({ name: 'vera', password: 'vera-password' })).statusCode).toBe(200)
  })

  it('with ever new names is slowed down by address', async () => {
    await clock.advance(61_000)
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        app.inject({ url: '/api/cameras', headers: as(`name${i}`, 'x'.repeat(300)) }),
      ),
    )
    expect(answers.every(({ statusCode }) => statusCode === 401)).toBe(true)
    for (let i = 0; i < 30; i++) await app.inject({ url: '/api/cameras', headers: as(`other${i}`, 'x'.repeat(300)) })
    expect((await signIn({ name: 'ada', password: 'ada-password' })).statusCode).toBe(429)
    await clock.advance(61_000)
  })
})

describe('tokens', () => {
  it('are made, used, listed and revoked', async () => {
    const made = await app.inject({
      method: 'POST',
      url: '/api/tokens',
      headers: as('otto'),
      payload: { label: 'script', role: 'viewer', expires_days: 1 },
    })
    expect(made.statusCode).toBe(201)
    const { token, id } = made.json()
    const headers = { authorization: `Bearer ${token}` }
    expect((await app.inject({ url: '/api/session', headers })).json()).toEqual({ name: 'otto', role: 'viewer' })
    expect((await start(headers)).statusCode).toBe(403)

    const list = async (name: string) => (await app.inject({ url: '/api/tokens', headers: as(name) })).json()
    expect(await list('otto')).toEqual([expect.objectContaining({ id, label: 'script', user: 'otto' })])
    expect(await list('vera')).toEqual([])
    expect(JSON.stringify(await list('ada'))).not.toContain(token)

    const revoke = (name: string) => app.inject({ method: 'DELETE', url: `/api/tokens/${id}`, headers: as(name) })
    expect((await revoke('vera')).statusCode).toBe(404)
    expect((await revoke('ada')).statusCode).toBe(204)
    expect((await app.inject({ url: '/api/session', headers })).statusCode).toBe(401)
  })

  it('never rise', async () => {
    const make = (headers: object, payload: object) =>
      app.inject({ method: 'POST', url: '/api/tokens', headers: { ...headers }, payload })
    expect((await make(as('otto'), { label: 'x', role: 'admin' })).statusCode).toBe(403)
    const { token } = (await make(as('ada'), { label: 'x', role: 'viewer' })).json()
    expect((await make({ authorization: `Bearer ${token}` }, { label: 'x', role: 'admin' })).statusCode).toBe(403)
  })
})

describe('users', () => {
  const ask = (name: string, method: 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object) =>
    app.inject({ method, url, headers: as(name), ...(payload && { payload }) })

  it('are managed by admins', async () => {
    const made = await ask('ada', 'POST', '/api/users', { name: 'new', password: 'new-password', role: 'viewer' })
    expect([made.statusCode, made.json()]).toEqual([201, { name: 'new', role: 'viewer' }])
    expect((await ask('ada', 'PATCH', '/api/users/new', { role: 'operator' })).json().role).toBe('operator')
    expect((await start(as('new'))).statusCode).toBe(200)
    expect((await ask('ada', 'POST', '/api/users/new/password', { password: 'newer-password' })).statusCode).toBe(204)
    expect((await start(as('new', 'newer-password'))).statusCode).toBe(200)
    expect((await ask('ada', 'DELETE', '/api/users/new')).statusCode).toBe(204)
    expect((await start(as('new', 'newer-password'))).statusCode).toBe(401)
    expect((await ask('ada', 'DELETE', '/api/users/otto')).json()).toMatchObject({ code: 'refused' })
  })

  it('change their own password with the present one only', async () => {
    await house.accounts.add({ name: 'self', role: 'viewer', password: 'self-password' })
    const change = (name: string, payload: object) => ask(name, 'POST', '/api/users/self/password', payload)
    expect((await change('vera', { password: 'other-password' })).statusCode).toBe(403)
    expect((await change('self', { password: 'other-password' })).statusCode).toBe(403)
    expect((await change('self', { password: 'short', current: 'self-password' })).statusCode).toBe(400)
    expect((await change('self', { password: 'other-password', current: 'self-password' })).statusCode).toBe(204)
    expect((await app.inject({ url: '/api/session', headers: as('self', 'other-password') })).statusCode).toBe(200)
  })
})
