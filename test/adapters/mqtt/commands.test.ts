// What is said on command topics, what becomes of it, and the answer.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSystem } from '../../../src/adapters/mqtt/bridge.js'
import { answer } from '../../../src/adapters/mqtt/commands.js'
import { createTopics } from '../../../src/adapters/mqtt/topics.js'
import type { Recordings, SystemAction } from '../../../src/camera/ports.js'
import type { StoredItem } from '../../../src/camera/stored-item.js'
import { silentLog } from '../../../src/lib/log.js'
import { createFakeCameras, type FakeCameras, START } from '../../support/fake-cameras.js'
import { fakeLinks } from '../../support/mqtt-adapter.js'
import { createTestClock, type TestClock } from '../../support/test-clock.js'

const topics = createTopics('nightjar', 'homeassistant')

let folder: string
let cameras: FakeCameras
let clock: TestClock
let item: StoredItem
let shelf: string[]
let done: SystemAction[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nightjar-commands-'))
  cameras = createFakeCameras(folder, 'porch', 'yard')
  clock = createTestClock(START)
  item = cameras.keep('porch', {}, Buffer.from('picture'))
  shelf = []
  done = []
})
afterEach(() => rmSync(folder, { recursive: true }))

const say = (topic: string, payload: unknown = '', allowed = true) => {
  const asked = topics.parse(`nightjar/${topic}`)
  if (!asked) throw new Error(`nothing listens at ${topic}`)
  const recordings: Pick<Recordings, 'get' | 'keep' | 'remove'> = {
    get: cameras.recordings.get,
    keep: async (id, keep) => {
      shelf.push(`${keep ? 'keep' : 'let go of'} ${id}`)
      return { ...item, keep }
    },
    remove: async (id) => void shelf.push(`remove ${id}`),
  }
  const house = {
    ...{
      version: '1',
      startedAt: 0,
      dumpConfig: () => '',
      overwriteConfig: async () => '',
      findings: async () => [],
      problems: () => ({}),
    },
    refusal: (action: SystemAction) => (action === 'reboot' ? 'no command is set for that' : null),
    act: async (action: SystemAction) => {
      done.push(action)
      return `${action} is done`
    },
  }
  system ??= createSystem(house, clock)
  const desk = { cameras, recordings, links: fakeLinks, log: silentLog, now: () => clock.now().wall }
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
  return answer(asked, Buffer.from(text), { ...desk, system: allowed ? system : createSystem(undefined, clock) })
}
let system: ReturnType<typeof createSystem> | undefined
beforeEach(() => {
  system = undefined
})
const last = () => cameras.commands.at(-1)?.command
const AT = '2026-11-20T12:00:00.000Z'

describe('a camera', () => {
  it.each([
    ['snapshot', 'png', { type: 'snapshot', format: 'png' }],
    ['snapshot', { at: AT }, { type: 'snapshot', at: START }],
    ['snapshot', { at: START / 1000, format: 'jpg' }, { type: 'snapshot', at: START, format: 'jpg' }],
    ['snapshot', { stacked: true }, { type: 'stack' }],
    ['snapshot', { stacked: 20, format: 'png' }, { type: 'stack', frames: 20, format: 'png' }],
    ['snapshot', { stacked: false }, { type: 'snapshot' }],
    ['record', 'start', { type: 'record', action: 'start' }],
    [
      'record',
      { action: 'start', duration_s: 30, before_s: 5 },
      { type: 'record', action: 'start', duration_s: 30, before_s: 5 },
    ],
    ['record', { action: 'stop', after_s: 4 }, { type: 'record', action: 'stop', after_s: 4 }],
    ['clip', '8', { type: 'clip', from: START - 8000, to: START }],
    ['clip', { from: START - 5000, to: AT }, { type: 'clip', from: START - 5000, to: START }],
    ['clip', { from: START - 5000 }, { type: 'clip', from: START - 5000, to: START }],
  ] as const)('%s %j', async (name, payload, command) => {
    expect(await say(`porch/command/${name}`, payload)).toMatchObject({ status: 'ok' })
    expect(last()).toEqual(command)
  })

  it.each([
    ['snapshot', { at: 'yesterday' }, 'at: must be a time such as'],
    ['snapshot', { at: AT, stacked: true }, 'a stacked snapshot is of now'],
    ['snapshot', { stacked: 'yes' }, 'stacked must be true, false or a number'],
    ['snapshot', { stacked: 1 }, 'frames must be a whole number'],
    ['record', { action: 'start', after_s: 4 }, 'after_s is not of start'],
    ['record', { action: 'stop', duration_s: 4 }, 'duration_s is not of stop'],
    ['record', { action: 'start', duration_s: '4' }, 'duration_s must be a number, in seconds'],
    ['clip', '', 'give from and to, or last_s'],
    ['clip', { last_s: 3, from: AT }, 'give from and to, or last_s'],
    ['clip', '0', 'last_s must be a number from 1 to 300'],
    ['clip', { to: AT }, 'from: must be a time such as'],
    ['zones', 'path', 'zones takes a JSON object'],
    ['zones', { action: 'paint', zone: 'path' }, 'action must be add, change, replace or remove'],
    ['zones', { action: 'add', zone: 'path' }, 'zone must be an object'],
    ['zones', { action: 'remove', zone: 'path' }, 'porch has no zone "path"'],
    ['zones', { action: 'add', zone: { name: 'Path', x: 0 } }, 'must be a rectangle in percent'],
    ['keep', '', 'item is missing'],
    ['keep', { item: 'porch-1', keep: 'yes' }, 'keep must be true or false'],
    ['delete', 'porch-99', 'there is no recording "porch-99"'],
  ] as const)('%s %j: %s', async (name, payload, error) => {
    const before = cameras.state('porch')
    expect(await say(`porch/command/${name}`, payload)).toMatchObject({
      ...{ status: 'error', error: expect.stringContaining(error) },
    })
    expect(cameras.state('porch')).toBe(before)
    expect(shelf).toEqual([])
  })

  it('answers with the id, the path and an address of what was kept', async () => {
    expect(await say('porch/command/clip', { id: { any: 1 }, last_s: 5 })).toMatchObject({
      ...{
        id: { any: 1 },
        status: 'ok',
        kind: 'recording',
        format: 'mp4',
        causes: ['manual'],
        path: expect.any(String),
      },
      url: expect.stringMatching(/^http:\/\/nightjar\.lan:8080\/api\/recordings\/porch-\d+\/video\.mp4\?signed$/),
      picture_url: expect.stringMatching(/picture\.jpg\?signed$/),
    })
  })

  it('lists its zones, and changes them', async () => {
    expect(await say('porch/command/zones')).toEqual({ id: null, status: 'ok', zones: [] })
    const zone = { name: 'Path', use: 'objects', x: 0, y: 50, width: 40, height: 50 }
    expect(await say('porch/command/zones', { action: 'add', zone })).toMatchObject({ zones: [{ id: 'path' }] })
    const moved = { action: 'change', zone: { id: 'path', sensitivity: 2 } }
    expect(await say('porch/command/zones', moved)).toMatchObject({ zones: [{ use: 'objects', sensitivity: 2 }] })
    expect(await say('porch/command/zones', { action: 'remove', zone: 'path' })).toMatchObject({ zones: [] })
  })

  it('keeps and deletes what is its own', async () => {
    expect(await say('porch/command/keep', item.id)).toMatchObject({ item: item.id, keep: true })
    expect(await say('porch/command/keep', { item: item.id, keep: false })).toMatchObject({ keep: false })
    expect(await say('porch/command/delete', { id: 1, item: item.id })).toEqual({ id: 1, status: 'ok', item: item.id })
    expect(shelf).toEqual([`keep ${item.id}`, `let go of ${item.id}`, `remove ${item.id}`])
    expect(await say('yard/command/delete', item.id)).toMatchObject({ status: 'error', code: 'not-found' })
    expect(shelf).toHaveLength(3)
  })

  it('is more and less sensitive at the press of a button', async () => {
    await say('porch/trigger_level_up/set', 'PRESS')
    expect(cameras.state('porch').settings.motion.trigger_level).toBe(6)
    for (let times = 0; times < 8; times++) await say('porch/trigger_level_down/set', 'PRESS')
    expect(cameras.state('porch').settings.motion.trigger_level).toBe(1)
  })
})

describe('the bridge', () => {
  it('does what can not be taken back when it is pressed twice within ten seconds', async () => {
    for (const action of ['delete_all', 'exit', 'shutdown'] as const) {
      expect(await say(`bridge/${action}/set`, 'PRESS')).toMatchObject({
        ...{ status: 'error', code: 'refused', error: `press ${action} once more within 10 s to do it` },
      })
      expect(await say(`bridge/${action}/set`, 'PRESS')).toEqual({ id: null, status: 'ok', done: `${action} is done` })
    }
    expect(done).toEqual(['delete_all', 'exit', 'shutdown'])
    await say('bridge/exit/set', 'PRESS')
    await clock.advance(10_001)
    expect(await say('bridge/exit/set', 'PRESS')).toMatchObject({ code: 'refused' })
    await say('bridge/shutdown/set', 'PRESS')
    expect(await say('bridge/exit/set', 'PRESS')).toMatchObject({ code: 'refused' })
    expect(done).toHaveLength(3)
  })

  it('restarts at once; says what it can not do, and what it does not know', async () => {
    expect(await say('bridge/restart/set', 'PRESS')).toMatchObject({ done: 'exit is done' })
    expect(await say('bridge/reboot/set', 'PRESS')).toMatchObject({ error: 'no command is set for that' })
    expect(await say('bridge/exit/set', 'ON')).toMatchObject({ error: 'exit takes PRESS, not "ON"' })
    expect(await say('bridge/dance/set', 'PRESS')).toMatchObject({ code: 'not-found' })
    expect(await say('bridge/exit/set', 'PRESS', false)).toMatchObject({ error: 'this can not be done here' })
    expect(done).toEqual(['exit'])
  })
})
