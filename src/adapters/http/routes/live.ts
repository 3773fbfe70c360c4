// Live video over a WebSocket, for the browser's MediaSource. Text is JSON: `{"type":"init","mime"}`, after which the
// next binary message is the init segment; every further binary message is one fragment, the first a key frame. A new
// init may come at any time. `{"type":"error","error"}` comes before the socket is closed for a reason.
import type { WebSocket } from 'ws'
import { Failure, sentenceOf } from '../../../lib/failure.js'
import type { LiveText } from '../api.js'
import { accountOf } from '../auth.js'
import { CHECK_MS, STALL_MS } from '../open-streams.js'
import type { App, RouteDeps } from './app.js'
import { CameraParams } from './cameras.js'

const GOING_AWAY = 1001
const INTERNAL = 1011

export const addLive = (app: App, { cameras, streams, open, clock }: RouteDeps): void => {
  app.route({
    method: 'GET',
    url: '/api/cameras/:id/live',
    schema: {
      tags: ['cameras'],
      summary: 'WebSocket: fragmented MP4 for MediaSource',
      description:
        'Text messages are JSON. `{"type":"init","mime"}`: the next binary message is the init segment, all further ' +
        'ones are fragments, beginning with a key frame; a new init may come at any time. ' +
        '`{"type":"error","error"}` comes before the socket is closed. A slow reader skips to the newest key frame.',
      params: CameraParams,
    },
    preHandler: async (request) => {
      cameras.state((request.params as { id: string }).id)
      open.check()
    },
    handler: () => {
      throw new Failure('invalid', 'This address is a WebSocket')
    },
    wsHandler: (socket, request) => {
      const { id } = request.params as { id: string }
      const end = new AbortController()
      let waitingSince: number | undefined
      let heard = clock.now().mono
      const place = open.open({
        account: accountOf(request),
        end: () => {
          end.abort()
          socket.terminate()
        },
        check: (mono) => {
          const stalled = waitingSince !== undefined && mono - waitingSince > STALL_MS
          if (stalled || mono - heard > STALL_MS + CHECK_MS) socket.terminate()
          else socket.ping()
        },
      })
      socket.on('pong', () => {
        heard = clock.now().mono
      })
      socket.once('close', () => {
        end.abort()
        place[Symbol.dispose]()
      })
      // Each message waits until the one before it left: the stream hears of a slow reader, and skips.
      const send = async (data: Buffer | string): Promise<void> => {
        waitingSince = clock.now().mono
        await new Promise<void>((resolve) => socket.send(data, () => resolve()))
        waitingSince = undefined
      }
      const tell = (text: LiveText): Promise<void> => send(JSON.stringify(text))
      const run = async (): Promise<void> => {
        for await (const message of streams.live(id, end.signal)) {
          if (message.type === 'init') await tell({ type: 'init', mime: message.mime })
          await send(message.data)
        }
        socket.close(GOING_AWAY)
      }
      run().catch((error: unknown) => fail(socket, tell, error, end.signal))
    },
  })
}

const fail = async (
  socket: WebSocket,
  tell: (text: LiveText) => Promise<void>,
  error: unknown,
  signal: AbortSignal,
): Promise<void> => {
  if (signal.aborted) return
  await tell({ type: 'error', error: sentenceOf(error) })
  socket.close(INTERNAL)
}
