// Messages as they arrive: at a real mail server and at a web server, with fake cameras that say what they see.
import { createHmac } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { NotifyConfig } from '../../src/adapters/notify/notify-config.js'
import { startNotify } from '../../src/adapters/notify/start-notify.js'
import type { Sighting, TraceEntry } from '../../src/camera/events.js'
import type { Notifiers } from '../../src/camera/ports.js'
import { createSystemClock } from '../../src/lib/clock.js'
import { silentLog } from '../../src/lib/log.js'
import { createFakeCameras, type FakeCameras, noise, START } from '../support/fake-cameras.js'
import { type MailServer, startMailServer, USER } from '../support/mail-server.js'
import { until } from '../support/nightjar.js'
import { defaultSettings } from '../support/settings.js'

let folder = ''
let cameras: FakeCameras
let notes: (Omit<TraceEntry, 'at'> & { readonly camera: string })[]
let ends: AsyncDisposable[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nightjar-notify-'))
  cameras = createFakeCameras(folder, 'porch', 'yard')
  notes = []
  ends = []
})
afterEach(async () => {
  for (const part of ends.reverse()) await part[Symbol.asyncDispose]()
  expect(cameras.watchers).toBe(0)
  rmSync(folder, { recursive: true, force: true })
})

const start = async (...config: NotifyConfig[]): Promise<Notifiers & AsyncDisposable> => {
  const notify = await startNotify({
    ...{ data: folder, config, cameras, recordings: { ...cameras.recordings, crop }, pictures: cameras.pictures },
    ...{ links: { sign: (path) => `http://nightjar.lan${path}?signed` }, clock: createSystemClock(), log: silentLog },
    note: (camera, note) => void notes.push({ camera, ...note }),
  })
  ends.push(notify)
  return notify
}
/** Of every item, the piece with track 7. */
const crop = (item: string, track?: number): string | null => {
  const path = join(folder, `${item}.7.crop.jpg`)
  return track === 7 && existsSync(path) ? path : null
}
const rule = {
  ...{ cameras: [], labels: ['person'], zones: [], cool_down_s: 300, quiet: { from: null, to: null } },
} as const
const mail = (port: number, change: object = {}): NotifyConfig => ({
  ...{ kind: 'email', name: 'mail', host: '127.0.0.1', port, security: 'none', reject_unauthorized: true },
  ...{ username: null, password: null, from: 'porch@example.org', to: ['ada@example.org'], picture: true },
  ...{ ...rule, ...change },
})
const mailServer = async (options?: Parameters<typeof startMailServer>[0]): Promise<MailServer> => {
  const server = await startMailServer(options)
  ends.push(server)
  return server
}
const see = (camera: string, item: string | null, change: Partial<Sighting> = {}): void =>
  cameras.tell(camera, {
    type: 'sighting',
    sighting: {
      ...{ phase: 'began', track: 7, label: 'person', score: 0.873, zones: [], since: START, duration_s: 1.2, item },
      ...{ box: { x: 0.1, y: 0.2, width: 0.1, height: 0.3 }, ...change },
    },
  })
const reasons = (): string[] => notes.map(({ camera, decision, reason }) => `${camera} ${decision}: ${reason}`)

describe('e-mail', () => {
  it('says what was seen where, with the picture of that very sighting', async () => {
    const server = await mailServer()
    const zone = { id: 'door', name: 'Front door', color: '#58c98b', use: 'objects', enabled: true } as const
    cameras.change('porch', {
      settings: {
        ...defaultSettings,
        zones: [
          {
            ...zone,
            sensitivity: 1,
            points: [
              [0, 0],
              [9, 0],
              [0, 9],
            ],
          },
        ],
      },
    })
    const picture = await noise(64, 48, 'jpeg')
    const item = cameras.keep('porch', {}, picture)
    const notify = await start(mail(server.port))
    see('porch', item.id, { zones: ['door'] })
    // What is kept later is not what it tells of.
    cameras.keep('porch', {}, await noise(32, 24, 'jpeg'))
    const letter = await until('a letter', () => server.letters[0])
    expect(letter.subject).toBe('Person at Porch')
    expect(letter.from).toMatchObject({ name: 'Nightjar', address: 'porch@example.org' })
    expect(letter.to).toEqual([{ name: '', address: 'ada@example.org' }])
    expect(letter.text).toMatch(/^Person at Porch, 2026-11-\d\d \d\d:\d\d:00 \(87 % sure\)\.\nWhere: Front door\n/)
    expect(letter.text).toContain(`Picture: http://nightjar.lan/api/recordings/${item.id}/picture.jpg?signed`)
    expect(letter.attachments).toHaveLength(1)
    expect(letter.attachments[0]?.mimeType).toBe('image/jpeg')
    expect(Buffer.from(letter.attachments[0]?.content as ArrayBuffer).equals(picture)).toBe(true)
    await until('it is told', () => notes[0])
    expect(notes).toEqual([
      {
        camera: 'porch',
        what: 'notify mail',
        decision: 'done',
        reason: '"Person at Porch" was sent to ada@example.org',
      },
    ])
    expect(notify.list()).toMatchObject([
      { name: 'mail', kind: 'email', to: 'ada@example.org', health: { status: 'working', problem: null }, waiting: 0 },
    ])
  })

  it('is sent once within the cool-down, and not for what nobody asked for', async () => {
    const server = await mailServer()
    await start(mail(server.port))
    see('porch', null)
    see('porch', null, { track: 8 })
    see('porch', null, { label: 'car' })
    see('yard', null)
    await until('two letters', () => server.letters.length === 2)
    expect(server.letters.map(({ subject }) => subject)).toEqual(['Person at Porch', 'Person at Yard'])
    await until('all is told', () => notes.length === 4)
    expect(reasons()).toContain('porch suppressed: cool-down: person was told 0 s ago, least 300 s')
    expect(reasons()).toContain('porch suppressed: car is none of person')
  })

  it('waits while the server is away, and is sent when it is back: with the right picture, and once', async () => {
    const { port, [Symbol.asyncDispose]: end } = await startMailServer()
    await end.call(undefined)
    const picture = await noise(64, 48, 'jpeg')
    const item = cameras.keep('porch', {}, picture)
    const notify = await start(mail(port))
    see('porch', item.id)
    const [away] = await until('it is noticed', () => {
      const all = notify.list()
      return all[0]?.health.status === 'broken' && all
    })
    expect(away?.health.problem).toMatch(/^127\.0\.0\.1:\d+: connect ECONNREFUSED/)
    expect(away?.waiting).toBe(1)
    const server = await mailServer({ port })
    await until('a letter', () => server.letters[0])
    await until('all is well', () => notify.list()[0]?.health.status === 'working')
    expect(notify.list()[0]).toMatchObject({ waiting: 0 })
    expect(server.letters).toHaveLength(1)
    expect(Buffer.from(server.letters[0]?.attachments[0]?.content as ArrayBuffer).equals(picture)).toBe(true)
  })

  it('outlives a restart of ours: sent by the next run, with its picture, and never again', async () => {
    const { port, [Symbol.asyncDispose]: end } = await startMailServer()
    await end.call(undefined)
    const picture = await noise(64, 48, 'jpeg')
    const item = cameras.keep('porch', {}, picture)
    const first = await start(mail(port), hook('http://127.0.0.1:1/'))
    see('porch', item.id)
    see('yard', null)
    await until('it is noticed', () => first.list().every(({ health }) => health.status === 'broken'))
    await first[Symbol.asyncDispose]()
    const outbox = join(folder, 'outbox/mail')
    const files = readdirSync(outbox)
    expect(files).toEqual(['000000001.json', '000000002.json'])
    expect(files.map((file) => statSync(join(outbox, file)).mode & 0o777)).toEqual([0o600, 0o600])
    // What a power cut can leave: half a file, and one that was being written.
    writeFileSync(join(outbox, '000000002.json'), readFileSync(join(outbox, '000000002.json')).subarray(0, 40))
    writeFileSync(join(outbox, '000000003.json'), '{"at": 1, "item": {"id": "x"}}')
    writeFileSync(join(outbox, '000000004.json.1-1.draft'), '{')
    const server = await mailServer({ port })
    const second = await start(mail(port))
    const letter = await until('a letter', () => server.letters[0])
    expect(letter.subject).toBe('Person at Porch')
    expect(Buffer.from(letter.attachments[0]?.content as ArrayBuffer).equals(picture)).toBe(true)
    await until('it is told', () => second.list()[0]?.waiting === 0)
    see('yard', null)
    await until('another', () => server.letters.length === 2)
    await second[Symbol.asyncDispose]()
    expect(readdirSync(outbox)).toEqual([])
    // Another notifier's are its own.
    expect(readdirSync(join(folder, 'outbox/hook'))).toHaveLength(2)
    const third = await start(mail(port))
    expect(third.list()[0]).toMatchObject({ waiting: 0, health: { status: 'working' } })
    expect(server.letters.map(({ subject }) => subject)).toEqual(['Person at Porch', 'Person at Yard'])
  })

  it('is sent also where nothing can be kept on the disk', async () => {
    writeFileSync(join(folder, 'outbox'), 'a file, where the folder should be')
    const server = await mailServer()
    await start(mail(server.port))
    see('porch', null)
    await until('a letter', () => server.letters[0])
  })

  it('that the server will not have is let go with its reason; a wrong password is a problem to be mended', async () => {
    const server = await mailServer({ signIn: true })
    const signedIn = { security: 'starttls', reject_unauthorized: false, username: USER.name, from: null }
    server.answers.recipient = { code: 550, text: 'no such user here' }
    const notify = await start(
      mail(server.port, { ...signedIn, name: 'right', password: USER.password }),
      mail(server.port, { ...signedIn, name: 'wrong', password: 'nonsense' }),
    )
    see('porch', null)
    const problem = (name: string) => notify.list().find((one) => one.name === name)?.health.problem
    await until('both have a problem', () => problem('right') && problem('wrong'))
    expect(problem('right')).toContain('550 no such user here')
    expect(problem('wrong')).toContain('Authentication credentials invalid')
    expect(JSON.stringify(notify.list())).not.toContain('nonsense')
    expect(notify.list().map(({ name, waiting }) => `${name} ${waiting}`)).toEqual(['right 0', 'wrong 1'])
    expect(reasons().join()).toContain('porch suppressed: "Person at Porch" is not sent')
    delete server.answers.recipient
    see('yard', null)
    const letter = await until('a letter', () => server.letters[0])
    expect(letter.from?.address).toBe(USER.name)
  })

  it('is not sent to a server whose certificate nobody knows', async () => {
    const server = await mailServer({ signIn: true })
    const notify = await start(
      mail(server.port, { security: 'starttls', username: USER.name, password: USER.password }),
    )
    await expect(notify.test('mail')).rejects.toThrow(/certificate/)
    expect(server.letters).toEqual([])
  })

  it('a test is sent at once, with a present picture; who waits for nothing is let go at the end', async () => {
    const server = await mailServer()
    const notify = await start(mail(server.port, { cameras: ['yard'] }))
    expect(await notify.test('mail')).toBe('A test was sent to ada@example.org')
    expect(server.letters[0]?.subject).toBe('Test: Yard')
    expect(server.letters[0]?.attachments).toHaveLength(1)
    await expect(notify.test('post')).rejects.toThrow('there is no notifier "post"')
    server.answers.silent = true
    see('yard', null)
    await new Promise((resolve) => setTimeout(resolve, 200))
    const begun = Date.now()
    await notify[Symbol.asyncDispose]()
    expect(Date.now() - begun).toBeLessThan(3000)
  })
})

interface Request {
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

const startWeb = async (status = 200): Promise<{ url: string; requests: Request[] }> => {
  const requests: Request[] = []
  const server: Server = createServer(async (request, answer) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    requests.push({ headers: request.headers, body: Buffer.concat(chunks) })
    answer.writeHead(status, { location: 'http://127.0.0.1:1/' }).end('thank you')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ends.push({
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?key=abc`, requests }
}
const hook = (url: string, change: object = {}): NotifyConfig => ({
  ...{ kind: 'webhook', name: 'hook', url, secret: null, picture: false },
  ...{ ...rule, ...change },
})
const signed = ({ headers, body }: Request, secret: string): boolean =>
  headers['x-nightjar-signature'] === `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`

describe('a webhook', () => {
  it('is sent JSON with a signed link to the picture', async () => {
    const web = await startWeb()
    const item = cameras.keep('porch', {}, await noise(64, 48, 'jpeg'))
    const notify = await start(hook(web.url, { secret: 'hush' }))
    see('porch', item.id)
    const request = await until('a request', () => web.requests[0])
    expect(request.headers['content-type']).toBe('application/json')
    expect(signed(request, 'hush')).toBe(true)
    expect(JSON.parse(String(request.body))).toMatchObject({
      ...{ event_type: 'sighting', at: '2026-11-20T12:00:00.000Z', camera: 'porch', camera_name: 'Porch' },
      ...{ title: 'Person at Porch', label: 'person', score: 0.873, phase: 'began', track: 7, item: item.id },
      url: `http://nightjar.lan/api/recordings/${item.id}/picture.jpg?signed`,
    })
    // The address may hold a secret.
    expect(JSON.stringify(notify.list())).not.toContain('abc')
  })

  it('is sent the picture itself where it asks for that; the signature is of all of it', async () => {
    const web = await startWeb()
    const picture = await noise(64, 48, 'jpeg')
    const item = cameras.keep('porch', {}, picture)
    writeFileSync(join(folder, `${item.id}.7.crop.jpg`), 'the piece')
    await start(hook(web.url, { secret: 'hush', picture: true }))
    see('porch', item.id)
    const request = await until('a request', () => web.requests[0])
    expect(signed(request, 'hush')).toBe(true)
    const type = request.headers['content-type'] ?? ''
    const form = await new Response(Uint8Array.from(request.body), { headers: { 'content-type': type } }).formData()
    const event = form.get('event') as unknown as Blob
    expect(JSON.parse(await event.text())).toMatchObject({ item: item.id, label: 'person' })
    const sent = Buffer.from(await (form.get('picture') as unknown as Blob).arrayBuffer())
    expect(sent.equals(picture)).toBe(true)
    expect(await (form.get('crop') as unknown as Blob).text()).toBe('the piece')
  })

  it.each([
    [404, 0, 'answers 404'],
    [302, 0, 'answers 302'],
    [503, 1, 'answers 503'],
    [429, 1, 'answers 429'],
  ])('that answers %d: %d wait, and why is told', async (status, waiting, words) => {
    const web = await startWeb(status)
    const notify = await start(hook(web.url))
    see('porch', null)
    const health = await until('it is noticed', () => {
      const [one] = notify.list()
      return one?.health.status === 'broken' && one
    })
    expect(health.health.problem).toContain(words)
    expect(health.waiting).toBe(waiting)
    expect(JSON.stringify(notify.list())).not.toContain('abc')
    await expect(notify.test('hook')).rejects.toThrow(words)
  })
})
