// Zones over HTTP: added, changed, removed one by one, always as a change of the camera's settings.
import { Value } from 'typebox/value'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import * as api from '../../../src/adapters/http/api.js'
import type { App } from '../../../src/adapters/http/routes/app.js'
import { buildHttp } from '../../../src/adapters/http/server.js'
import type { Zone } from '../../../src/camera/zones.js'
import { basic, createHttpHouse, type HttpHouse } from '../../support/http-house.js'
import { defaultSettings } from '../../support/settings.js'

let house: HttpHouse
let app: App
let end: () => Promise<void>
beforeAll(async () => {
  house = await createHttpHouse()
  ;({ app, end } = await buildHttp(house.deps))
})
beforeEach(() => house.cameras.change('porch', { settings: defaultSettings }))
afterAll(async () => {
  await end()
  await house[Symbol.asyncDispose]()
})

const ask = (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, payload?: unknown, name = 'otto') =>
  app.inject({
    ...{ method, url: `/api/cameras/porch/${path}` },
    headers: { authorization: basic(name), ...(payload !== undefined && { 'content-type': 'application/json' }) },
    ...(payload !== undefined && { payload: JSON.stringify(payload) }),
  })
const zones = (): readonly Zone[] => house.cameras.state('porch').settings.zones
const points = [
  [0, 0],
  [50, 0],
  [0, 50],
]
const corners = (x: number, y: number, right: number, bottom: number): unknown => [
  [x, y],
  [right, y],
  [right, bottom],
  [x, bottom],
]

describe('a zone', () => {
  it('is added with what was left out filled in, by whoever may command', async () => {
    const answer = await ask('POST', 'zones', { name: 'Front door', points })
    expect(answer.statusCode).toBe(201)
    const zone = { ...{ id: 'front_door', name: 'Front door', color: '#58c98b', use: 'motion' }, points }
    expect(answer.json()).toEqual({ ...zone, enabled: true, sensitivity: 1 })
    expect([...Value.Errors(api.ZoneAnswer, answer.json())]).toEqual([])
    expect(house.cameras.commands.at(-1)).toMatchObject({
      ...{ id: 'porch', command: { type: 'zone', change: { action: 'add' } }, by: { adapter: 'http', user: 'otto' } },
    })
    expect((await ask('GET', 'zones', undefined, 'vera')).json()).toEqual([answer.json()])
    expect((await ask('GET', 'zones/front_door', undefined, 'vera')).json()).toEqual(answer.json())
    for (const [method, path] of [
      ['POST', 'zones'],
      ['PATCH', 'zones/front_door'],
      ['DELETE', 'zones/front_door'],
    ] as const) {
      expect((await ask(method, path, { name: 'x', points }, 'vera')).statusCode).toBe(403)
    }
  })
  it('may be a rectangle, and become another', async () => {
    await ask('POST', 'zones', { id: 'door', x: 10, y: 20, width: 30, height: 40 })
    expect(zones()[0]?.points).toEqual(corners(10, 20, 40, 60))
    await ask('PATCH', 'zones/door', { x: 0, y: 0, width: 10, height: 10 })
    expect(zones()[0]?.points).toEqual(corners(0, 0, 10, 10))
    const answer = await ask('PATCH', 'zones/door', { points, name: 'Door', sensitivity: 2 })
    expect(answer.json()).toMatchObject({ id: 'door', name: 'Door', sensitivity: 2, points })
  })
  it('is changed in parts by PATCH, as a whole by PUT, among others that stay', async () => {
    for (const id of ['one', 'two', 'three']) await ask('POST', 'zones', { id, points, use: 'objects' })
    const before = zones()
    await ask('PATCH', 'zones/two', { color: '#ff0000' })
    expect(zones()).toEqual(before.map((zone) => (zone.id === 'two' ? { ...zone, color: '#ff0000' } : zone)))
    await ask('PUT', 'zones/two', { id: 'two', x: 0, y: 0, width: 100, height: 100 })
    expect(zones()[1]).toMatchObject({ id: 'two', use: 'motion', points: corners(0, 0, 100, 100) })
    const gone = await ask('DELETE', 'zones/two')
    expect([gone.statusCode, zones().map(({ id }) => id)]).toEqual([204, ['one', 'three']])
  })
  it('is not lost when several are added at once', async () => {
    await Promise.all([1, 2, 3, 4].map((number) => ask('POST', 'zones', { name: `Zone ${number}`, points })))
    expect(zones().map(({ id }) => id)).toEqual(['zone_1', 'zone_2', 'zone_3', 'zone_4'])
  })
})

describe('refused is', () => {
  it.each<[string, unknown, number, RegExp]>([
    ['POST zones', { name: 'Door', points }, 409, /porch has a zone "door" already/],
    ['POST zones', { name: '玄関', points }, 400, /needs an id/],
    ['POST zones', { points }, 400, /needs an id/],
    ['POST zones', [], 400, /a zone is an object/],
    ['POST zones', null, 400, /a zone is an object/],
    ['POST zones', { id: 7, points }, 400, /zone 2: id must be small letters/],
    ['POST zones', { name: 'New', points, use: 'fun' }, 400, /use must be one of motion, objects, ignore, privacy/],
    ['POST zones', { name: 'New' }, 400, /points must be 3 to 64 corners/],
    ['PATCH zones/door', { points: [[1, 2]] }, 400, /points must be/],
    ['PATCH zones/door', { x: 3 }, 400, /must be a rectangle/],
    ['PATCH zones/door', { id: 'gate' }, 400, /the id of a zone stays/],
    ['PATCH zones/gate', { name: 'x' }, 404, /porch has no zone "gate": it has door/],
    ['PUT zones/gate', { points }, 404, /no zone "gate"/],
    ['DELETE zones/gate', undefined, 404, /no zone "gate"/],
    ['GET zones/gate', undefined, 404, /no zone "gate"/],
    ['GET stream.mjpeg?zone=gate', undefined, 404, /no zone "gate"/],
    ['GET snapshot.jpg?zone=gate', undefined, 404, /no zone "gate"/],
  ])('%s %j', async (request, body, status, sentence) => {
    await ask('POST', 'zones', { name: 'Door', points })
    const before = zones()
    const [method = '', path = ''] = request.split(' ')
    const answer = await ask(method as 'GET', path, body)
    expect([answer.statusCode, answer.json().error]).toEqual([status, expect.stringMatching(sentence)])
    expect(zones()).toBe(before)
  })
})

it('a zone alone is asked of the pictures', async () => {
  await ask('POST', 'zones', { name: 'Door', points })
  await ask('GET', 'snapshot.jpg?zone=door&annotated=true')
  expect(house.cameras.pictures.asked.at(-1)).toMatchObject({ camera: 'porch', zone: 'door', annotated: true })
})
