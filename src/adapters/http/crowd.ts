// Room at the HTTP door: when as many connections are open as there may be, the one that has asked nothing for longest
// has to go. So nobody keeps others out by holding connections.
import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'

/** Watches the server's connections for as long as it lives; those under a request are never ended here. */
export const limitCrowd = (server: Server, most: number): void => {
  const all = new Set<Socket>()
  /** The longest first. */
  const idle = new Set<Socket>()
  const forget = (socket: Socket): void => {
    all.delete(socket)
    idle.delete(socket)
  }
  server.on('connection', (socket) => {
    if (all.size >= most) {
      const [oldest] = idle
      if (!oldest) return void socket.destroy()
      forget(oldest)
      oldest.destroy()
    }
    all.add(socket)
    idle.add(socket)
    socket.once('close', () => forget(socket))
  })
  server.on('request', ({ socket }: IncomingMessage, response) => {
    idle.delete(socket)
    response.once('close', () => {
      if (all.has(socket)) idle.add(socket)
    })
  })
  server.on('upgrade', ({ socket }: IncomingMessage) => idle.delete(socket))
}
