// A camera that gives JPEGs over HTTP: as a stream or one at a time, behind a password or not, with the habits of real
// ones (no lengths, boundaries that are not what was announced, pictures in pieces).
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import sharp from 'sharp'

export interface JpegCamera extends AsyncDisposable {
  readonly url: string
  /** How often it was asked for pictures, with what it wanted to hear. */
  readonly asked: () => number
  /** It goes on to be connected and says nothing more. */
  fallSilent(): void
  hangUp(): void
}

export interface JpegCameraOptions {
  readonly way: 'stream' | 'single'
  readonly auth?: 'none' | 'basic' | 'digest'
  /** A stream with a boundary that is not the announced one, without lengths. */
  readonly sloppy?: boolean
  readonly fps?: number
  /** Instead of pictures. */
  readonly answer?: (response: ServerResponse) => void
}

export const USER = { username: 'ada', password: 'pass word' }
const NONCE = 'abcdef0123456789'
const md5 = (text: string): string => createHash('md5').update(text).digest('hex')

const mayEnter = (request: IncomingMessage, auth: JpegCameraOptions['auth']): boolean => {
  const given = request.headers.authorization ?? ''
  if (auth === 'basic') return given === `Basic ${Buffer.from(`${USER.username}:${USER.password}`).toString('base64')}`
  if (auth !== 'digest') return true
  const part = (name: string): string => new RegExp(`\\b${name}="?([^",]*)`).exec(given)?.[1] ?? ''
  const secret = md5(`${USER.username}:Camera:${USER.password}`)
  const wanted = `${secret}:${NONCE}:${part('nc')}:${part('cnonce')}:auth:${md5(`GET:${request.url}`)}`
  return part('nonce') === NONCE && part('uri') === request.url && part('response') === md5(wanted)
}

/** A picture that is never the same twice. */
const paint = async (number: number): Promise<Buffer> => {
  const background = { r: (number * 37) % 256, g: 120, b: (255 - number * 11) & 255 }
  return sharp({ create: { width: 322, height: 181, channels: 3, background } })
    .jpeg()
    .toBuffer()
}

export const startJpegCamera = async (options: JpegCameraOptions): Promise<JpegCamera> => {
  const { way, auth = 'none', sloppy = false, fps = 10 } = options
  const timers = new Set<NodeJS.Timeout>()
  let asked = 0
  let silent = false
  let number = 0
  const server = createServer((request, response) => {
    if (!mayEnter(request, auth)) {
      const digest = `Digest realm="Camera", nonce="${NONCE}", qop="auth", algorithm=MD5`
      response.writeHead(401, { 'www-authenticate': auth === 'digest' ? digest : 'Basic realm="Camera"' }).end('no')
      return
    }
    asked += 1
    if (options.answer) return options.answer(response)
    if (silent) return
    if (way === 'single') {
      void paint(number++).then((jpeg) => response.writeHead(200, { 'content-type': 'image/jpeg' }).end(jpeg))
      return
    }
    response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=--camera' })
    const timer = setInterval(async () => {
      if (silent) return
      const jpeg = await paint(number++)
      const length = sloppy ? '' : `Content-Length: ${jpeg.length}\r\n`
      response.write(`${sloppy ? '--other' : '----camera'}\r\nContent-Type: image/jpeg\r\n${length}\r\n`)
      response.write(jpeg.subarray(0, 700))
      response.write(jpeg.subarray(700))
      response.write('\r\n')
    }, 1000 / fps)
    timers.add(timer)
    response.once('close', () => clearInterval(timer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/cgi/picture?size=1`,
    asked: () => asked,
    fallSilent: () => {
      silent = true
    },
    hangUp: () => server.closeAllConnections(),
    [Symbol.asyncDispose]: async () => {
      for (const timer of timers) clearInterval(timer)
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
