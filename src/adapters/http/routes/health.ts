// Whether the process works. Always 200 while it does: a dead camera must not make a watchdog restart the house.
import { HealthAnswer } from '../api.js'
import type { App, RouteDeps } from './app.js'

export const addHealth = (app: App, deps: RouteDeps): void => {
  const { cameras, recordings, streams, gateway, health, version, clock } = deps
  const since = clock.now().mono
  const details = (): NonNullable<HealthAnswer['details']> => ({
    version,
    uptime_s: Math.round((clock.now().mono - since) / 1000),
    cameras: Object.fromEntries(
      cameras
        .list()
        .map(({ id, link: { status, problem } }) => [id, { status, problem, viewers: streams.viewers(id) }]),
    ),
    gateway: gateway()?.facts() ?? null,
    storage: recordings.usage(),
    parts: { ...health() },
  })
  app.get(
    '/health',
    {
      schema: {
        tags: ['health'],
        summary: 'Alive; with details for who is signed in',
        response: { 200: HealthAnswer },
      },
    },
    ({ account }, reply) => {
      reply.header('cache-control', 'no-store')
      return account ? { status: 'ok' as const, details: details() } : { status: 'ok' as const }
    },
  )
}
