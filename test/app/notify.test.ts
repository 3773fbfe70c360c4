// People walk through the footage: whoever is to be told gets one e-mail, with the picture of that sighting.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TraceEntry } from '../../src/camera/events.js'
import type { NotifierView } from '../../src/camera/ports.js'
import { footage, models, withoutFootage } from '../support/footage.js'
import { type MailServer, startMailServer } from '../support/mail-server.js'
import { type Nightjar, startNightjar, until } from '../support/nightjar.js'

describe.skipIf(withoutFootage)('people in the footage', () => {
  let server: MailServer
  let nightjar: Nightjar
  const folder = mkdtempSync(join(tmpdir(), 'nightjar-mail-'))
  const admin = { authorization: `Basic ${Buffer.from('ada:ada-password').toString('base64')}` }
  const json = <T>(path: string, init: RequestInit = {}): Promise<T> =>
    nightjar.json<T>(path, { ...init, headers: admin })

  beforeAll(async () => {
    server = await startMailServer()
    const source = `{kind: file, path: ${footage('walkers.mp4')}}`
    writeFileSync(
      join(folder, 'nightjar.yaml'),
      `http: {host: 127.0.0.1, port: 0}
rtsp: {host: 127.0.0.1, port: 0}
data: data
detection: {models_path: ${models}}
cameras: [{id: porch, name: Porch, source: ${source}, detection: {enabled: true, labels: [person]}}]
users: [{name: ada, role: admin, password: ada-password}]
notify:
  - {kind: email, name: mail, host: 127.0.0.1, port: ${server.port}, security: none, to: [ada@example.org]}
`,
    )
    nightjar = await startNightjar(['serve', '--config', join(folder, 'nightjar.yaml')], join(folder, 'data'))
  }, 60_000)
  afterAll(async () => {
    await nightjar[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  it('a test that an admin asks for has the present picture', async () => {
    await until('a picture', async () => (await nightjar.get('/api/cameras/porch/snapshot.jpg', { headers: admin })).ok)
    const answer = await json('/api/notify/mail/test', { method: 'POST' })
    expect(answer).toEqual({ sentence: 'A test was sent to ada@example.org' })
    expect(server.letters[0]?.subject).toBe('Test: Porch')
    expect(server.letters[0]?.attachments).toHaveLength(1)
  })

  it('one letter comes, with the picture of that very sighting; the cool-down holds for the others', async () => {
    const letter = await until('the letter', () => server.letters[1], 45_000)
    expect(letter.subject).toBe('Person at Porch')
    expect(letter.attachments.map(({ filename }) => filename)).toEqual([
      expect.stringMatching(/^[\d-]+_\d+\.jpg$/),
      expect.stringMatching(/^[\d-]+_\d+\.\d+\.crop\.jpg$/),
    ])
    const link = new URL(/http:\S+/.exec(letter.text ?? '')?.[0] ?? '')
    // The link opens without signing in.
    const shown = await fetch(new URL(`${link.pathname}${link.search}`, nightjar.addresses.http))
    expect(shown.status).toBe(200)
    const attached = Buffer.from(letter.attachments[0]?.content as ArrayBuffer)
    expect(attached.equals(Buffer.from(await shown.arrayBuffer()))).toBe(true)
    const told = (): Promise<TraceEntry[]> => json<TraceEntry[]>('/api/cameras/porch/trace')
    await until('a second person', async () => (await told()).find(({ reason }) => reason.startsWith('cool-down: ')))
    expect(server.letters).toHaveLength(2)
    expect((await told()).filter(({ what }) => what === 'notify mail').map(({ reason }) => reason)).toContain(
      '"Person at Porch" was sent to ada@example.org',
    )
    const [view] = await json<NotifierView[]>('/api/notify')
    expect(view).toMatchObject({ name: 'mail', health: { status: 'working', problem: null }, waiting: 0 })
    const { details } = await json<{ details: { parts: object } }>('/health')
    expect(details.parts).toEqual({ 'notify mail': { status: 'working', problem: null } })
  }, 90_000)
})
