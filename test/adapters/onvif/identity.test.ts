import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { assignSlots, identityOf, loadIdentities } from '../../../src/adapters/onvif/identity.js'
import { silentLog } from '../../../src/lib/log.js'

let data: string
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'nightjar-onvif-'))
})
afterEach(() => rmSync(data, { recursive: true, force: true }))

it('is the same after a restart, and another one for each camera', async () => {
  const first = await loadIdentities(data, ['porch', 'yard'], silentLog)
  expect(await loadIdentities(data, ['yard', 'porch'], silentLog)).toEqual([...first].reverse())
  const all = first.flatMap(({ uuid, mac, serial }) => [uuid, mac, serial])
  expect(new Set(all).size).toBe(6)
  expect(statSync(join(data, 'onvif.json')).mode & 0o777).toBe(0o600)
})

it('is well-formed: a UUID of version 8, and a MAC address that no maker gives and that is nobody’s group', () => {
  for (const camera of ['a', 'b', 'c', 'd', 'e']) {
    const { uuid, mac } = identityOf('seed', camera, 0)
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(mac).toMatch(/^[0-9a-f][26ae](:[0-9a-f]{2}){5}$/)
  }
  // What clients remember must not change with a new version of Nightjar.
  expect(identityOf('seed', 'porch', 2)).toEqual({
    camera: 'porch',
    mac: '32:bd:57:2a:c0:d2',
    serial: '32BD572AC0D2',
    slot: 2,
    uuid: '72d92b1d-af97-8042-88d8-9d81b69bbba4',
  })
})

it('keeps the slots of cameras that stay, and those of cameras that are gone', () => {
  expect(assignSlots({}, ['a', 'b'])).toEqual({ a: 0, b: 1 })
  expect(assignSlots({ a: 0, b: 1 }, ['c', 'b'])).toEqual({ a: 0, b: 1, c: 2 })
})

it('begins anew when its file is damaged, and says so', async () => {
  writeFileSync(join(data, 'onvif.json'), '{"seed": 1}')
  const warnings: unknown[] = []
  const log = { ...silentLog, warn: (line: object | string) => void warnings.push(line) }
  expect(await loadIdentities(data, ['porch'], log)).toHaveLength(1)
  expect(warnings).toEqual([expect.stringMatching(/onvif\.json is damaged/)])
  expect(JSON.parse(readFileSync(join(data, 'onvif.json'), 'utf8'))).toMatchObject({ slots: { porch: 0 } })
})
