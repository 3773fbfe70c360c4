// A stand-in for Home Assistant's Supervisor: its answer about the MQTT service, and the ingress proxy (with that of
// Home Assistant Core before it), as unkind to streams as they are: parameters of Content-Type are dropped, text and
// multipart are compressed and held back, lengths and WebSocket extensions do not come through.
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { createGzip } from 'node:zlib'
import { WebSocket, WebSocketServer } from 'ws'

/** Where requests through ingress come from. */
export const PEER = '127.0.0.9'
export const TOKEN = 'supervisor-token'

const listening = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })

export interface FakeSupervisor extends AsyncDisposable {
  readonly url: string
  /** What it says of the MQTT service; null: no broker app runs. */
  service: Readonly<Record<string, unknown>> | null
  readonly asked: string[]
}

export const startFakeSupervisor = async (): Promise<FakeSupervisor> => {
  const asked: string[] = []
  const server = createServer((question, answer) => {
    asked.push(`${question.method} ${question.url}`)
    const say = (status: number, body: unknown): void => {
      answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    if (question.headers.authorization !== `Bearer ${TOKEN}`) return say(401, { result: 'error' })
    if (question.url !== '/services/mqtt') return say(404, { result: 'error' })
    if (!fake.service) return say(400, { result: 'error', message: 'Service not enabled' })
    say(200, { result: 'ok', data: fake.service })
  })
  const port = await listening(server)
  const fake: FakeSupervisor = {
    url: `http://127.0.0.1:${port}`,
    service: null,
    asked,
    [Symbol.asyncDispose]: () => closed(server),
  }
  return fake
}

export interface IngressProxy extends AsyncDisposable {
  /** The page's address in Home Assistant. */
  readonly url: string
}

const PREFIX = '/api/hassio_ingress/abcdef0123456789'
const USER = { 'X-Remote-User-Id': '0123abcd', 'X-Remote-User-Name': 'ada', 'X-Remote-User-Display-Name': 'Ada' }
const NEVER_PASSED_ON = /^(content-length|content-encoding|transfer-encoding|connection|content-type|keep-alive)$/
const COMPRESSED = /^(text\/(?!event-stream)|multipart\/|image\/svg|application\/(json|javascript|xml))/

/** Hands requests below its prefix to the add-on at `target`, a port of this machine. */
export const startIngressProxy = async (target: number): Promise<IngressProxy> => {
  const headersOf = ({ headers, socket }: IncomingMessage): Record<string, string> => {
    const passed = Object.entries(headers).filter(
      ([name]) => !/^(connection|upgrade|sec-websocket-.*|content-length)$/.test(name),
    )
    return {
      ...(Object.fromEntries(passed) as Record<string, string>),
      ...USER,
      'X-Ingress-Path': PREFIX,
      'X-Hass-Source': 'core.ingress',
      'X-Forwarded-For': `${socket.remoteAddress}, 172.30.32.1`,
      'X-Forwarded-Host': headers.host ?? '',
      'X-Forwarded-Proto': 'http',
    }
  }
  const pathOf = ({ url = '' }: IncomingMessage): string | null =>
    url.startsWith(`${PREFIX}/`) ? url.slice(PREFIX.length) : null

  const handOn = (question: IncomingMessage, answer: ServerResponse): void => {
    const path = pathOf(question)
    if (path === null) return void answer.writeHead(404).end()
    const body: Buffer[] = []
    question.on('data', (part: Buffer) => body.push(part))
    question.on('end', () => {
      const whole = Buffer.concat(body)
      const headers = {
        ...headersOf(question),
        ...(whole.length > 0 ? { 'content-length': String(whole.length) } : {}),
      }
      const onward = request({
        ...{ host: '127.0.0.1', port: target, localAddress: PEER, path, method: question.method ?? 'GET', headers },
      })
      onward.on('error', () => answer.destroy())
      answer.on('close', () => onward.destroy())
      onward.on('response', (came) => {
        const type = came.headers['content-type']?.split(';')[0]
        for (const [name, value] of Object.entries(came.headers))
          if (value !== undefined && !NEVER_PASSED_ON.test(name)) answer.setHeader(name, value)
        if (type) answer.setHeader('content-type', type)
        const zip = type !== undefined && COMPRESSED.test(type) && question.headers['accept-encoding']?.includes('gzip')
        if (zip) answer.setHeader('content-encoding', 'gzip')
        answer.writeHead(came.statusCode ?? 502)
        came.on('error', () => answer.destroy())
        if (zip) came.pipe(createGzip()).pipe(answer)
        else came.pipe(answer)
      })
      onward.end(whole)
    })
  }
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false })
  const open = new Set<WebSocket>()
  const handOnSocket = (question: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const path = pathOf(question)
    if (path === null) return void socket.destroy()
    sockets.handleUpgrade(question, socket, head, (browser) => {
      const onward = new WebSocket(`ws://127.0.0.1:${target}${path}`, {
        ...{ localAddress: PEER, headers: headersOf(question), perMessageDeflate: false },
      })
      for (const [from, to] of [
        [onward, browser],
        [browser, onward],
      ] as const) {
        open.add(from)
        from.on('message', (data, binary) => to.readyState === WebSocket.OPEN && to.send(data, { binary }))
        from.on('close', () => to.terminate())
        from.on('error', () => to.terminate())
      }
    })
  }
  const server = createServer(handOn)
  server.on('upgrade', handOnSocket)
  const port = await listening(server)
  return {
    url: `http://127.0.0.1:${port}${PREFIX}/`,
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.terminate()
      await closed(server)
    },
  }
}
