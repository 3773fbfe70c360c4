// Home Assistant's users through Supervisor's ingress: who is believed, as whom they come, and what they may. Over real
// connections, because the address and the spelling of headers decide. 127.0.0.9 is Supervisor's address here.
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { access } from '../../src/adapters/http/access.js'
import { type HttpServer, startHttp } from '../../src/adapters/http/server.js'
import { basic, createHttpHouse, type HttpHouse } from '../support/http-house.js'

const PEER = '127.0.0.9'
type Headers = readonly (readonly [string, string])[]
const id = ['X-Remote-User-Id', '0123abcd'] as const
const named = (name: string): Headers => [id, ['X-Remote-User-Name', name], ['X-Remote-User-Display-Name', 'ada']]

let house: HttpHouse
let addon: HttpServer
let plain: HttpServer
beforeAll(async () => {
  house = await createHttpHouse()
  const ingress = { peer: PEER, role: 'operator' } as const
  // Both families, so that the peer is written as ::ffff:127.0.0.9.
  addon = await startHttp({ ...house.deps, config: { ...house.deps.config, host: '::' }, ingress })
  plain = await startHttp(house.deps)
})
afterAll(async () => {
  await addon[Symbol.asyncDispose]()
  await plain[Symbol.asyncDispose]()
  await house[Symbol.asyncDispose]()
})

interface Question {
  readonly method?: string
  readonly path?: string
  readonly body?: string
  readonly from?: string
  readonly port?: number
}

/** The headers go out as they are spelled here, each on a line of its own. */
const send = (
  headers: Headers,
  { method = 'GET', path = '/api/session', body = '', from = PEER, port = addon.port }: Question = {},
): Promise<{ readonly status: number; readonly text: string }> =>
  new Promise((resolve, reject) => {
    const all = headers.some(([name]) => name === 'Host') ? headers : [['Host', 'nightjar'] as const, ...headers]
    const length = body
      ? [['Content-Type', 'application/json'] as const, ['Content-Length', `${body.length}`] as const]
      : []
    const asked = request(
      { host: '127.0.0.1', port, method, path, localAddress: from, headers: [...all, ...length].flat() },
      (answer) => {
        let text = ''
        answer.on('data', (part: Buffer) => (text += part.toString()))
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
      },
    )
    asked.on('error', reject)
    asked.end(body)
  })

const whoIs = async (headers: Headers, question: Question = {}): Promise<unknown> => {
  const { status, text } = await send(headers, question)
  return status === 200 ? (JSON.parse(text) as unknown) : status
}

describe('who comes through ingress', () => {
  it('is let in without a password, with the role of a user of the same name or the one that was set', async () => {
    expect(await whoIs(named('ada'))).toEqual({ name: 'ada', role: 'admin' })
    expect(await whoIs(named('vera'))).toEqual({ name: 'vera', role: 'viewer' })
    expect(await whoIs(named('bo'))).toEqual({ name: 'bo (Home Assistant)', role: 'operator' })
  })

  it('is nobody of ours without a user name, whatever else they are called', async () => {
    const nameless: Headers = [id, ['X-Remote-User-Display-Name', 'ada']]
    expect(await whoIs(nameless)).toEqual({ name: '0123abcd (Home Assistant)', role: 'operator' })
    const { text } = await send(nameless, { path: '/api/users/me/stream-password' })
    expect(text).not.toContain(house.accounts.streamPassword('ada'))
  })

  it.each(['127.0.0.1', '127.0.0.8', '127.0.0.90'])('is believed from nowhere else: %s', async (from) => {
    expect(await whoIs(named('ada'), { from })).toBe(401)
    expect(await whoIs([...named('ada'), ['X-Forwarded-For', PEER]], { from })).toBe(401)
  })

  it('is nobody where this is no add-on', async () => {
    expect(await whoIs(named('ada'), { port: plain.port })).toBe(401)
  })

  it.each<[string, Headers]>([
    ['nobody is named', []],
    ['only a name', [['X-Remote-User-Name', 'ada']]],
    // Supervisor takes out what browsers send in its own spelling only: a lower-case one has passed it.
    ['a forged name beside none', [id, ['x-remote-user-name', 'ada']]],
    [
      'a forged id',
      [
        ['x-remote-user-id', '0123abcd'],
        ['X-Remote-User-Name', 'ada'],
      ],
    ],
    ['a forged name beside the true one', [...named('bo'), ['x-remote-user-name', 'ada']]],
    ['two names', [...named('ada'), ['X-Remote-User-Name', 'bo']]],
  ])('has to sign in: %s', async (_what, headers) => {
    expect(await whoIs(headers)).toBe(401)
  })

  it('may still sign in with a password of ours', async () => {
    expect(await whoIs([['Authorization', basic('otto')]])).toEqual({ name: 'otto', role: 'operator' })
  })

  it('may do no more than the role', async () => {
    const closed = Object.entries(access).filter(([, { needs }]) => needs === 'admin')
    expect(closed.length).toBeGreaterThan(2)
    const bo: Headers = [...named('bo'), ['Host', 'ha.lan:8123'], ['Origin', 'http://ha.lan:8123']]
    for (const [route] of closed) {
      const [method = '', path = ''] = route.split(' ')
      const { status } = await send(bo, { method, path: path.replaceAll(/:\w+/g, 'x') })
      expect([route, status]).toEqual([route, 403])
    }
  })
})

describe('what changes something', () => {
  const stop = async (...headers: Headers): Promise<number> => {
    const question = { method: 'POST', path: '/api/cameras/porch/recording', body: '{"action":"stop"}' }
    return (await send([...named('ada'), ...headers], question)).status
  }

  it('comes from the page in Home Assistant, by the address that the browser knows', async () => {
    const origin = ['Origin', 'https://ha.example.org'] as const
    expect(await stop(['Host', 'ha.example.org'], ['X-Forwarded-Host', 'ha.example.org'], origin)).toBe(200)
    expect(await stop(['Host', '172.30.33.5:8080'], ['X-Forwarded-Host', 'ha.example.org'], origin)).toBe(200)
    expect(await stop(['Host', 'ha.example.org'], origin)).toBe(200)
  })

  it('comes from no other page, and not from none', async () => {
    const behind: Headers = [
      ['Host', 'ha.example.org'],
      ['X-Forwarded-Host', 'ha.example.org'],
    ]
    expect(await stop(...behind, ['Origin', 'https://evil.example.com'])).toBe(403)
    expect(await stop(...behind)).toBe(403)
  })

  it('is not believed where it was forwarded to by somebody else', async () => {
    const headers: Headers = [
      ['Host', 'cam.lan'],
      ['X-Forwarded-Host', 'evil.example.com'],
      ['Origin', 'https://evil.example.com'],
      ['Authorization', basic('ada')],
    ]
    const question = {
      method: 'POST',
      path: '/api/cameras/porch/recording',
      body: '{"action":"stop"}',
      from: '127.0.0.1',
    }
    expect((await send(headers, question)).status).toBe(403)
  })
})
