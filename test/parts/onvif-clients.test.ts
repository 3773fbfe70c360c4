// Our device by the eyes of the clients that people have: agsh's onvif (Scrypted, UniFi), node-onvif-ts, onvif-zeep with
// ONVIF's own schemas, go2rtc's way of reading; its picture over HTTP; clients that hang up.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { OnvifDevice } from 'node-onvif-ts'
import { Cam } from 'onvif/promises/index.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { START } from '../support/fake-cameras.js'
import { until } from '../support/nightjar.js'
import { all, createHook, envelope, messages, read, security } from '../support/onvif-client.js'
import { type OnvifHouse, PASSWORDS, startOnvifHouse } from '../support/onvif-house.js'

const run = promisify(execFile)
const [user, password] = ['otto', PASSWORDS.otto ?? '']

let house: OnvifHouse
beforeAll(async () => {
  house = await startOnvifHouse()
})
afterAll(() => house[Symbol.asyncDispose]())

const moving = (active: boolean): void =>
  house.cameras.change('porch', { motion: { active, level: 0, since: active ? START : null, zones: [] } })
const urlOf = (path: string): string => `http://127.0.0.1:${house.port}${path}`
const ask = async (body: string, at = urlOf('/'), signal?: AbortSignal) => {
  const text = envelope(body, security({ name: user, password }))
  return read(await (await fetch(at, { method: 'POST', body: text, ...(signal && { signal }) })).text())
}

/** What its own types leave out. */
type Agsh = Cam &
  Record<
    'getStreamUri' | 'getSnapshotUri' | 'getImagingSettings' | 'setImagingSettings',
    (options: object) => Promise<unknown>
  >

describe('onvif (agsh)', () => {
  const connected = async (options: object = {}): Promise<Agsh> => {
    const cam = new Cam({ ...{ hostname: '127.0.0.1', port: house.port, username: user, password }, ...options })
    await cam.connect()
    return cam as unknown as Agsh
  }

  it('connects, and finds both profiles, stream and picture', async () => {
    const cam = await connected()
    const profiles = (await cam.getProfiles()) as { $: { token: string }; videoEncoderConfiguration: object }[]
    expect(profiles.map(({ $ }) => $.token)).toEqual(['main', 'sub'])
    expect(profiles[1]?.videoEncoderConfiguration).toMatchObject({
      ...{ encoding: 'H264', resolution: { width: 640, height: 360 }, H264: { govLength: 20, H264Profile: 'Main' } },
      rateControl: { frameRateLimit: 10, bitrateLimit: 272 },
    })
    expect(await cam.getStreamUri({ protocol: 'RTSP', profileToken: 'sub' })).toMatchObject({
      uri: 'rtsp://127.0.0.1:8554/porch_sub',
    })
    expect(await cam.getSnapshotUri({ profileToken: 'main' })).toMatchObject({
      uri: urlOf('/onvif/snapshot?stream=main'),
    })
  })

  it('reads and sets the image', async () => {
    const cam = await connected()
    expect(await cam.getImagingSettings({ token: 'video' })).toMatchObject({ irCutFilter: 'AUTO' })
    await cam.setImagingSettings({ token: 'video', irCutFilter: 'OFF' })
    expect(house.cameras.state('porch').settings.night.mode).toBe('night')
  })

  it('hears events by PullPoint', async () => {
    const cam = await connected()
    const heard: string[] = []
    const onEvent = (event: { topic: { _: string }; message: { message: { data: { simpleItem: unknown } } } }): void =>
      void heard.push(`${event.topic._} ${JSON.stringify(event.message.message.data.simpleItem)}`)
    cam.on('event', onEvent)
    await until('the present states', () => heard.length >= 5)
    moving(true)
    const motion = 'tns1:VideoSource/MotionAlarm {"$":{"Name":"State","Value":true}}'
    await until('motion', () => heard.includes(motion))
    cam.removeListener('event', onEvent)
    moving(false)
    await cam.unsubscribe()
  })

  it('is told that its password is wrong', async () => {
    const cam = await connected({ password: 'wrong' })
    await expect(cam.getDeviceInformation()).rejects.toThrow(/not Authorized/i)
  })
})

describe('node-onvif-ts', () => {
  it('gets everything that it starts with', async () => {
    const device = new OnvifDevice({ xaddr: urlOf('/onvif/device_service'), user, pass: password })
    expect(await device.init()).toMatchObject({ Manufacturer: 'Nightjar', Model: 'Porch' })
    expect(device.getProfileList()).toMatchObject([
      { token: 'main', video: { encoder: { framerate: 25, bitrate: 3142, encoding: 'H264' } } },
      {
        token: 'sub',
        snapshot: urlOf('/onvif/snapshot?stream=sub'),
        stream: { rtsp: 'rtsp://127.0.0.1:8554/porch_sub' },
      },
    ])
  })
})

describe('go2rtc', () => {
  // Its client reads with regular expressions, takes only the path of an address, and asks the Imaging service for pictures.
  const textOf = (tag: string, text: string): string | undefined =>
    new RegExp(`<([a-z]+:)?${tag}[^>]*>([^<]+)`, 's').exec(text)?.[2]
  const text = async (body: string, path: string): Promise<string> => {
    const answer = await fetch(urlOf(path), {
      method: 'POST',
      body: envelope(body, security({ name: user, password })),
    })
    expect(answer.status).toBe(200)
    return answer.text()
  }
  const profile = '<trt:ProfileToken>main</trt:ProfileToken>'

  it('finds what it looks for', async () => {
    const capabilities = await text('<tds:GetCapabilities><tds:Category>All</tds:Category></tds:GetCapabilities>', '/')
    const path = new URL(textOf('Media.+?XAddr', capabilities) ?? '').pathname
    expect(path).toBe('/onvif/media_service')
    expect(textOf('Imaging.+?XAddr', capabilities)).toBe(urlOf('/onvif/imaging_service'))
    const tokens = [...(await text('<trt:GetProfiles/>', path)).matchAll(/Profiles.+?token="([^"]+)/g)]
    expect(tokens.map(([, token]) => token)).toEqual(['main', 'sub'])
    const stream = await text(`<trt:GetStreamUri>${profile}</trt:GetStreamUri>`, path)
    expect(textOf('Uri', stream)).toBe('rtsp://127.0.0.1:8554/porch')
    expect(await text('<trt:GetServiceCapabilities/>', path)).toContain('SnapshotUri="true"')
    const picture = await text(`<trt:GetSnapshotUri>${profile}</trt:GetSnapshotUri>`, '/onvif/imaging_service')
    expect(textOf('Uri', picture)).toBe(urlOf('/onvif/snapshot?stream=main'))
  })
})

/** Python with onvif-zeep, made once (half a minute); a sentence where that can't be. */
const zeep = async (): Promise<{ readonly python: string } | { readonly why: string }> => {
  const folder = join('node_modules', '.cache', 'onvif-zeep')
  const python = join(folder, 'bin', 'python')
  if (existsSync(join(folder, 'done'))) return { python }
  try {
    mkdirSync(folder, { recursive: true })
    await run('python3', ['-m', 'venv', folder])
    await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', 'onvif-zeep==0.2.12'])
    writeFileSync(join(folder, 'done'), '')
    return { python }
  } catch (error) {
    return { why: `onvif-zeep can't be installed here: ${String(error).slice(0, 300)}` }
  }
}

describe('onvif-zeep', () => {
  it('gets an answer to everything that its schemas call right', { timeout: 240_000 }, async (context) => {
    const found = await zeep()
    if ('why' in found) return context.skip(found.why)
    const { settings } = house.cameras.state('porch')
    const detection = { ...settings.detection, enabled: true, labels: ['person', 'face', 'car', 'cat'] }
    house.cameras.change('porch', { controls: ['brightness', 'sharpness'], settings: { ...settings, detection } })
    const program = ['test/support/programs/onvif_zeep.py', '127.0.0.1', String(house.port), 'ada', PASSWORDS.ada ?? '']
    const { asked, valid, problems } = JSON.parse((await run(found.python, program)).stdout) as Record<string, string[]>
    expect(problems).toEqual([])
    expect(asked?.length).toBeGreaterThan(60)
    expect(valid).toEqual(asked?.map((name) => `${name}Response`).sort())
  })
})

describe('the picture', () => {
  const get = (authorization?: string, path = '/onvif/snapshot?stream=sub') =>
    fetch(urlOf(path), authorization ? { headers: { authorization } } : {})
  const basic = (name: string, secret: string): string => `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`

  it('is given for digest and basic, as large as its stream', async () => {
    const refused = await get()
    expect(refused.status).toBe(401)
    const challenge = refused.headers.get('www-authenticate') ?? ''
    const nonce = /nonce="([^"]+)"/.exec(challenge)?.[1] ?? ''
    const md5 = (text: string): string => createHash('md5').update(text).digest('hex')
    const uri = '/onvif/snapshot?stream=sub'
    const sums = [md5(`vera:Nightjar:${PASSWORDS.vera}`), md5(`GET:${uri}`)]
    const response = md5(`${sums[0]}:${nonce}:00000001:xyz:auth:${sums[1]}`)
    const digest = `Digest username="vera", realm="Nightjar", nonce="${nonce}", uri="${uri}", algorithm=MD5, response="${response}", qop=auth, nc=00000001, cnonce="xyz"`
    for (const authorization of [digest, basic('vera', PASSWORDS.vera ?? '')]) {
      const answer = await get(authorization)
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
      expect(Buffer.from(await answer.arrayBuffer()).readUInt16BE(0)).toBe(0xffd8)
    }
    expect(house.cameras.pictures.asked.at(-1)).toEqual({ camera: 'porch', width: 640 })
  })

  it('is not given to others', async () => {
    expect((await get(basic('vera', 'wrong'))).status).toBe(401)
    expect((await get(basic('nopass', ''))).status).toBe(401)
    expect((await get(basic('vera', PASSWORDS.vera ?? ''), '/onvif/snapshot?stream=other')).status).toBe(404)
  })
})

describe('on the wire', () => {
  const PULL =
    '<tev:PullMessages><tev:Timeout>PT60S</tev:Timeout><tev:MessageLimit>100</tev:MessageLimit></tev:PullMessages>'
  const subscribe = async (): Promise<string> =>
    all((await ask('<tev:CreatePullPointSubscription/>')).body, 'Address')[0]?.text ?? ''

  it('a client that hangs up in a long pull costs nothing, and loses nothing', async () => {
    const at = await subscribe()
    await ask(PULL, at)
    const gone = new AbortController()
    const waiting = ask(PULL, at, gone.signal).catch(() => 'gone')
    await new Promise((resolve) => setTimeout(resolve, 100))
    gone.abort()
    expect(await waiting).toBe('gone')
    await new Promise((resolve) => setTimeout(resolve, 100))
    moving(true)
    expect(messages((await ask(PULL, at)).body)).toHaveLength(2)
    moving(false)
  })

  it('notifications go to who asks for them, at its own address only', async () => {
    const heard: IncomingMessage[] = []
    const told: string[] = []
    const server = createHook((news, request) => {
      heard.push(request)
      told.push(...news)
      return 200
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const subscribeTo = (address: string) =>
      ask(
        `<wsnt:Subscribe><wsnt:ConsumerReference><wsa:Address>${address}</wsa:Address></wsnt:ConsumerReference></wsnt:Subscribe>`,
      )
    // A name is no way to somebody else: the connection goes to where the request came from.
    expect((await subscribeTo(`http://somewhere.example:${port}/hook?a=1`)).fault).toBeNull()
    await until('the present states', () => told.length >= 5)
    expect([heard[0]?.url, heard[0]?.headers.host]).toEqual(['/hook?a=1', `somewhere.example:${port}`])
    moving(true)
    await until('motion', () => told.includes('Changed tns1:VideoSource/MotionAlarm State=true'))
    moving(false)
    for (const address of ['http://10.9.9.9:80/', 'https://127.0.0.1/', 'file:///etc/passwd', ''])
      expect((await subscribeTo(address)).fault?.codes).toContain('wsnt:SubscribeCreationFailedFault')
    const before = house.onvif.subscriptions()
    await new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    for (let count = 0; count < 5; count++) {
      moving(count % 2 === 0)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    expect(house.onvif.subscriptions()).toBe(before)
    told.length = 0
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    await until('what was missed', () => told.length >= 10)
    expect(told.filter((one) => one.includes('MotionAlarm')).at(-1)).toBe(
      'Changed tns1:VideoSource/MotionAlarm State=true',
    )
    moving(false)
    await new Promise((resolve) => server.close(resolve))
  })

  it('ends while somebody waits, and another says nothing', { timeout: 20_000 }, async () => {
    const other = await startOnvifHouse()
    const address = all(
      read(
        await (
          await fetch(`http://127.0.0.1:${other.port}/`, {
            method: 'POST',
            body: envelope('<tev:CreatePullPointSubscription/>', security({ name: user, password })),
          })
        ).text(),
      ).body,
      'Address',
    )[0]?.text
    const pull = (): Promise<unknown> =>
      fetch(address ?? '', { method: 'POST', body: envelope(PULL, security({ name: user, password })) }).catch(() => 0)
    await pull()
    const waiting = pull()
    const silent = connect(other.port, '127.0.0.1')
    silent.on('error', () => {})
    await new Promise((resolve) => silent.once('connect', resolve))
    await other[Symbol.asyncDispose]()
    await waiting
    silent.destroy()
  })
})
