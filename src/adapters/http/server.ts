// The HTTP door: fastify with its plugins, limits and headers, and every file of routes.
import type { AddressInfo } from 'node:net'
import fastifyCookie from '@fastify/cookie'
import fastifyHelmet from '@fastify/helmet'
import fastifyStatic from '@fastify/static'
import fastifySwagger from '@fastify/swagger'
import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox'
import fastifyWebsocket from '@fastify/websocket'
import { fastify } from 'fastify'
import { Failure } from '../../lib/failure.js'
import { createAttempts } from './attempts.js'
import { addAuth } from './auth.js'
import { limitCrowd } from './crowd.js'
import { addFailures } from './failures.js'
import { createMetrics } from './metrics.js'
import { isModest } from './modest.js'
import { createOpenStreams } from './open-streams.js'
import { addPage } from './page.js'
import type { App, HttpDeps, RouteDeps } from './routes/app.js'
import { addCameras } from './routes/cameras.js'
import { addDiscover } from './routes/discover.js'
import { addEvents } from './routes/events.js'
import { addHealth } from './routes/health.js'
import { addHouse } from './routes/house.js'
import { addLive } from './routes/live.js'
import { addMjpeg } from './routes/mjpeg.js'
import { addNotify } from './routes/notify.js'
import { addPictures } from './routes/pictures.js'
import { addRecordings } from './routes/recordings.js'
import { addSession } from './routes/session.js'
import { addSettings } from './routes/settings.js'
import { addTokens } from './routes/tokens.js'
import { addUsers } from './routes/users.js'
import { addWhep } from './routes/whep.js'
import { addZones } from './routes/zones.js'
import { createSessionCookie } from './session-cookie.js'

const MOST_CONNECTIONS = 1000

export interface HttpServer extends AsyncDisposable {
  readonly port: number
}

/** Resolves when it listens. */
export const startHttp = async (deps: HttpDeps): Promise<HttpServer> => {
  const { app, end } = await buildHttp(deps)
  const { host, port } = deps.config
  try {
    await app.listen({ host, port })
  } catch (cause) {
    await end()
    throw new Failure('unavailable', `http: can't listen on ${host}:${port} (${(cause as Error).message})`, { cause })
  }
  return { port: (app.server.address() as AddressInfo).port, [Symbol.asyncDispose]: end }
}

/** Everything but the listening: tests inject requests. */
export const buildHttp = async (deps: HttpDeps): Promise<{ app: App; end(): Promise<void> }> => {
  const { accounts, clock, config, log, webRoot } = deps
  const app: App = fastify({
    bodyLimit: 1_000_000,
    // Who drips a request byte by byte is let go.
    requestTimeout: 30_000,
    keepAliveTimeout: 15_000,
    // Who asks and then takes nothing of the answer is let go.
    connectionTimeout: 60_000,
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 2000, maxHeaderSize: 16_384 },
    forceCloseConnections: true,
    // A reverse proxy lives next door, ingress at its one address; from elsewhere these headers are anybody's.
    trustProxy: [
      ...(config.trust_proxy ? ['loopback', 'linklocal', 'uniquelocal'] : []),
      ...(deps.ingress ? [deps.ingress.peer] : []),
    ],
    rewriteUrl: ({ url = '/' }) => withoutPrefix(config.prefix, url),
    routerOptions: { maxParamLength: 200 },
  }).withTypeProvider<TypeBoxTypeProvider>()
  limitCrowd(app.server, MOST_CONNECTIONS)
  app.setValidatorCompiler(TypeBoxValidatorCompiler)
  // The schemas document; they must not cut anything out of an answer.
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer))
  // POST without a body asks with an empty one, whatever its content type says.
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    if (body === '') return done(null, {})
    app.getDefaultJsonParser('error', 'error')(_request, body as string, (error, value) => {
      if (error || isModest(value)) return done(error, value)
      done(new Failure('invalid', 'The body holds too much, or is nested too deeply'))
    })
  })
  app.addHook('preValidation', async (request) => {
    if (request.body === undefined) request.body = {}
  })
  app.addHook('onRequest', async (request, reply) => {
    if (request.url.startsWith('/api/') || request.url === '/metrics') reply.header('cache-control', 'no-store')
    if (config.prefix && request.originalUrl === config.prefix) await reply.redirect(`${config.prefix}/`)
  })

  addFailures(app, log)
  await app.register(fastifyCookie)
  await app.register(fastifyHelmet, headers)
  await app.register(fastifyWebsocket, { options: { maxPayload: 4096, perMessageDeflate: false } })
  await app.register(fastifyStatic, { serve: false })
  await app.register(fastifySwagger, documentation(deps))

  const open = createOpenStreams(accounts, clock)
  const metrics = createMetrics(deps)
  const cookie = createSessionCookie(config.prefix)
  const routes: RouteDeps = { ...deps, open, attempts: createAttempts(clock, log), cookie }
  addAuth(app, routes)
  for (const add of [addHealth, addSession, addTokens, addUsers, addCameras, addPictures]) add(app, routes)
  for (const add of [addMjpeg, addLive, addWhep, addEvents, addSettings, addZones, addRecordings]) add(app, routes)
  for (const add of [addNotify, addHouse, addDiscover]) add(app, routes)
  app.get('/metrics', { schema: { tags: ['health'], summary: 'Numbers for Prometheus' } }, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  )
  app.get('/api/openapi.json', { schema: { tags: ['health'], summary: 'This description' } }, () => app.swagger())
  addPage(app, webRoot)
  await app.ready()
  return {
    app,
    end: async () => {
      open[Symbol.dispose]()
      metrics[Symbol.dispose]()
      await app.close()
    },
  }
}

/** Both with and without it, for proxies that cut it off and for those that don't. */
const withoutPrefix = (prefix: string, url: string): string =>
  prefix && (url.startsWith(`${prefix}/`) || url.startsWith(`${prefix}?`)) ? url.slice(prefix.length) : url

// The page comes over plain http in most houses, and in a frame of Home Assistant in some.
const headers = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      imgSrc: ["'self'", 'data:', 'blob:'],
      mediaSrc: ["'self'", 'blob:'],
      styleSrc: ["'self'", "'unsafe-inline'"],
      connectSrc: ["'self'", 'ws:', 'wss:'],
      objectSrc: ["'none'"],
      baseUri: ["'self'"],
      formAction: ["'self'"],
      frameAncestors: ["'self'"],
    },
  },
  referrerPolicy: { policy: 'same-origin' as const },
  strictTransportSecurity: false,
  crossOriginOpenerPolicy: false,
  crossOriginResourcePolicy: false,
  originAgentCluster: false,
}

const documentation = ({ version, config }: HttpDeps) => ({
  openapi: {
    openapi: '3.1.0',
    info: { title: 'Nightjar', version, description: 'Times are milliseconds since 1970, durations seconds.' },
    servers: [{ url: config.prefix || '/' }],
    components: {
      securitySchemes: {
        basic: { type: 'http' as const, scheme: 'basic' },
        token: { type: 'http' as const, scheme: 'bearer' },
        session: { type: 'apiKey' as const, in: 'cookie' as const, name: 'nightjar_<port>' },
      },
    },
    security: [{ basic: [] }, { token: [] }, { session: [] }],
  },
})
