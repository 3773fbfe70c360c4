// Zones of a camera, one by one: each request becomes a change of the settings' list, so that every door tells the same.
import { Type } from 'typebox'
import { checkSettingsChange } from '../../../camera/check-settings.js'
import { findZone, type Zone, type ZoneInput, zoneIdOf, zoneUses } from '../../../camera/zones.js'
import { Failure } from '../../../lib/failure.js'
import { createSerial } from '../../../lib/serial.js'
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
  const turns = new Map<string, ReturnType<typeof createSerial>>()
  const zonesOf = (camera: string): readonly Zone[] => cameras.state(camera).settings.zones

  /** One change after the other: each begins with the list that the one before left. */
  const change = (
    request: Parameters<typeof askerOf>[0],
    camera: string,
    next: (zones: readonly Zone[]) => readonly ZoneInput[],
  ): Promise<readonly Zone[]> => {
    cameras.state(camera)
    const inTurn = turns.get(camera) ?? createSerial()
    turns.set(camera, inTurn)
    return inTurn(async () => {
      const asked = checkSettingsChange({ zones: next(zonesOf(camera)) }, cameras.state(camera).settings)
      return (await cameras.execute(camera, { type: 'settings', change: asked }, askerOf(request))).zones
    })
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
      const camera = request.params.id
      const body = zoneIn(request.body)
      const id = body.id ?? zoneIdOf(typeof body.name === 'string' ? body.name : '')
      if (id === '') throw new Failure('invalid', 'id: a zone needs an id, or a name with a letter or digit')
      const all = await change(request, camera, (zones) => {
        if (zones.some((zone) => zone.id === id)) throw new Failure('refused', `${camera} has a zone "${id}" already`)
        return [...zones, { ...body, id }]
      })
      return reply.code(201).send(findZone(camera, all, id))
    },
  )
  for (const method of ['PUT', 'PATCH'] as const) {
    const summary = method === 'PUT' ? 'Replace a zone: what is left out has its default' : 'Change parts of a zone'
    app.route({
      method,
      url: '/api/cameras/:id/zones/:zone',
      schema: { tags, summary, params: ZoneParams, body: ZoneBody, response: { 200: ZoneAnswer } },
      validatorCompiler,
      handler: async (request) => {
        const { id: camera, zone } = request.params
        const body = zoneIn(request.body)
        if (body.id !== undefined && body.id !== zone)
          throw new Failure('invalid', `id: the id of a zone stays (${zone}); add a new one and remove this`)
        const all = await change(request, camera, (zones) => {
          findZone(camera, zones, zone)
          return zones.map((one) =>
            one.id !== zone ? one : method === 'PUT' ? { ...body, id: zone } : { ...withoutPlace(one, body), ...body },
          )
        })
        return findZone(camera, all, zone)
      },
    })
  }
  app.delete(
    '/api/cameras/:id/zones/:zone',
    { schema: { tags, summary: 'Remove a zone', params: ZoneParams, response: { 204: Type.Null() } } },
    async (request, reply) => {
      const { id: camera, zone } = request.params
      await change(request, camera, (zones) => {
        findZone(camera, zones, zone)
        return zones.filter(({ id }) => id !== zone)
      })
      return reply.code(204).send(null)
    },
  )
}

const zoneIn = (body: unknown): Partial<ZoneInput> => {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body
  throw new Failure('invalid', 'a zone is an object: {name, use, points} or {name, use, x, y, width, height}')
}

/** A rectangle takes the place of the corners. */
const withoutPlace = (zone: Zone, { points, x, y, width, height }: Partial<ZoneInput>): ZoneInput => {
  const { points: old, ...rest } = zone
  const moved = points === undefined && [x, y, width, height].some((part) => part !== undefined)
  return moved ? rest : { ...rest, points: old }
}
