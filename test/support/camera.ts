// A network camera with whims: an RTSP server that shows films of ffmpeg's, behind a cable that can be pulled, frozen
// or made to garble what goes through it.
import { connect, createServer, type Server, type Socket } from 'node:net'
import { createSystemClock } from '../../src/lib/clock.js'
import { silentLog } from '../../src/lib/log.js'
import { type Child, startChild } from '../../src/lib/process.js'
import { startBuiltinGateway } from '../../src/media/gateway/builtin/server.js'
import { nobody } from './pipeline-house.js'
import { encode, numbered } from './streams.js'

/** What passes the cable, one way or the other; what it gives back goes on. */
export type Garble = (data: Buffer, from: 'camera' | 'client') => Buffer

export interface FakeCamera extends AsyncDisposable {
  readonly url: string
  /** Shows what ffmpeg makes of this; another film takes over from the one before. */
  show(...args: readonly string[]): Promise<void>
  /** Shows nothing more, but stays there. */
  stop(): Promise<void>
  /** Every connection breaks, and none is taken. */
  unplug(): void
  plug(): Promise<void>
  /** Connections are taken and nothing is said on them, ever; those that are there hear nothing more. */
  freeze(): void
  /** From now on new connections are served, and those from before the freezing go on. */
  thaw(): void
  garble(how: Garble): void
  /** Connections that are open now. */
  readonly connections: number
}

/** A film at 25 pictures a second with a key frame each half second. */
export const film = (width = 320, height = 180, rate = 25): string[] => [
  ...numbered(width, height, rate),
  ...encode(Math.max(1, Math.round(rate / 2))),
]

export const startCamera = async (): Promise<FakeCamera> => {
  const clock = createSystemClock()
  const gateway = await startBuiltinGateway({
    config: { host: '127.0.0.1', port: 0, gateway: 'builtin' },
    accounts: { ...nobody, streamPassword: (name) => (name === 'cam' ? 'word' : null) },
    clock,
    log: silentLog,
  })
  await gateway.apply([{ name: 'main', feed: 'publish' }])
  const behind = gateway.facts().port
  const sockets = new Set<Socket>()
  let publisher: Child | undefined
  let garble: Garble = (data) => data
  let frozen = false
  let server: Server | undefined
  let port = 0

  const take = (client: Socket): void => {
    client.on('error', () => {})
    sockets.add(client)
    client.once('close', () => sockets.delete(client))
    // Nobody will ever answer.
    if (frozen) return void client.resume()
    const camera = connect(behind, '127.0.0.1')
    const pass = (from: Socket, to: Socket, name: 'camera' | 'client'): void => {
      from.on('data', (data: Buffer) => {
        if (!frozen) to.write(garble(data, name))
      })
      from.on('error', () => {})
      from.once('close', () => to.destroy())
    }
    pass(client, camera, 'client')
    pass(camera, client, 'camera')
  }
  const plug = async (): Promise<void> => {
    const next = createServer(take)
    server = next
    await new Promise<void>((resolve) => next.listen(port, '127.0.0.1', resolve))
    const address = next.address()
    if (address && typeof address === 'object') port = address.port
  }
  const unplug = (): void => {
    server?.close()
    server = undefined
    for (const socket of sockets) socket.resetAndDestroy()
  }
  const stop = async (): Promise<void> => {
    await publisher?.stop(0)
    publisher = undefined
  }
  await plug()
  return {
    url: `rtsp://cam:word@127.0.0.1:${port}/main`,
    show: async (...args) => {
      await stop()
      const to = ['-f', 'rtsp', '-rtsp_transport', 'tcp', gateway.serviceUrl('main')]
      const online = new Promise<void>((resolve) => {
        const watching = gateway.watch((_path, is) => {
          if (!is) return
          watching[Symbol.dispose]()
          resolve()
        })
      })
      const child = startChild({ name: 'camera', command: 'ffmpeg', args: ['-v', 'error', '-re', ...args, ...to] })
      publisher = child
      child.stdout.resume()
      const ended = child.exited.then(({ tail }) => {
        throw new Error(`the camera's film ended: ${tail.join('\n')}`)
      })
      await Promise.race([online, ended])
      ended.catch(() => {})
    },
    stop,
    unplug,
    plug,
    freeze: () => {
      frozen = true
    },
    thaw: () => {
      frozen = false
    },
    garble: (how) => {
      garble = how
    },
    get connections() {
      return sockets.size
    },
    [Symbol.asyncDispose]: async () => {
      unplug()
      await stop()
      await gateway[Symbol.asyncDispose]()
    },
  }
}
