import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { measureWhole } from '../../src/media/mp4-cut.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightjar-cut-'))
})
afterAll(() => rm(folder, { recursive: true }))

const box = (type: string, length: number): Buffer => {
  const bytes = Buffer.alloc(8 + length)
  bytes.writeUInt32BE(bytes.length)
  bytes.write(type, 4)
  return bytes
}
const init = Buffer.concat([box('ftyp', 16), box('moov', 600)])
const fragment = Buffer.concat([box('moof', 90), box('mdat', 700_000)])

const measure = async (...parts: Buffer[]) => {
  const path = join(folder, 'part.mp4')
  await writeFile(path, Buffer.concat(parts))
  return measureWhole(path)
}

test('a whole file is whole, also where a header lies across two reads', async () => {
  const parts = Array.from({ length: 7 }, (_, n) => [box('moof', 90), box('mdat', 299_593 + n)]).flat()
  const bytes = Buffer.concat([init, ...parts]).length
  expect(await measure(init, ...parts)).toEqual({ bytes, fragments: 7 })
})

test('it is cut behind the last whole fragment, wherever it broke off', async () => {
  const whole = { bytes: init.length + fragment.length, fragments: 1 }
  for (const kept of [1, 7, 8, 97, 98, 99, 106, 107, 5000, fragment.length - 1])
    expect(await measure(init, fragment, fragment.subarray(0, kept))).toEqual(whole)
  expect(await measure(init, fragment, Buffer.alloc(4096))).toEqual(whole)
  expect(await measure(init, fragment, Buffer.alloc(4096, 0xff))).toEqual(whole)
})

test('without a moov or a fragment there is nothing', async () => {
  expect(await measure()).toEqual({ bytes: 0, fragments: 0 })
  expect(await measure(init)).toEqual({ bytes: 0, fragments: 0 })
  expect(await measure(init.subarray(0, 300))).toEqual({ bytes: 0, fragments: 0 })
  expect(await measure(fragment)).toEqual({ bytes: 0, fragments: 0 })
})
