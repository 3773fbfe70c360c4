// Which release fits a machine, and which checksum it must have.
import { expect, test } from 'vitest'
import { isTooOld } from '../../../../src/media/gateway/mediamtx/program.js'
import { findSum, releaseFor } from '../../../../src/media/gateway/mediamtx/release.js'

test.each([
  [{ platform: 'linux', arch: 'x64' }, 'mediamtx_v1.20.1_linux_amd64.tar.gz'],
  [{ platform: 'linux', arch: 'arm64' }, 'mediamtx_v1.20.1_linux_arm64.tar.gz'],
  [{ platform: 'linux', arch: 'arm', armVersion: 7 }, 'mediamtx_v1.20.1_linux_armv7.tar.gz'],
  [{ platform: 'linux', arch: 'arm', armVersion: 6 }, 'mediamtx_v1.20.1_linux_armv6.tar.gz'],
])('%j', (machine, name) => {
  const release = releaseFor(machine)
  expect(release.name).toBe(name)
  expect(release.url).toMatch(new RegExp(`^https://.*/v1\\.20\\.1/${name.replaceAll('.', '\\.')}$`))
})

test('there is none for other machines', () => {
  expect(() => releaseFor({ platform: 'darwin', arch: 'x64' })).toThrow(
    'there is no MediaMTX to fetch for darwin on x64',
  )
})

test('the checksum of just this file, or none', () => {
  const [a, b] = ['a'.repeat(64), 'b'.repeat(64)]
  const list = `${a} *x.tar.gz\n${b}  x.tar.gz.sig\n${b} *my-x.tar.gz\n`
  expect(findSum(list, 'x.tar.gz')).toBe(a)
  expect(() => findSum(list, 'y.tar.gz')).toThrow('say nothing of y.tar.gz')
  expect(() => findSum('<html>not found</html>', 'x.tar.gz')).toThrow()
})

test.each([
  ['v1.20.1', false],
  ['v1.19.3', true],
  ['v0.23.8', true],
  ['v2.0.0', false],
  ['v0.0.0', false],
  ['v1.21.0-3-gabcdef', false],
])('version %s is too old: %s', (version, old) => {
  expect(isTooOld(version)).toBe(old)
})
