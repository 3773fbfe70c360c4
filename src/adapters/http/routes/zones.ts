// Zones of a camera, one by one.
import { Type } from 'typebox'
import type { ZoneChange } from '../../../camera/commands.js'
import { findZone, type Zone, type ZoneInput, zoneUses } from '../../../camera/zones.js'
import { Failure } from '../../../lib/failure.js'
import { ZoneAnswer } from '../api.js'
import type { App, RouteDeps } from './app.js'
import { askerOf, CameraParams } from './cameras.js'

const tags = ['zones']
const ZoneParams = Type.Object({ id: Type.String(), zone: Type.String() })
const percent = (description: string) => Type.Optional(Type.Number({ description: `${description}, percent` }))
const ZoneBody = Type.Unsafe<Partial<ZoneInput>>(
  Type.Object({
    id: Type.Optional(Type.String({ description: 'Small letters, digits, _ and -; made from the name when missing' })),
    name: Type.Optional(Type.String()),
    color: Type.Optional(Type.String({ description: '#rrggbb' })),
    use: Type.Optional(Type.Enum([...zoneUses])),
    enabled: Type.Optional(Type.Boolean()),
    sensitivity: Type.Optional(Type.Number({ minimum: 0, maximum: 10 })),
    points: Type.Optional(Type.Array(Type.Array(Type.Number()), { description: 'Corners [x, y] in percent, 3 to 64' })),
    x: percent('In place of points: the left edge of a rectangle'),
    y: percent('Its upper edge'),
    width: percent('Its width'),
    height: percent('Its height'),
  }),
)
// The settings judge, in the words that the configuration file gets.
const validatorCompiler = () => (value: unknown) => ({ value })

export const addZones = (app: App, { cameras }: RouteDeps): void => {
  const zonesOf = (camera: string): readonly Zone[] => cameras.state(camera).settings.zones
  const change = async (request: Parameters<typeof askerOf>[0], camera: string, asked: ZoneChange): Promise<Zone> => {
    const zone = await cameras.execute(camera, { type: 'zone', change: asked }, askerOf(request))
    if (!zone) throw new Error('the zone that was asked for is not there')
    return zone
  }

  app.get(
    '/api/cameras/:id/zones',
    { schema: { tags, summary: 'All zones', params: CameraParams, response: { 200: Type.Array(ZoneAnswer) } } },
    ({ params }) => [...zonesOf(params.id)],
  )
  app.get(
    '/api/cameras/:id/zones/:zone',
    { schema: { tags, summary: 'One zone', params: ZoneParams, response: { 200: ZoneAnswer } } },
    ({ params }) => findZone(params.id, zonesOf(params.id), params.zone),
  )
  app.post(
    '/api/cameras/:id/zones',
    {
      schema: { tags, summary: 'Add a zone', params: CameraParams, body: ZoneBody, response: { 201: ZoneAnswer } },
      validatorCompiler,
    },
    async (request, reply) => {
      const zone = await change(request, request.params.id, { action: 'add', zone: zoneIn(request.body) })
      return reply.code(201).send(zone)
    },
  )
  for (const method of ['PUT', 'PATCH'] as const) {
    const summary = method === 'PUT' ? 'Replace a zone: what is left out has its default' : 'Change parts of a zone'
    app.route({
      method,
      url: '/api/cameras/:id/zones/:zone',
      schema: { tags, summary, params: ZoneParams, body: ZoneBody, response: { 200: ZoneAnswer } },
      validatorCompiler,
      handler: (request) => {
        const { id: camera, zone: id } = request.params
        const action = method === 'PUT' ? 'replace' : 'change'
        return change(request, camera, { action, id, zone: zoneIn(request.body) })
      },
    })
  }
  app.delete(
    '/api/cameras/:id/zones/:zone',
    { schema: { tags, summary: 'Remove a zone', params: ZoneParams, response: { 204: Type.Null() } } },
    async (request, reply) => {
      const { id: camera, zone: id } = request.params
      await cameras.execute(camera, { type: 'zone', change: { action: 'remove', id } }, askerOf(request))
      return reply.code(204).send(null)
    },
  )
}

const zoneIn = (body: unknown): Partial<ZoneInput> => {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body
  throw new Failure('invalid', 'a zone is an object: {name, use, points} or {name, use, x, y, width, height}')
}
