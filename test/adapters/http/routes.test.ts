// What each route answers, and that the documentation says the same.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Value } from 'typebox/value'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { access } from '../../../src/adapters/http/access.js'
import * as api from '../../../src/adapters/http/api.js'
import type { App } from '../../../src/adapters/http/routes/app.js'
import { buildHttp } from '../../../src/adapters/http/server.js'
import { Failure } from '../../../src/lib/failure.js'
import { START } from '../../support/fake-cameras.js'
import { basic, createHttpHouse, type HttpHouse } from '../../support/http-house.js'

let house: HttpHouse
let app: App
let end: () => Promise<void>
beforeAll(async () => {
  house = await createHttpHouse()
  ;({ app, end } = await buildHttp(house.deps))
})
afterAll(async () => {
  await end()
  await house[Symbol.asyncDispose]()
})

const as = (name: string) => ({ authorization: basic(name) })
const get = (url: string, headers = {}) => app.inject({ url, headers: { ...as('vera'), ...headers } })
const post = (url: string, payload?: object, name = 'otto') =>
  app.inject({ method: 'POST', url, headers: as(name), ...(payload && { payload }) })
const patch = (url: string, payload: object | string, name = 'otto') =>
  app.inject({ method: 'PATCH', url, headers: { ...as(name), 'content-type': 'application/json' }, payload })

describe('health', () => {
  it('is open and says no more than ok', async () => {
    const answer = await app.inject('/health')
    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toEqual({ status: 'ok' })
  })

  it('has details for who is signed in', async () => {
    const { details } = (await get('/health')).json()
    expect(details.cameras.porch).toEqual({ status: 'online', problem: null, viewers: { live: 0, mjpeg: 0 } })
    expect(details.parts.mqtt.problem).toBe('the broker does not answer')
    expect(details.gateway.port).toBe(8554)
    expect(details.storage.free).toBe(89_000_000)
    expect(details.version).toBe('1.2.3')
  })
})

describe('metrics', () => {
  it('are what Prometheus reads', async () => {
    house.cameras.tell('porch', { type: 'motion_ended', duration_s: 1, peak: 9 })
    await get('/metrics')
    const answer = await get('/metrics')
    expect(answer.headers['content-type']).toMatch(/^text\/plain; version=/)
    for (const line of [
      'nightjar_camera_online{camera="porch"} 1',
      'nightjar_camera_dark_level{camera="garden"} 40',
      'nightjar_events_total{camera="porch",type="motion_ended"} 1',
      'nightjar_storage_bytes 4567',
      'nightjar_rtsp_readers{path="porch"} 2',
      '# TYPE nightjar_rtsp_sent_bytes_total counter',
      'nightjar_rtsp_sent_bytes_total{path="porch"} 200',
      'nightjar_viewers{camera="porch",kind="mjpeg"} 0',
      'nightjar_camera_ring_seconds{camera="porch"} 10.5',
    ])
      expect(answer.body.split('\n')).toContain(line)
    expect(answer.body).toMatch(/nightjar_event_loop_delay_p99_seconds \d/)
    expect(answer.body).toMatch(/process_resident_memory_bytes \d{7,}/)
    expect(answer.body).not.toContain('nightjar_camera_ring_seconds{camera="garden"}')
  })
})

describe('cameras', () => {
  it('are listed whole, as documented', async () => {
    const all = (await get('/api/cameras')).json()
    expect(all).toEqual(JSON.parse(JSON.stringify(house.cameras.list())))
    expect([...Value.Errors(api.CameraAnswer, all[0])]).toEqual([])
    expect((await get('/api/cameras/porch')).json()).toEqual(all[0])
  })

  it('that do not exist are 404 everywhere', async () => {
    for (const rest of ['', '/trace', '/settings', '/snapshot.jpg', '/stream.mjpeg', '/live']) {
      const answer = await get(`/api/cameras/nobody${rest}`)
      expect([rest, answer.statusCode, answer.json().code]).toEqual([rest, 404, 'not-found'])
    }
  })

  it('start and stop recordings for the one who asks', async () => {
    const answer = await post('/api/cameras/porch/recording', { action: 'start' })
    expect(answer.json()).toEqual({ active: true, causes: ['manual'], since: START })
    expect(house.cameras.commands.at(-1)).toEqual({
      id: 'porch',
      command: { type: 'record', action: 'start' },
      by: { adapter: 'http', user: 'otto' },
    })
    expect((await post('/api/cameras/porch/recording', { action: 'stop' })).json().active).toBe(false)
  })

  it('take snapshots, with and without a body', async () => {
    const plain = await post('/api/cameras/porch/snapshot')
    expect(plain.statusCode).toBe(201)
    expect([...Value.Errors(api.ItemAnswer, plain.json())]).toEqual([])
    const empty = await app.inject({
      method: 'POST',
      url: '/api/cameras/porch/snapshot',
      headers: { ...as('otto'), 'content-type': 'application/json' },
      payload: '',
    })
    expect(empty.statusCode).toBe(201)
    expect((await post('/api/cameras/porch/snapshot', { format: 'png' })).json().format).toBe('png')
  })

  it('take snapshots that are the mean of several pictures', async () => {
    const plain = await post('/api/cameras/porch/stack')
    expect(plain.statusCode).toBe(201)
    expect([...Value.Errors(api.ItemAnswer, plain.json())]).toEqual([])
    expect((await post('/api/cameras/porch/stack', { frames: 20, format: 'png' })).json().format).toBe('png')
    expect(house.cameras.commands.slice(-2).map(({ command }) => command)).toEqual([
      { type: 'stack' },
      { type: 'stack', frames: 20, format: 'png' },
    ])
    for (const frames of [1, 61, 2.5]) {
      expect((await post('/api/cameras/porch/stack', { frames })).statusCode).toBe(400)
    }
    expect((await post('/api/cameras/porch/stack', {}, 'vera')).statusCode).toBe(403)
  })

  it('list every problem of a request', async () => {
    const answer = await post('/api/cameras/porch/recording', { action: 'pause', now: true })
    expect(answer.statusCode).toBe(400)
    expect(answer.json().problems.sort()).toEqual(['action: must be one of start, stop', 'now: is not known here'])
    expect((await post('/api/cameras/porch/recording')).json().problems).toEqual(['action: is missing'])
  })

  it.each([
    ['invalid', 400],
    ['unauthorized', 401],
    ['forbidden', 403],
    ['not-found', 404],
    ['refused', 409],
    ['too-many', 429],
    ['too-large', 413],
    ['unavailable', 503],
    ['timeout', 504],
    ['storage', 507],
  ] as const)('that fail with %s answer %i and the sentence', async (code, status) => {
    house.cameras.failNext(new Failure(code, 'It went wrong at rtsp://user:secret@host/'))
    const answer = await post('/api/cameras/porch/snapshot')
    expect(answer.statusCode).toBe(status)
    expect(answer.json()).toMatchObject({ code, error: 'It went wrong at rtsp://***@host/' })
  })

  it('with a bug answer 500 without telling it', async () => {
    house.cameras.failNext(new TypeError('x is not a function'))
    const answer = await post('/api/cameras/porch/snapshot')
    expect(answer.statusCode).toBe(500)
    expect(answer.body).not.toContain('x is not a function')
  })
})

describe('a snapshot', () => {
  it('is the picture, with the time at which the camera saw it', async () => {
    const answer = await get('/api/cameras/porch/snapshot.jpg?max_age_ms=500&annotated=1&width=320')
    expect(answer.headers).toMatchObject({
      'content-type': 'image/jpeg',
      'cache-control': 'no-store',
      'last-modified': new Date(START).toUTCString(),
      'x-timestamp': (START / 1000).toFixed(3),
    })
    expect(answer.rawPayload.subarray(0, 2).toString('hex')).toBe('ffd8')
    expect(house.cameras.pictures.asked.at(-1)).toEqual({
      camera: 'porch',
      format: 'jpg',
      maxAge: 500,
      annotated: true,
      width: 320,
    })
    const again = await get('/api/cameras/porch/snapshot.jpg', { 'if-none-match': `W/${answer.headers.etag}` })
    expect([again.statusCode, again.rawPayload.length]).toEqual([304, 0])
  })

  it('asked for nonsense is 400', async () => {
    const answer = await get('/api/cameras/porch/snapshot.jpg?max_age_ms=soon&width=3')
    expect(answer.statusCode).toBe(400)
    expect(answer.json().problems).toHaveLength(2)
  })
})

describe('settings', () => {
  it('change by the keys of the configuration', async () => {
    const answer = await patch('/api/cameras/porch/settings', { motion: { trigger_level: 12, hold_s: 1.5 } })
    expect(answer.statusCode).toBe(200)
    expect(answer.json().motion).toMatchObject({ enabled: true, trigger_level: 12, frames: 5, hold_s: 1.5 })
    expect((await get('/api/cameras/porch/settings')).json()).toEqual(answer.json())
    expect([...Value.Errors(api.SettingsAnswer, answer.json())]).toEqual([])
  })

  it('list every problem with its path, and then change nothing', async () => {
    const before = (await get('/api/cameras/porch/settings')).json()
    const answer = await patch('/api/cameras/porch/settings', {
      motion: { trigger_level: 'high', frams: 3, enabled: false },
      night: { mode: 'dusk' },
    })
    expect(answer.statusCode).toBe(400)
    const { problems } = answer.json()
    expect(problems).toHaveLength(3)
    expect(problems.join('\n')).toMatch(/motion\.trigger_level: .*1 to 100/)
    expect(problems.join('\n')).toMatch(/motion\.frams: .*frames/)
    expect(problems.join('\n')).toMatch(/night\.mode: .*auto, day or night/)
    expect((await get('/api/cameras/porch/settings')).json()).toEqual(before)
  })

  it.each(['[]', '"x"', '7', 'null', '{"__proto__":{"x":1}}', '{"motion":'])('refuse %s', async (body) => {
    const answer = await patch('/api/cameras/porch/settings', body)
    expect(answer.statusCode).toBe(400)
    expect(answer.json().code).toBe('invalid')
  })
})

describe('recordings', () => {
  it('are filtered by camera and time in any usual form', async () => {
    const { id } = house.shelf.addVideo('porch', Buffer.from('video'))
    const listed = (await get('/api/recordings?camera=porch&from=2026-11-20T12:00:00Z&to=1795176000&limit=5')).json()
    expect(listed.map((item: { id: string }) => item.id)).toContain(id)
    expect([...Value.Errors(api.ItemAnswer, listed[0])]).toEqual([])
    expect(house.shelf.asked.at(-1)).toEqual({ camera: 'porch', from: START, to: 1795176000000, limit: 5 })
    await get(`/api/recordings?from=${START}`)
    expect(house.shelf.asked.at(-1)).toEqual({ from: START })
    expect((await get('/api/recordings?from=yesterday')).json().problems[0]).toMatch(/^from: must be a time/)
    expect((await get('/api/recordings?limit=0')).statusCode).toBe(400)
  })

  it('play in ranges', async () => {
    const { id } = house.shelf.addVideo('porch', Buffer.from('0123456789'))
    const url = `/api/recordings/${id}/video.mp4`
    const whole = await get(url)
    expect([whole.statusCode, whole.body]).toEqual([200, '0123456789'])
    expect(whole.headers).toMatchObject({ 'content-type': 'video/mp4', 'accept-ranges': 'bytes' })
    expect(whole.headers['content-disposition']).toBeUndefined()
    const part = await get(url, { range: 'bytes=2-4' })
    expect([part.statusCode, part.body, part.headers['content-range']]).toEqual([206, '234', 'bytes 2-4/10'])
    const last = await get(url, { range: 'bytes=-3' })
    expect([last.statusCode, last.body]).toEqual([206, '789'])
    const beyond = await get(url, { range: 'bytes=20-' })
    expect([beyond.statusCode, beyond.headers['content-range']]).toEqual([416, 'bytes */10'])
    const head = await app.inject({ method: 'HEAD', url, headers: as('vera') })
    expect([head.statusCode, head.headers['content-length'], head.body]).toEqual([200, '10', ''])
    const file = await get(`${url}?download=1`)
    expect(file.headers['content-disposition']).toBe(`attachment; filename="${id}.mp4"`)
  })

  it('have a picture, are kept and removed', async () => {
    const { id } = house.shelf.addVideo('porch', Buffer.from('video'))
    expect((await get(`/api/recordings/${id}/picture.jpg`)).body).toBe('picture')
    expect((await patch(`/api/recordings/${id}`, { keep: true })).json()).toMatchObject({ id, keep: true })
    expect((await patch(`/api/recordings/${id}`, { keep: 'yes' })).statusCode).toBe(400)
    const remove = () => app.inject({ method: 'DELETE', url: `/api/recordings/${id}`, headers: as('otto') })
    expect((await remove()).statusCode).toBe(204)
    expect((await remove()).statusCode).toBe(404)
    expect((await get(`/api/recordings/${id}/video.mp4`)).statusCode).toBe(404)
  })

  it('without a video say so', async () => {
    const { id } = (await post('/api/cameras/porch/snapshot')).json()
    const answer = await get(`/api/recordings/${id}/video.mp4`)
    expect([answer.statusCode, answer.json().error]).toEqual([404, 'There is no video of it (yet)'])
  })
})

describe('the description', () => {
  it('has every route, each with a summary', async () => {
    const { paths, openapi } = (await get('/api/openapi.json')).json()
    expect(openapi).toBe('3.1.0')
    const described = Object.entries(paths as Record<string, Record<string, { summary?: string }>>).flatMap(
      ([path, methods]) => Object.entries(methods).map(([method, { summary }]) => ({ path, method, summary })),
    )
    expect(described.filter(({ summary }) => !summary)).toEqual([])
    const wanted = Object.keys(access)
      .filter((route) => route !== 'GET /*')
      .map((route) => route.replace(/:(\w+)/g, '{$1}'))
    expect(described.map(({ path, method }) => `${method.toUpperCase()} ${path}`).sort()).toEqual(wanted.sort())
    const { properties } = paths['/api/cameras/{id}/settings'].patch.requestBody.content['application/json'].schema
    expect(properties.night.properties.mode.enum).toEqual(['auto', 'day', 'night'])
    expect(properties.motion.properties.hold_s).toMatchObject({ type: 'number', default: 3 })
  })
})

describe('the page', () => {
  it('that is not built says how to build it, and the rest works', async () => {
    const answer = await app.inject('/')
    expect(answer.statusCode).toBe(503)
    expect(answer.body).toContain('npm run build')
  })

  it('is served once it is there, without leaving its folder', async () => {
    const web = house.deps.webRoot
    mkdirSync(join(web, 'assets'), { recursive: true })
    writeFileSync(join(web, 'index.html'), '<!doctype html>page')
    writeFileSync(join(web, 'assets', 'a-1234.js'), 'script')
    writeFileSync(join(web, '.secret'), 'secret')
    const page = await app.inject('/')
    expect([page.statusCode, page.body, page.headers['cache-control']]).toEqual([
      200,
      '<!doctype html>page',
      'no-cache',
    ])
    expect(page.headers['content-security-policy']).toContain("frame-ancestors 'self'")
    expect(page.headers['content-security-policy']).not.toContain('upgrade-insecure-requests')
    expect(page.headers['x-content-type-options']).toBe('nosniff')
    const asset = await app.inject('/assets/a-1234.js')
    expect(asset.headers['cache-control']).toContain('immutable')
    for (const path of [
      '/../users.json',
      '/%2e%2e/users.json',
      '/..%2fusers.json',
      '/assets/../../users.json',
      '/assets/..%5c..%5cusers.json',
      '//users.json',
      '/.secret',
      '/%00',
      '/nothing',
      '/assets',
    ]) {
      const answer = await app.inject(path)
      expect([path, answer.statusCode >= 400 && answer.statusCode < 500, answer.body.includes('password')]).toEqual([
        path,
        true,
        false,
      ])
    }
  })

  it('does not answer for the API', async () => {
    expect((await app.inject('/api/nothing')).json()).toMatchObject({ code: 'not-found' })
    expect((await app.inject({ method: 'POST', url: '/nothing' })).json()).toMatchObject({ code: 'not-found' })
  })
})

describe('limits', () => {
  it('hold for bodies and their types', async () => {
    const large = await patch('/api/cameras/porch/settings', { x: 'x'.repeat(1_100_000) })
    expect([large.statusCode, large.json().code]).toEqual([413, 'too-large'])
    const form = await app.inject({
      method: 'POST',
      url: '/api/cameras/porch/recording',
      headers: { ...as('otto'), 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'action=start',
    })
    expect([form.statusCode, form.json().code]).toEqual([415, 'invalid'])
  })
})
