// The add-on as Home Assistant's Supervisor reads it: the manifest by Supervisor's rules (as in its source of August
// 2026), and manifest, words, form and our own options against each other.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import manifestOfNpm from '../../package.json' with { type: 'json' }
import { addonValues, cameraFields, houseFields } from '../../src/config/addon-options.js'
import { checkConfig } from '../../src/config/load.js'
import { houseSchema } from '../../src/config/schema.js'
import { sources } from '../../src/sources/index.js'

type Words = {
  readonly name?: string
  readonly description?: string
  readonly fields?: Readonly<Record<string, Words>>
}
type Form = Readonly<Record<string, string>>

const { version } = manifestOfNpm
const read = (path: string): unknown => parse(readFileSync(path, 'utf8'))
const manifest = read('config.yaml') as Readonly<Record<string, unknown>> & {
  readonly ports: Readonly<Record<string, number | null>>
  readonly options: Readonly<Record<string, unknown>>
  readonly schema: Readonly<Record<string, string | readonly Form[]>>
}
const words = read('translations/en.yaml') as {
  readonly configuration: Readonly<Record<string, Words>>
  readonly network: Readonly<Record<string, string>>
}
const [camera = {}] = manifest.schema.cameras as readonly Form[]
const [user = {}] = manifest.schema.users as readonly Form[]

/** Supervisor's grammar of an option's type. */
const TYPE =
  /^(?:bool|email|url|port|device(?:\(subsystem=[a-z]+\))?|(?:str|password)(?:\(\d*,\d*\))?|int(?:\(-?\d*,-?\d*\))?|float(?:\(-?[\d.]*,-?[\d.]*\))?|match\(.*\)|list\(.+\))\??$/

/** What Supervisor makes of a value; throws where it refuses it. */
const asSupervisor = (type: unknown, value: unknown): unknown => {
  if (Array.isArray(type)) {
    if (!Array.isArray(value)) throw new Error('no list')
    return value.map((item) => asSupervisor(type[0], item))
  }
  if (typeof type === 'object' && type !== null) return asSupervisorGroup(type as Form, value as Form)
  const [, name = '', inside = ''] = /^(\w+)(?:\((.*)\))?\??$/.exec(String(type)) ?? []
  const [min = '', max = ''] = inside.split(',')
  const within = (size: number): void => {
    if ((min !== '' && size < Number(min)) || (max !== '' && size > Number(max)))
      throw new Error(`${size} is not in ${type}`)
  }
  if (name === 'list' && !inside.split('|').includes(String(value))) throw new Error(`${value} is not in ${type}`)
  if (name === 'match' && !new RegExp(`^(?:${inside})`).test(String(value))) throw new Error(`${value} is not ${type}`)
  if (name === 'int' || name === 'float') within(Number(value))
  if (name === 'str' || name === 'password') within(String(value).length)
  return value
}
const asSupervisorGroup = (types: Form, group: Form): unknown => {
  const missing = Object.entries(types).filter(
    ([key, type]) => !(key in group) && !String(Array.isArray(type) ? type[0] : type).endsWith('?'),
  )
  if (missing.length > 0) throw new Error(`missing: ${missing.map(([key]) => key)}`)
  return Object.fromEntries(
    Object.entries(group).flatMap(([key, value]) => (types[key] ? [[key, asSupervisor(types[key], value)]] : [])),
  )
}

const problemsOf = async (options: unknown): Promise<readonly string[]> => {
  const { value, placeOf } = addonValues(options, null)
  const { problems } = await checkConfig(value, { folder: '/', env: {} })
  return problems.map(({ path, sentence }) => `${placeOf(path).path}: ${sentence}`)
}

describe('the manifest', () => {
  it('has what Supervisor asks for', () => {
    const { name, slug, description, arch } = manifest
    expect({ name, slug, arch, version: manifest.version }).toEqual({
      ...{ name: 'Nightjar', slug: 'nightjar', arch: ['aarch64', 'amd64'], version },
    })
    expect(String(description).length).toBeGreaterThan(20)
    // Built from the Dockerfile beside it; `build.yaml` is of old.
    expect(manifest).not.toHaveProperty('image')
    expect(['build.yaml', 'build.json'].filter((file) => existsSync(file))).toEqual([])
  })

  it('knows no key that Supervisor drops', () => {
    const known =
      'name version slug description url arch stage homeassistant startup boot init timeout watchdog webui ingress ingress_port ' +
      'ingress_entry ingress_stream panel_icon panel_title panel_admin services discovery ports ports_description map video ' +
      'usb udev devices host_ipc tmpfs backup backup_exclude options schema environment privileged'
    expect(Object.keys(manifest).filter((key) => !known.split(' ').includes(key))).toEqual([])
  })

  it('opens the ports that the service listens on by itself, the page only through Home Assistant', () => {
    const { http, rtsp, mediamtx, onvif, line } = houseSchema
    const ofCameras = [0, 1, 2, 3].map((index) => [`${onvif.port.default + index}/tcp`, null] as const)
    expect(manifest.ports).toEqual({
      [`${rtsp.port.default}/tcp`]: rtsp.port.default,
      [`${http.port.default}/tcp`]: null,
      ...Object.fromEntries(ofCameras),
      [`${mediamtx.webrtc_port.default}/udp`]: null,
      [`${line.port.default}/tcp`]: null,
    })
    expect(manifest).toMatchObject({ ingress: true, ingress_port: http.port.default, services: ['mqtt:want'] })
    expect(manifest.watchdog).toBe(`http://[HOST]:[PORT:${http.port.default}]/health`)
  })

  it('asks for no more than cameras need', () => {
    for (const key of ['privileged', 'full_access', 'docker_api', 'host_network', 'host_pid', 'hassio_api', 'apparmor'])
      expect(manifest).not.toHaveProperty(key)
    expect(manifest).toMatchObject({ video: true, usb: true, udev: true, init: false })
    // Closing running recordings takes up to 8 s.
    expect(manifest.timeout).toBeGreaterThan(10)
  })

  it('keeps recordings out of backups, and nothing that could not be had again otherwise', () => {
    const excluded = (manifest.backup_exclude as readonly string[]).map(
      (pattern) => new RegExp(`(^|/)${pattern.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`),
    )
    const isExcluded = (path: string): boolean => excluded.some((pattern) => pattern.test(path))
    expect(
      [
        'porch/2026-11-20/23-15-58_0001.mp4',
        'porch/2026-11-20/23-15-58_0001.jpg',
        'nightjar.db-wal',
        'models/a.onnx',
      ].filter((path) => !isExcluded(path)),
    ).toEqual([])
    expect(['options.json', 'users.json', 'settings.json', 'streams.json'].filter(isExcluded)).toEqual([])
  })

  it('has everything beside it that Home Assistant shows', async () => {
    for (const file of ['DOCS.md', 'README.md', 'CHANGELOG.md', 'Dockerfile', 'LICENSE'])
      expect([file, existsSync(file)]).toEqual([file, true])
    expect(readFileSync('CHANGELOG.md', 'utf8')).toContain(`## ${version}`)
    expect(read('repository.yaml')).toHaveProperty('name', 'Nightjar')
    const icon = await sharp('icon.png').metadata()
    const logo = await sharp('logo.png').metadata()
    expect([icon.width, icon.height, logo.width, logo.height]).toEqual([128, 128, 250, 100])
  })

  it('has an AppArmor profile of its name, which AppArmor understands', () => {
    const text = readFileSync('apparmor.txt', 'utf8')
    expect(text.match(/^profile (\S+) /m)?.[1]).toBe(manifest.slug)
    // Under the name that it gets when it is installed, peers called nightjar would be strangers.
    expect(text).not.toMatch(/peer=nightjar/)
    execFileSync('apparmor_parser', ['--skip-kernel-load', '--skip-cache', 'apparmor.txt'], { stdio: 'pipe' })
  })
})

describe('the repository', () => {
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' })
    .split('\n')
    .filter((path) => path !== '' && existsSync(path))
  /** Supervisor takes every such file, at any depth, for a manifest. */
  const named = (name: string): string[] =>
    files.filter(
      (path) =>
        new RegExp(`^${name}\\..*(yaml|yml|json)$`).test(basename(path)) &&
        !path.split('/').some((part) => part.startsWith('.') || part === 'rootfs'),
    )

  it('has no other file that Supervisor would take for a manifest', () => {
    expect(named('config')).toEqual(['config.yaml'])
    expect(named('repository')).toEqual(['repository.yaml'])
  })
})

describe('the form', () => {
  const fields = [...Object.entries(camera), ...Object.entries(user), ...Object.entries(manifest.schema)].filter(
    ([key]) => key !== 'cameras' && key !== 'users',
  )

  it('is written in types that Supervisor knows', () => {
    const types = fields.map(([key, type]) => [key, Array.isArray(type) ? type[0] : type] as const)
    expect(types.filter(([, type]) => !TYPE.test(String(type)))).toEqual([])
    // A group in a group is asked for always, and a list of groups too: the manifest must give one.
    for (const key of ['cameras', 'users']) expect(Array.isArray(manifest.options[key])).toBe(true)
  })

  it('is filled in by the manifest as a configuration that works at once', async () => {
    expect(asSupervisorGroup(manifest.schema as unknown as Form, manifest.options as Form)).toEqual(manifest.options)
    expect(await problemsOf(manifest.options)).toEqual([])
  })

  it('has exactly the fields that we read', () => {
    const house = Object.keys(manifest.schema).filter((key) => key !== 'cameras' && key !== 'users')
    expect(house.sort()).toEqual(Object.keys(houseFields).sort())
    expect(Object.keys(cameraFields).filter((key) => !(key in camera))).toEqual([])
    const known = new Set(Object.values(sources).flatMap(({ schema }) => Object.keys(schema)))
    const unknown = Object.keys(camera).filter((key) => !(key in cameraFields) && key !== 'kind' && !known.has(key))
    expect(unknown).toEqual([])
    expect(Object.keys(user)).toEqual(['name', 'role', 'password'])
  })

  it('offers every kind of source', () => {
    const offered = camera.kind?.replace(/^list\((.*)\)$/, '$1').split('|') ?? []
    expect(offered.sort()).toEqual(Object.keys(sources).sort())
  })

  it('lets through what we take, and we take what it lets through', async () => {
    const wrong: string[] = []
    for (const [key, type] of Object.entries(manifest.schema)) {
      if (typeof type !== 'string') continue
      for (const value of edgesOf(type)) wrong.push(...(await problemsOf({ ...manifest.options, [key]: value })))
    }
    for (const [key, type] of Object.entries(camera)) {
      if (!(key in cameraFields)) continue
      const base = { id: 'a', kind: 'test-pattern', ring_s: 300 }
      for (const value of edgesOf(Array.isArray(type) ? type[0] : type)) {
        const whole = Array.isArray(type) ? [value] : value
        wrong.push(
          ...(await problemsOf({ ...manifest.options, cameras: [{ ...base, record_before_s: 2, [key]: whole }] })),
        )
      }
    }
    for (const value of edgesOf(user.role ?? ''))
      wrong.push(...(await problemsOf({ ...manifest.options, users: [{ name: 'a', role: value }] })))
    expect(wrong).toEqual([])
  })

  it('is told in words: every field, and none that is not there', () => {
    expect(Object.keys(words.configuration)).toEqual(expect.arrayContaining(Object.keys(manifest.schema)))
    expect(Object.keys(words.configuration).sort()).toEqual(Object.keys(manifest.schema).sort())
    expect(Object.keys(words.configuration.cameras?.fields ?? {}).sort()).toEqual(Object.keys(camera).sort())
    expect(Object.keys(words.configuration.users?.fields ?? {}).sort()).toEqual(Object.keys(user).sort())
    expect(Object.keys(words.network).sort()).toEqual(Object.keys(manifest.ports).sort())
    const all = Object.values(words.configuration).flatMap((one) => [one, ...Object.values(one.fields ?? {})])
    expect(all.filter(({ name, description }) => !name || !description)).toEqual([])
  })

  it('is described in DOCS.md: every port and every kind', () => {
    const docs = readFileSync('DOCS.md', 'utf8')
    const promised = [...Object.keys(sources), ...Object.keys(manifest.ports).map((port) => port.split('/')[0] ?? '')]
    expect(promised.filter((word) => !docs.includes(word))).toEqual([])
  })
})

/** The values at the edges of a type: both bounds of a number, every word of a list. */
const edgesOf = (type: string): readonly unknown[] => {
  const [, name, inside = ''] = /^(\w+)\((.*)\)\??$/.exec(type) ?? []
  if (name === 'list') return inside.split('|')
  return name === 'int' || name === 'float' ? inside.split(',').map(Number) : []
}
