// The built-in gateway with the programs that people use: ffmpeg publishes; ffprobe, ffmpeg and GStreamer play.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createSystemClock } from '../../src/lib/clock.js'
import { silentLog } from '../../src/lib/log.js'
import { type Child, startChild } from '../../src/lib/process.js'
import { startBuiltinGateway } from '../../src/media/gateway/builtin/server.js'
import type { Gateway } from '../../src/media/gateway/gateway.js'
import { openRtsp, play } from '../media/gateway/rtsp-client.js'

let gateway: Gateway
let port = 0
const children: Child[] = []
const urlOf = (user = 'anna:secret'): string => `rtsp://${user}@127.0.0.1:${port}/porch`

const start = (command: string, args: readonly string[]): Child => {
  const child = startChild({ name: command, command, args })
  children.push(child)
  return child
}
/** Runs a program to its end. */
const run = async (command: string, args: readonly string[]) => {
  const child = start(command, args)
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  const { code, tail } = await child.exited
  return { code, out: Buffer.concat(chunks), said: tail.join('\n') }
}
const path = () => gateway.facts().paths[0]
const online = (wanted: boolean) =>
  vi.waitFor(() => expect(path()?.online).toBe(wanted), { timeout: 15_000, interval: 50 })

const PICTURE = ['-re', '-f', 'lavfi', '-i', 'testsrc2=size=320x240:rate=25']
const SOUND = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000']
const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '100', '-pix_fmt', 'yuv420p']
const H265 = ['-c:v', 'libx265', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '100']
const publish = async (args: readonly string[], transport: 'tcp' | 'udp' = 'tcp'): Promise<Child> => {
  const to = ['-f', 'rtsp', '-rtsp_transport', transport, gateway.serviceUrl('porch')]
  const publisher = start('ffmpeg', ['-v', 'error', '-nostdin', ...args, ...to])
  publisher.stdout.resume()
  await online(true)
  return publisher
}
const probe = async (transport: 'tcp' | 'udp', url = urlOf()) => {
  const entries = ['-show_entries', 'stream=codec_name,width,height,sample_rate,channels', '-of', 'csv=p=0']
  return run('ffprobe', ['-v', 'error', '-rtsp_transport', transport, ...entries, url])
}
const streams = (out: Buffer): string[] => out.toString().split(/\s+/).filter(Boolean)

beforeEach(async () => {
  const accounts = { verify: async () => null, verifyToken: async () => null, list: () => [] }
  gateway = await startBuiltinGateway({
    config: { host: '127.0.0.1', port: 0, gateway: 'builtin' },
    accounts: { ...accounts, streamPassword: (name) => (name === 'anna' ? 'secret' : null) },
    clock: createSystemClock(),
    log: silentLog,
  })
  await gateway.apply([{ name: 'porch', feed: 'publish' }])
  port = gateway.facts().port
})
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.stop()))
  await gateway[Symbol.asyncDispose]()
  const left = () => process.getActiveResourcesInfo().filter((name) => /^(TCP|UDP)/.test(name))
  await vi.waitFor(() => expect(left()).toEqual([]))
})

describe('ffprobe', () => {
  it('plays H.264 and AAC by TCP and UDP; a wrong password is refused', async () => {
    await publish([...PICTURE, ...SOUND, ...H264, '-c:a', 'aac', '-ac', '2'])
    for (const transport of ['tcp', 'udp'] as const) {
      expect(streams((await probe(transport)).out)).toEqual(['h264,320,240', 'aac,48000,2'])
    }
    const refused = await probe('tcp', urlOf('anna:wrong'))
    expect(refused.said).toContain('401 Unauthorized')
    expect(refused.code).not.toBe(0)
  })

  it('plays H.265 and G.711 that were published by UDP', async () => {
    await publish([...PICTURE, ...SOUND, ...H265, '-c:a', 'pcm_alaw', '-ar', '8000'], 'udp')
    for (const transport of ['tcp', 'udp'] as const) {
      expect(streams((await probe(transport)).out)).toEqual(['hevc,320,240', 'pcm_alaw,8000,1'])
    }
  })

  it('plays MJPEG', async () => {
    await publish([...PICTURE, '-c:v', 'mjpeg', '-huffman', 'default', '-pix_fmt', 'yuvj420p'])
    expect(streams((await probe('tcp')).out)).toEqual(['mjpeg,320,240'])
  })
})

describe('ffmpeg', () => {
  it('decodes without an error from the first picture on, with B-frames too', async () => {
    const coder = ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '2', '-g', '100', '-pix_fmt', 'yuv420p']
    await publish([...PICTURE, ...coder])
    await new Promise((resolve) => setTimeout(resolve, 1500))
    const entries = ['-read_intervals', '%+#60', '-show_entries', 'frame=pts', '-of', 'csv=p=0']
    const { code, out, said } = await run('ffprobe', ['-v', 'error', '-rtsp_transport', 'tcp', ...entries, urlOf()])
    expect([code, said]).toEqual([0, ''])
    // ffmpeg's parser knows no time of the very first picture.
    const shown = streams(out).map(Number).slice(1)
    expect(shown.length).toBeGreaterThan(50)
    expect(shown.filter((pts, index) => index > 0 && !(pts > (shown[index - 1] ?? 0)))).toEqual([])
  })

  it('goes on when the publisher is started again', async () => {
    const first = await publish([...PICTURE, ...H264])
    const reader = run('ffmpeg', [
      ...['-v', 'error', '-nostdin', '-rtsp_transport', 'tcp', '-i', urlOf()],
      ...['-frames:v', '250', '-f', 'null', '-'],
    ])
    await vi.waitFor(() => expect(path()?.readers).toBe(1), { timeout: 10_000 })
    await first.stop()
    await online(false)
    await publish([...PICTURE, ...H264])
    expect((await reader).code).toBe(0)
  })
})

describe('GStreamer', () => {
  it.each(['tcp', 'udp'])('plays by %s', async (protocol) => {
    await publish([...PICTURE, ...H264])
    const source = ['rtspsrc', `location=${urlOf()}`, 'latency=0', `protocols=${protocol}`]
    const decode = ['rtph264depay', '!', 'h264parse', '!', 'avdec_h264', '!', 'videoconvert', '!']
    const { code, out, said } = await run('gst-launch-1.0', [
      ...['-q', ...source, '!', ...decode, 'video/x-raw,format=GRAY8,width=320,height=240', '!'],
      ...['identity', 'eos-after=40', '!', 'fdsink', 'fd=1'],
    ])
    expect([code, said]).toEqual([0, ''])
    expect(out.length).toBeGreaterThanOrEqual(39 * 320 * 240)
  })
})

describe('fifty readers', () => {
  it('each get every packet, from a key frame on', async () => {
    await publish([...PICTURE, ...H264])
    const clients = await Promise.all(Array.from({ length: 50 }, () => openRtsp(port)))
    await Promise.all(clients.map((client) => play(client, urlOf().replace('anna:secret@', ''), 'anna:secret')))
    await vi.waitFor(() => expect(clients.every((client) => client.packets(0).length > 100)).toBe(true), {
      timeout: 15_000,
    })
    const sequences = clients.map((client) => client.packets(0).map((packet) => packet.readUInt16BE(2)))
    for (const mine of sequences) {
      const gaps = mine.slice(1).filter((number, index) => number !== (((mine[index] ?? 0) + 1) & 0xffff))
      expect(gaps).toEqual([])
    }
    expect(path()?.readers).toBe(50)
    expect(path()?.dropped).toBe(0)
    for (const client of clients) client[Symbol.dispose]()
    await vi.waitFor(() => expect(path()?.readers).toBe(0))
  })
})
