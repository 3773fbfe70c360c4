// The line protocol for scripts and `nc`: the listening socket and who may speak. A conversation is conversation.ts's,
// what is said protocol.ts's.
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { createConfirmations } from '../../camera/confirmations.js'
import type { Cameras, House, Recordings } from '../../camera/ports.js'
import type { Plain } from '../../lib/check.js'
import type { Clock } from '../../lib/clock.js'
import { Failure } from '../../lib/failure.js'
import type { Log } from '../../lib/log.js'
import { isLoopback } from '../../lib/network.js'
import { createCarryOut } from './carry-out.js'
import { converse } from './conversation.js'
import type { LineConfig } from './line-config.js'

export interface LineDeps {
  readonly config: LineConfig
  readonly cameras: Cameras
  readonly recordings: Pick<Recordings, 'usage'>
  readonly house: House
  /** What the file says of a camera's source, without secrets. */
  source(camera: string): Plain
  readonly clock: Clock
  readonly log: Log
}

export interface Line extends AsyncDisposable {
  readonly port: number
}

const MOST_CALLERS = 64
const MOST_OF_ONE = 16

/** Resolves when it listens. */
export const startLine = async (deps: LineDeps): Promise<Line> => {
  const { config, clock, log } = deps
  const { host, port, token } = config
  const carryOut = createCarryOut({ ...deps, confirmations: createConfirmations(clock) })
  const callers = new Map<Socket, string>()

  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const from = (socket.remoteAddress ?? '').replace(/^::ffff:/i, '')
    const same = [...callers.values()].filter((other) => other === from).length
    const stranger = !isLoopback(from)
    if (callers.size >= MOST_CALLERS || same >= MOST_OF_ONE || (stranger && token === null)) {
      socket.destroy()
      return
    }
    callers.set(socket, from)
    socket.once('close', () => callers.delete(socket))
    converse({
      ...{ socket, clock },
      token: stranger ? token : null,
      carryOut: (asked) => carryOut(asked, from),
      onIntruder: () => log.warn({ from }, `line: ${from} said no token, or a wrong one`),
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new Failure('unavailable', `line: can't listen on ${host}:${port} (${cause.message})`, { cause })),
    )
    server.listen(port, host, resolve)
  })
  server.on('error', (error) => log.warn({ err: error }, 'line: a caller could not be taken'))
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        for (const socket of callers.keys()) socket.destroy()
      }),
  }
}
