// What the house says is wrong with it: what the doctor saw last, and who can't be told.
import { expect, test } from 'vitest'
import type { Finding, NotifierView } from '../src/camera/ports.js'
import { checkConfig } from '../src/config/load.js'
import { createHouse, type Running } from '../src/house.js'
import { createTestClock } from './support/test-clock.js'

const GRAVE: readonly Finding[] = [
  { about: 'disk', status: 'bad', what: "/data can't be written" },
  { about: 'node', status: 'ok', what: 'Node 24' },
  { about: 'devices', status: 'warn', what: '/dev/shm is mounted noexec' },
  { about: 'cameras', status: 'bad', what: 'The ONVIF camera yard does not answer' },
  { about: 'mqtt', status: 'bad', what: 'MQTT: not yet' },
]
const notifier = (name: string, problem: string | null): NotifierView => ({
  ...{ name, kind: 'email', to: 'ada@example.org', waiting: 0, sent: null },
  health: { status: problem === null ? 'working' : 'broken', problem },
})

const setUp = async () => {
  const source = { kind: 'test-pattern' }
  const { config } = await checkConfig({ cameras: [{ id: 'porch', source }] }, { folder: '/', env: {} })
  if (!config) throw new Error('the configuration is wrong')
  const seen = { findings: GRAVE, notifiers: [notifier('mail', 'connect ECONNREFUSED'), notifier('hook', null)] }
  const running = (): Running => ({
    ...{ ports: {}, gateway: undefined, mqtt: undefined, stepped: null, notifiers: seen.notifiers },
  })
  const house = createHouse({
    ...{ version: '1.2.3', startedAt: 0, config, file: null, env: {}, clock: createTestClock(), running },
    cameras: { list: () => [], state: () => Promise.reject(new Error('there is none')) as never },
    settings: { rebase: async () => {} },
    actions: { refusal: () => null, act: async () => '' },
    doctor: async () => seen.findings,
  })
  return { house, seen }
}

test('what is grave is told as of the last look, what a camera or the broker tells itself is not; notifiers at once', async () => {
  const { house, seen } = await setUp()
  expect(house.problems()).toEqual({ 'notify mail': 'connect ECONNREFUSED' })
  await house.findings()
  expect(house.problems()).toEqual({ disk: "/data can't be written", 'notify mail': 'connect ECONNREFUSED' })
  seen.findings = []
  seen.notifiers = []
  expect(house.problems()).toEqual({ disk: "/data can't be written" })
  await house.findings()
  expect(house.problems()).toEqual({})
})
