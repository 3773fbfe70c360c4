// Subscriptions over a restart of ours: whoever subscribed pulls on, or is told by itself how things are now.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OnvifDeps } from '../../../src/adapters/onvif/onvif.js'
import { silentLog } from '../../../src/lib/log.js'
import { START } from '../../support/fake-cameras.js'
import { until } from '../../support/nightjar.js'
import { all, createHook, envelope, messages, type Read, read, security } from '../../support/onvif-client.js'
import { ACCOUNTS, type OnvifHouse, PASSWORDS, startOnvifHouse } from '../../support/onvif-house.js'
import { createTestClock, type TestClock } from '../../support/test-clock.js'

let data: string
let clock: TestClock
let house: OnvifHouse
let warnings: string[]
let consumer: Server
let told: string[]

const file = (): string => join(data, 'onvif-subscriptions.json')
const start = async (more: Partial<OnvifDeps> = {}): Promise<void> => {
  const warn = (details: object | string, message?: string): void => void warnings.push(message ?? String(details))
  house = await startOnvifHouse({ clock, data, ids: ['porch', 'yard'], log: { ...silentLog, warn }, ...more })
}
const stop = async (): Promise<void> => {
  await house[Symbol.asyncDispose]()
}
const restart = async (more: Partial<OnvifDeps> = {}): Promise<void> => {
  await stop()
  await start(more)
}

beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'nightjar-onvif-data-'))
  clock = createTestClock()
  ;[warnings, told] = [[], []]
  consumer = createHook((heard) => {
    told.push(...heard)
    return 200
  })
  await new Promise<void>((resolve) => consumer.listen(0, '127.0.0.1', resolve))
  await start()
})
afterEach(async () => {
  await stop()
  expect(clock.pending).toBe(0)
  await new Promise((resolve) => consumer.close(resolve))
  rmSync(data, { recursive: true, force: true })
})

const ask = async (body: string, at = '/', user = 'vera'): Promise<Read> => {
  const created = new Date(clock.now().wall).toISOString()
  const header = security({ name: user, password: PASSWORDS[user] ?? '', created })
  const url = new URL(at, `http://127.0.0.1:${house.port}`)
  return read(await (await fetch(url, { method: 'POST', body: envelope(body, header) })).text())
}
/** The path of a new one: with a consumer, or to pull from. */
const subscribe = async (
  kind: 'pulled' | 'told' = 'pulled',
  { filter = '', life = 'PT10M' }: { readonly filter?: string; readonly life?: string } = {},
): Promise<string> => {
  const { port } = consumer.address() as AddressInfo
  const end = `<wsnt:InitialTerminationTime>${life}</wsnt:InitialTerminationTime>`
  const { body } = await ask(
    kind === 'told'
      ? `<wsnt:Subscribe><wsnt:ConsumerReference><wsa:Address>http://127.0.0.1:${port}/hook</wsa:Address></wsnt:ConsumerReference>${filter}${end}</wsnt:Subscribe>`
      : `<tev:CreatePullPointSubscription>${filter}${end.replaceAll('wsnt', 'tev')}</tev:CreatePullPointSubscription>`,
  )
  return new URL(all(body, 'Address')[0]?.text ?? '').pathname
}
const pull = (at: string, user?: string): Promise<Read> =>
  ask('<tev:PullMessages><tev:Timeout>PT0S</tev:Timeout></tev:PullMessages>', at, user)
const pulled = async (at: string): Promise<readonly string[]> => messages((await pull(at)).body)
const moving = (active: boolean): void =>
  house.cameras.change('porch', {
    motion: { active, level: active ? 40 : 0, since: active ? START : null, zones: [] },
  })
const kept = (): Record<string, readonly { readonly until: number }[]> =>
  (JSON.parse(readFileSync(file(), 'utf8')) as { cameras: Record<string, readonly { readonly until: number }[]> })
    .cameras

const MOTION = 'tns1:VideoSource/MotionAlarm State'

describe('after a restart', () => {
  it('a PullPoint is pulled on: it has the present states, and then what changes', async () => {
    const at = await subscribe()
    moving(true)
    await pulled(at)
    await restart()
    expect(await pulled(at)).toContain(`Initialized ${MOTION}=false`)
    moving(true)
    expect(await pulled(at)).toContain(`Changed ${MOTION}=true`)
    expect((await pull(at, 'otto')).fault?.codes).toContain('wsnt:ResourceUnknownFault')
    expect(house.onvif.subscriptions()).toBe(1)
    expect(warnings).toEqual([])
  })

  it('a consumer is told the present states at once, and then what changes', async () => {
    const at = await subscribe('told')
    moving(true)
    await until('motion', () => told.includes(`Changed ${MOTION}=true`))
    await stop()
    told.length = 0
    await start()
    await until('the states', () => told.length === 5)
    expect(told).toContain(`Initialized ${MOTION}=false`)
    moving(true)
    await until('motion', () => told.includes(`Changed ${MOTION}=true`))
    expect((await ask('<wsnt:Unsubscribe/>', at)).fault).toBeNull()
    await restart()
    expect(house.onvif.subscriptions()).toBe(0)
  })

  it('each hears only what it asked for', async () => {
    const filter =
      '<wsnt:Filter><wsnt:TopicExpression Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">tns1:VideoSource/nj:DayNight|tns1:RecordingConfig//.</wsnt:TopicExpression></wsnt:Filter>'
    const at = await subscribe('pulled', { filter: filter.replaceAll('wsnt:Filter', 'tev:Filter') })
    await restart()
    const expected = ['tns1:VideoSource/nj:DayNight Mode=day', 'tns1:RecordingConfig/JobState State=Idle']
    expect(await pulled(at)).toEqual(expected.map((one) => `Initialized ${one}`))
  })

  it('those whose time is over are gone, others have as long as they had', async () => {
    const [short, long] = [await subscribe(), await subscribe('pulled', { life: 'PT1H' })]
    await stop()
    await clock.advance(600_000 + 61_000)
    await start()
    expect((await pull(short)).fault?.codes).toContain('wsnt:ResourceUnknownFault')
    expect((await pull(long)).fault).toBeNull()
    await restart()
    expect(house.onvif.subscriptions()).toBe(1)
    await clock.advance(3_700_000)
    expect(house.onvif.subscriptions()).toBe(0)
  })

  it('who is no user any more has none', async () => {
    await subscribe()
    await subscribe('told')
    await restart({ accounts: { ...ACCOUNTS, list: () => ACCOUNTS.list().filter(({ name }) => name !== 'vera') } })
    expect(house.onvif.subscriptions()).toBe(0)
    await restart()
    expect(house.onvif.subscriptions()).toBe(0)
  })

  it('who is removed while we run loses them, too', async () => {
    const names = new Map(Object.entries(PASSWORDS))
    await restart({ accounts: { ...ACCOUNTS, streamPassword: (name) => names.get(name) ?? null } })
    await subscribe()
    await subscribe('told')
    names.delete('vera')
    await clock.advance(10_000)
    expect(house.onvif.subscriptions()).toBe(0)
  })

  it.each([
    ['broken', '{"version": 1, "cameras": {"por'],
    ['of something else', '[1, 2, 3]'],
    ['of another version', '{"version": 2, "cameras": {}}'],
    ['wrong inside', '{"version": 1, "cameras": {"porch": [{"id": "a", "owner": "vera", "until": "soon"}]}}'],
    ['called by a stranger’s address', null],
  ])('a file that is %s costs the subscriptions and nothing else', async (_, text) => {
    await subscribe('told')
    const { port, onvif } = house
    await stop()
    const before = readFileSync(join(data, 'onvif.json'), 'utf8')
    writeFileSync(file(), text ?? readFileSync(file(), 'utf8').replace('http://127.0.0.1', 'http://10.1.2.3'))
    await start()
    expect(house.onvif.subscriptions()).toBe(0)
    expect(warnings).toHaveLength(text === null ? 0 : 1)
    if (text !== null) expect(warnings[0]).toMatch(/onvif-subscriptions\.json .*: clients have to subscribe anew/)
    expect(readFileSync(join(data, 'onvif.json'), 'utf8')).toBe(before)
    expect([typeof port, Object.keys(onvif.ports)]).toEqual(['number', ['porch', 'yard']])
    await subscribe()
    await restart()
    expect(house.onvif.subscriptions()).toBe(1)
  })
})

describe('the file', () => {
  const written = (): Promise<unknown> => until('the file', () => kept().porch?.length)

  it('is there a second after somebody subscribed, for us alone, also when nothing ends well', async () => {
    const at = await subscribe()
    await clock.advance(1000)
    await until('the file', () => statSync(file(), { throwIfNoEntry: false }))
    await written()
    expect(statSync(file()).mode & 0o777).toBe(0o600)
    const crashed = readFileSync(file(), 'utf8')
    await stop()
    writeFileSync(file(), crashed)
    await start()
    expect((await pull(at)).fault).toBeNull()
  })

  it('is not written for pulls, and for a renewal only when the end moves by half a life', async () => {
    const at = await subscribe()
    await clock.advance(1000)
    await until('the file', () => statSync(file(), { throwIfNoEntry: false }))
    await written()
    const { ino } = statSync(file())
    for (let count = 0; count < 10; count++) {
      moving(count % 2 === 0)
      await pull(at)
      await ask('<wsnt:Renew><wsnt:TerminationTime>PT10M</wsnt:TerminationTime></wsnt:Renew>', at)
      await clock.advance(20_000)
    }
    expect(statSync(file()).ino).toBe(ino)
    const end = kept().porch?.[0]?.until ?? 0
    await clock.advance(280_000)
    await ask('<wsnt:Renew><wsnt:TerminationTime>PT10M</wsnt:TerminationTime></wsnt:Renew>', at)
    await clock.advance(1000)
    await until('the later end', () => (kept().porch?.[0]?.until ?? 0) >= end + 480_000)
  })

  it('outlives a start that fails', async () => {
    const at = await subscribe()
    await stop()
    const { port } = consumer.address() as AddressInfo
    const failing = startOnvifHouse({ clock, data, ids: ['yard', 'porch'], config: { port: port - 1 } })
    await expect(failing).rejects.toThrow(`can't listen on 127.0.0.1:${port} for yard`)
    await start()
    expect((await pull(at)).fault).toBeNull()
  })
})

describe('who subscribes the same anew', () => {
  it('has one consumer, told once', async () => {
    const old = await subscribe('told')
    await until('the states', () => told.length === 5)
    const at = await subscribe('told')
    await until('the states', () => told.length === 10)
    moving(true)
    await until('motion', () => told.includes(`Changed ${MOTION}=true`))
    expect(told.filter((one) => one.startsWith('Changed'))).toHaveLength(2)
    expect((await ask('<wsnt:Unsubscribe/>', old)).fault?.codes).toContain('wsnt:ResourceUnknownFault')
    expect((await ask('<wsnt:Unsubscribe/>', at)).fault).toBeNull()
  })
})
