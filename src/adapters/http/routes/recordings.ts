// Kept recordings and snapshots: listed, played in ranges, kept, removed.
import { basename, dirname } from 'node:path'
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { Failure } from '../../../lib/failure.js'
import { parseMoment } from '../../../lib/moment.js'
import { ItemAnswer } from '../api.js'
import type { App, RouteDeps } from './app.js'

const tags = ['recordings']
const ItemParams = Type.Object({ item: Type.String() })
const when = (what: string) =>
  Type.Optional(Type.String({ description: `${what}: an ISO 8601 time, or seconds or milliseconds since 1970` }))
const ListQuery = Type.Object({
  camera: Type.Optional(Type.String()),
  kind: Type.Optional(Type.Enum(['recording', 'snapshot'])),
  from: when('Items that end after this'),
  to: when('Items that begin before this'),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'Default 200' })),
  offset: Type.Optional(Type.Integer({ minimum: 0 })),
})
const FileQuery = Type.Object({ download: Type.Optional(Type.Boolean({ description: 'As a file to save' })) })

export const addRecordings = (app: App, { recordings }: RouteDeps): void => {
  app.get(
    '/api/recordings',
    {
      schema: {
        tags,
        summary: 'Recordings and snapshots, newest first',
        querystring: ListQuery,
        response: { 200: Type.Array(ItemAnswer) },
      },
    },
    ({ query: { from, to, ...query } }) => [
      ...recordings.list({
        ...query,
        ...(from !== undefined && { from: parseMoment('from', from) }),
        ...(to !== undefined && { to: parseMoment('to', to) }),
      }),
    ],
  )
  app.get(
    '/api/recordings/:item',
    { schema: { tags, summary: 'One of them', params: ItemParams, response: { 200: ItemAnswer } } },
    ({ params }) => recordings.get(params.item),
  )
  app.patch(
    '/api/recordings/:item',
    {
      schema: {
        tags,
        summary: 'Protect it from retention, or no longer',
        params: ItemParams,
        body: Type.Object({ keep: Type.Boolean() }, { additionalProperties: false }),
        response: { 200: ItemAnswer },
      },
    },
    ({ params, body }) => recordings.keep(params.item, body.keep),
  )
  app.delete(
    '/api/recordings/:item',
    { schema: { tags, summary: 'Remove it', params: ItemParams, response: { 204: Type.Null() } } },
    async ({ params }, reply) => {
      await recordings.remove(params.item)
      return reply.code(204).send(null)
    },
  )
  app.get(
    '/api/recordings/:item/video.mp4',
    { schema: { tags, summary: 'The video; answers byte ranges', params: ItemParams, querystring: FileQuery } },
    ({ params, query }, reply) => {
      const { video } = recordings.files(params.item)
      if (video === null) throw new Failure('not-found', 'There is no video of it (yet)')
      return sendFile(reply, video, query.download)
    },
  )
  app.get(
    '/api/recordings/:item/picture.jpg',
    {
      schema: {
        tags,
        summary: 'The trigger picture of a recording, or the snapshot itself (in its own format)',
        params: ItemParams,
        querystring: FileQuery,
      },
    },
    ({ params, query }, reply) => {
      const { picture } = recordings.files(params.item)
      if (picture === null) throw new Failure('not-found', 'There is no picture of it')
      return sendFile(reply, picture, query.download)
    },
  )
  app.get(
    '/api/recordings/:item/crop.jpg',
    {
      schema: {
        tags,
        summary: "The piece of a sighting's picture that shows what was seen",
        params: ItemParams,
        querystring: Type.Object({
          ...FileQuery.properties,
          track: Type.Optional(
            Type.Integer({ minimum: 0, description: 'Of the sighting; default: the first there is' }),
          ),
        }),
      },
    },
    ({ params, query }, reply) => {
      const crop = recordings.crop(params.item, query.track)
      if (crop === null) throw new Failure('not-found', 'There is no such piece of it')
      return sendFile(reply, crop, query.download)
    },
  )
}

const sendFile = (reply: FastifyReply, path: string, download = false): FastifyReply => {
  reply.header('cache-control', 'private, no-cache')
  if (download) reply.header('content-disposition', `attachment; filename="${basename(path).replace(/[^\w.-]/g, '_')}"`)
  return reply.sendFile(basename(path), dirname(path), { cacheControl: false })
}
