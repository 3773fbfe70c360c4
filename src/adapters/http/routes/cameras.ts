// Cameras: their state, why they did what they did, and the commands.

import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Asker } from '../../../camera/commands.js'
import { STACKED } from '../../../camera/stacking.js'
import { CameraAnswer, ItemAnswer, RecordingAnswer, TraceAnswer } from '../api.js'
import { accountOf } from '../auth.js'
import type { App, RouteDeps } from './app.js'

export const CameraParams = Type.Object({ id: Type.String() })
const tags = ['cameras']

export const askerOf = (request: FastifyRequest): Asker => ({ adapter: 'http', user: accountOf(request).name })

export const addCameras = (app: App, { cameras }: RouteDeps): void => {
  app.get(
    '/api/cameras',
    { schema: { tags, summary: 'All cameras', response: { 200: Type.Array(CameraAnswer) } } },
    () => [...cameras.list()],
  )
  app.get(
    '/api/cameras/:id',
    { schema: { tags, summary: 'One camera', params: CameraParams, response: { 200: CameraAnswer } } },
    ({ params }) => cameras.state(params.id),
  )
  app.get(
    '/api/cameras/:id/trace',
    {
      schema: {
        tags,
        summary: 'What the camera decided lately, or not, and why; newest last',
        params: CameraParams,
        response: { 200: TraceAnswer },
      },
    },
    ({ params }) => [...cameras.trace(cameras.state(params.id).id)],
  )
  app.post(
    '/api/cameras/:id/recording',
    {
      schema: {
        tags,
        summary: 'Start or stop a recording by hand',
        params: CameraParams,
        body: Type.Object({ action: Type.Enum(['start', 'stop']) }, { additionalProperties: false }),
        response: { 200: RecordingAnswer },
      },
    },
    (request) => cameras.execute(request.params.id, { type: 'record', action: request.body.action }, askerOf(request)),
  )
  app.post(
    '/api/cameras/:id/snapshot',
    {
      schema: {
        tags,
        summary: 'Take a snapshot and keep it',
        params: CameraParams,
        body: Type.Object({ format: Type.Optional(Type.Enum(['jpg', 'png'])) }, { additionalProperties: false }),
        response: { 201: ItemAnswer },
      },
    },
    async (request, reply) => {
      const { format } = request.body
      const command = { type: 'snapshot' as const, ...(format && { format }) }
      return reply.code(201).send(await cameras.execute(request.params.id, command, askerOf(request)))
    },
  )
  app.post(
    '/api/cameras/:id/stack',
    {
      schema: {
        tags,
        summary: 'Take a snapshot with less noise, the mean of several pictures, and keep it',
        params: CameraParams,
        body: Type.Object(
          {
            frames: Type.Optional(
              Type.Integer({
                minimum: STACKED.least,
                maximum: STACKED.most,
                description: `Newest pictures (default ${STACKED.default})`,
              }),
            ),
            format: Type.Optional(Type.Enum(['jpg', 'png'])),
          },
          { additionalProperties: false },
        ),
        response: { 201: ItemAnswer },
      },
    },
    async (request, reply) => {
      const { frames, format } = request.body
      const command = { type: 'stack' as const, ...(frames && { frames }), ...(format && { format }) }
      return reply.code(201).send(await cameras.execute(request.params.id, command, askerOf(request)))
    },
  )
}
