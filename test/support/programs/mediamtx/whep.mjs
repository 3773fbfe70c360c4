// The stand-in's WHEP door: it takes an offer and answers, as the real one does, and sends no video.
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'

const ANSWER = [
  ...['v=0', 'o=- 0 0 IN IP4 0.0.0.0', 's=-', 't=0 0', 'a=group:BUNDLE 0', 'm=video 9 UDP/TLS/RTP/SAVPF 96'],
  ...['c=IN IP4 0.0.0.0', 'a=setup:active', 'a=mid:0', 'a=sendonly', 'a=rtpmap:96 H264/90000', ''],
].join('\r\n')

export const startWhep = async ({ house, port, host }) => {
  const secrets = new Map()
  const server = createServer(async (request, response) => {
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString('utf8')
    const fail = (status, error) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ status: 'error', error }))
    }
    const [, path, secret] = /^\/(.+)\/whep(?:\/(.+))?$/.exec(request.url) ?? []
    const user = house.userOf(request.headers.authorization)
    if (path && !secret && request.method === 'POST') {
      if (request.headers['content-type'] !== 'application/sdp') return fail(400, 'invalid Content-Type')
      if (!house.may(user, 'read', path)) return fail(401, 'authentication error')
      if (!body.startsWith('v=0')) return fail(400, 'SDP is invalid')
      const id = house.watch(path, user)
      if (!id) return fail(404, `no stream is available on path '${path}'`)
      const made = randomUUID()
      secrets.set(made, id)
      const headers = { etag: '*', id, 'content-type': 'application/sdp', location: `/${path}/whep/${made}` }
      return response.writeHead(201, headers).end(ANSWER)
    }
    if (!house.has(secrets.get(secret))) return fail(404, 'session not found')
    if (request.method === 'PATCH') return response.writeHead(204).end()
    house.kick('webrtcsessions', secrets.get(secret))
    secrets.delete(secret)
    return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ status: 'ok' }))
  })
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, host, resolve))
}
