// Users, passwords, tokens and sessions on a real file.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type AccountStore, openAccounts, startAccounts } from '../../../src/adapters/http/accounts.js'
import type { UserConfig } from '../../../src/adapters/http/http-config.js'
import { usersCommand } from '../../../src/cli/users.js'
import { silentLog } from '../../../src/lib/log.js'
import { createTestClock } from '../../support/test-clock.js'

let data: string
let lines: string[]
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'nightjar-users-'))
  lines = []
})
afterEach(() => rmSync(data, { recursive: true, force: true }))

const start = (users: readonly UserConfig[] = [], more = {}): Promise<AccountStore> =>
  startAccounts({ data, users, log: silentLog, announce: (line) => lines.push(line), ...more })
const file = (): string => join(data, 'users.json')
const ada: UserConfig = { name: 'ada', role: 'admin', password: 'ada-password' }

describe('the first start', () => {
  it('creates admin with a password shown once, and keeps only its hash', async () => {
    const first = await start()
    expect(lines).toHaveLength(1)
    const [, password = ''] = /password (\S{16})/.exec(lines[0] ?? '') ?? []
    expect(await first.verify('admin', password)).toEqual({ name: 'admin', role: 'admin' })
    expect(await first.verify('admin', `${password}x`)).toBeNull()
    expect(await first.verify('nobody', password)).toBeNull()
    expect(readFileSync(file(), 'utf8')).not.toContain(password)
    expect(statSync(file()).mode & 0o777).toBe(0o600)

    const second = await start()
    expect(lines).toHaveLength(1)
    expect(await second.verify('admin', password)).toEqual({ name: 'admin', role: 'admin' })
  })

  it('creates nobody where the configuration has users', async () => {
    const accounts = await start([ada])
    expect(accounts.list()).toEqual([{ name: 'ada', role: 'admin' }])
    expect(lines).toEqual([])
  })

  it('of the demo has one user with one password for everything', async () => {
    const accounts = await start([], { demo: { name: 'demo', password: 'demo-password' } })
    expect(await accounts.verify('demo', 'demo-password')).toEqual({ name: 'demo', role: 'admin' })
    expect(accounts.streamPassword('demo')).toBe('demo-password')
  })
})

describe('users of the configuration', () => {
  it('follow its role and password, and go when it forgets them; others stay', async () => {
    const before = await start([ada])
    await before.add({ name: 'own', role: 'viewer', password: 'own-password' })
    const stream = before.streamPassword('ada')
    const { token } = before.createToken('ada', { label: 'x', role: 'viewer', expires: null })
    const session = before.openSession('ada').token

    const after = await start([{ ...ada, role: 'viewer', password: 'another-one' }])
    expect(await after.verify('ada', 'ada-password')).toBeNull()
    expect(await after.verify('ada', 'another-one')).toEqual({ name: 'ada', role: 'viewer' })
    expect(after.streamPassword('ada')).toBe(stream)
    expect(after.verifySession(session)).toBeNull()
    expect(await after.verifyToken(token)).toEqual({ name: 'ada', role: 'viewer' })

    const without = await start([])
    expect(without.list()).toEqual([{ name: 'own', role: 'viewer' }])
    expect(await without.verifyToken(token)).toBeNull()
  })

  it('leave the file alone when nothing changed', async () => {
    await start([ada])
    const before = statSync(file()).mtimeMs
    await start([ada])
    expect(statSync(file()).mtimeMs).toBe(before)
  })

  it('are changed in the configuration only', async () => {
    const accounts = await start([ada])
    await expect(accounts.passwd('ada', 'another-one')).rejects.toMatchObject({ code: 'refused' })
    expect(() => accounts.remove('ada')).toThrow(/nightjar\.yaml/)
    expect(() => accounts.setRole('ada', 'viewer')).toThrow(/nightjar\.yaml/)
  })
})

describe('a user', () => {
  it('gets a stream password that can be renewed and dropped, and lets see only', async () => {
    const accounts = await start([ada])
    const first = accounts.streamPassword('ada') ?? ''
    expect(first).toMatch(/^[A-Za-z0-9]{16}$/)
    expect(accounts.verifyStream('ada', first)).toEqual({ name: 'ada', role: 'viewer' })
    const second = accounts.renewStreamPassword('ada')
    expect(accounts.verifyStream('ada', first)).toBeNull()
    expect(accounts.streamPassword('ada')).toBe(second)
    accounts.dropStreamPassword('ada')
    expect(accounts.verifyStream('ada', second)).toBeNull()
    expect(accounts.streamPassword('ada')).toBeNull()
  })

  it('is refused with a bad name, a short password or a name that is taken', async () => {
    const accounts = await start([ada])
    const add = (name: string, password: string) => accounts.add({ name, password, role: 'viewer' })
    await expect(add('a:b', 'long-enough')).rejects.toMatchObject({ code: 'invalid' })
    await expect(add('bob', 'short')).rejects.toMatchObject({ code: 'invalid' })
    await expect(add('ada', 'long-enough')).rejects.toMatchObject({ code: 'refused' })
  })

  it('who is the only admin stays one', async () => {
    const accounts = await start()
    expect(() => accounts.remove('admin')).toThrow(/only admin/)
    expect(() => accounts.setRole('admin', 'viewer')).toThrow(/only admin/)
    await accounts.add({ name: 'eve', role: 'admin', password: 'eve-password' })
    accounts.remove('admin')
    expect(accounts.list()).toEqual([{ name: 'eve', role: 'admin' }])
  })
})

describe('tokens and sessions', () => {
  it('open what they may, end, and are kept as hashes', async () => {
    const clock = createTestClock()
    const accounts = await start([ada], { clock })
    const expires = clock.now().wall + 1000
    const { token, id } = accounts.createToken('ada', { label: 'script', role: 'operator', expires })
    expect(await accounts.verifyToken(token)).toEqual({ name: 'ada', role: 'operator' })
    expect(accounts.verifySession(token)).toBeNull()
    expect(readFileSync(file(), 'utf8')).not.toContain(token)
    expect(accounts.listTokens('ada')).toEqual([expect.objectContaining({ id, label: 'script', expires })])
    await clock.advance(1000)
    expect(await accounts.verifyToken(token)).toBeNull()
    accounts.revokeToken(id)
    expect(accounts.listTokens()).toEqual([])
  })

  it('never do more than their user', async () => {
    const accounts = await start([{ ...ada, role: 'viewer' }])
    const { token } = accounts.createToken('ada', { label: 'x', role: 'admin', expires: null })
    expect(await accounts.verifyToken(token)).toEqual({ name: 'ada', role: 'viewer' })
  })

  it('of a browser outlive a restart and end with a new password', async () => {
    const first = await start()
    const { token } = first.openSession('admin')
    const second = await start()
    expect(second.verifySession(token)).toEqual({ name: 'admin', role: 'admin' })
    await second.passwd('admin', 'another-one')
    expect(second.verifySession(token)).toBeNull()
  })

  it('are at most 50 a user', async () => {
    const accounts = await start([ada])
    const sessions = Array.from({ length: 52 }, () => accounts.openSession('ada').token)
    expect(sessions.filter((token) => accounts.verifySession(token))).toHaveLength(50)
    expect(accounts.verifySession(sessions.at(-1) ?? '')).not.toBeNull()
  })
})

describe('the file', () => {
  it('that is broken is set aside, and admin is created anew', async () => {
    await start()
    writeFileSync(file(), '{"version":1,"users":[{}]}')
    const accounts = await start()
    expect(accounts.list()).toEqual([{ name: 'admin', role: 'admin' }])
    expect(lines.at(-2)).toMatch(/broken.*set aside/)
    expect(readdirSync(data).filter((name) => name.includes('.broken-'))).toHaveLength(1)
  })

  it('that breaks while it runs changes nothing', async () => {
    const accounts = await start([ada])
    writeFileSync(file(), 'nonsense')
    expect(await accounts.verify('ada', 'ada-password')).not.toBeNull()
  })

  it('leaves no draft behind', async () => {
    await start([ada])
    expect(readdirSync(data)).toEqual(['users.json'])
  })
})

describe('nightjar users', () => {
  const run = async (typed: string | null, ...args: string[]): Promise<string[]> => {
    const out: string[] = []
    const command = usersCommand({ data: () => data, out: (line) => out.push(line), ask: async () => typed })
    await command.parseAsync(args, { from: 'user' })
    return out
  }

  it('adds, lists, changes and removes; a running service notices at once', async () => {
    const running = await start()
    const revoked: string[] = []
    running.onRevoked((name) => revoked.push(name))
    expect(await run('bob-password', 'add', 'bob', '--role', 'operator')).toEqual(['bob may sign in as operator'])
    expect(await running.verify('bob', 'bob-password')).toEqual({ name: 'bob', role: 'operator' })
    expect(await run(null, 'list')).toEqual(['admin\tadmin', 'bob\toperator'])

    const said = await run('', 'passwd', 'bob')
    const [, random = ''] = /is (\S{16})$/.exec(said[0] ?? '') ?? []
    expect(await running.verify('bob', 'bob-password')).toBeNull()
    expect(await running.verify('bob', random)).toEqual({ name: 'bob', role: 'operator' })

    await run(null, 'remove', 'bob')
    expect(await running.verify('bob', random)).toBeNull()
    expect(revoked).toContain('bob')
  })

  it('says what is wrong', async () => {
    await start()
    await expect(run(null, 'remove', 'nobody')).rejects.toThrow('There is no user nobody')
    await expect(run('x', 'add', 'bob')).rejects.toThrow('8 to 200 characters')
  })

  it('creates nobody by itself', async () => {
    expect(await run(null, 'list')).toEqual(['There is no user yet: the first start creates admin'])
    expect(openAccounts(data, silentLog).list()).toEqual([])
    expect(readdirSync(data)).toEqual([])
  })
})
