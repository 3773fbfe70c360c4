// The HTTP door of one camera: SOAP by POST at any path, its picture by GET, a fault with a body for the rest.
import type { AddressInfo } from 'node:net'
import { type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import { Failure } from '../../lib/failure.js'
import { type Answer, answerSoap, failed } from './answer.js'
import { Fault, statusOf } from './fault.js'
import type { DigestNonces } from './http-auth.js'
import type { Device } from './operation.js'
import type { Asked, Door } from './security.js'

export interface DeviceServer extends AsyncDisposable {
  readonly port: number
}

export interface DeviceServerDeps {
  readonly device: Device
  readonly door: Door
  readonly nonces: DigestNonces
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
}

/** No request of a client is longer; ours are short as well. */
const LONGEST_BODY = 262_144

const SOAP_TYPE = 'application/soap+xml; charset=utf-8'

/** Resolves when it listens. */
export const startDeviceServer = async (deps: DeviceServerDeps): Promise<DeviceServer> => {
  const { device, door, nonces, host, port } = deps
  const running = new Set<AbortController>()
  const app = fastify({
    bodyLimit: LONGEST_BODY,
    requestTimeout: 30_000,
    // Longer than clients pause between their pulls.
    keepAliveTimeout: 75_000,
    http: { headersTimeout: 10_000, maxHeaderSize: 16_384 },
    forceCloseConnections: true,
    exposeHeadRoutes: false,
  })
  app.server.maxConnections = 256
  app.removeAllContentTypeParsers()
  // Clients send application/soap+xml, text/xml, application/xml, or nothing at all.
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

  const send = (reply: FastifyReply, { status, body, challenge }: Answer): FastifyReply => {
    if (challenge) reply.header('www-authenticate', [...nonces.challenge()])
    return reply.code(status).type(SOAP_TYPE).send(body)
  }
  const asked = ({ method, url, headers, ip }: FastifyRequest): Asked => ({
    ...{ method, url, authorization: headers.authorization, remote: ip.replace(/^::ffff:/, '') },
  })
  const gone = (reply: FastifyReply): AbortSignal => {
    const controller = new AbortController()
    running.add(controller)
    reply.raw.once('close', () => {
      running.delete(controller)
      controller.abort()
    })
    return controller.signal
  }

  app.post('*', async (request, reply) => {
    const text = Buffer.isBuffer(request.body) ? request.body.toString('utf8').replace(/^\ufeff/, '') : ''
    const where = { ...calledAs(request), path: request.url.split('?')[0] ?? '', gone: gone(reply) }
    return send(reply, await answerSoap(text, { ...asked(request), ...where }, device, door))
  })

  app.get<{ Querystring: { stream?: unknown } }>('/onvif/snapshot', async (request, reply) => {
    try {
      if (!door.http(asked(request))) {
        reply.header('www-authenticate', [...nonces.challenge()])
        throw new Failure('unauthorized', 'Name and stream password are wanted')
      }
      const { streams } = device.profiles
      const stream = streams().find(({ name }) => name === (request.query.stream ?? 'main'))
      if (!stream) throw new Failure('not-found', 'There is no such stream')
      const width = stream.name === 'sub' ? { width: stream.encoding.width } : {}
      const { data } = await device.pictures.picture(device.identity.camera, width)
      return await reply.type('image/jpeg').header('cache-control', 'no-store').send(data)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      return await reply.code(statusOf(error)).type('text/plain').send(error.message)
    }
  })

  app.setNotFoundHandler((_request, reply) =>
    send(reply, { ...failed(new Fault('Sender', ['WellFormed'], 'SOAP is POSTed here'), device), status: 405 }),
  )
  app.setErrorHandler((error: Error & { readonly statusCode?: number }, _request, reply) => {
    const { statusCode: status = 500, message } = error
    if (status >= 500) return send(reply, failed(error, device))
    return send(reply, { ...failed(new Fault('Sender', ['InvalidArgs'], message), device), status })
  })
  try {
    await app.listen({ host, port })
  } catch (cause) {
    await app.close()
    const sentence = `onvif: can't listen on ${host}:${port} for ${device.identity.camera} (${(cause as Error).message})`
    throw new Failure('unavailable', sentence, { cause })
  }
  return {
    port: (app.server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      for (const controller of running) controller.abort()
      await app.close()
    },
  }
}

/** How the client calls us: by its Host header where that is one, else by the address it came to. */
const calledAs = ({ headers, socket }: FastifyRequest): { readonly authority: string; readonly host: string } => {
  const [all, host] = /^([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/.exec(headers.host ?? '') ?? []
  if (all && host) return { authority: all, host }
  const address = (socket.localAddress ?? '127.0.0.1').replace(/^::ffff:/, '')
  const name = address.includes(':') ? `[${address}]` : address
  return { authority: `${name}:${socket.localPort}`, host: name }
}
