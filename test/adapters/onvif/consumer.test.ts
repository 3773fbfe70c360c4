// Basic Notification's far end: whom we call, and what becomes of one that is away.
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Consumer, type ConsumerOptions, createConsumer } from '../../../src/adapters/onvif/consumer.js'
import { newest, QUEUE } from '../../../src/adapters/onvif/queue.js'
import { type Message, topics } from '../../../src/adapters/onvif/topics.js'
import { isOwnAddress, networkHosts } from '../../../src/lib/network.js'
import { until } from '../../support/nightjar.js'
import { createHook } from '../../support/onvif-client.js'
import { createTestClock, type TestClock } from '../../support/test-clock.js'

const say = (name: string, value: string): Message => {
  const topic = topics.find(({ path }) => path.includes(name))
  if (!topic) throw new Error(`no topic ${name}`)
  return { topic, value, operation: 'Changed', at: Date.UTC(2026, 10, 20, 12) }
}
const moves = (count: number): Message => say('MotionAlarm', String(count % 2 === 0))

describe('notifications are sent', () => {
  const OWN = ['127.0.0.1', '::1', '192.168.1.10', 'fd00::10']
  const take = (remote: string, address: string): Consumer =>
    createConsumer({ remote, address, clock: createTestClock(), isOwn: (one) => OWN.includes(one) })

  it.each([
    ['192.168.1.20', 'http://192.168.1.20:8123/api/webhook/a'],
    ['192.168.1.20', 'http://homeassistant.local:8123/'],
    ['192.168.1.10', 'http://127.0.0.1:8123/'],
    ['127.0.0.1', 'http://192.168.1.10:8123/'],
    ['::1', 'http://[fd00::10]:8123/'],
    ['fd00::10', 'http://192.168.1.10/'],
  ])('for %s to %s', (remote, address) => {
    expect(() => take(remote, address)).not.toThrow()
  })

  it.each([
    // Another machine does not make us call ourselves, nor a third one.
    ['192.168.1.20', 'http://127.0.0.1:8123/'],
    ['192.168.1.20', 'http://192.168.1.10:8123/'],
    ['192.168.1.20', 'http://192.168.1.21/'],
    ['192.168.1.10', 'http://192.168.1.20/'],
    ['127.0.0.1', 'http://169.254.169.254/'],
    ['127.0.0.1', 'https://127.0.0.1/'],
    ['127.0.0.1', 'not an address'],
  ])('not for %s to %s', (remote, address) => {
    expect(() => take(remote, address)).toThrow('only sent by http to the address that they are asked from')
  })

  it('not to an address as long as a book', () => {
    expect(() => take('127.0.0.1', `http://127.0.0.1/${'a'.repeat(2000)}`)).toThrow('only sent by http')
  })

  it('where this machine’s addresses are those of its interfaces', () => {
    expect([...networkHosts(), '127.0.0.1', '127.0.1.1', '::1'].map(isOwnAddress)).not.toContain(false)
    expect(['192.0.2.254', '8.8.8.8', ''].map(isOwnAddress)).toEqual([false, false, false])
  })
})

describe('who is away', () => {
  let clock: TestClock
  let server: Server
  let consumer: Consumer
  let isThere: boolean
  let tries: number
  let told: string[]

  const options = (): ConsumerOptions => {
    const { port } = server.address() as AddressInfo
    return { address: `http://127.0.0.1:${port}/hook`, remote: '127.0.0.1', clock }
  }
  beforeEach(async () => {
    clock = createTestClock()
    ;[isThere, tries, told] = [true, 0, []]
    server = createHook((heard) => {
      tries += 1
      if (isThere) told.push(...heard)
      return isThere ? 200 : 502
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    consumer = createConsumer(options())
  })
  afterEach(async () => {
    consumer.close()
    expect(clock.pending).toBe(0)
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  /** The next try, after which another one is due. */
  const nextTry = async (ms: number): Promise<void> => {
    const before = tries
    await clock.advance(ms)
    await until('a try', () => tries > before)
  }
  const tried = (): Promise<unknown> => until('the next one to be due', () => clock.pending === 1)

  it('for a minute is told what it missed, in order, and not tried all the time', async () => {
    isThere = false
    consumer.deliver([say('JobState', 'Active'), moves(0)])
    await tried()
    for (const pause of [500, 1000, 2000, 4000, 5000, 5000, 5000, 5000, 5000, 5000, 5000, 5000, 5000, 5000]) {
      await clock.advance(pause - 1)
      const before = tries
      consumer.deliver([moves(before)])
      expect(tries).toBe(before)
      await nextTry(1)
      await tried()
    }
    expect(tries).toBe(15)
    isThere = true
    await nextTry(5000)
    await until('all of it', () => told.length === 16)
    expect(told[0]).toBe('Changed tns1:RecordingConfig/JobState State=Active')
    expect(told.slice(-2)).toEqual([
      'Changed tns1:VideoSource/MotionAlarm State=false',
      'Changed tns1:VideoSource/MotionAlarm State=true',
    ])
    expect(clock.pending).toBe(0)
    // The next absence begins as the first did.
    isThere = false
    consumer.deliver([moves(0)])
    await tried()
    await nextTry(500)
    await tried()
  })

  it('for very long is told the newest, and of each topic the last', async () => {
    isThere = false
    consumer.deliver([say('JobState', 'Active')])
    await tried()
    for (let count = 0; count < 3 * QUEUE; count++) consumer.deliver([moves(count)])
    isThere = true
    await nextTry(500)
    await until('all of it', () => told.length > QUEUE)
    expect(told).toHaveLength(QUEUE + 1)
    expect(told[0]).toContain('JobState')
    expect(told.at(-1)).toContain('MotionAlarm State=false')
    expect(newest([moves(1), say('JobState', 'Idle')])).toHaveLength(2)
  })

  it('is not called any more when its subscription is over', async () => {
    isThere = false
    consumer.deliver([moves(0)])
    await tried()
    consumer.close()
    await clock.advance(60_000)
    expect([tries, clock.pending]).toEqual([1, 0])
  })
})
