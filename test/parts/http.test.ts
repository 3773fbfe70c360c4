// The HTTP door on real sockets: streams to many, slow and stalled clients, ranges, and an end that leaves nothing.
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { type HttpServer, startHttp } from '../../src/adapters/http/server.js'
import { MJPEG_BOUNDARY, type MjpegPart } from '../../src/camera/ports.js'
import { createSystemClock } from '../../src/lib/clock.js'
import { basic, createHttpHouse, type HttpHouse } from '../support/http-house.js'
import { createTestClock } from '../support/test-clock.js'

let house: HttpHouse
let server: HttpServer
let sockets: Socket[]
let first: HttpHouse
beforeAll(async () => {
  first = await createHttpHouse()
})
afterAll(() => first[Symbol.asyncDispose]())
beforeEach(async () => {
  house = await createHttpHouse({ accounts: first.accounts })
  server = await startHttp(house.deps)
  sockets = []
})
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  await server[Symbol.asyncDispose]()
  await house[Symbol.asyncDispose]()
})

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const until = async (what: () => boolean, ms = 5000): Promise<void> => {
  const end = Date.now() + ms
  while (!what()) {
    if (Date.now() > end) throw new Error(`waited ${ms} ms in vain for ${what}`)
    await pause(10)
  }
}
const authorization = basic('vera')

const open = async (path: string, headers: object = {}): Promise<IncomingMessage> => {
  const asked = request({ port: server.port, path, agent: false, headers: { authorization, ...headers } })
  asked.on('error', () => {})
  asked.on('socket', (socket) => sockets.push(socket))
  asked.end()
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  return answer
}
const part = (frameId: number, size: number): MjpegPart => {
  const head = `--${MJPEG_BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: ${size}\r\nX-Frame-Id: ${frameId}\r\n\r\n`
  return { frameId, bytes: Buffer.concat([Buffer.from(head), Buffer.alloc(size, 7), Buffer.from('\r\n')]) }
}
/** Its connection is gone, in whatever way. */
const gone = (stream: IncomingMessage | Socket): Promise<void> =>
  new Promise((resolve) =>
    stream
      .on('error', () => {})
      .on('close', resolve)
      .resume(),
  )
/** The ids of the pictures in a body, in order. */
const idsIn = (body: string): number[] => [...body.matchAll(/X-Frame-Id: (\d+)\r\n/g)].map(([, id]) => Number(id))

describe('MJPEG', () => {
  it('gives each of 50 clients every picture while one does not read', async () => {
    const bodies = new Map<number, string>()
    for (let i = 0; i < 50; i++) {
      const answer = await open('/api/cameras/porch/stream.mjpeg?size=small&annotated=true')
      expect(answer.headers['content-type']).toBe(`multipart/x-mixed-replace; boundary=${MJPEG_BOUNDARY}`)
      expect(answer.headers['transfer-encoding']).toBeUndefined()
      bodies.set(i, '')
      answer.setEncoding('latin1').on('data', (text: string) => bodies.set(i, bodies.get(i) + text))
      answer.on('error', () => {})
    }
    const stalled = await open('/stream')
    stalled.pause()
    await until(() => house.streams.variants.length === 51)
    expect(house.streams.variants[0]).toEqual({ annotated: true, size: 'small' })
    expect(house.streams.variants[50]).toEqual({ annotated: false, size: 'full' })

    const ids = Array.from({ length: 25 }, (_, index) => index + 1)
    for (const id of ids) {
      house.streams.picture(part(id, 60_000))
      // The next picture comes when the readers had their turn, as from a camera.
      await until(() => [...bodies.values()].every((body) => idsIn(body.slice(-61_000)).at(-1) === id))
    }
    for (const body of bodies.values()) expect(idsIn(body)).toEqual(ids)
  })

  it('skips to the newest picture for a slow client, and keeps no more than one', async () => {
    const slow = await open('/video_feed')
    slow.pause()
    await until(() => house.streams.variants.length === 1)
    const before = process.memoryUsage().arrayBuffers
    for (let id = 1; id <= 200; id++) {
      house.streams.picture(part(id, 1_000_000))
      await new Promise(setImmediate)
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100_000_000)
    let body = ''
    slow.setEncoding('latin1').on('data', (text: string) => {
      body += text
    })
    slow.on('error', () => {})
    slow.resume()
    await until(() => idsIn(body).at(-1) === 200)
    expect(idsIn(body).length).toBeLessThan(100)
  })

  it('lets go of a client that leaves', async () => {
    const answer = await open('/stream')
    answer.on('error', () => {})
    await until(() => house.streams.variants.length === 1)
    answer.destroy()
    await until(() => house.streams.variants.length === 0)
  })

  it.each(['/stream', '/api/events'])(
    'opens nothing on %s for a client that left while its password was checked',
    async (path) => {
      const watchers = house.cameras.watchers
      await house.accounts.add({ name: 'late', role: 'viewer', password: 'late-password' })
      const client = connect(server.port)
      client.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${basic('late')}\r\n\r\n`)
      await pause(20)
      client.destroy()
      // Waits behind the check of `late`.
      await house.accounts.verify('nobody', 'some-password')
      await pause(50)
      expect([house.streams.variants.length, house.cameras.watchers]).toEqual([0, watchers])
      house.accounts.remove('late')
    },
  )

  it('answers HEAD without a stream', async () => {
    const asked = request({
      port: server.port,
      path: '/stream',
      method: 'HEAD',
      agent: false,
      headers: { authorization },
    })
    asked.end()
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    answer.resume()
    expect([answer.statusCode, house.streams.variants.length]).toEqual([200, 0])
  })
})

describe('events', () => {
  it('begin with the present states, then tell everything in order', async () => {
    const answer = await open('/api/events')
    expect(answer.headers['content-type']).toBe('text/event-stream')
    let text = ''
    answer.setEncoding('utf8').on('data', (more: string) => {
      text += more
    })
    answer.on('error', () => {})
    await until(() => text.includes('garden'))
    house.cameras.change('porch', { motion: { active: true, level: 30, since: 1, zones: [] } })
    house.cameras.tell('porch', { type: 'motion_ended', duration_s: 2, peak: 30 })
    await until(() => text.includes('motion_ended'))
    const told = text
      .split('\n\n')
      .filter((block) => block.startsWith('event:'))
      .map((block) => {
        const [, type, data] = /^event: (\w+)\n[\s\S]*data: (.*)$/.exec(block) ?? []
        return { type, ...JSON.parse(data ?? '') }
      })
    expect(told.map(({ type, camera }) => `${type} ${camera}`)).toEqual([
      'state porch',
      'state garden',
      'state porch',
      'event porch',
    ])
    expect(told[2].state.motion.level).toBe(30)
    expect(told[2]).not.toHaveProperty('previous')
    expect(text).toMatch(/event: event\nid: event-1\n/)
  })

  it('drop a client that takes nothing, and go on for the others', async () => {
    const stalled = await open('/api/events')
    stalled.pause()
    stalled.on('error', () => {})
    const watchers = house.cameras.watchers
    const problem = 'x'.repeat(100_000)
    for (let i = 0; i < 200 && house.cameras.watchers === watchers; i++) {
      house.cameras.tell('porch', { type: 'recording_failed', problem })
      await new Promise(setImmediate)
    }
    await until(() => house.cameras.watchers === watchers - 1)
  })
})

describe('live', () => {
  const connectLive = (headers: object, path = '/api/cameras/porch/live'): WebSocket =>
    new WebSocket(`ws://127.0.0.1:${server.port}${path}`, { headers: { ...headers } })
  const refusal = async (socket: WebSocket): Promise<number | undefined> => {
    socket.on('error', () => {})
    const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage]
    return answer.statusCode
  }
  const video = (size: number) => ({ type: 'fragment' as const, data: Buffer.alloc(size, 1) })

  it('gives init and fragments in order, each in its own message', async () => {
    const socket = connectLive({ authorization })
    const got: string[] = []
    socket.on('message', (data: Buffer, binary: boolean) => got.push(binary ? data.toString('hex') : data.toString()))
    await once(socket, 'open')
    await until(() => house.streams.viewers('porch').live === 1)
    house.streams.message({ type: 'init', mime: 'video/mp4; codecs="avc1.64001f"', data: Buffer.from([0xaa]) })
    house.streams.message({ type: 'fragment', data: Buffer.from([1, 2]) })
    house.streams.message({ type: 'fragment', data: Buffer.from([3]) })
    await until(() => got.length === 4)
    expect(got).toEqual(['{"type":"init","mime":"video/mp4; codecs=\\"avc1.64001f\\""}', 'aa', '0102', '03'])
    socket.close()
    await until(() => house.streams.viewers('porch').live === 0)
  })

  it('is pulled no faster than the client reads', async () => {
    const socket = connectLive({ authorization })
    await once(socket, 'open')
    socket.pause()
    await until(() => house.streams.viewers('porch').live === 1)
    for (let i = 0; i < 100; i++) house.streams.message(video(1_000_000))
    await pause(300)
    expect(house.streams.taken).toBeGreaterThan(0)
    expect(house.streams.taken).toBeLessThan(40)
    socket.terminate()
    await until(() => house.streams.ended === 1)
  })

  it('says why it ends', async () => {
    const socket = connectLive({ authorization })
    await once(socket, 'open')
    await until(() => house.streams.viewers('porch').live === 1)
    const closed = once(socket, 'close')
    const said = once(socket, 'message')
    house.streams.message(new Error('the camera gives H.265 only'))
    expect(String((await said)[0])).toBe('{"type":"error","error":"the camera gives H.265 only"}')
    expect((await closed)[0]).toBe(1011)
  })

  it('asked for without a WebSocket says what it is', async () => {
    const answer = await open('/api/cameras/porch/live')
    answer.resume()
    expect(answer.statusCode).toBe(400)
  })

  it('is refused without a name, for no camera, and to foreign pages', async () => {
    expect(await refusal(connectLive({}))).toBe(401)
    expect(await refusal(connectLive({ authorization }, '/api/cameras/nobody/live'))).toBe(404)
    expect(await refusal(connectLive({ authorization, origin: 'http://evil.example' }))).toBe(403)
    const { token } = house.accounts.openSession('vera')
    const cookie = `nightjar_${server.port}=${token}`
    expect(await refusal(connectLive({ cookie }))).toBe(403)
    const own = connectLive({ cookie, origin: `http://127.0.0.1:${server.port}` })
    await once(own, 'open')
    own.terminate()
  })
})

describe('with time passing', () => {
  it('a stalled client is dropped after 30 s, a quiet one hears a heartbeat', async () => {
    await server[Symbol.asyncDispose]()
    const clock = createTestClock()
    server = await startHttp({ ...house.deps, clock })
    const stalled = await open('/stream')
    stalled.pause()
    const fine = await open('/stream')
    fine.on('error', () => {}).resume()
    const events = await open('/api/events')
    let text = ''
    events.setEncoding('utf8').on('data', (more: string) => {
      text += more
    })
    events.on('error', () => {})
    await until(() => house.streams.variants.length === 2)
    for (let id = 1; id <= 20; id++) {
      house.streams.picture(part(id, 1_000_000))
      await pause(10)
    }
    await clock.advance(29_000)
    expect(house.streams.variants).toHaveLength(2)
    await until(() => text.includes(': still here\n\n'))
    await clock.advance(10_000)
    await until(() => house.streams.variants.length === 1)
    await server[Symbol.asyncDispose]()
    expect(clock.pending).toBe(0)
  })
})

describe('a user who is no longer let in', () => {
  it('loses what is open', async () => {
    await house.accounts.add({ name: 'guest', role: 'viewer', password: 'guest-password' })
    const guest = { authorization: basic('guest') }
    const [theirs, others] = [await open('/stream', guest), await open('/stream')]
    const events = await open('/api/events', guest)
    others.on('error', () => {}).resume()
    const ended = [theirs, events].map(gone)
    await until(() => house.streams.variants.length === 2)
    house.accounts.remove('guest')
    await Promise.all(ended)
    await until(() => house.streams.variants.length === 1)
  })
})

describe('the server', () => {
  it('ends soon, whatever is open, and leaves nothing', async () => {
    const mjpeg = await open('/stream')
    const events = await open('/api/events')
    const idle = connect(server.port)
    sockets.push(idle)
    const live = new WebSocket(`ws://127.0.0.1:${server.port}/api/cameras/porch/live`, { headers: { authorization } })
    await Promise.all([once(live, 'open'), once(idle, 'connect')])
    const ended = [mjpeg, events, idle].map(gone)
    const closed = once(live, 'close')
    const began = performance.now()
    await server[Symbol.asyncDispose]()
    expect(performance.now() - began).toBeLessThan(3000)
    await Promise.all([...ended, closed])
    expect(house.streams.variants).toEqual([])
    expect(house.cameras.watchers).toBe(0)
    await until(() => house.streams.ended === 1)
    const refused = connect(server.port)
    const [error] = await once(refused, 'error')
    expect(error.code).toBe('ECONNREFUSED')
  })

  it('never mixes a stream into the answer before it', async () => {
    const client = connect(server.port)
    sockets.push(client)
    let text = ''
    client.setEncoding('latin1').on('data', (more: string) => {
      text += more
    })
    const ask = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n\r\n`
    client.write(ask('/api/cameras/porch/snapshot.jpg') + ask('/stream'))
    await until(() => text.includes("can't be asked for before"))
    expect(house.streams.variants).toEqual([])
  })

  it('says which port is taken', async () => {
    const deps = { ...house.deps, config: { ...house.deps.config, port: server.port } }
    await expect(startHttp(deps)).rejects.toThrow(`can't listen on 127.0.0.1:${server.port}`)
  })

  it('lets go of who drips a request', async () => {
    const slow = [connect(server.port), connect(server.port)]
    sockets.push(...slow)
    const ended = slow.map(gone)
    slow[0]?.write('GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: ')
    const drip = setInterval(() => slow[0]?.write('.'), 500)
    await Promise.all(ended).finally(() => clearInterval(drip))
  }, 20_000)
})

describe('behind a reverse proxy', () => {
  it('answers with and without its prefix, and sets a cookie for it', async () => {
    await server[Symbol.asyncDispose]()
    const config = { ...house.deps.config, trust_proxy: true, prefix: '/nightjar' }
    server = await startHttp({ ...house.deps, config, clock: createSystemClock() })
    const at = `http://127.0.0.1:${server.port}`
    for (const path of ['/health', '/nightjar/health']) expect((await fetch(at + path)).status).toBe(200)
    const bare = await fetch(`${at}/nightjar`, { redirect: 'manual' })
    expect([bare.status, bare.headers.get('location')]).toEqual([302, '/nightjar/'])
    expect((await fetch(`${at}/nightjarring/health`)).status).not.toBe(200)
    const signedIn = await fetch(`${at}/nightjar/api/session`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-forwarded-proto': 'https',
        'x-forwarded-host': 'cam.example',
        origin: 'https://cam.example',
      },
      body: JSON.stringify({ name: 'vera', password: 'vera-password' }),
    })
    expect(signedIn.status).toBe(200)
    expect(signedIn.headers.get('set-cookie')).toMatch(/Path=\/nightjar; .*HttpOnly; Secure; SameSite=Strict/)
  })
})
