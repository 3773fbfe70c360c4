// Our own broker: who comes in, who may say what, and that clients of MQTT 5 are understood.
import { connect as connectTcp } from 'node:net'
import mqtt from 'mqtt'
import { generate, type Packet, parser } from 'mqtt-packet'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Broker, startBroker } from '../../../src/adapters/mqtt/broker.js'
import { fits } from '../../../src/adapters/mqtt/mqtt5.js'
import { maySpeak } from '../../../src/adapters/mqtt/rights.js'
import { type Accounts, type Role, roles } from '../../../src/camera/ports.js'
import { silentLog } from '../../../src/lib/log.js'
import { type Listener, listen } from '../../support/mqtt-listener.js'

const accounts: Accounts = {
  verify: async (name, password) =>
    password === 'pw' && roles.includes(name as Role) ? { name, role: name as Role } : null,
  verifyToken: async () => null,
  streamPassword: () => null,
  list: () => [],
}
const hello = {
  cmd: 'connect',
  protocolId: 'MQTT',
  protocolVersion: 5,
  clientId: 'x',
  clean: true,
  keepalive: 0,
} as const
const service = { name: 'nightjar-service', password: 'secret' }

let broker: Broker
let us: Listener

const as = (username: string, protocolVersion: 4 | 5 = 4): Promise<Listener> =>
  listen(broker.url, { username, password: 'pw', protocolVersion })

const start = (port: number): Promise<Broker> =>
  startBroker({
    config: { host: '127.0.0.1', port },
    accounts,
    service,
    base: 'nightjar',
    prefix: 'homeassistant',
    log: silentLog,
  })

beforeEach(async () => {
  broker = await start(0)
  us = await listen(broker.url, { username: service.name, password: service.password })
})
afterEach(async () => {
  await us[Symbol.asyncDispose]()
  await broker[Symbol.asyncDispose]()
})

describe('the door', () => {
  it.each([
    ['nobody', {}],
    ['a name without a password', { username: 'admin' }],
    ['a wrong password', { username: 'admin', password: 'guess' }],
    ['our own name with a wrong password', { username: service.name, password: 'guess' }],
    ['somebody unknown', { username: 'mallory', password: 'pw' }],
  ])('is closed for %s', async (_, login) => {
    for (const protocolVersion of [4, 5] as const) {
      const error = await mqtt
        .connectAsync(broker.url, { ...login, reconnectPeriod: 0, protocolVersion }, false)
        .then(() => 'came in', String)
      expect(error).toMatch(/Connection refused: (Bad username or password|Bad User Name or Password)/)
    }
  })

  it('says it when the port is taken', async () => {
    await expect(start(broker.port)).rejects.toThrow(
      /the embedded MQTT broker can not listen on 127\.0\.0\.1:\d+: .*EADDRINUSE/,
    )
  })

  it('ends also while somebody says nothing', async () => {
    const other = await start(0)
    const socket = connectTcp(other.port, '127.0.0.1')
    const closed = new Promise((resolve) => socket.on('error', () => {}).on('close', resolve))
    await new Promise((resolve) => socket.on('connect', resolve))
    const client = await listen(other.url, { username: 'admin', password: 'pw' })
    await other[Symbol.asyncDispose]()
    await closed
    await client[Symbol.asyncDispose]()
    await expect(listen(other.url, { username: 'admin', password: 'pw' })).rejects.toThrow()
  })

  it('stands what is no MQTT', async () => {
    const odd = generate({ ...hello, username: 'u', password: Buffer.from('p') }, { protocolVersion: 5 })
    // A password without a name: allowed in MQTT 5, impossible in 3.1.1.
    const nameless = Buffer.concat([odd.subarray(0, 9), Buffer.from([0x42]), odd.subarray(10)])
    for (const bytes of [
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      Buffer.alloc(200_000, 0x10),
      Buffer.from([0x10, 0x00]),
      nameless,
    ]) {
      await new Promise<void>((resolve) => {
        const socket = connectTcp(broker.port, '127.0.0.1', () => socket.write(bytes))
        socket.on('error', () => {})
        socket.on('close', () => resolve())
        socket.resume()
      })
    }
    await using still = await as('operator')
    expect(still.client.connected).toBe(true)
  })
})

describe('rights', () => {
  const may = (who: Parameters<typeof maySpeak>[0], topic: string, empty = false): boolean =>
    maySpeak(who, { topic, empty }, 'nightjar', 'homeassistant')

  it.each([
    // topic, viewer, operator, admin, service
    ['nightjar/porch/recording/set', false, true, true, true],
    ['nightjar/porch/command/snapshot', false, true, true, true],
    ['nightjar/bridge/reboot/set', false, false, true, true],
    ['nightjar/bridge/version', false, false, false, true],
    ['homeassistant/status', false, true, true, true],
    ['nightjar/porch/motion', false, false, false, true],
    ['nightjar/bridge/state', false, false, false, true],
    ['nightjar/porch/response/snapshot', false, false, false, true],
    ['nightjar/porch/event', false, false, false, true],
    ['nightjar/a/b/c/set', false, false, false, true],
    ['homeassistant/device/nightjar_porch/config', false, false, false, true],
    ['homeassistant/sensor/other/config', false, false, true, true],
    ['zigbee2mqtt/lamp/set', false, false, true, true],
    ['$SYS/x', false, false, false, true],
  ])('%s', (topic, ...expected) => {
    expect([may('viewer', topic), may('operator', topic), may('admin', topic), may('service', topic)]).toEqual(expected)
  })

  it('Home Assistant may empty the discovery of a device that its user deleted', () => {
    expect(may('operator', 'homeassistant/device/nightjar_porch/config', true)).toBe(true)
    expect(may('viewer', 'homeassistant/device/nightjar_porch/config', true)).toBe(false)
    expect(may('operator', 'nightjar/porch/motion', true)).toBe(false)
  })

  it('hold on the wire: viewers hear everything, say nothing, and are cut off when they try', async () => {
    await using viewer = await as('viewer')
    await us.publish('nightjar/porch/motion', 'ON', true)
    await viewer.until('motion', ({ topic }) => topic === 'nightjar/porch/motion')
    const cut = new Promise((resolve) => viewer.client.once('close', () => resolve('cut')))
    viewer.client.publish('nightjar/porch/recording/set', 'ON')
    expect(await cut).toBe('cut')
    await using operator = await as('operator')
    await operator.publish('nightjar/porch/recording/set', 'OFF')
    await us.until('a command', ({ topic }) => topic === 'nightjar/porch/recording/set')
    expect(us.last('nightjar/porch/recording/set')).toBe('OFF')
    expect(us.heard.filter(({ topic }) => topic === 'nightjar/porch/recording/set')).toHaveLength(1)
  })

  it('hold for last wills', async () => {
    const will = { topic: 'nightjar/bridge/state', payload: Buffer.from('offline'), qos: 0 as const, retain: true }
    const liar = await listen(broker.url, { username: 'operator', password: 'pw', will })
    liar.client.stream.destroy()
    await using operator = await as('operator')
    await operator.publish('nightjar/porch/recording/set', 'ON')
    await us.until('a command', ({ topic }) => topic === 'nightjar/porch/recording/set')
    expect(us.last('nightjar/bridge/state')).toBeUndefined()
  })
})

describe('MQTT 5', () => {
  it('is understood: subscribing, publishing in every QoS, unsubscribing, wills, large payloads', async () => {
    const large = 'x'.repeat(1_000_000)
    await using five = await as('operator', 5)
    await us.publish('nightjar/porch/last_event', large, true)
    await five.until('the large one', ({ text }) => text === large)
    for (const qos of [0, 1, 2] as const) {
      const properties = { userProperties: { why: 'test' }, messageExpiryInterval: 60 }
      await five.client.publishAsync('nightjar/porch/recording/set', `qos ${qos}`, { qos, properties })
      await us.until(`qos ${qos}`, ({ text }) => text === `qos ${qos}`)
    }
    await five.client.unsubscribeAsync(['#', 'another'])
    await us.publish('nightjar/porch/motion', 'later')
    await five.client.subscribeAsync('nightjar/porch/light_mode', { qos: 2, nl: true })
    await us.publish('nightjar/porch/light_mode', 'night')
    await five.until('night', ({ text }) => text === 'night')
    expect(five.last('nightjar/porch/motion')).toBeUndefined()

    const will = {
      topic: 'homeassistant/status',
      payload: Buffer.from('offline'),
      qos: 1 as const,
      properties: { willDelayInterval: 5 },
    }
    const gone = await listen(broker.url, { username: 'operator', password: 'pw', protocolVersion: 5, will })
    gone.client.stream.destroy()
    await us.until('the will', ({ topic, text }) => topic === 'homeassistant/status' && text === 'offline')
  })

  it('a client that reads late gets everything', async () => {
    const heard: Packet[] = []
    const socket = connectTcp(broker.port, '127.0.0.1')
    const packets = parser({ protocolVersion: 5 }).on('packet', (packet) => void heard.push(packet))
    socket.on('data', (bytes) => packets.parse(bytes))
    const say = (packet: Packet): void => void socket.write(generate(packet, { protocolVersion: 5 }))
    const until = async (what: string, count: number): Promise<void> => {
      const many = (): number => heard.filter(({ cmd }) => cmd === what).length
      for (let tries = 0; many() < count && tries < 200; tries++)
        await new Promise((resolve) => setTimeout(resolve, 25))
      expect(many()).toBe(count)
    }
    say({ ...hello, username: 'viewer', password: Buffer.from('pw') })
    await until('connack', 1)
    say({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '#', qos: 0 }] })
    await until('suback', 1)
    socket.pause()
    for (let part = 0; part < 30; part++) us.client.publish('nightjar/porch/event', 'x'.repeat(1_000_000))
    await new Promise((resolve) => setTimeout(resolve, 300))
    socket.resume()
    await until('publish', 30)
    socket.destroy()
  })

  it('messages carry the identifiers of the subscriptions they fit', async () => {
    await using five = await as('operator', 5)
    const heard: unknown[] = []
    five.client.on('message', (topic, _, { properties }) => heard.push([topic, properties?.subscriptionIdentifier]))
    await five.client.unsubscribeAsync('#')
    await five.client.subscribeAsync('nightjar/+/motion', { qos: 1, properties: { subscriptionIdentifier: 7 } })
    await five.client.subscribeAsync('nightjar/porch/#', { qos: 1, properties: { subscriptionIdentifier: 300 } })
    await five.client.subscribeAsync('nightjar/yard/problem', { qos: 1 })
    for (const topic of ['nightjar/porch/motion', 'nightjar/yard/motion', 'nightjar/yard/problem'])
      await us.publish(topic, 'x')
    await five.until('the last', ({ topic }) => topic === 'nightjar/yard/problem')
    expect(heard).toEqual([
      ['nightjar/porch/motion', [7, 300]],
      ['nightjar/yard/motion', 7],
      ['nightjar/yard/problem', undefined],
    ])
  })

  it.each([
    ['a/b', 'a/b', true],
    ['a/b', 'a/b/c', false],
    ['a/+', 'a/b', true],
    ['a/+', 'a', false],
    ['a/#', 'a', true],
    ['a/#', 'a/b/c', true],
    ['a/#', 'b', false],
    ['#', 'a/b', true],
    ['#', '$SYS/x', false],
    ['+/x', '$SYS/x', false],
    ['$SYS/#', '$SYS/x', true],
  ])('a subscription to %s hears %s: %s', (filter, topic, heard) => {
    expect(fits(filter, topic)).toBe(heard)
  })

  it('clients without an id get one', async () => {
    const options = {
      username: 'operator',
      password: 'pw',
      protocolVersion: 5 as const,
      clientId: '',
      reconnectPeriod: 0,
    }
    const client = mqtt.connect(broker.url, options)
    const properties = await new Promise<{ assignedClientIdentifier?: string } | undefined>((resolve) =>
      client.once('connect', (packet) => resolve(packet.properties)),
    )
    expect(properties?.assignedClientIdentifier).toMatch(/^[0-9a-f-]{36}$/)
    await client.endAsync(true)
  })
})

it('what is kept never comes behind what is newer', async () => {
  const topics = Array.from({ length: 1000 }, (_, number) => `nightjar/porch/x${number}`)
  for (const topic of topics) us.client.publish(topic, 'old'.repeat(100), { retain: true })
  await us.publish('nightjar/porch/ready', 'yes', true)
  await using viewer = await listen(broker.url, { username: 'viewer', password: 'pw' }, ['none'])
  const subscribed = viewer.client.subscribeAsync('#')
  await viewer.until('the first of them', ({ topic }) => topic.endsWith('x0'))
  for (const topic of topics) us.client.publish(topic, 'new', { retain: true })
  await us.publish('nightjar/porch/done', 'yes', true)
  await subscribed
  await viewer.until('the end', ({ topic }) => topic === 'nightjar/porch/done')
  const late = (): string[] => {
    const last = new Map(viewer.heard.map(({ topic, text }) => [topic, text]))
    return topics.filter((topic) => last.get(topic) !== 'new')
  }
  await expect.poll(late).toEqual([])
}, 20_000)
