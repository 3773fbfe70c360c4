// `nightjar mediamtx pull` from a mirror on this machine: what it fetches is checked, and found afterwards.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { mediamtxCommand } from '../../src/cli/mediamtx.js'
import { createSystemClock } from '../../src/lib/clock.js'
import { findMediamtx } from '../../src/media/gateway/mediamtx/program.js'

const NAME = 'mediamtx_v1.20.1_linux_arm64.tar.gz'
let folder: string
let data: string
let server: Server
let mirror: string
let files: Map<string, Buffer>
let lines: string[]
let bars: string[]

const sumOf = (file: Buffer): string => createHash('sha256').update(file).digest('hex')

/** An archive as published, with a program that says its version. */
const archive = async (program: string): Promise<Buffer> => {
  const inside = await mkdtemp(join(folder, 'inside-'))
  await writeFile(join(inside, 'mediamtx'), program)
  await chmod(join(inside, 'mediamtx'), 0o755)
  for (const other of ['LICENSE', 'mediamtx.yml']) await writeFile(join(inside, other), other)
  execFileSync('tar', ['-czf', join(folder, NAME), '-C', inside, 'mediamtx', 'mediamtx.yml', 'LICENSE'])
  return readFile(join(folder, NAME))
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightjar-pull-'))
  data = join(folder, 'data')
  await mkdir(data)
  const packed = await archive('#!/bin/sh\necho v1.20.1\n')
  const sums = `${'0'.repeat(64)} *mediamtx_v1.20.1_linux_amd64.tar.gz\n${sumOf(packed)} *${NAME}\n`
  files = new Map([
    [NAME, packed],
    ['checksums.sha256', Buffer.from(sums)],
  ])
  server = createServer(({ url = '' }, response) => {
    const file = files.get(url.slice(1))
    response.writeHead(file ? 200 : 404, file ? { 'content-length': file.length } : {}).end(file)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  mirror = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  lines = []
  bars = []
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await rm(folder, { recursive: true })
})

const pull = (...args: string[]): Promise<Command> => {
  const command = mediamtxCommand({
    ...{ data: () => data, out: (line) => void lines.push(line), progress: (line) => void bars.push(line) },
    ...{ stop: new AbortController().signal, clock: createSystemClock() },
    machine: { platform: 'linux', arch: 'arm64' },
  })
  return new Command('nightjar').addCommand(command).parseAsync(['node', 'nightjar', 'mediamtx', 'pull', ...args])
}
const left = (): Promise<string[]> => readdir(join(data, 'mediamtx')).catch(() => [])

test('it is fetched with a bar, checked, unpacked, and found without a word in the configuration', async () => {
  await pull('--from', mirror)
  const program = join(data, 'mediamtx', 'mediamtx')
  const sum = sumOf(files.get(NAME) ?? Buffer.alloc(0))
  expect(lines).toEqual([`${program} is there: MediaMTX v1.20.1, its checksum is the published one (sha256 ${sum})`])
  expect(bars.some((bar) => /█ .*100 %/.test(bar))).toBe(true)
  expect(await left()).toEqual(['mediamtx'])
  expect((await stat(program)).mode & 0o777).toBe(0o755)
  expect(await findMediamtx({ path: null, data, search: '' })).toEqual({ path: program, version: 'v1.20.1' })
})

test('with a checksum of the user the published ones are not asked for', async () => {
  files.delete('checksums.sha256')
  await expect(pull('--from', mirror)).rejects.toThrow('checksums.sha256 answers 404')
  const sum = sumOf(files.get(NAME) ?? Buffer.alloc(0))
  await pull('--from', mirror, '--sha256', sum.toUpperCase())
  expect(lines[0]).toContain('its checksum is yours')
  await expect(pull('--from', mirror, '--sha256', 'abc')).rejects.toThrow('--sha256 must be the 64')
})

test.each<[string, () => Promise<void> | void, string]>([
  [
    'another file than the published one',
    async () => void files.set(NAME, await archive('#!/bin/sh\necho v9\n')),
    'another checksum',
  ],
  ['a list without it', () => void files.set('checksums.sha256', Buffer.from('')), `say nothing of ${NAME}`],
  ['no such file', () => void files.delete(NAME), `${NAME} answers 404`],
])('%s is not kept', async (_what, spoil, why) => {
  await spoil()
  await expect(pull('--from', mirror)).rejects.toThrow(why)
  expect(await left()).toEqual([])
})

test('what is no MediaMTX, or too old, is not kept, and what was there stays', async () => {
  await pull('--from', mirror)
  for (const [program, why] of [
    ['#!/bin/sh\necho hello\n', 'is no MediaMTX'],
    ['#!/bin/sh\necho v1.9.3\n', 'is too old: 1.20 or newer is needed'],
  ] as const) {
    const packed = await archive(program)
    files.set(NAME, packed)
    await expect(pull('--from', mirror, '--sha256', sumOf(packed))).rejects.toThrow(why)
    expect(await left()).toEqual(['mediamtx'])
  }
  expect((await findMediamtx({ path: null, data, search: '' })).version).toBe('v1.20.1')
})
