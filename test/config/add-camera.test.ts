// A camera that was found, put into the owner's file: nothing else of it changes, the password stays out of it.
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { addCamera, appendCamera, idFor } from '../../src/config/add-camera.js'
import { loadConfig } from '../../src/config/load.js'
import { createSystemClock } from '../../src/lib/clock.js'
import { type OnvifHouse, PASSWORDS, startOnvifHouse } from '../support/onvif-house.js'

let folder: string
let house: OnvifHouse
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightjar-add-'))
  path = join(folder, 'nightjar.yaml')
  house = await startOnvifHouse()
})
afterEach(async () => {
  await house[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

const TEXT = `# my house
cameras:
  # the first
  - {id: porch,   source: {kind: test-pattern}}   # made up
  - id: yard
    source:
      kind: test-pattern   # this one, too

# who may
users:
- {name: ada, role: admin, password: ada-secret-1}
`
const add = (password: string | null = PASSWORDS.otto ?? '', file: string | null = path) =>
  addCamera({
    ...{ path: file, env: {}, data: folder, ids: ['porch', 'yard'], clock: createSystemClock() },
    camera: { name: 'Porch', address: `127.0.0.1:${house.port}`, username: 'otto', password },
  })

test('it stands behind the others, and every other line is as it was', async () => {
  await writeFile(path, TEXT, { mode: 0o640 })
  expect(await add()).toEqual({ id: 'porch-2', yaml: null, what: 'Nightjar Porch 1.2.3: Main 1920x1080, Sub 640x360' })
  const text = await readFile(path, 'utf8')
  const lines = text.split('\n')
  lines.splice(lines.indexOf('  - id: porch-2'), lines.length - TEXT.split('\n').length)
  expect(lines.join('\n')).toBe(TEXT)
  expect(text).not.toContain(PASSWORDS.otto)
  const { cameras } = await loadConfig({ path, env: {} })
  expect(cameras.map(({ id }) => id)).toEqual(['porch', 'yard', 'porch-2'])
  expect(cameras[2]?.source).toMatchObject({ kind: 'onvif', username: 'otto', password: PASSWORDS.otto })
  expect((await stat(path)).mode & 0o777).toBe(0o640)
  expect((await stat(join(folder, 'porch-2.password'))).mode & 0o777).toBe(0o600)
})

test('a camera that does not take the password changes nothing', async () => {
  await writeFile(path, TEXT)
  await expect(add('wrong')).rejects.toMatchObject({ code: 'refused', message: /does not accept this user/ })
  expect(await readFile(path, 'utf8')).toBe(TEXT)
  expect(await readdir(folder)).toEqual(['nightjar.yaml'])
})

test('a file that is wrong stays as it is', async () => {
  const wrong = TEXT.replace('kind: test-pattern}}', 'kind: tset-pattern}}')
  await writeFile(path, wrong)
  await expect(add()).rejects.toMatchObject({ code: 'refused', message: /can't be written: .*tset-pattern/ })
  expect(await readFile(path, 'utf8')).toBe(wrong)
  expect(await readdir(folder)).toEqual(['nightjar.yaml'])
})

test('without a file there are the lines to put in, without the password', async () => {
  const { yaml } = await add(undefined, null)
  expect(yaml).toContain(`address: 127.0.0.1:${house.port}`)
  expect(yaml).toContain('password: "***"')
  expect(await readdir(folder)).toEqual([])
})

test('ids are plain, and no other camera has them', () => {
  expect(idFor('Garten (hinten) Süd', [])).toBe('garten-hinten-sud')
  expect(idFor('正面', ['camera'])).toBe('camera-2')
  expect(idFor('bridge', [])).toBe('camera')
})

test('a list on one line gets longer; without a list it is refused', () => {
  expect(appendCamera('cameras: [{id: a}]\n', { id: 'b' })).toContain('id: b')
  expect(appendCamera('cameras:\n- id: a', { id: 'b' })).toBe('cameras:\n- id: a\n- id: b')
  expect(() => appendCamera('cameras: 3\n', { id: 'b' })).toThrow(/no plain list/)
})
