// Pictures over HTTP from cameras with all kinds of habits, and what is said when they are not what they should be.

import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createSystemClock } from '../../src/lib/clock.js'
import { readHttpPictures } from '../../src/pipeline/http-pictures.js'
import { type JpegCamera, type JpegCameraOptions, startJpegCamera, USER } from '../support/jpeg-camera.js'

const clock = createSystemClock()
const open: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one[Symbol.asyncDispose]()
})

const start = async (options: JpegCameraOptions): Promise<JpegCamera> => {
  const camera = await startJpegCamera(options)
  open.push(camera)
  return camera
}

/** Reads until there are so many pictures; then what was said at the end. */
const read = async (
  url: string,
  count: number,
  who: { username: string | null; password: string | null } = { username: null, password: null },
  fps = 10,
): Promise<{ pictures: Buffer[]; said: string }> => {
  const end = new AbortController()
  const pictures: Buffer[] = []
  const onPicture = (jpeg: Buffer): void => {
    pictures.push(jpeg)
    if (pictures.length >= count) end.abort()
  }
  const reading = readHttpPictures(
    { url, ...who, fps, checkCertificate: true },
    { clock, signal: end.signal, onPicture },
  )
  const said = await reading.then(
    () => 'ended',
    (error: Error) => error.message,
  )
  return { pictures, said }
}

const isWhole = (jpeg: Buffer): boolean =>
  jpeg.readUInt16BE(0) === 0xffd8 && jpeg.readUInt16BE(jpeg.length - 2) === 0xffd9

test.each([
  ['a stream', { way: 'stream' }],
  ['a stream with wrong boundaries and no lengths', { way: 'stream', sloppy: true }],
  ['a picture for each question', { way: 'single' }],
  ['a picture for each question, behind Basic', { way: 'single', auth: 'basic' }],
  ['a stream behind Digest', { way: 'stream', auth: 'digest' }],
  ['a picture for each question, behind Digest', { way: 'single', auth: 'digest' }],
] as const)('%s gives whole, different pictures', async (_, options) => {
  const camera = await start(options)
  const { pictures, said } = await read(camera.url, 4, 'auth' in options ? USER : undefined)
  expect(said).toBe('ended')
  expect(pictures.every(isWhole)).toBe(true)
  expect(new Set(pictures.map((one) => one.toString('base64'))).size).toBe(4)
  // Once it knows how, it does not ask to be refused again.
  expect(camera.asked()).toBe(options.way === 'single' ? 4 : 1)
})

test('user and password may stand in the address', async () => {
  const camera = await start({ way: 'single', auth: 'digest' })
  const url = camera.url.replace('//', `//${USER.username}:${encodeURIComponent(USER.password)}@`)
  expect((await read(url, 2)).said).toBe('ended')
})

test('a percent sign that encodes nothing is one of the password', async () => {
  const camera = await start({ way: 'single', auth: 'digest' })
  const url = camera.url.replace('//', `//${USER.username}:100%@`)
  expect((await read(url, 2)).said).toBe('the camera refuses the user or the password')
})

test('questions come at the rate that was asked for', async () => {
  const camera = await start({ way: 'single' })
  const before = performance.now()
  await read(camera.url, 4, undefined, 5)
  expect(performance.now() - before).toBeGreaterThan(580)
})

test.each([
  ['a wrong password', { way: 'single', auth: 'digest' }, 'the camera refuses the user or the password'],
  ['a page', { answer: (r) => r.writeHead(200, { 'content-type': 'text/html' }).end('<p>') }, 'answers with a page'],
  ['nothing there', { answer: (r) => r.writeHead(404).end() }, 'nothing at this address (404)'],
  ['another place', { answer: (r) => r.writeHead(302, { location: '/x' }).end() }, 'sends us to another address'],
  ['a PNG', { answer: (r) => r.writeHead(200, { 'content-type': 'image/png' }).end('x') }, 'sends image/png, not JPEG'],
  ['no JPEG', { answer: (r) => r.writeHead(200, { 'content-type': 'image/jpeg' }).end('x') }, 'calls a JPEG is none'],
  ['trouble', { answer: (r) => r.writeHead(503).end() }, 'the camera answers 503 Service Unavailable'],
] as const satisfies readonly (readonly [string, Partial<JpegCameraOptions>, string])[])(
  '%s is told, without the password',
  async (_, options, sentence) => {
    const camera = await start({ way: 'single', ...options })
    const { said } = await read(camera.url, 1, { username: 'ada', password: 'geheim123' })
    expect(said).toContain(sentence)
    expect(said).not.toContain('geheim')
  },
)

test('a camera that wants a password and has none from us says so', async () => {
  const camera = await start({ way: 'stream', auth: 'basic' })
  expect((await read(camera.url, 1)).said).toBe('the camera wants a user and a password')
})

test('a stream that breaks off, and nobody there at all', async () => {
  const camera = await start({ way: 'stream' })
  setTimeout(() => camera.hangUp(), 500)
  expect((await read(camera.url, 1000)).said).toContain('the stream broke off')
  const free = createServer().listen(0, '127.0.0.1')
  const { port } = await new Promise<AddressInfo>((resolve) =>
    free.once('listening', () => resolve(free.address() as AddressInfo)),
  )
  await new Promise((resolve) => free.close(resolve))
  expect((await read(`http://127.0.0.1:${port}/`, 1)).said).toBe(`127.0.0.1:${port}: nothing listens there`)
})
