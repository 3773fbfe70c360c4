// WebRTC signalling (WHEP) for players and browsers, passed on to the gateway that has it, behind our own sign-in. Video
// goes from the gateway to the player directly. Each session counts as an open stream: it ends with its user's rights.
import { Type } from 'typebox'
import type { Whep } from '../../../camera/ports.js'
import { Failure } from '../../../lib/failure.js'
import { accountOf } from '../auth.js'
import type { App, RouteDeps } from './app.js'
import { CameraParams } from './cameras.js'

const SDP = 'application/sdp'
const FRAGMENT = 'application/trickle-ice-sdpfrag'
const MOST_BYTES = 64 * 1024

const tags = ['cameras']
const WhepQuery = Type.Object({
  size: Type.Optional(
    Type.Enum(['small', 'full'], { description: 'Default full; small: the second stream, if there is one' }),
  ),
})
const SessionParams = Type.Object({ id: Type.String(), session: Type.String() })

interface Session {
  readonly path: string
  readonly user: string
  readonly place: Disposable
}

export const addWhep = (app: App, { cameras, gateway, open, config, log }: RouteDeps): void => {
  const sessions = new Map<string, Session>()
  for (const type of [SDP, FRAGMENT])
    app.addContentTypeParser(type, { parseAs: 'string', bodyLimit: MOST_BYTES }, (_request, body, done) =>
      done(null, body),
    )

  const whepOf = (): Whep => {
    const whep = gateway()?.whep
    if (!whep) throw new Failure('not-found', 'WebRTC needs MediaMTX: the built-in RTSP server has none')
    return whep
  }
  const textOf = (body: unknown, type: string): string => {
    if (typeof body !== 'string' || body === '') throw new Failure('invalid', `The body must be of the type ${type}`)
    return body
  }
  const find = (session: string, user: string): Session => {
    const found = sessions.get(session)
    if (found?.user !== user) throw new Failure('not-found', 'There is no such WebRTC session')
    return found
  }
  const forget = (session: string): void => {
    sessions.get(session)?.place[Symbol.dispose]()
    sessions.delete(session)
  }
  const end = async (session: string): Promise<void> => {
    const path = sessions.get(session)?.path
    forget(session)
    if (path !== undefined) await whepOf().end(path, session)
  }

  app.post(
    '/api/cameras/:id/whep',
    {
      schema: {
        tags,
        summary: 'WebRTC: a WHEP offer, answered by the gateway (needs MediaMTX and `mediamtx.webrtc`)',
        description: 'Body and answer are SDP; `Location` is the session, for PATCH (candidates) and DELETE (the end).',
        params: CameraParams,
        querystring: WhepQuery,
        consumes: [SDP],
      },
    },
    async (request, reply) => {
      const { id } = cameras.state(request.params.id)
      const account = accountOf(request)
      const whep = whepOf()
      const offer = textOf(request.body, SDP)
      open.check()
      const path = request.query.size === 'small' ? `${id}_sub` : id
      let session = ''
      let gone = false
      const answer = await whep.offer(path, offer, () => {
        gone = true
        forget(session)
      })
      session = answer.session
      const place = open.open({
        account,
        end: () => void end(session).catch((error: unknown) => log.debug({ err: error }, 'WebRTC: it had ended')),
      })
      sessions.set(session, { path, user: account.name, place })
      if (gone) forget(session)
      return reply
        .code(201)
        .headers({
          location: `${config.prefix}/api/cameras/${id}/whep/${session}`,
          etag: '*',
          'accept-patch': FRAGMENT,
        })
        .type(SDP)
        .send(answer.sdp)
    },
  )
  app.patch(
    '/api/cameras/:id/whep/:session',
    { schema: { tags, summary: 'WebRTC: trickled candidates', params: SessionParams, consumes: [FRAGMENT] } },
    async (request, reply) => {
      const { session } = request.params
      const { path } = find(session, accountOf(request).name)
      const answer = await whepOf().candidates(path, session, textOf(request.body, FRAGMENT))
      if (!answer) return reply.code(204).send()
      return reply.header('etag', answer.etag).type(FRAGMENT).send(answer.fragment)
    },
  )
  app.delete(
    '/api/cameras/:id/whep/:session',
    { schema: { tags, summary: 'WebRTC: the end', params: SessionParams } },
    async (request, reply) => {
      const { session } = request.params
      find(session, accountOf(request).name)
      await end(session)
      return reply.code(204).send()
    },
  )
}
