import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { silentLog } from '../../src/lib/log.js'
import { type Job, supervise } from '../../src/lib/supervise.js'
import { createTestClock } from '../support/test-clock.js'

const start = (job: Job, maxPause?: number) => {
  const clock = createTestClock()
  const health: string[] = []
  const supervised = supervise(job, {
    name: 'tap',
    clock,
    log: silentLog,
    onHealth: (now) => health.push(now.status === 'broken' ? now.problem : now.status),
    ...(maxPause === undefined ? {} : { maxPause }),
  })
  return { clock, health, supervised }
}

describe('supervise', () => {
  it('starts a broken job again after 1, 2, 4 … 60 s, and tells health once per change', async () => {
    const starts: number[] = []
    const { clock, health, supervised } = start(async () => {
      await Promise.resolve()
      starts.push(clock.now().mono)
      throw new Error('no route')
    })
    await clock.advance(200_000)
    expect(starts.map((at) => (at - 1000) / 1000)).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183])
    expect(health).toEqual(['starting', 'no route'])
    await supervised[Symbol.asyncDispose]()
    expect(clock.pending).toBe(0)
  })
  it('is quick again after it worked', async () => {
    let runs = 0
    const { clock, health, supervised } = start(async (signal, ready) => {
      runs += 1
      if (runs === 4) {
        ready()
        await clock.sleep(5000, signal)
      }
      throw new Error('broke')
    })
    await clock.advance(7000)
    expect(runs).toBe(4)
    await clock.advance(5000 + 1000)
    expect(runs).toBe(5)
    expect(health).toEqual(['starting', 'broke', 'working', 'broke'])
    await supervised[Symbol.asyncDispose]()
  })
  it('starts what had worked for ten seconds again at once, and then as ever', async () => {
    const starts: number[] = []
    const { clock, supervised } = start(async (signal, ready) => {
      await Promise.resolve()
      starts.push(clock.now().mono - 1000)
      if (starts.length === 1) {
        ready()
        await clock.sleep(10_000, signal)
      }
      throw new Error('broke')
    })
    await clock.advance(14_000)
    expect(starts).toEqual([0, 10_100, 11_100, 13_100])
    await supervised[Symbol.asyncDispose]()
  })
  it('keeps nothing of a run that broke and left a listener on its signal', async () => {
    const left: number[] = []
    const { clock, supervised } = start(async (signal) => {
      left.push(getEventListeners(signal, 'abort').length)
      signal.addEventListener('abort', () => {}, { once: true })
      throw new Error('broke')
    })
    await clock.advance(10_000)
    expect(left).toEqual([0, 0, 0, 0])
    await supervised[Symbol.asyncDispose]()
  })
  it('ends the job when it is disposed, and waits for it', async () => {
    let ended = false
    const { clock, supervised } = start(async (signal, ready) => {
      ready()
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      ended = true
    })
    await clock.advance(0)
    await supervised[Symbol.asyncDispose]()
    expect(ended).toBe(true)
    expect(clock.pending).toBe(0)
  })
  it('a job that returns by itself is an outage', async () => {
    const { clock, health, supervised } = start(async () => {}, 5000)
    await clock.advance(100)
    expect(health).toEqual(['starting', 'it ended by itself'])
    await supervised[Symbol.asyncDispose]()
  })
})
