// One picture of a camera, now: never older than asked, with the time at which the camera saw it.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import type { PictureFormat } from '../../../camera/stored-item.js'
import { findZone } from '../../../camera/zones.js'
import type { App, RouteDeps } from './app.js'
import { CameraParams } from './cameras.js'

const PictureQuery = Type.Object({
  max_age_ms: Type.Optional(Type.Number({ minimum: 0, description: 'Oldest picture wanted (default 2000)' })),
  annotated: Type.Optional(Type.Boolean({ description: 'With what the camera found drawn in' })),
  zone: Type.Optional(Type.String({ description: 'Only this zone; everything else is black' })),
  width: Type.Optional(Type.Integer({ minimum: 16, maximum: 8192, description: 'Scaled down to this width' })),
  quality: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
})

export const addPictures = (app: App, { cameras, pictures }: RouteDeps): void => {
  for (const format of ['jpg', 'png'] as const) {
    app.get(
      `/api/cameras/:id/snapshot.${format}`,
      {
        schema: {
          tags: ['cameras'],
          summary: `The present picture (${format}); X-Timestamp says when the camera saw it`,
          params: CameraParams,
          querystring: PictureQuery,
        },
      },
      async (request, reply) => {
        const { id } = request.params
        const { zones } = cameras.state(id).settings
        if (request.query.zone !== undefined) findZone(id, zones, request.query.zone)
        return answer(request, reply, await pictures.picture(id, requestOf(request.query, format)))
      },
    )
  }

  const answer = (
    request: FastifyRequest,
    reply: FastifyReply,
    { data, at, format, width, height }: Awaited<ReturnType<typeof pictures.picture>>,
  ): FastifyReply => {
    const etag = `"${Math.round(at).toString(36)}-${data.length.toString(36)}-${width}x${height}"`
    reply
      .header('etag', etag)
      .header('last-modified', new Date(at).toUTCString())
      .header('x-timestamp', (at / 1000).toFixed(3))
      .header('cache-control', 'no-store')
    const known = request.headers['if-none-match']?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
    if (known) return reply.code(304).send()
    return reply.type(format === 'png' ? 'image/png' : 'image/jpeg').send(data)
  }
}

const requestOf = (query: Static<typeof PictureQuery>, format: PictureFormat) => ({
  format,
  ...(query.max_age_ms !== undefined && { maxAge: query.max_age_ms }),
  ...(query.annotated !== undefined && { annotated: query.annotated }),
  ...(query.zone !== undefined && { zone: query.zone }),
  ...(query.width !== undefined && { width: query.width }),
  ...(query.quality !== undefined && { quality: query.quality }),
})
