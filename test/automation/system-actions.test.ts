// Actions on the whole house: what they close, delete and run, and what they refuse.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSystemActions, type SystemActions } from '../../src/automation/system-actions.js'
import type { StoredItem } from '../../src/camera/stored-item.js'
import { silentLog } from '../../src/lib/log.js'
import { createFakeCameras, type FakeCameras } from '../support/fake-cameras.js'
import { createTestClock, type TestClock } from '../support/test-clock.js'

const BY = { adapter: 'line', user: '127.0.0.1' }

let folder = ''
let cameras: FakeCameras
let clock: TestClock
let exits = 0
let removed: string[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nightjar-system-'))
  cameras = createFakeCameras(join(folder, 'shelf'), 'porch', 'yard')
  clock = createTestClock()
  exits = 0
  removed = []
})
afterEach(() => rmSync(folder, { recursive: true }))

const set = (commands: { reboot?: readonly string[]; shutdown?: readonly string[] } = {}): SystemActions => {
  const { reboot = [], shutdown = [] } = commands
  return createSystemActions({
    config: { reboot_command: reboot, shutdown_command: shutdown },
    cameras,
    recordings: {
      list: ({ limit = 200, offset = 0, kind } = {}) =>
        cameras.recordings
          .list()
          .filter((item) => !removed.includes(item.id) && item.kind === (kind ?? item.kind))
          .slice(offset, offset + limit),
      remove: async (id) => void removed.push(id),
    },
    exit: () => {
      exits += 1
    },
    clock,
    log: silentLog,
  })
}
const keep = (part: Partial<StoredItem>): StoredItem => cameras.keep('porch', part, Buffer.from('x'))
const recordPorch = (): StoredItem => {
  cameras.change('porch', { recording: { active: true, causes: ['motion'], since: 0 } })
  return keep({ kind: 'recording', state: 'running', to: null })
}

describe('deleting all', () => {
  it('leaves what is to be kept and what still runs', async () => {
    const stays = [keep({ keep: true }), recordPorch()].map(({ id }) => id)
    const goes = Array.from({ length: 450 }, () => keep({})).map(({ id }) => id)
    expect(await set().act('delete_all', BY)).toBe(
      '450 recordings and snapshots deleted; those marked to be kept, or running, stay',
    )
    expect(removed.toSorted()).toEqual(goes.toSorted())
    expect(removed).not.toEqual(expect.arrayContaining(stays))
    expect(cameras.commands).toEqual([])
  })
})

describe('ending', () => {
  it('closes recordings first, and only then lets the process end', async () => {
    const item = recordPorch()
    const said = set().act('exit', BY)
    await clock.advance(0)
    expect(cameras.commands).toEqual([{ id: 'porch', command: { type: 'record', action: 'stop' }, by: BY }])
    await clock.advance(1000)
    expect(exits).toBe(0)
    cameras.tell('porch', { type: 'recording_finished', item })
    expect(await said).toBe('Nightjar ends; 1 recording closed')
    expect(exits).toBe(0)
    await clock.advance(300)
    expect(exits).toBe(1)
    expect(clock.pending).toBe(0)
    expect(cameras.watchers).toBe(0)
  })

  it('waits for a recording at most eight seconds', async () => {
    recordPorch()
    const said = set().act('exit', BY)
    await clock.advance(7999)
    expect(exits).toBe(0)
    await clock.advance(1)
    expect(await said).toBe('Nightjar ends; 1 recording not closed in time')
  })

  it('without a recording waits for nothing', async () => {
    expect(await set().act('exit', BY)).toBe('Nightjar ends')
  })
})

describe('the machine', () => {
  it('is left alone where no command says how', async () => {
    const actions = set({ shutdown: ['true'] })
    expect([actions.refusal('reboot'), actions.refusal('shutdown'), actions.refusal('exit')]).toEqual([
      'reboot is not set up here: name a command as system.reboot_command in nightjar.yaml',
      null,
      null,
    ])
    await expect(actions.act('reboot', BY)).rejects.toMatchObject({ code: 'refused' })
  })

  it('restarts by the command, which gets its words as they are', async () => {
    const file = join(folder, 'a b; exit')
    expect(await set({ reboot: ['touch', file] }).act('reboot', BY)).toBe('the machine restarts')
    expect(existsSync(file)).toBe(true)
    expect(exits).toBe(0)
  })

  it('that does not is told with the last words of the command', async () => {
    const actions = set({ shutdown: ['sh', '-c', 'echo "not allowed" >&2; exit 3'], reboot: ['/no/such'] })
    await expect(actions.act('shutdown', BY)).rejects.toMatchObject({
      code: 'unavailable',
      message: 'the shutdown command (sh) ended with code 3: not allowed',
    })
    await expect(actions.act('reboot', BY)).rejects.toMatchObject({ code: 'unavailable' })
  })
})
