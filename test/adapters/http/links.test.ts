// Links that open one thing, for a day, for whoever has them.
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startLinks } from '../../../src/adapters/http/links.js'
import type { App } from '../../../src/adapters/http/routes/app.js'
import { buildHttp } from '../../../src/adapters/http/server.js'
import { createHttpHouse, type HttpHouse } from '../../support/http-house.js'
import { createTestClock } from '../../support/test-clock.js'

const PAGE = 'http://nightjar.lan:8080'
const clock = createTestClock()
let house: HttpHouse
let app: App
let end: () => Promise<void>

const linksWith = (page = PAGE) => startLinks({ data: house.folder, page: () => page, clock })
const get = async (url: string, method: 'GET' | 'HEAD' | 'DELETE' = 'GET') =>
  (await app.inject({ method, url })).statusCode

beforeAll(async () => {
  house = await createHttpHouse()
  const links = await linksWith()
  const built = await buildHttp({ ...house.deps, links })
  app = built.app
  end = built.end
})
afterAll(async () => {
  await end()
  await house[Symbol.asyncDispose]()
})

test('open a picture or a video, and nothing else', async () => {
  const { id } = house.shelf.addVideo('porch', Buffer.alloc(100))
  const { sign } = await linksWith()
  const path = (of: string): string => sign(of).slice(PAGE.length)
  const picture = path(`/api/recordings/${id}/picture.jpg`)
  expect(await get(picture)).toBe(200)
  expect(await get(picture, 'HEAD')).toBe(200)
  expect(await get(path(`/api/recordings/${id}/video.mp4`))).toBe(200)
  expect(await get(picture.replace('picture.jpg', 'video.mp4'))).toBe(401)
  expect(await get(picture.replace('until=', 'until=z'))).toBe(401)
  expect(await get(picture.replace(/signature=.*/, 'signature='))).toBe(401)
  expect(await get(`/api/recordings/${id}/picture.jpg`)).toBe(401)
  for (const other of [`/api/recordings/${id}`, '/api/cameras', '/metrics', '/api/cameras/porch/snapshot.jpg'])
    expect(await get(path(other))).toBe(401)
  expect(await get(path(`/api/recordings/${id}`), 'DELETE')).toBe(401)
})

test('end after a day, outlive a restart, and belong to this house; the key is its own', async () => {
  const { sign } = await linksWith(`${PAGE}/`)
  const address = sign('/api/recordings/x/picture.jpg')
  expect(address).toMatch(
    /^http:\/\/nightjar\.lan:8080\/api\/recordings\/x\/picture\.jpg\?until=\w+&signature=[\w-]{43}$/,
  )
  const asked = address.slice(PAGE.length)
  const again = await linksWith()
  expect(again.opens(asked)).toBe(true)
  const elsewhere = await createHttpHouse()
  expect(elsewhere.deps.links.opens(asked)).toBe(false)
  await elsewhere[Symbol.asyncDispose]()
  await clock.advance(24 * 3_600_000 - 2000)
  expect(again.opens(asked)).toBe(true)
  await clock.advance(4000)
  expect(again.opens(asked)).toBe(false)
  const file = join(house.folder, 'link-key')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readFileSync(file)).toHaveLength(32)
})

test('are none without a page', async () => {
  expect((await linksWith('')).sign('/x')).toBe('')
})
