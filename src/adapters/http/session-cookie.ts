// The cookie of a signed-in browser. Its name has the port, because browsers share cookies between ports of a host.
import type { FastifyReply, FastifyRequest } from 'fastify'

export interface SessionCookie {
  read(request: FastifyRequest): string | undefined
  set(request: FastifyRequest, reply: FastifyReply, token: string, expires: number): void
  clear(request: FastifyRequest, reply: FastifyReply): void
}

export const createSessionCookie = (prefix: string): SessionCookie => {
  const name = ({ server }: FastifyRequest): string => {
    const address = server.server.address()
    return `nightjar_${typeof address === 'object' && address ? address.port : 'session'}`
  }
  const options = ({ protocol }: FastifyRequest) => ({
    path: prefix || '/',
    httpOnly: true,
    sameSite: 'strict' as const,
    secure: protocol === 'https',
  })
  return {
    read: (request) => request.cookies[name(request)],
    set: (request, reply, token, expires) =>
      void reply.setCookie(name(request), token, { ...options(request), expires: new Date(expires) }),
    clear: (request, reply) => void reply.clearCookie(name(request), options(request)),
  }
}
