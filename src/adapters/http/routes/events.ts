// Facts as server-sent events: first the present state of every camera, then everything as it happens.
import { Type } from 'typebox'
import type { Fact } from '../../../camera/events.js'
import type { FactAnswer } from '../api.js'
import { accountOf } from '../auth.js'
import type { App, RouteDeps } from './app.js'

const HEARTBEAT_MS = 15_000
/** A client that is this far behind comes back and begins with the present state. */
const MOST_WAITING = 1_000_000

export const addEvents = (app: App, { cameras, open, clock }: RouteDeps): void => {
  app.get(
    '/api/events',
    {
      schema: {
        tags: ['events'],
        summary: 'Server-sent events: the present states, then every change (`state`) and every event (`event`)',
        querystring: Type.Object({ camera: Type.Optional(Type.String({ description: 'Only of this camera' })) }),
      },
    },
    (request, reply) => {
      const { camera } = request.query
      if (camera !== undefined) cameras.state(camera)
      open.check()
      reply
        .header('content-type', 'text/event-stream')
        .header('cache-control', 'no-store')
        .header('x-accel-buffering', 'no')
      if (request.method === 'HEAD') return reply.send()
      reply.hijack()
      const { raw } = reply
      for (const [name, value] of Object.entries(reply.getHeaders()))
        if (value !== undefined) raw.setHeader(name, value)
      raw.writeHead(200)
      raw.write('retry: 2000\n\n')

      let busySince: number | undefined
      const send = (text: string): void => {
        if (raw.writableLength > MOST_WAITING) raw.destroy()
        else if (!raw.write(text)) busySince ??= clock.now().mono
      }
      raw.on('drain', () => {
        busySince = undefined
      })
      const watch = cameras.watch('http events', (fact) => {
        if (camera === undefined || fact.camera === camera) send(formatFact(fact))
      })
      const heartbeat = clock.every(HEARTBEAT_MS, () => send(': still here\n\n'))
      open.hold({ account: accountOf(request), raw, parts: [watch, heartbeat], busySince: () => busySince })
      return reply
    },
  )
}

const formatFact = (fact: Fact): string => {
  if (fact.type === 'event') return formatEvent(fact, fact.id)
  const { previous: _previous, ...state } = fact
  return formatEvent(state)
}

const formatEvent = (answer: FactAnswer, id?: string): string =>
  `event: ${answer.type}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(answer)}\n\n`
