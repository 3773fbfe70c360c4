// docker/setup.mjs in a made-up clone, with programs that only write down how they were called.
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const PACKAGES = ['ffmpeg', 'fonts-dejavu-core', 'libjemalloc2', 'libturbojpeg0', 'opencv-data', 'util-linux']
const [, ...BUT_FFMPEG] = PACKAGES
let clone = ''
let bin = ''

const program = (name: string, script: string): void => {
  writeFileSync(join(bin, name), `#!/bin/sh\necho "${name} $*" >> "${clone}/calls"\n${script}\n`)
  chmodSync(join(bin, name), 0o755)
}
const touch = (path: string, time: number): void => {
  mkdirSync(join(clone, path, '..'), { recursive: true })
  writeFileSync(join(clone, path), '')
  utimesSync(join(clone, path), time, time)
}

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'nightjar-setup-'))
  bin = join(clone, 'bin')
  mkdirSync(bin)
  mkdirSync(join(clone, 'test'))
  mkdirSync(join(clone, 'src'))
  cpSync('docker', join(clone, 'docker'), { recursive: true })
  cpSync('test/packages.txt', join(clone, 'test/packages.txt'))
  // Everything is fresh unless a test says otherwise.
  program('dpkg-query', PACKAGES.map((name) => `echo ${name} installed`).join('; '))
  program('apt-get', 'echo noise')
  program('sudo', '"$@"')
  program('npm', 'echo noise')
  touch('src/main.ts', 1000)
  touch('package-lock.json', 1000)
  touch('node_modules/.package-lock.json', 2000)
  touch('dist/.built', 4_000_000_000)
})
afterEach(() => rmSync(clone, { recursive: true }))

const setUp = (purpose: string): { code: number | null; out: string; err: string; calls: string[] } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['docker/setup.mjs', '--for', purpose], {
    cwd: clone,
    encoding: 'utf8',
    // The shell and `env` themselves; nothing else of this machine.
    env: { PATH: `${bin}:/bin` },
  })
  const calls = readFileSync(join(clone, 'calls'), 'utf8').trim().split('\n')
  return { code: status, out: stdout, err: stderr, calls }
}

describe('set-up', () => {
  it('of a machine that has all of it only looks, and says nothing', () => {
    const { code, out, err, calls } = setUp('demo')
    expect({ code, out, err }).toEqual({ code: 0, out: '', err: '' })
    expect(calls.join(' ')).toMatch(new RegExp(`^dpkg-query -W \\S+ \\S+ \\S+ +${PACKAGES.join(' ')}$`))
  })

  it('installs only what is missing, after fresh lists, and keeps stdout clean', () => {
    program('dpkg-query', 'echo ffmpeg installed; echo util-linux config-files; exit 1')
    const { code, out, err, calls } = setUp('run')
    expect({ code, out }).toEqual({ code: 0, out: '' })
    expect(err).toContain(`nightjar: installing ${BUT_FFMPEG.join(', ')}`)
    const apt = calls.filter((line) => line.startsWith('apt-get'))
    expect(apt[0]).toMatch(/ update$/)
    expect(apt[1]).toContain(` install --yes --no-install-recommends ${BUT_FFMPEG.join(' ')}`)
  })

  it('goes on with old lists, but not without the packages', () => {
    program('dpkg-query', 'exit 1')
    program('apt-get', 'case "$*" in *update*) exit 100;; esac')
    expect(setUp('run').code).toBe(0)
    program('apt-get', 'exit 100')
    const { code, out, err } = setUp('run')
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain(`apt-get could not install ${PACKAGES.join(', ')}`)
  })

  it('for the tests also wants the programs of the tests', () => {
    const { calls } = setUp('test')
    expect(calls.findLast((line) => line.startsWith('apt-get'))).toMatch(/ chromium .*mosquitto mosquitto-clients/)
  })

  it('installs the npm packages when the lock file is newer, and stops when that fails', () => {
    touch('package-lock.json', 3000)
    const install = `ci --prefix ${clone} --loglevel=error --no-audit --no-fund`
    expect(setUp('run').calls).toContain(`npm ${install}`)
    // Debian's own can't read our overrides.
    program('npm', 'echo 9.2.0')
    program('npx', 'echo noise')
    expect(setUp('run').calls).toContain(`npx --yes npm@10 ${install}`)
    program('npm', 'exit 1')
    const { code, err } = setUp('run')
    expect(code).toBe(1)
    expect(err).toContain('npm ci failed')
  })

  it('builds when a source is newer than the build', () => {
    touch('src/deep/new.ts', 4_100_000_000)
    const { code, out, calls } = setUp('run')
    expect({ code, out }).toEqual({ code: 0, out: '' })
    expect(calls.at(-1)).toBe('npm run build --loglevel=error')
  })

  it('names a wrong use', () => {
    rmSync(join(clone, 'calls'), { force: true })
    writeFileSync(join(clone, 'calls'), '')
    expect(setUp('fun')).toMatchObject({ code: 1, out: '', err: expect.stringContaining('usage: ') })
  })
})
