// The configuration file written in place: it means what is live, or it stays as it was.
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { changeSettings } from '../../src/camera/settings.js'
import { loadConfig } from '../../src/config/load.js'
import { storeConfig } from '../../src/config/store-config.js'
import { defaultSettings } from '../support/settings.js'

const TEXT = `# mine
cameras:
  - id: porch # the door
    source: {kind: test-pattern}
`
let folder = ''
let path = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightjar-store-'))
  path = join(folder, 'nightjar.yaml')
  await writeFile(path, TEXT)
})
afterEach(() => rm(folder, { recursive: true }))

const live = changeSettings(defaultSettings, { motion: { trigger_level: 12 }, save: { every_s: 60 } })
const store = (at = path, settings = live): Promise<boolean> =>
  storeConfig({ path: at, env: {}, cameras: [{ id: 'porch', settings }] })

describe('the configuration file', () => {
  it('then says what is live, with the rights it had and nothing beside it', async () => {
    await chmod(path, 0o640)
    expect(await store()).toBe(true)
    const { cameras } = await loadConfig({ path, env: {} })
    expect(cameras[0]?.settings).toEqual(live)
    expect(await readFile(path, 'utf8')).toMatch(/^# mine\n[\s\S]*# the door\n/)
    expect((await stat(path)).mode & 0o777).toBe(0o640)
    expect(await readdir(folder)).toEqual(['nightjar.yaml'])
    expect(await store()).toBe(false)
  })

  it('goes back to what it is by default when that is live', async () => {
    await store()
    await store(path, defaultSettings)
    expect((await loadConfig({ path, env: {} })).cameras[0]?.settings).toEqual(defaultSettings)
  })

  it('that was changed by hand keeps that, where nothing else is live', async () => {
    await writeFile(path, `${TEXT}storage: {days: 3}\n`)
    await store()
    expect((await loadConfig({ path, env: {} })).storage.days).toBe(3)
  })

  it('is written where a link points to', async () => {
    const link = join(folder, 'link.yaml')
    await symlink(path, link)
    await store(link)
    expect(await readFile(path, 'utf8')).toContain('trigger_level: 12')
    expect((await readdir(folder)).sort()).toEqual(['link.yaml', 'nightjar.yaml'])
  })

  it('that is wrong now is left alone, with the reason', async () => {
    await writeFile(path, 'cameras: [')
    await expect(store()).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining("can't be used as"),
    })
    expect(await readFile(path, 'utf8')).toBe('cameras: [')
  })

  it('that can not be replaced stays as it was', async () => {
    // Its draft's name is too long for any disk: even root can't make it.
    const long = join(folder, 'n'.repeat(250))
    await writeFile(long, TEXT)
    await expect(store(long)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining("can't be written"),
    })
    expect(await readFile(long, 'utf8')).toBe(TEXT)
  })
})
