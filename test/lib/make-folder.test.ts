import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeFolder } from '../../src/lib/make-folder.js'

let home = ''
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'nightjar-folder-'))
})
afterAll(() => rm(home, { recursive: true }))

it('makes a folder with all above it, and does not mind that it is there', async () => {
  const folder = join(home, 'a', 'b', 'c')
  await Promise.all([makeFolder(folder), makeFolder(folder)])
  await makeFolder(folder)
  expect((await stat(folder)).isDirectory()).toBe(true)
})

it('says why where none can be made', async () => {
  await writeFile(join(home, 'file'), '')
  await expect(makeFolder(join(home, 'file'))).rejects.toThrow('EEXIST')
  await expect(makeFolder(join(home, 'file', 'below'))).rejects.toThrow('ENOTDIR')
  // Node's own would try for ever.
  await expect(makeFolder('/proc/nightjar/below')).rejects.toThrow('ENOENT')
})
