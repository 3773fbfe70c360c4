// The container by what its files say (no engine runs here): Dockerfile and compose files read by real parsers, the parts
// of them that can be run are run, and what they promise is held against the repository.
import { execFileSync, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { DCLinter } from 'dclint'
import { DockerfileParser, type Instruction } from 'dockerfile-ast'
import { validate } from 'dockerfile-utils'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { houseSchema } from '../../src/config/schema.js'

const textOf = (path: string): string => readFileSync(path, 'utf8')
const committed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' })
  .split('\n')
  .filter((path) => path !== '' && existsSync(path))
const packages = textOf('docker/packages.txt')
  .split('\n')
  .map((line) => line.replace(/#.*/, '').trim())
  .filter(Boolean)

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nightjar-container-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the Dockerfile', () => {
  const source = textOf('Dockerfile')
  const all = DockerfileParser.parse(source).getInstructions()
  const stages: Instruction[][] = []
  for (const one of all) {
    if (one.getKeyword() === 'FROM') stages.push([])
    stages.at(-1)?.push(one)
  }
  const last = stages.at(-1) ?? []
  const words = (one: Instruction): string[] => one.getArguments().map(String)
  const of = (stage: readonly Instruction[], keyword: string): string[][] =>
    stage.filter((one) => one.getKeyword() === keyword).map(words)
  /** What the shell gets: continuation lines joined. */
  const runs = (stage: readonly Instruction[]): string[] =>
    stage
      .filter((one) => one.getKeyword() === 'RUN')
      .map((one) => (one.getRawArgumentsContent() ?? '').replaceAll(/\\\n\s*/g, ' '))
  const [copies] = [all.filter((one) => one.getKeyword() === 'COPY').map(words)]

  it('is one, for any builder', () => {
    expect(validate(source, {}).map(({ message, range }) => `${range.start.line + 1}: ${message}`)).toEqual([])
  })

  it('begins with images of one named version each', () => {
    const base = of(all, 'ARG')
      .flat()
      .find((text) => text.startsWith('BASE='))
    expect(base).toMatch(/^BASE=node:24-bookworm-slim$/)
    const froms = of(all, 'FROM').map(([image]) => image)
    expect(froms.filter((image) => image !== `\${BASE}` && !/:\d+\.\d+\.\d+$/.test(String(image)))).toEqual([])
    // The one that is fetched where there is no container.
    const release = /const VERSION = 'v([\d.]+)'/.exec(textOf('src/media/gateway/mediamtx/release.ts'))?.[1]
    expect(froms).toContain(`bluenviron/mediamtx:${release}`)
  })

  it('copies only what is there and what .dockerignore lets through', () => {
    const [everything, ...let_in] = textOf('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
    expect(everything).toBe('*')
    const through = let_in.filter((line) => line.startsWith('!')).map((line) => line.slice(1))
    const wanted = copies
      .filter((args) => !args.some((arg) => arg.startsWith('/')))
      .flatMap((args) => args.slice(0, -1))
    expect(wanted.length).toBeGreaterThan(8)
    expect(wanted.filter((path) => !committed.some((file) => file === path || file.startsWith(`${path}/`)))).toEqual([])
    expect([...new Set(wanted)].sort()).toEqual(through.sort())
    // From a stage before: what that stage has made.
    expect(copies.filter(([from]) => from?.startsWith('/')).map(([from]) => from)).toEqual([
      ...['/mediamtx', '/build/node_modules', '/build/dist', '/build/models'],
    ])
  })

  it('installs in its last stage what docker/packages.txt says, tini, and no compiler', () => {
    const [install = '', ...more] = runs(last).filter((line) => line.includes('apt-get install'))
    expect(more).toEqual([])
    expect(install).toContain("sed 's/#.*//' docker/packages.txt | ")
    const named = install.slice(install.indexOf('--no-install-recommends')).split('&&')[0]?.split(/\s+/).slice(1)
    expect(named?.filter((word) => word !== '')).toEqual(['tini', '$(apt-cache', 'pkgnames', 'rpicam-apps-lite)'])
    expect(packages.filter((name) => /^(gcc|g\+\+|make|cmake|build-essential|python3|.*-dev)$/.test(name))).toEqual([])
    expect(runs(last).join(' ')).not.toMatch(/npm|node-gyp|--install-recommends(?!=)(?<!no-install-recommends)/)
  })

  it('installs packages that Debian has', () => {
    // The tests run where they are all installed: from Debian, by these names.
    const found = execFileSync('dpkg-query', ['-W', '-f', `\${Package} \${db:Status-Status}\n`, ...packages], {
      encoding: 'utf8',
    })
    expect(found.trim().split('\n').sort()).toEqual(packages.map((name) => `${name} installed`).sort())
  })

  it('leaves out the libraries of other machines and of CUDA', () => {
    const bin = 'node_modules/onnxruntime-node/bin/napi-v6'
    for (const machine of ['linux/x64', 'linux/arm64', 'darwin/arm64', 'win32/x64', 'win32/arm64']) {
      mkdirSync(join(folder, bin, machine), { recursive: true })
      for (const name of [
        'onnxruntime_binding.node',
        'libonnxruntime_providers_cuda.so',
        'libonnxruntime_providers_tensorrt.so',
      ])
        writeFileSync(join(folder, bin, machine, name), '')
    }
    const finds = runs(stages[0] ?? [])
      .flatMap((line) => line.split('&&').map((part) => part.trim()))
      .filter((part) => part.startsWith('find '))
    expect(finds.length).toBe(4)
    for (const find of finds) execFileSync('sh', ['-ec', find], { cwd: folder })
    expect(readdirSync(join(folder, bin, 'linux', process.arch))).toEqual(['onnxruntime_binding.node'])
    expect([readdirSync(join(folder, bin)), readdirSync(join(folder, bin, 'linux'))]).toEqual([
      ['linux'],
      [process.arch],
    ])
    // What we run with has its libraries where this looks for them.
    expect(existsSync(join(bin, 'linux', process.arch))).toBe(true)
  })

  it('checks the models it fetches, and can do without', () => {
    const [models] = runs(stages[0] ?? []).filter((line) => line.includes('models pull'))
    expect(models).toMatch(
      /if \[ "\$MODELS" = yes \]; then +node dist\/main\.js models pull .* && node dist\/main\.js models verify /,
    )
  })

  it('runs under tini, tells its health, and has its doors and its data where the service has them', () => {
    expect(of(last, 'ENTRYPOINT')).toEqual([['["tini",', '"--",', '"/opt/nightjar/docker/entry.sh"]']])
    expect(of(last, 'CMD')).toEqual([['["serve"]']])
    expect(of(last, 'EXPOSE').flat().map(Number)).toEqual([
      houseSchema.http.port.default,
      houseSchema.rtsp.port.default,
    ])
    expect(of(last, 'VOLUME').flat()).toEqual(['/data'])
    expect(of(last, 'ENV').flat()).toContain(`${houseSchema.data.env}=/data`)
    expect(of(last, 'HEALTHCHECK').flat().join(' ')).toContain('/opt/nightjar/docker/healthcheck.mjs')
    expect(of(last, 'LABEL').flat().join(' ')).toContain('org.opencontainers.image.licenses="MIT"')
  })
})

describe('the entry', () => {
  it('is plain shell without a mistake', () => {
    const scripts = committed.filter((path) => /^docker\/.*\.sh$/.test(path))
    expect(scripts).toHaveLength(4)
    const { stdout } = spawnSync('shellcheck', scripts, { encoding: 'utf8' })
    expect(stdout).toBe('')
    for (const script of scripts) execFileSync('sh', ['-n', script])
  })

  it('as an ordinary user starts the service with what it was asked', () => {
    writeFileSync(join(folder, 'nightjar'), '#!/bin/sh\necho "$(id -u) $*"\n', { mode: 0o755 })
    const asRoot = process.getuid?.() === 0
    const command = ['sh', 'docker/entry.sh', 'serve', '--json']
    const [program = '', ...args] = asRoot ? ['setpriv', '--reuid', '65534', '--clear-groups', ...command] : command
    execFileSync('chmod', ['755', folder])
    const out = execFileSync(program, args, { encoding: 'utf8', env: { PATH: `${folder}:${process.env.PATH}` } })
    expect(out).toBe(`${asRoot ? 65534 : process.getuid?.()} serve --json\n`)
  })

  it('as root gives up root: identity, groups and every capability', () => {
    const entry = textOf('docker/entry.sh')
    expect(entry).toMatch(
      /exec setpriv --reuid node --regid node --groups .*\\\n +--inh-caps=-all --bounding-set=-all --no-new-privs nightjar "\$@"\n$/,
    )
  })

  it('names the devices of cameras, each by its name', () => {
    const dev = join(folder, 'dev')
    mkdirSync(dev)
    for (const name of ['video0', 'video10', 'media1', 'v4l-subdev0']) symlinkSync('/dev/null', join(dev, name))
    writeFileSync(join(dev, 'video1'), 'no device')
    const made = parse(
      execFileSync('sh', ['docker/camera-devices.sh'], { encoding: 'utf8', env: { ...process.env, DEV: dev } }),
    ) as Compose
    expect(made.services.nightjar?.devices?.map((line) => line.split(':')[1]).sort()).toEqual([
      ...['/dev/media1', '/dev/v4l-subdev0', '/dev/video0', '/dev/video10'],
    ])
    const none = spawnSync('sh', ['docker/camera-devices.sh'], {
      encoding: 'utf8',
      env: { ...process.env, DEV: join(folder, 'none') },
    })
    expect([none.status, none.stdout, none.stderr]).toEqual([1, '', expect.stringContaining('no camera device')])
  })
})

interface Complaint {
  readonly rule: string
  readonly type: string
  readonly severity: string
  readonly message: string
}
interface Service {
  readonly build?: string
  readonly image?: string
  readonly extends?: { readonly file: string; readonly service: string }
  readonly user?: string
  readonly privileged?: boolean
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly cap_add?: readonly string[]
  readonly security_opt?: readonly string[]
  readonly network_mode?: string
  readonly devices?: readonly string[]
  readonly volumes?: readonly string[]
  readonly tmpfs?: readonly string[]
  readonly ports?: readonly string[]
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes?: Readonly<Record<string, unknown>>
}

describe('the compose files', () => {
  const paths = committed.filter((path) => /^docker\/compose.*\.yaml$/.test(path))
  const files = paths.map((path) => ({ path, name: basename(path), compose: parse(textOf(path)) as Compose }))
  const services = files.flatMap(({ name, compose }) =>
    Object.entries(compose.services).map(([service, what]) => ({ name, service, what })),
  )
  const nightjar = (name: string): Service => files.find((file) => file.name === name)?.compose.services.nightjar ?? {}

  it('are compose files by their schema, with nothing that a linter minds but taste', () => {
    expect(files.map(({ name }) => name).sort()).toEqual([
      ...['compose.home-assistant.yaml', 'compose.pi-camera.yaml', 'compose.usb-camera.yaml', 'compose.yaml'],
    ])
    const found: readonly { readonly messages: readonly Complaint[] }[] = new DCLinter({
      rules: {},
      quiet: true,
      debug: false,
      exclude: [],
    }).lintFiles(paths, false)
    const serious = found.flatMap(({ messages }) =>
      messages.filter(({ type, severity }) => type === 'error' && severity !== 'minor'),
    )
    expect(serious.map(({ rule, message }) => `${rule}: ${message}`)).toEqual([])
  }, 30_000)

  it('build, extend and mount what is there', () => {
    for (const { service, what } of services) {
      if (what.build) expect(existsSync(join('docker', what.build, 'Dockerfile'))).toBe(true)
      if (what.extends) {
        const other = parse(textOf(join('docker', what.extends.file))) as Compose
        expect(Object.keys(other.services)).toContain(what.extends.service)
      }
      expect([service, Boolean(what.build ?? what.image ?? what.extends)]).toEqual([service, true])
    }
    // The user's own file is the only one that is not in the repository.
    const mounted = services.flatMap(({ what }) => what.volumes ?? []).map((line) => line.split(':')[0] ?? '')
    const missing = mounted.filter((path) => path.startsWith('.') && !existsSync(join('docker', path)))
    expect([...new Set(missing)]).toEqual(['./nightjar.yaml'])
    for (const { compose } of files) {
      const named = Object.values(compose.services).flatMap(({ volumes = [] }) =>
        volumes.map((line) => line.split(':')[0] ?? ''),
      )
      for (const volume of named.filter((name) => /^\w+$/.test(name)))
        expect(Object.keys(compose.volumes ?? {})).toContain(volume)
      expect(Object.keys(compose.volumes ?? {})).toContain('data')
    }
  })

  it('give away no rights: no root, no capability, nothing to write but the data', () => {
    expect(services.filter(({ what }) => what.privileged !== undefined || what.cap_add !== undefined)).toEqual([])
    expect(nightjar('compose.yaml')).toMatchObject({
      ...{ user: '1000:1000', read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] },
    })
    for (const name of ['compose.pi-camera.yaml', 'compose.usb-camera.yaml', 'compose.home-assistant.yaml'])
      expect(nightjar(name)).toMatchObject({ extends: { file: 'compose.yaml', service: 'nightjar' } })
  })

  it('name the devices of cameras, and what libcamera needs besides', () => {
    expect(nightjar('compose.usb-camera.yaml').devices).toEqual([`\${NIGHTJAR_CAMERA:-/dev/video0}:/dev/video0`])
    const pi = nightjar('compose.pi-camera.yaml')
    expect(pi.devices).toContain('/dev/dma_heap')
    expect(pi.volumes).toContain('/run/udev:/run/udev:ro')
    expect(pi.tmpfs?.join()).toMatch(/^\/dev\/shm:exec/)
  })

  it('let nobody from outside at the broker, which knows nobody without a password', () => {
    const { mosquitto } = (parse(textOf('docker/compose.home-assistant.yaml')) as Compose).services
    expect(mosquitto?.ports).toEqual(['127.0.0.1:1883:1883'])
    expect(textOf('docker/mosquitto.conf')).toMatch(/^allow_anonymous false$/m)
    expect(textOf('docker/compose.home-assistant.yaml')).not.toMatch(/PASSWORD: (?!\$\{MQTT_PASSWORD:\?)/)
  })
})

describe('the systemd unit', () => {
  const unit = textOf('docker/nightjar.service')
  const install = textOf('docker/install.sh')

  it('is one that systemd understands', () => {
    const installed = join(folder, 'nightjar.service')
    // Its programs are where install.sh puts them, not here.
    writeFileSync(installed, unit.replace(/^ExecStart=.*$/m, 'ExecStart=/bin/true').replace(/^(User|Group)=.*$/gm, ''))
    const { stderr } = spawnSync('systemd-analyze', ['verify', installed], { encoding: 'utf8' })
    expect(stderr.split('\n').filter((line) => line.includes('nightjar.service'))).toEqual([])
  })

  it('starts what install.sh puts in place, as the user it makes', () => {
    expect(unit).toContain('ExecStart=/usr/bin/node /opt/nightjar/dist/main.js serve')
    expect(install).toMatch(/^program=\/opt\/nightjar$/m)
    expect(unit).toMatch(/^User=nightjar$/m)
    expect(install).toMatch(/useradd --system .* nightjar$/m)
    for (const path of ['/etc/nightjar', '/var/lib/nightjar'])
      expect([unit.includes(path), install.includes(path)]).toEqual([true, true])
  })

  it('holds the service in', () => {
    for (const line of [
      'NoNewPrivileges=true',
      'ProtectSystem=strict',
      'ProtectHome=true',
      'CapabilityBoundingSet=',
      'DevicePolicy=closed',
    ])
      expect(unit.split('\n')).toContain(line)
  })

  it('comes with files that are there, and an example that is right', () => {
    const copied = /^cp -r (.*) "\$stage"$/m.exec(install)?.[1]?.split(' ') ?? []
    expect(copied.length).toBeGreaterThan(5)
    expect(copied.filter((path) => !existsSync(path))).toEqual([])
    expect(existsSync(dirname('docker/nightjar.example.yaml'))).toBe(true)
    execFileSync('node', ['dist/main.js', 'check-config', 'docker/nightjar.example.yaml'])
  }, 30_000)
})
