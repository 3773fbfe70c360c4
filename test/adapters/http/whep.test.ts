// WebRTC signalling at the HTTP door: who may ask, what is passed on, and when a session ends.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { buildHttp } from '../../../src/adapters/http/server.js'
import type { Whep } from '../../../src/camera/ports.js'
import { Failure } from '../../../src/lib/failure.js'
import { basic, createHttpHouse, type HttpHouse } from '../../support/http-house.js'

const SDP = { 'content-type': 'application/sdp' }
const FRAGMENT = { 'content-type': 'application/trickle-ice-sdpfrag' }
const facts = () => ({ kind: 'mediamtx' as const, port: 8554, paths: [] })

/** Its accounts are everybody's: hashing passwords takes its time. */
let first: HttpHouse
let house: HttpHouse
let app: Awaited<ReturnType<typeof buildHttp>>['app']
let end: () => Promise<void>
let asked: string[]
let gone: () => void

const whep: Whep = {
  offer: async (path, sdp, onGone) => {
    if (sdp === 'nonsense') throw new Failure('invalid', 'WebRTC: no offer')
    asked.push(`offer ${path} ${sdp}`)
    gone = onGone
    return { sdp: 'the answer', session: 'secret-1' }
  },
  candidates: async (path, session, fragment) => {
    asked.push(`candidates ${path} ${session} ${fragment}`)
    return fragment === 'restart' ? { fragment: 'new', etag: '"e"' } : null
  },
  end: async (path, session) => void asked.push(`end ${path} ${session}`),
}

const start = async (given: { readonly whep?: Whep } = { whep }): Promise<void> => {
  house = await createHttpHouse({ accounts: first.accounts, gateway: () => ({ facts, ...given }) })
  const built = await buildHttp(house.deps)
  app = built.app
  end = built.end
}
beforeAll(async () => {
  first = await createHttpHouse()
})
afterAll(() => first[Symbol.asyncDispose]())
beforeEach(() => {
  asked = []
})
afterEach(async () => {
  await end()
  await house[Symbol.asyncDispose]()
})

const ask = (method: 'POST' | 'PATCH' | 'DELETE', url: string, { user = 'vera', body = '', headers = {} } = {}) =>
  app.inject({ method, url, headers: { ...headers, ...(user ? { authorization: basic(user) } : {}) }, payload: body })
const offer = (options: Parameters<typeof ask>[2] = {}, url = '/api/cameras/porch/whep') =>
  ask('POST', url, { body: 'v=0', headers: SDP, ...options })
const SESSION = '/api/cameras/porch/whep/secret-1'

describe('a player', () => {
  test('offers, adds candidates, restarts and ends', async () => {
    await start()
    const answer = await offer()
    expect(answer.statusCode).toBe(201)
    expect(answer.headers).toMatchObject({ location: SESSION, 'content-type': 'application/sdp' })
    expect(answer.body).toBe('the answer')
    expect((await ask('PATCH', SESSION, { body: 'more', headers: FRAGMENT })).statusCode).toBe(204)
    const restart = await ask('PATCH', SESSION, { body: 'restart', headers: FRAGMENT })
    expect(restart.statusCode).toBe(200)
    expect(restart.headers).toMatchObject({ etag: '"e"', 'content-type': FRAGMENT['content-type'] })
    expect((await ask('DELETE', SESSION)).statusCode).toBe(204)
    expect((await ask('DELETE', SESSION)).statusCode).toBe(404)
    const path = 'porch secret-1'
    expect(asked).toEqual(['offer porch v=0', `candidates ${path} more`, `candidates ${path} restart`, `end ${path}`])
  })

  test('gets the small stream, and comes with a stream password', async () => {
    await start()
    const password = house.accounts.streamPassword('vera') ?? ''
    const authorization = basic('vera', password)
    const answer = await offer({ user: '', headers: { ...SDP, authorization } }, '/api/cameras/porch/whep?size=small')
    expect(answer.statusCode).toBe(201)
    expect(asked).toEqual(['offer porch_sub v=0'])
  })

  test.each([
    ['without a password', { user: '' }, 401],
    ['of a page elsewhere', { headers: { ...SDP, origin: 'http://evil.example' } }, 403],
    ['without an offer', { body: '' }, 400],
    ['with an offer that is none', { body: 'nonsense' }, 400],
    ['with something else', { headers: { 'content-type': 'application/json' }, body: '{}' }, 400],
    ['with far too much', { body: 'x'.repeat(100_000) }, 413],
  ])('%s is refused', async (_who, options, status) => {
    await start()
    expect((await offer(options)).statusCode).toBe(status)
    expect(asked).toEqual([])
  })

  test('asks for a camera that is not there', async () => {
    await start()
    expect((await offer({}, '/api/cameras/nowhere/whep')).statusCode).toBe(404)
  })

  test('is told that the built-in server has no WebRTC', async () => {
    await start({})
    const answer = await offer()
    expect(answer.statusCode).toBe(404)
    expect(answer.json()).toMatchObject({ code: 'not-found', error: expect.stringContaining('needs MediaMTX') })
  })
})

describe('a session', () => {
  test("is its user's alone", async () => {
    await start()
    await offer()
    for (const method of ['PATCH', 'DELETE'] as const)
      expect((await ask(method, SESSION, { user: 'otto', body: 'x', headers: FRAGMENT })).statusCode).toBe(404)
    expect(asked).toEqual(['offer porch v=0'])
  })

  test('ends when its user is removed or changed', async () => {
    await start()
    await offer()
    house.accounts.renewStreamPassword('vera')
    await new Promise((resolve) => setImmediate(resolve))
    expect(asked.at(-1)).toBe('end porch secret-1')
  })

  test('that has ended by itself is not there any more', async () => {
    await start()
    await offer()
    gone()
    expect((await ask('DELETE', SESSION)).statusCode).toBe(404)
    expect(asked).toEqual(['offer porch v=0'])
  })
})
