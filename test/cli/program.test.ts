import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Finding } from '../../src/camera/ports.js'
import { createProgram, tellError } from '../../src/cli/program.js'
import { Failure } from '../../src/lib/failure.js'

let folder = ''
let broker: Server
let brokerPort = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightjar-cli-'))
  broker = createServer((socket) => socket.end()).listen(0, '127.0.0.1')
  await new Promise((resolve) => broker.once('listening', resolve))
  const address = broker.address()
  brokerPort = typeof address === 'object' && address ? address.port : 0
  await writeFile(
    join(folder, 'good.yaml'),
    'cameras: [{id: porch, source: {kind: rtsp, url: "rtsp://a:geheim@cam/1"}}]\n',
  )
  await writeFile(join(folder, 'wrong.yaml'), 'cameras: [{id: porch, source: {kind: usbb}}]\nhtpp: {}\n')
})
afterAll(async () => {
  broker.close()
  await rm(folder, { recursive: true })
})

interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** The command line as the process runs it; commander's own words go to the same places. */
const run = async (...args: string[]): Promise<Outcome> => {
  const out: string[] = []
  const err: string[] = []
  const deps = {
    stop: new AbortController().signal,
    env: {},
    out: (line: string) => void out.push(`${line}\n`),
    note: (line: string) => void err.push(`${line}\n`),
  }
  const program = createProgram('1.2.3', deps)
  for (const command of [program, ...program.commands, ...program.commands.flatMap(({ commands }) => commands)]) {
    command.configureOutput({ writeOut: (text) => void out.push(text), writeErr: (text) => void err.push(text) })
  }
  let code = 0
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    code = tellError(error, deps.note)
  }
  return { code, out: out.join(''), err: err.join('') }
}

describe('the command line', () => {
  it('helps', async () => {
    const { code, out } = await run('--help')
    expect(code).toBe(0)
    for (const command of ['serve', 'demo', 'check-config', 'doctor', 'users']) expect(out).toContain(`  ${command}`)
    expect(await run('--version')).toEqual({ code: 0, out: '1.2.3\n', err: '' })
  })

  it.each([
    [['sevre'], 'Did you mean serve?'],
    [['serve'], 'which configuration? Please add --config nightjar.yaml'],
    [['serve', '--config', 'x', '--jsn'], "unknown option '--jsn'"],
    [['grab', '--dir', '/tmp/x'], "required option '--seconds <number>' not specified"],
    [['watch', '--seconds', '-1'], 'That is a number of seconds, above 0 and at most 86400.'],
    [['check-config'], "missing required argument 'file'"],
    [['demo', '--http-port', 'eighty'], 'A port is a number from 0 to 65535.'],
    [['demo', '--mqtt-port', '70000'], 'A port is a number from 0 to 65535.'],
    [['demo', '--rtsp-port', '-1'], 'A port is a number from 0 to 65535.'],
    [['users', 'add', 'ada', '--role', 'king', '--data', '/nowhere'], 'Allowed choices are viewer, operator, admin.'],
    [['users', 'list'], 'which users? Please add --config nightjar.yaml, or --data and the data folder'],
    [['serve', '--config', '/nowhere.yaml'], "the configuration /nowhere.yaml can't be read: there is no such file"],
  ])('%j is wrong: exit code 2 and a sentence', async (args, sentence) => {
    const { code, out, err } = await run(...args)
    expect(code).toBe(2)
    expect(out).toBe('')
    expect(err).toContain(sentence)
  })

  it('lists all problems of a configuration, one a line', async () => {
    const { code, err } = await run('check-config', join(folder, 'wrong.yaml'))
    expect(code).toBe(2)
    expect(err.split('\n')).toEqual([
      'nightjar: several things are wrong:',
      expect.stringContaining('  cameras[0].source.kind: must be one of'),
      '  htpp: is not an option; did you mean http? (line 2)',
      '',
    ])
  })

  it('prints a configuration that can be read again, without its secrets', async () => {
    const path = join(folder, 'good.yaml')
    expect((await run('check-config', path)).out).toBe(`${path} is fine. Cameras: porch (rtsp). MQTT: off.\n`)
    const { out } = await run('check-config', path, '--print')
    expect(out).toContain('url: "***"')
    expect(out).not.toContain('geheim')
  })

  it('checks a dump as it is, and says which secrets it does not show', async () => {
    const dump = join(folder, 'dump.yaml')
    await writeFile(dump, `---\n${(await run('check-config', join(folder, 'good.yaml'), '--print')).out}...\n`)
    expect((await run('check-config', dump)).out).toBe(
      `${dump} is fine. Cameras: porch (rtsp). MQTT: off.\n` +
        'Before it can run, put in the secrets that it shows as "***": cameras[0].source.url.\n',
    )
    expect((await run('serve', '--config', dump)).err).toContain('"***" stands for a secret that a dump does not show')
  })

  it('manages the users of a data folder', async () => {
    const data = join(folder, 'data')
    const added = await run('users', 'add', 'ada', '--role', 'admin', '--data', data)
    expect(added.out).toMatch(/^The password of ada is \S+\nada may sign in as admin\n$/)
    expect((await run('users', 'list', '--data', data)).out).toBe('ada\tadmin\n')
    expect((await run('users', 'list', '--config', join(folder, 'good.yaml'))).out).toContain('ada\tadmin')
    expect(await readFile(join(data, 'users.json'), 'utf8')).not.toContain(added.out.split(' ')[5]?.trim())
  })
})

describe('the doctor', () => {
  const look = async (config: string): Promise<{ code: number; findings: Finding[] }> => {
    const path = join(folder, 'doctor.yaml')
    await writeFile(path, `cameras: [{id: porch, source: {kind: test-pattern}}]\n${config}`)
    const { code, out } = await run('doctor', '--config', path, '--json')
    return { code, findings: JSON.parse(out) }
  }

  it('is content with this machine, a free port and a broker that answers', async () => {
    const { code, findings } = await look(
      `http: {port: 0}\nrtsp: {port: 0}\nstorage: {min_free_bytes: 0}\nmqtt: {url: "mqtt://127.0.0.1:${brokerPort}"}\n`,
    )
    expect(findings.filter(({ status }) => status === 'bad')).toEqual([])
    expect(findings.map(({ what }) => what)).toContain(`The MQTT broker at 127.0.0.1:${brokerPort} answers`)
    expect(code).toBe(0)
  })

  it('looks at the folder of the recordings as well as at the data', async () => {
    const { findings } = await look(
      `data: ${join(folder, 'data')}\nstorage: {path: /proc/kept}\nhttp: {port: 0}\nrtsp: {port: 0}\n`,
    )
    expect(findings.filter(({ about }) => about === 'disk').map(({ status, what }) => `${status} ${what}`)).toEqual([
      `ok ${join(folder, 'data')} can be written`,
      expect.stringMatching(/^ok .* GB free for .*data$/),
      expect.stringMatching(/a second can be written there$/),
      expect.stringMatching(/^bad \/proc\/kept can't be written/),
    ])
  })

  it('says what is wrong and ends with 1', async () => {
    const { code, findings } = await look(
      `data: /proc/nightjar\nhttp: {port: ${brokerPort}, host: 127.0.0.1}\nrtsp: {port: 0, host: 192.0.2.1}\nmqtt: {url: "mqtt://127.0.0.1:1"}\n`,
    )
    const told = findings.filter(({ status }) => status !== 'ok').map(({ status, what }) => `${status} ${what}`)
    expect(told).toEqual([
      expect.stringMatching(/^bad \/proc\/nightjar can't be written/),
      expect.stringMatching(/^warn Detection: person and face by OpenCV, because /),
      `warn http: port ${brokerPort} is taken`,
      expect.stringMatching(/^bad rtsp: port 0 on 192.0.2.1 /),
      expect.stringMatching(/^bad The MQTT broker at 127.0.0.1:1 can't be reached: /),
    ])
    expect(code).toBe(1)
  })
})

describe('an error', () => {
  it('that was expected is told as its sentence; the code says whose it is', () => {
    const notes: string[] = []
    expect(tellError(new Failure('storage', 'the disk is full'), (line) => notes.push(line))).toBe(1)
    expect(tellError(new Failure('invalid', 'that is wrong'), (line) => notes.push(line))).toBe(2)
    expect(notes).toEqual(['nightjar: the disk is full', 'nightjar: that is wrong'])
  })

  it('that is a bug is told with its stack, without credentials', () => {
    const notes: string[] = []
    expect(tellError(new Error('no rtsp://ada:geheim@cam/1'), (line) => notes.push(line))).toBe(1)
    expect(notes.join()).toMatch(/^Error: no rtsp:\/\/\*\*\*@cam\/1\n +at /)
  })
})
