// Home Assistant's form: what it means, what a person reads when it is wrong, and that no form breaks anything.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addonValues, cameraFields, houseFields } from '../../src/config/addon-options.js'
import { checkConfig } from '../../src/config/load.js'
import { loadAddonConfig } from '../../src/config/load-addon.js'
import type { Config } from '../../src/config/schema.js'
import { isPlain } from '../../src/lib/check.js'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightjar-addon-'))
})
afterAll(() => rm(folder, { recursive: true }))

const load = async (options: unknown, file?: string): Promise<Config> => {
  const text = typeof options === 'string' ? options : JSON.stringify(options)
  await writeFile(join(folder, 'options.json'), text)
  await rm(join(folder, 'nightjar.yaml'), { force: true })
  if (file !== undefined) await writeFile(join(folder, 'nightjar.yaml'), file)
  return loadAddonConfig({ NIGHTJAR_DATA: folder, NIGHTJAR_CONFIG: join(folder, 'nightjar.yaml') })
}
const problemsOf = async (options: unknown, file?: string): Promise<string[]> => {
  const message = await load(options, file).then(
    () => 'it is fine',
    (error: Error) => error.message,
  )
  return message.replaceAll(folder, 'FOLDER').split('\n')
}

const garden = { id: 'garden', kind: 'test-pattern' }
const form = { cameras: [garden], users: [], recordings: 'media', keep_days: 14, ingress_role: 'operator' }

describe('the form', () => {
  it('as Home Assistant first writes it is a whole configuration', async () => {
    const config = await load({ ...form, log_level: 'info' })
    expect(config).toMatchObject({
      data: folder,
      storage: { path: '/media/nightjar', days: 14, max_bytes: 0 },
      http: { port: 8080, ingress_role: 'operator' },
      mqtt: { supervisor: true, url: null },
      cameras: [{ id: 'garden', name: 'Garden', source: { kind: 'test-pattern' } }],
    })
  })

  it('opens the line protocol to other machines with a token, and not without', async () => {
    expect((await load(form)).line).toBeUndefined()
    expect((await load({ ...form, line_token: '' })).line).toBeUndefined()
    const token = 'twelve-letters'
    expect((await load({ ...form, line_token: token })).line).toEqual({ host: '0.0.0.0', port: 9999, token })
    expect((await load(form, `line: {token: ${token}}`)).line).toMatchObject({ host: '0.0.0.0', token })
    expect((await load(form, 'line: {}')).line).toMatchObject({ host: '127.0.0.1', token: null })
    expect(await problemsOf({ ...form, line_token: 'with a space in it' })).toEqual([
      "in the add-on's configuration:",
      'line_token: must be 12 to 200 letters without spaces',
    ])
    expect(await problemsOf({ ...form, line_token: token }, 'line: {port: 7}')).toEqual([
      "in the add-on's configuration:",
      "nightjar.yaml: line.port: is Home Assistant's to say in an add-on: leave it out (line 1)",
    ])
  })

  it('says everything at the place where nightjar.yaml says it', async () => {
    const camera = {
      ...{ id: 'yard', name: 'The yard', kind: 'usb', device: '/dev/video2', width: 640, height: 480, fps: 15 },
      ...{ detection: true, trigger_level: 12.5, record_on: ['sighting'], record_before_s: 20, record_after_s: 7 },
      ring_s: 25,
    }
    const config = await load({
      ...{ cameras: [camera], users: [{ name: 'anna', role: 'admin', password: 'long enough' }], recordings: 'data' },
      ...{ keep_days: 3, max_gb: 20, ingress_role: 'viewer', public_url: 'https://cams.example.org' },
      ...{ mqtt_url: 'mqtt://broker.lan', mqtt_username: 'nj', mqtt_password: 'pw', mqtt_base: 'cams' },
      ...{ mqtt_discovery_prefix: 'ha', log_level: 'debug' },
    })
    expect(config).toMatchObject({
      storage: { path: null, days: 3, max_bytes: 20_000_000_000 },
      http: { ingress_role: 'viewer', public_url: 'https://cams.example.org' },
      mqtt: { url: 'mqtt://broker.lan', username: 'nj', password: 'pw', base: 'cams', discovery_prefix: 'ha' },
      logging: { level: 'debug' },
      users: [{ name: 'anna', role: 'admin', password: 'long enough' }],
      cameras: [
        {
          ...{ id: 'yard', name: 'The yard', ring: { seconds: 25 } },
          source: { kind: 'usb', device: '/dev/video2', width: 640, height: 480, fps: 15 },
          settings: {
            detection: { enabled: true },
            motion: { trigger_level: 12.5 },
            recording: { on: ['sighting'], before_s: 20, after_s: 7 },
          },
        },
      ],
    })
    expect(config.mqtt?.supervisor).toBe(false)
    expect(config).not.toHaveProperty('onvif')
    expect((await load({ ...form, onvif: true })).onvif).toMatchObject({ port: 8900, discovery: false })
    expect(await load({ ...form, onvif: false })).not.toHaveProperty('onvif')
  })

  it('puts name and password into the addresses of a network camera, whatever letters they have', async () => {
    const login = { username: 'käthe', password: 'p@ss:w/rd?' }
    const urls = { url: 'rtsp://192.168.1.20/main', sub: 'rtsp://192.168.1.20/sub' }
    const { cameras } = await load({ ...form, cameras: [{ id: 'porch', kind: 'rtsp', ...urls, ...login }] })
    const { source } = cameras[0] as { source: { url: string; sub: string } }
    for (const address of [source.url, source.sub]) {
      const { username, password, host } = new URL(address)
      expect([username, password].map(decodeURIComponent)).toEqual([login.username, login.password])
      expect(host).toBe('192.168.1.20')
    }
  })

  it('leaves name and password to a kind that asks for them itself', async () => {
    const camera = { id: 'porch', kind: 'http-mjpeg', url: 'http://cam/video', username: 'ada', password: 'pw' }
    const { cameras } = await load({ ...form, cameras: [camera] })
    expect(cameras[0]?.source).toMatchObject({ url: 'http://cam/video', username: 'ada', password: 'pw' })
  })

  it('takes fields that were cleared for fields left out', async () => {
    const camera = { ...garden, name: '', url: '', username: '', password: null, width: null, record_on: [] }
    const config = await load({ ...form, cameras: [camera], mqtt_url: '', public_url: '' })
    expect(config.cameras[0]).toMatchObject({ name: 'Garden', settings: { recording: { on: [] } } })
    expect(config.mqtt?.supervisor).toBe(true)
  })
})

describe('a wrong form', () => {
  it('is told by the names of its own fields, all at once', async () => {
    const cameras = [
      { id: 'Porch', kind: 'rtsp', url: 'http://cam' },
      { id: 'yard', kind: 'ubs', trigger_level: 900, record_on: ['rain'] },
      { ...garden, device: '/dev/video0' },
    ]
    const users = [{ name: 'a b', role: 'boss' }]
    const problems = await problemsOf({ ...form, cameras, users, max_gb: -1, recordings: 7, mqtt_url: 'broker' })
    expect(problems[0]).toBe("in the add-on's configuration:")
    const starts = [
      'recordings: must be text',
      'max_gb: must be a whole number',
      'mqtt_url: must be an address',
      'cameras[0].id: must be 1 to 40 small letters',
      'cameras[0].url: must be an address like rtsp://',
      'cameras[1].kind: must be one of',
      'cameras[1].trigger_level: must be a number from 1 to 100, not 900',
      'cameras[1].record_on: must be a list of motion',
      'cameras[2].device: is not an option',
      'users[0].name: must be 1 to 32',
      'users[0].role: must be viewer',
    ]
    for (const start of starts) expect(problems.filter((line) => line.startsWith(start))).toHaveLength(1)
    expect(problems).toHaveLength(1 + starts.length)
    expect((await problemsOf({ ...form, cameras: [garden, { ...garden, record_before_s: 60 }] })).slice(1)).toEqual([
      'cameras[1].id: "garden" is already cameras[0]: each needs its own id',
      'cameras[1].record_before_s: must be at most ring.seconds (10), not 60',
    ])
  })

  it.each<[string, unknown, string]>([
    ['no camera', { ...form, cameras: [] }, 'cameras: is missing: there must be at least one camera'],
    ['cameras that are no list', { ...form, cameras: 'porch' }, 'cameras: must be a list'],
    ['a camera that is a word', { ...form, cameras: ['porch'] }, 'cameras[0]: must be a group of options'],
    ['a camera without kind', { ...form, cameras: [{ id: 'a' }] }, 'cameras[0].kind: is missing'],
    ['a list', [1], 'the file must be a group of options'],
    ['no JSON', '{', "the options that Home Assistant wrote (FOLDER/options.json) can't be read"],
  ])('%s', async (_what, options, sentence) => {
    expect((await problemsOf(options)).join('\n')).toContain(sentence)
  })
})

describe('a nightjar.yaml beside the form', () => {
  const yard = 'cameras:\n  - {id: yard, source: {kind: test-pattern}, zones: []}\n'

  it('adds cameras and users, and counts more than the form', async () => {
    const config = await load(
      form,
      `${yard}users: [{name: bert, role: viewer}]\nstorage: {days: 2}\nline: {enabled: false}\n`.replace(
        /line:.*\n/,
        '',
      ),
    )
    expect(config.cameras.map(({ id }) => id)).toEqual(['garden', 'yard'])
    expect(config.users.map(({ name }) => name)).toEqual(['bert'])
    expect(config.storage).toMatchObject({ days: 2, path: '/media/nightjar' })
  })

  it('may name another broker', async () => {
    expect((await load(form, 'mqtt: {url: mqtt://other}')).mqtt).toMatchObject({
      url: 'mqtt://other',
      supervisor: false,
    })
    expect((await load(form, 'mqtt: {base: two}')).mqtt).toMatchObject({ base: 'two', supervisor: true })
  })

  it('is told by its own lines', async () => {
    const file = `${yard}  - {id: garden, source: {kind: rtsp, url: nonsense}}\ndata: /tmp\nhttp: {port: 80}\nlogging: {level: loud}\n`
    expect((await problemsOf({ ...form, log_level: 'info' }, file)).slice(1)).toEqual([
      "nightjar.yaml: data: is Home Assistant's to say in an add-on: leave it out (line 4)",
      "nightjar.yaml: http.port: is Home Assistant's to say in an add-on: leave it out (line 5)",
      expect.stringMatching(/^nightjar\.yaml: logging\.level: must be .* \(line 6\)$/),
      expect.stringMatching(/^nightjar\.yaml: cameras\[1\]\.source\.url: must be an address .* \(line 3\)$/),
      'nightjar.yaml: cameras[1].id: "garden" is already cameras[0]: each needs its own id (line 3)',
    ])
  })

  it('that is no configuration is told, and an empty one is none', async () => {
    expect((await problemsOf(form, 'cameras: ['))[1]).toMatch(/^nightjar\.yaml: line 1, column \d+: /)
    expect((await problemsOf(form, '- a\n'))[1]).toBe('nightjar.yaml: must be a group of options, such as cameras: …')
    expect((await load(form, '# soon\n')).cameras).toHaveLength(1)
  })
})

describe('any form at all', () => {
  const known = [...Object.keys(cameraFields), 'kind', 'url', 'sub', 'username', 'password', 'device', 'width', 'fps']
  const word = fc.oneof(
    fc.constantFrom('porch', 'rtsp', 'usb', 'rpi', 'push', 'file', 'rtsp://cam/1', 'media', '!secret x', '__proto__'),
    fc.string({ unit: 'binary', maxLength: 30 }),
  )
  const value = fc.oneof(
    word,
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.jsonValue({ maxDepth: 2 }),
  )
  const groupOf = (keys: readonly string[]) =>
    fc.dictionary(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...keys) }, { weight: 1, arbitrary: word }), value, {
      maxKeys: 9,
      noNullPrototype: true,
    })
  const goodForm = fc.record(
    {
      cameras: fc.uniqueArray(
        fc.record(
          {
            id: fc.stringMatching(/^[a-z][a-z0-9]{2,9}$/),
            kind: fc.constant('test-pattern'),
            name: fc.stringMatching(/^\w{1,20}$/),
            detection: fc.boolean(),
            trigger_level: fc.integer({ min: 1, max: 100 }),
            record_on: fc.subarray(['motion', 'sighting']),
          },
          { requiredKeys: ['id', 'kind'] },
        ),
        { minLength: 1, maxLength: 3, selector: ({ id }) => id },
      ),
      recordings: fc.constantFrom('media', 'data'),
      keep_days: fc.integer({ min: 0, max: 3650 }),
      max_gb: fc.integer({ min: 0, max: 1000 }),
      onvif: fc.boolean(),
      log_level: fc.constantFrom('error', 'warn', 'info', 'debug', ''),
    },
    { requiredKeys: ['cameras'] },
  )
  const anyForm = fc.oneof(
    { weight: 1, arbitrary: fc.jsonValue() },
    { weight: 2, arbitrary: goodForm },
    {
      weight: 9,
      arbitrary: fc
        .tuple(
          groupOf(Object.keys(houseFields)),
          fc.oneof(fc.array(fc.oneof(groupOf(known), fc.constant(garden), value), { maxLength: 4 }), value),
          fc.oneof(fc.array(groupOf(['name', 'role', 'password']), { maxLength: 3 }), value),
        )
        .map(([house, cameras, users]) => ({ ...house, cameras, users })),
    },
  )
  const files = fc.constantFrom(
    null,
    {},
    { cameras: [{ id: 'yard', source: { kind: 'test-pattern' } }] },
    { mqtt: null },
  )

  it('is a configuration or a list of problems, each at a place that the form or the file can have', async () => {
    let good = 0
    let bad = 0
    await fc.assert(
      fc.asyncProperty(anyForm, files, async (options, file) => {
        // As Supervisor hands it over.
        const given: unknown = JSON.parse(JSON.stringify(options))
        const { value, placeOf } = addonValues(given, file)
        const { config, problems } = await checkConfig(value, { folder: '/', env: {} })
        if (config) {
          good++
          expect(config.cameras.length).toBeGreaterThan(0)
          expect(config.mqtt !== undefined).toBe(true)
          return
        }
        bad++
        expect(problems.length).toBeGreaterThan(0)
        for (const { path, sentence } of problems) {
          expect(sentence).not.toBe('')
          const place = placeOf(path)
          // Nothing of nightjar.yaml's own nesting shows where there is only the form.
          if (place.in === 'form' && isPlain(given))
            expect(place.path).not.toMatch(/^cameras\[\d+\]\.source(\.|$)|^storage\./)
        }
      }),
      { numRuns: 2100 },
    )
    expect(good).toBeGreaterThan(100)
    expect(bad).toBeGreaterThan(500)
    expect(Object.getPrototypeOf({})).toBe(Object.prototype)
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  }, 120_000)
})
