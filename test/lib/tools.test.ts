import { describe, expect, it } from 'vitest'
import { createSystemClock } from '../../src/lib/clock.js'
import { createLatest } from '../../src/lib/latest.js'
import { createLog } from '../../src/lib/log.js'
import { redactText, redactValue } from '../../src/lib/redact.js'
import { createScope } from '../../src/lib/scope.js'
import { createCoalesced, createSerial } from '../../src/lib/serial.js'

const part = (name: string, ended: string[], fails = false): AsyncDisposable => ({
  [Symbol.asyncDispose]: async () => {
    ended.push(name)
    if (fails) throw new Error(name)
  },
})

describe('scope', () => {
  it('ends in reverse, once, and past one that fails', async () => {
    const ended: string[] = []
    const failed: unknown[] = []
    const scope = createScope((error) => failed.push(error))
    scope.use(part('a', ended))
    scope.use(part('b', ended, true))
    scope.defer(() => ended.push('c'))
    await Promise.all([scope[Symbol.asyncDispose](), scope[Symbol.asyncDispose]()])
    expect(ended).toEqual(['c', 'b', 'a'])
    expect(failed).toHaveLength(1)
  })
})

describe('latest', () => {
  it('keeps the newest and counts the others', async () => {
    const latest = createLatest<number>()
    for (const value of [1, 2, 3]) latest.put(value)
    expect(await latest.take(new AbortController().signal)).toBe(3)
    expect(latest.dropped).toBe(2)
  })
  it('gives at once to one that waits, and lets it go', async () => {
    const latest = createLatest<number>()
    const waits = latest.take(new AbortController().signal)
    latest.put(7)
    expect(await waits).toBe(7)
    const end = new AbortController()
    const never = latest.take(end.signal)
    end.abort(new Error('enough'))
    await expect(never).rejects.toThrow('enough')
    latest.put(8)
    expect(await latest.take(new AbortController().signal)).toBe(8)
  })
})

describe('turns', () => {
  it('serial: one after the other, a failure is its own', async () => {
    const inTurn = createSerial()
    const order: number[] = []
    const slow = inTurn(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      order.push(1)
    })
    const broken = inTurn(() => Promise.reject(new Error('mine')))
    const last = inTurn(() => order.push(2))
    await expect(broken).rejects.toThrow('mine')
    await Promise.all([slow, last])
    expect(order).toEqual([1, 2])
  })
  it('coalesced: requests during a run mean exactly one more', async () => {
    let runs = 0
    const request = createCoalesced(async () => {
      runs += 1
      await new Promise((resolve) => setTimeout(resolve, 5))
    })
    await Promise.all([request(), request(), request(), request()])
    expect(runs).toBe(2)
    await request()
    expect(runs).toBe(3)
  })
})

describe('secrets', () => {
  it('leave addresses, wherever they stand', () => {
    expect(redactText('Opening rtsp://me:p@ss@cam:554/a failed, http://x.y/z')).toBe(
      'Opening rtsp://***@cam:554/a failed, http://x.y/z',
    )
    expect(redactText('mqtt://user:pw@broker')).toBe('mqtt://***@broker')
  })
  it('leave values with secret names, and leave empty ones and file names', () => {
    expect(
      redactValue({
        mqtt: { password: 'x', password_file: '/run/pw', url: 'mqtt://a:b@c' },
        tokens: [],
        api_token: '',
      }),
    ).toEqual({
      mqtt: { password: '***', password_file: '/run/pw', url: 'mqtt://***@c' },
      tokens: [],
      api_token: '',
    })
  })
  it('leave the log', () => {
    const lines: string[] = []
    createLog('info', (line) => lines.push(line)).info({ url: 'rtsp://a:b@c/d' }, 'reading rtsp://a:b@c/d')
    expect(lines.join('')).not.toContain('a:b')
    expect(lines.join('')).toContain('rtsp://***@c/d')
  })
})

describe('the system clock', () => {
  it('joins both times, and ends a sleep when it is told to', async () => {
    const clock = createSystemClock()
    const { mono, wall } = clock.now()
    expect(Math.abs(clock.toWall(mono) - wall)).toBeLessThan(1)
    expect(Math.abs(clock.toMono(clock.toWall(123)) - 123)).toBeLessThan(1)
    const end = new AbortController()
    const sleeping = clock.sleep(60_000, end.signal)
    end.abort(new Error('woken'))
    await expect(sleeping).rejects.toThrow('woken')
  })
})
