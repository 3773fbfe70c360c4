import { describe, expect, it } from 'vitest'
import type { Encoding } from '../../src/camera/ports.js'
import { silentLog } from '../../src/lib/log.js'
import { encodingOf } from '../../src/media/measure.js'
import { startStreamFacts } from '../../src/pipeline/stream-facts.js'

const seen = (width: number): Encoding => ({
  ...{ codec: 'h264', width, height: 360, fps: 25, gop: 25, bitrate: 1_000_000, profile: 'High' },
})

/** A gateway with paths that come and go. */
const createGateway = (...names: string[]) => {
  const online = new Map(names.map((name) => [name, false]))
  const listeners = new Set<(path: string, online: boolean) => void>()
  return {
    listeners,
    set: (name: string, on: boolean) => {
      online.set(name, on)
      for (const listener of listeners) listener(name, on)
    },
    facts: () => ({
      ...{ kind: 'builtin' as const, port: 8554 },
      paths: [...online].map(([name, on]) => ({
        ...{ name, online: on, readers: 0, bytesIn: 0, bytesOut: 0, dropped: 0 },
      })),
    }),
    serviceUrl: (path: string) => `rtsp://127.0.0.1/${path}`,
    watch: (listener: (path: string, online: boolean) => void) => {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
  }
}
const settle = () => new Promise((resolve) => setTimeout(resolve, 0))

describe('stream facts', () => {
  it('has the streams of a camera, and measures each whenever its video comes', async () => {
    const gateway = createGateway('porch', 'porch_sub', 'yard', 'porch_push')
    const measured: string[] = []
    const facts = startStreamFacts({
      ...{ cameras: ['porch', 'yard', 'shed'], gateway, log: silentLog },
      measure: async (url) => {
        measured.push(url)
        return seen(measured.length * 100)
      },
    })
    expect(facts.streams('porch')).toEqual([
      { name: 'main', path: 'porch', encoding: null },
      { name: 'sub', path: 'porch_sub', encoding: null },
    ])
    gateway.set('porch', true)
    gateway.set('porch_push', true)
    await settle()
    gateway.set('porch_sub', true)
    await settle()
    gateway.set('porch', false)
    gateway.set('porch', true)
    await settle()
    expect(measured).toEqual(['rtsp://127.0.0.1/porch', 'rtsp://127.0.0.1/porch_sub', 'rtsp://127.0.0.1/porch'])
    expect(facts.streams('porch').map(({ encoding }) => encoding?.width)).toEqual([300, 200])
    expect(facts.streams('yard').map(({ name }) => name)).toEqual(['main'])
    expect(facts.streams('shed')).toEqual([{ name: 'main', path: 'shed', encoding: null }])
    await facts[Symbol.asyncDispose]()
    expect(gateway.listeners.size).toBe(0)
  })

  it('keeps what it knew when a measurement fails, and ends the one that runs', async () => {
    const gateway = createGateway('porch')
    let tries = 0
    const facts = startStreamFacts({
      ...{ cameras: ['porch'], gateway, log: silentLog },
      measure: async (_, signal) => {
        tries += 1
        if (tries === 1) return seen(640)
        if (tries === 2) throw new Error('too little')
        return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      },
    })
    for (let count = 0; count < 3; count++) {
      gateway.set('porch', true)
      await settle()
    }
    expect(facts.streams('porch')[0]?.encoding?.width).toBe(640)
    await facts[Symbol.asyncDispose]()
    expect(tries).toBe(3)
  })
})

describe('encodingOf', () => {
  const stream = { codec_name: 'h264', profile: 'High', width: 640, height: 360 }
  /** 25 a second, a key frame each ten; the first ones squeezed, as a server's memory gives them. */
  const packets = Array.from({ length: 100 }, (_, index) => ({
    pts_time: index < 10 ? String(index / 1000) : String(index / 25),
    size: index % 10 === 0 ? '5000' : '500',
    flags: index % 10 === 0 ? 'K__' : '___',
  }))

  it('counts only what came at its own pace', () => {
    const { fps, gop, bitrate, ...rest } = encodingOf({ streams: [stream], packets })
    expect({ fps, gop }).toEqual({ fps: 25, gop: 10 })
    expect(bitrate).toBeGreaterThan(180_000)
    expect(bitrate).toBeLessThan(200_000)
    expect(rest).toEqual({ codec: 'h264', width: 640, height: 360, profile: 'High' })
  })

  it('does without the time of the first packet, without a second key frame, without a profile', () => {
    const odd = packets.map(({ pts_time, size }, index) => ({
      ...{ size, flags: index === 0 ? 'K' : '_' },
      ...(index > 0 && { pts_time }),
    }))
    const streams = [{ ...stream, codec_name: 'hevc', profile: 'unknown' }]
    expect(encodingOf({ streams, packets: odd })).toMatchObject({ codec: 'h265', fps: 25, gop: null, profile: null })
  })

  it.each([
    ['nothing', {}],
    ['a codec of nobody', { streams: [{ ...stream, codec_name: 'vp9' }], packets }],
    ['two packets', { streams: [stream], packets: packets.slice(0, 2) }],
  ])('refuses %s', (_, probed) => {
    expect(() => encodingOf(probed)).toThrow('too little video')
  })
})
