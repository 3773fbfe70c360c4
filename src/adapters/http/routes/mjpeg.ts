// MJPEG to browsers, players and Home Assistant. All clients are sent the same buffers; each holds at most one picture
// that is under way and the newest one after it, so a slow or stalled client skips and costs the others nothing.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { MJPEG_BOUNDARY, type MjpegPart } from '../../../camera/ports.js'
import { findZone } from '../../../camera/zones.js'
import { Failure } from '../../../lib/failure.js'
import { accountOf } from '../auth.js'
import type { App, RouteDeps } from './app.js'
import { CameraParams } from './cameras.js'

const MjpegQuery = Type.Object({
  annotated: Type.Optional(Type.Boolean({ description: 'With what the camera found drawn in' })),
  size: Type.Optional(Type.Enum(['small', 'full'], { description: 'Default full' })),
  zone: Type.Optional(Type.String({ description: 'Only this zone; everything else is black' })),
  plain: Type.Optional(
    Type.Boolean({ description: 'As application/octet-stream: for proxies that lose the boundary or compress text' }),
  ),
})
type MjpegQuery = Static<typeof MjpegQuery>

export const addMjpeg = (app: App, deps: RouteDeps): void => {
  const { cameras } = deps
  app.get(
    '/api/cameras/:id/stream.mjpeg',
    {
      schema: {
        tags: ['cameras'],
        summary:
          'Live pictures (multipart/x-mixed-replace); each part has X-Frame-Id, X-Timestamp, X-Dark-Score, X-Night',
        params: CameraParams,
        querystring: MjpegQuery,
      },
    },
    (request, reply) => sendMjpeg(request, reply, cameras.state(request.params.id).id, request.query, deps),
  )
  for (const path of ['/stream', '/video_feed']) {
    app.get(
      path,
      { schema: { tags: ['cameras'], summary: 'stream.mjpeg of the first camera', querystring: MjpegQuery } },
      (request, reply) => {
        const [first] = cameras.list()
        if (!first) throw new Failure('not-found', 'There is no camera')
        return sendMjpeg(request, reply, first.id, request.query, deps)
      },
    )
  }
}

const sendMjpeg = (
  request: FastifyRequest,
  reply: FastifyReply,
  camera: string,
  { annotated = false, size = 'full', zone, plain = false }: MjpegQuery,
  { cameras, streams, open, clock }: RouteDeps,
): FastifyReply => {
  if (zone !== undefined) findZone(camera, cameras.state(camera).settings.zones, zone)
  open.check()
  reply
    .header(
      'content-type',
      plain ? 'application/octet-stream' : `multipart/x-mixed-replace; boundary=${MJPEG_BOUNDARY}`,
    )
    .header('cache-control', 'no-store')
    .header('connection', 'close')
    .header('x-accel-buffering', 'no')
  if (request.method === 'HEAD') return reply.send()
  const { raw } = reply
  const { socket } = raw
  if (!socket)
    throw new Failure('invalid', "A stream can't be asked for before the last answer on its connection is read")
  let next: MjpegPart | undefined
  let busySince: number | undefined = clock.now().mono
  const send = ({ bytes }: MjpegPart): void => {
    busySince = socket.write(bytes) ? undefined : clock.now().mono
  }
  const drained = (): void => {
    const part = next
    next = undefined
    busySince = undefined
    if (part) send(part)
  }
  const variant = { annotated, size, ...(zone !== undefined && { zone }) }
  const stream = streams.mjpeg(camera, variant, (part) => {
    if (busySince === undefined) send(part)
    else next = part
  })
  reply.hijack()
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value)
  // Not chunked: the body ends with the connection. Past the response, straight to the socket: at 50 clients a third
  // cheaper.
  raw.removeHeader('transfer-encoding')
  raw.flushHeaders()
  socket.setNoDelay(true)
  // A camera that is away sends nothing; who takes nothing is found below.
  socket.setTimeout(0)
  socket.on('drain', drained)
  drained()
  open.hold({ account: accountOf(request), raw, parts: [stream], busySince: () => busySince })
  return reply
}
