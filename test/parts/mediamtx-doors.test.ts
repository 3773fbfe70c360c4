// MediaMTX's other doors: the control API as it was recorded, one that runs already, and WebRTC signalling.
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { type Child, startChild } from '../../src/lib/process.js'
import { claimPort, findUdpPair } from '../../src/media/gateway/mediamtx/ports.js'
import { basic, openPublisher, openRtsp } from '../media/gateway/rtsp-client.js'
import { mediamtxProgram, whichMediamtx } from '../support/mediamtx.js'
import { programs, sees, startMediamtxHouse, waitFor } from '../support/mediamtx-house.js'

const TRANSCRIPT = resolve('..', 'shared', 'mediamtx', 'transcript.json')
let folder: string
let running: Child | undefined
let ports: { readonly api: number; readonly rtsp: number; readonly rtp: number }

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightjar-mediamtx-doors-'))
  const [api, rtsp] = [await claimPort('127.0.0.1', 0), await claimPort('127.0.0.1', 0)]
  ports = { api, rtsp, rtp: await findUdpPair() }
})
afterEach(async () => {
  await running?.stop()
  running = undefined
  expect(programs()).toEqual([])
  await rm(folder, { recursive: true })
})

const ask = async (method: string, path: string, auth?: string, body?: object) => {
  const answer = await fetch(`http://127.0.0.1:${ports.api}${path}`, {
    method,
    headers: { connection: 'close', ...(auth === undefined ? {} : basic(auth)) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: answer.status, body: (await answer.json()) as unknown }
}
/** A MediaMTX that is not ours. */
const run = async (authInternalUsers: readonly object[], auth?: string): Promise<void> => {
  const file = join(folder, 'mediamtx.yml')
  const text = stringify({
    ...{ logLevel: 'info', authMethod: 'internal', authInternalUsers, api: true, apiAddress: `127.0.0.1:${ports.api}` },
    ...{ rtspAddress: `127.0.0.1:${ports.rtsp}`, rtpAddress: `:${ports.rtp}`, rtcpAddress: `:${ports.rtp + 1}` },
    ...{ rtmp: false, hls: false, srt: false, moq: false, webrtc: false, paths: {} },
  })
  await writeFile(file, text)
  running = startChild({ name: 'MediaMTX', command: mediamtxProgram, args: [file] })
  running.stdout.resume()
  for (;;) {
    const answer = await ask('GET', '/v3/info', auth).catch(() => undefined)
    if (answer) return expect(answer.status).toBe(200)
    await new Promise((wait) => setTimeout(wait, 50))
  }
}

interface Recorded {
  readonly request?: {
    readonly method: string
    readonly path: string
    readonly auth: string | null
    readonly body?: object
  }
  readonly response?: { readonly status: number; readonly body: unknown }
  readonly note?: string
}

/** The names and types of all fields; of a list those of its first item. */
const shapeOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf)
  if (value === null || typeof value !== 'object') return typeof value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inner === null ? null : shapeOf(inner)]))
}
/** Lists whose items depend on what a file or the present moment holds. */
const VARYING = new Set(['tracks', 'tracks2', 'logDestinations'])
const fieldsOf = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(shapeOf(value), (key, inner: unknown) => (VARYING.has(key) ? 'a list' : inner)))

describe(`with ${whichMediamtx}`, () => {
  test.skipIf(!process.env.CI && !existsSync(TRANSCRIPT))('the control API answers as it was recorded', async () => {
    const recorded = JSON.parse(readFileSync(TRANSCRIPT, 'utf8')) as readonly Recorded[]
    const logins: Record<string, string> = { nightjar: 'nightjar:example-service', viewer: 'viewer:example-viewer' }
    const all = ['publish', 'read', 'api'].map((action) => ({ action }))
    const users = [
      { user: 'nightjar', pass: 'example-service', permissions: all },
      { user: 'viewer', pass: 'example-viewer', permissions: [{ action: 'read' }] },
    ]
    await run(users, logins.nightjar)
    const url = `rtsp://127.0.0.1:${ports.rtsp}/porch`
    const opened: Disposable[] = []
    let waiting: ReturnType<typeof setInterval> | undefined
    const before: Record<string, () => Promise<void>> = {
      'porch is published': async () => {
        const publisher = await openPublisher(ports.rtsp, url.replace('//', `//${logins.nightjar}@`))
        waiting = setInterval(() => publisher.picture(true), 40)
        opened.push(publisher)
      },
      'one reader': async () => {
        const client = await openRtsp(ports.rtsp)
        opened.push(client)
        const login = basic(logins.viewer ?? '')
        const transport = 'RTP/AVP/TCP;unicast;interleaved=0-1'
        expect((await client.ask('DESCRIBE', url, login)).status).toBe(200)
        const { headers } = await client.ask('SETUP', `${url}/trackID=0`, { ...login, Transport: transport })
        await client.ask('PLAY', url, { ...login, Session: headers.get('session')?.split(';')[0] ?? '' })
      },
      'publisher gone': async () => {
        clearInterval(waiting)
        for (const one of opened) one[Symbol.dispose]()
      },
    }
    let compared = 0
    for (const { request, response, note } of recorded) {
      await before[note ?? '']?.()
      if (!request || !response) continue
      const { method, path, auth, body } = request
      // Changes and sessions need a moment.
      await new Promise((wait) => setTimeout(wait, 80))
      const answer = await ask(method, path, auth === null ? undefined : logins[auth], body)
      expect({ path, status: answer.status }).toEqual({ path, status: response.status })
      if (response.status !== 200) expect(answer.body).toEqual(response.body)
      else expect(fieldsOf(answer.body)).toEqual(fieldsOf(response.body))
      compared++
    }
    expect(compared).toBeGreaterThan(20)
  })

  test('one that runs already is taken over: nobody without a password, paths and people told anew after it restarts', async () => {
    const anybody = { user: 'any', pass: '', permissions: [{ action: 'publish' }, { action: 'read' }] }
    const boss = { user: 'boss', pass: 'boss-password', permissions: [{ action: 'api' }] }
    await run([anybody, boss], 'boss:boss-password')
    const login = {
      path: null,
      api: `http://127.0.0.1:${ports.api}`,
      api_username: 'boss',
      api_password: 'boss-password',
    }
    await using house = await startMediamtxHouse(login, { port: ports.rtsp })
    const { gateway, path, works, publish, read, health } = house
    expect(gateway.facts()).toMatchObject({ port: ports.rtsp, host: '127.0.0.1' })
    await gateway.apply([{ name: 'porch', feed: 'publish' }])
    await works()
    await expect(openPublisher(ports.rtsp, `rtsp://any:any@127.0.0.1:${ports.rtsp}/porch`)).rejects.toThrow()
    await publish()
    await waitFor(() => path()?.online)
    expect(await read('any:')).toBeUndefined()
    await sees(await read('anna:annas-password'))

    await running?.stop()
    await waitFor(() => health.at(-1)?.status === 'broken')
    expect(health.at(-1)?.problem).toMatch(/^MediaMTX's API can't be reached/)
    await run([anybody, boss], 'boss:boss-password')
    await works()
    await publish()
    await waitFor(() => path()?.online)
    expect(await read('any:')).toBeUndefined()

    const names = async () => {
      const { body } = await ask('GET', '/v3/config/paths/list', 'boss:boss-password')
      return (body as { items: { name: string }[] }).items.map(({ name }) => name)
    }
    expect(await names()).toEqual(['porch'])
    await gateway.apply([{ name: 'yard', feed: 'publish' }])
    expect(await names()).toEqual(['yard'])
  })

  test('one that refuses our name says so', async () => {
    await run([{ user: 'boss', pass: 'boss-password', permissions: [{ action: 'api' }] }], 'boss:boss-password')
    const api = `http://127.0.0.1:${ports.api}`
    await using house = await startMediamtxHouse({ path: null, api, api_username: 'boss', api_password: 'wrong' })
    await waitFor(() => house.health.at(-1)?.status === 'broken')
    expect(house.health.at(-1)?.problem).toBe("MediaMTX's API: it refuses our name and password")
  })

  test('WebRTC is signalled where there is video for readers, and its session ends with the video', async () => {
    await using house = await startMediamtxHouse({ webrtc: true, webrtc_port: await findUdpPair() })
    const { gateway, path, works, publish } = house
    const guard = 'the mask'
    await gateway.apply([
      { name: 'porch', feed: 'publish' },
      { name: 'yard', feed: 'publish', guard },
    ])
    await works()
    const { whep } = gateway
    const gone: string[] = []
    const offer = (name: string, sdp = OFFER) => whep?.offer(name, sdp, () => gone.push(name))
    await expect(offer('porch')).rejects.toMatchObject({ code: 'not-found' })
    const publisher = await publish()
    await publish(gateway.serviceUrl('yard'))
    await waitFor(() => path()?.online && (path('yard')?.bytesIn ?? 0) > 0)
    // Held back until it is proven, for WebRTC too.
    await expect(offer('yard')).rejects.toMatchObject({ code: 'unavailable' })
    await expect(offer('porch', 'nonsense')).rejects.toMatchObject({ code: 'invalid' })
    const session = await offer('porch')
    expect(session?.sdp).toMatch(/^v=0\r\n[\s\S]*m=video/)
    await waitFor(() => path()?.protocols?.webrtc === 1 || path()?.readers === 0)
    expect(gone).toEqual([])
    publisher[Symbol.dispose]()
    await waitFor(() => gone.length > 0)
    await expect(whep?.end('porch', session?.session ?? '')).rejects.toMatchObject({ code: 'not-found' })
  })

  test('without mediamtx.webrtc there is none', async () => {
    await using house = await startMediamtxHouse()
    await house.works()
    await expect(house.gateway.whep?.offer('porch', OFFER, () => {})).rejects.toMatchObject({
      code: 'not-found',
      message: 'WebRTC is off: it needs mediamtx.webrtc: true',
    })
  })
})

/** Chromium's, for one H.264 video. */
const OFFER = [
  ...['v=0', 'o=- 4346831329194569162 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0', 'a=msid-semantic: WMS'],
  ...['m=video 9 UDP/TLS/RTP/SAVPF 102', 'c=IN IP4 0.0.0.0', 'a=rtcp:9 IN IP4 0.0.0.0', 'a=ice-ufrag:8srk'],
  ...['a=ice-pwd:F1KZo9LHQYizibGtEbzcw7lz', 'a=ice-options:trickle', 'a=setup:actpass', 'a=mid:0', 'a=recvonly'],
  'a=fingerprint:sha-256 FC:26:31:5E:80:9C:10:A9:10:8B:8E:9A:2C:DF:C2:F3:7A:0A:20:99:34:D6:27:DA:03:6F:CC:1E:7C:81:63:CD',
  ...['a=rtcp-mux', 'a=rtcp-rsize', 'a=rtpmap:102 H264/90000', 'a=rtcp-fb:102 nack', 'a=rtcp-fb:102 nack pli'],
  ...['a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f', ''],
].join('\r\n')
