import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { changeSettings } from '../../src/camera/settings.js'
import { type SettingsStore, startSettingsStore } from '../../src/config/settings-store.js'
import { createSystemClock } from '../../src/lib/clock.js'
import { type Log, silentLog } from '../../src/lib/log.js'
import { defaultSettings } from '../support/settings.js'

const settings = defaultSettings

let data = ''
let file = ''
let warnings: string[] = []
const log: Log = { ...silentLog, warn: (_, message) => void warnings.push(message ?? '') }

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'nightjar-settings-'))
  file = join(data, 'settings.json')
  warnings = []
})
afterEach(() => rm(data, { recursive: true }))

const start = (porch = settings, folder = data): Promise<SettingsStore> =>
  startSettingsStore({ data: folder, cameras: [{ id: 'porch', settings: porch }], clock: createSystemClock(), log })

const stored = async (): Promise<unknown> => JSON.parse(await readFile(file, 'utf8'))

describe('the settings store', () => {
  it('gives the settings of the file and writes nothing by itself', async () => {
    const store = await start()
    expect(store.load('porch')).toBe(settings)
    expect(await readdir(data)).toEqual([])
  })

  it('keeps only what differs, for its owner only, over a restart', async () => {
    const changed = changeSettings(settings, { motion: { trigger_level: 12 }, recording: { on: [] } })
    await (await start()).save('porch', changed)
    expect(await stored()).toEqual({ cameras: { porch: { motion: { trigger_level: 12 }, recording: { on: [] } } } })
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await start()).load('porch')).toEqual(changed)
  })

  it('lets a later change of the file through where nothing was changed live', async () => {
    await (await start()).save('porch', changeSettings(settings, { motion: { trigger_level: 12 } }))
    const edited = changeSettings(settings, { motion: { frames: 9, trigger_level: 30 } })
    expect((await start(edited)).load('porch').motion).toMatchObject({ trigger_level: 12, frames: 9 })
  })

  it('forgets what was set back', async () => {
    const store = await start()
    await store.save('porch', changeSettings(settings, { jpeg: { quality: 50 } }))
    await store.save('porch', settings)
    expect(await stored()).toEqual({ cameras: {} })
  })

  it('keeps the settings of a camera that is not in the file today', async () => {
    await writeFile(file, JSON.stringify({ cameras: { yard: { jpeg: { quality: 20 } } } }))
    await (await start()).save('porch', changeSettings(settings, { jpeg: { quality: 50 } }))
    expect(await stored()).toEqual({ cameras: { yard: { jpeg: { quality: 20 } }, porch: { jpeg: { quality: 50 } } } })
  })

  it('leaves out a value that no longer fits, says so, and takes the others', async () => {
    const porch = { motion: { trigger_level: 500, frames: 9 }, night: { bright_threshold: 240 }, gone: 1, jpeg: 'best' }
    await writeFile(file, JSON.stringify({ cameras: { porch } }))
    const store = await start()
    expect(store.load('porch')).toEqual(changeSettings(settings, { motion: { frames: 9 } }))
    expect(warnings).toEqual([
      expect.stringContaining('motion.trigger_level: must be a number from 1 to 100, not 500'),
      expect.stringContaining('night.bright_threshold: must be below night.dark_threshold (200), not 240'),
      expect.stringContaining('gone: is not an option'),
      expect.stringContaining('jpeg: must be a group of options'),
    ])
  })

  it.each(['{"cameras": {', '', 'null', '{"cameras": 5}'])('sets a broken file aside: %s', async (text) => {
    await writeFile(file, text)
    const store = await start()
    expect(store.load('porch')).toEqual(settings)
    const [aside = ''] = await readdir(data)
    expect(aside).toMatch(/^settings\.json\.broken-/)
    expect(await readFile(join(data, aside), 'utf8')).toBe(text)
    expect(warnings).toHaveLength(1)
  })

  it('writes many saves one after the other, the last one last, and leaves no draft', async () => {
    const store = await start()
    const levels = [10, 20, 30, 40]
    await Promise.all(
      levels.map((level) => store.save('porch', changeSettings(settings, { motion: { trigger_level: level } }))),
    )
    expect(await stored()).toEqual({ cameras: { porch: { motion: { trigger_level: 40 } } } })
    expect(await readdir(data)).toEqual(['settings.json'])
  })

  it('says when it cannot store, and keeps what it had', async () => {
    const folder = join(data, 'gone')
    const store = await start(settings, folder)
    await rm(folder, { recursive: true })
    const changed = changeSettings(settings, { jpeg: { quality: 50 } })
    await expect(store.save('porch', changed)).rejects.toMatchObject({ name: 'Failure', code: 'storage' })
    expect(store.load('porch')).toBe(settings)
  })

  it('keeps nothing beside a file that says what is live; what is changed later differs from that', async () => {
    const store = await start()
    const written = changeSettings(settings, { motion: { trigger_level: 12 } })
    await store.save('porch', written)
    await store.rebase([{ id: 'porch', settings: written }])
    expect(await stored()).toEqual({ cameras: {} })
    await store.save('porch', changeSettings(written, { jpeg: { quality: 70 } }))
    expect(await stored()).toEqual({ cameras: { porch: { jpeg: { quality: 70 } } } })
    expect((await start(written)).load('porch')).toMatchObject({ motion: { trigger_level: 12 }, jpeg: { quality: 70 } })
  })

  it('keeps a change that came while the file was written', async () => {
    const store = await start()
    const written = changeSettings(settings, { motion: { trigger_level: 12 } })
    const later = changeSettings(written, { motion: { frames: 9 } })
    await store.save('porch', later)
    await store.rebase([{ id: 'porch', settings: written }])
    expect(await stored()).toEqual({ cameras: { porch: { motion: { frames: 9 } } } })
    expect(store.load('porch')).toEqual(later)
  })
})
